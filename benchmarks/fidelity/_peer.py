"""A peer in its own environment, asked and answered line by line.

The peer's process is ``python -m benchmarks.fidelity._NAME``. It reads a line that says
what the search is, writes ``{"config": ..., "amount": ...}`` for each evaluation and
reads ``{"score": ...}``; at the end of the budget its input is closed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.compare._envs import Environments
from benchmarks.fidelity._instances import Account

PEERS = {"Optuna TPE with HyperbandPruner": "optuna", "DEHB": "dehb"}
Ask = Callable[[dict[str, Any], float], float]


def search(account: Account, name: str, seed: int, environments: Environments) -> None:
    """Run a peer until the account is empty."""
    module, instance = PEERS[name], account.instance
    process = subprocess.Popen(
        [environments.python(module), "-m", f"benchmarks.fidelity._{module}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        about = {
            "name": instance.name,
            "space": instance.task.space.to_json(),
            "least": instance.least,
            "most": instance.most,
            "seed": seed,
        }
        print(json.dumps(about), file=process.stdin, flush=True)
        while not account.is_empty:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"{name} ended by itself, see what it wrote.")
            asked = json.loads(line)
            score = account.evaluate(asked["config"], asked["amount"])
            answer = json.dumps({"score": score})
            print(answer, file=process.stdin, flush=True)
        process.kill()


def listen() -> tuple[dict[str, Any], Ask]:
    """Return, in the process of the peer, what the search is and whom to ask."""
    about = json.loads(sys.stdin.readline())
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer

    def ask(config: dict[str, Any], amount: float) -> float:
        asked = json.dumps({"config": config, "amount": amount})
        print(asked, file=out, flush=True)
        return float(json.loads(sys.stdin.readline())["score"])

    return about, ask
