"""The loop of a runner: one question a line in, one answer a line out."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import sys
import time
import traceback
from typing import Any

from benchmarks.compare._space import Space
from benchmarks.compare.runners._runner import ExhaustedError, Runner


class Server:
    """Answers the questions of one search."""

    def __init__(self, name: str) -> None:
        module = importlib.import_module(f"benchmarks.compare.runners._{name}")
        self.make: type[Runner] = module.Peer
        self.runner: Runner
        self.handles: dict[int, Any] = {}
        self.spent = 0.0

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one question, with the processor time since the last.

        Some peers go on thinking after their answer; that is counted too.
        """
        ((verb, what),) = question.items()
        try:
            reply = getattr(self, verb)(what)
        except ExhaustedError as reason:
            reply = {"exhausted": str(reason)}
        except Exception:  # a peer that breaks is a result of the comparison
            reply = {"error": traceback.format_exc()[-3000:]}
        before, self.spent = self.spent, time.process_time()
        return reply | {"cpu": self.spent - before}

    def start(self, what: dict[str, Any]) -> dict[str, Any]:
        """Make the runner."""
        space = Space.from_json(what.pop("space"))
        seed_globals(what["seed"])
        self.runner = self.make(space, **what)
        return {"version": self.runner.version(), "parallel": self.make.parallel}

    def ask(self, number: int) -> dict[str, Any]:
        """Return a configuration, keep its handle under the number."""
        handle, config = self.runner.ask()
        self.handles[number] = handle
        return {"config": config}

    def judge(self, what: dict[str, Any]) -> dict[str, Any]:
        """Return whether a configuration is worth its next fold."""
        handle = self.handles[what["number"]]
        return {"goes_on": self.runner.goes_on(handle, what["scores"])}

    def tell(self, what: dict[str, Any]) -> dict[str, Any]:
        """Hand a value back."""
        handle = self.handles.pop(what["number"])
        self.runner.tell(handle, what["value"], what["scores"])
        return {}


def seed_globals(seed: int) -> None:
    """Seed the generators that some peers share with the whole process.

    torch takes seconds to import and is seeded where the runner has imported it.
    """
    random.seed(seed)
    with contextlib.suppress(ImportError):
        importlib.import_module("numpy").random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)
        torch.set_num_threads(1)


def main(name: str) -> None:
    """Serve until the questions end."""
    # Peers write what they like to standard output; the answers need their own way out.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    server = Server(name)
    for line in sys.stdin:
        answers.write(json.dumps(server.answer(json.loads(line))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
