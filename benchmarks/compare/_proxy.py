"""The bench's end of a runner: a process that is asked, and killed when it hangs."""

from __future__ import annotations

import json
import math
import os
import select
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
# One thread each: the comparison counts processor seconds, and shares the machine.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")
}
WAIT = 0.25  # seconds
START_SECONDS = 300.0  # imports of some peers take a minute on a busy machine


class PeerError(Exception):
    """The peer broke, hung, or went away; the message says which."""


class Proxy:
    """A runner in its own process, spoken to by lines of JSON.

    Parameters
    ----------
    python : str
        Interpreter of the peer's environment.
    runner : str
        Name of the runner.
    log : file
        Where the peer's own output goes.
    timeout : float
        Seconds an answer may take before the peer counts as hanging.
    """

    def __init__(
        self, python: str, runner: str, log: IO[bytes], timeout: float
    ) -> None:
        self.timeout = timeout
        self.buffer = b""
        self.process = subprocess.Popen(
            [python, "-m", "benchmarks.compare.runners", runner],
            cwd=ROOT,
            env=peer_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.wait()

    def start(self, what: Mapping[str, Any]) -> dict[str, Any]:
        """Make the optimizer."""
        return self._question({"start": what}, max(self.timeout, START_SECONDS))

    def ask(self, number: int) -> dict[str, Any]:
        """Ask for a configuration."""
        return self._question({"ask": number}, self.timeout)

    def judge(self, number: int, scores: list[float]) -> dict[str, Any]:
        """Ask whether a configuration with these scores is worth its next fold."""
        what = {"number": number, "scores": scores}
        return self._question({"judge": what}, self.timeout)

    def tell(
        self, number: int, value: float | None, scores: list[float]
    ) -> dict[str, Any]:
        """Tell what a configuration was worth."""
        what = {"number": number, "value": value, "scores": scores}
        return self._question({"tell": what}, self.timeout)

    def _question(self, question: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        ((verb, _),) = question.items()
        assert self.process.stdin is not None  # it is a pipe
        try:
            self.process.stdin.write(json.dumps(question).encode() + b"\n")
            self.process.stdin.flush()
            answer = json.loads(self._line(timeout))
        except TimeoutError as error:
            raise PeerError(f"timeout: no answer to {verb} in {timeout:g} s") from error
        except (BrokenPipeError, EOFError) as error:
            self.process.kill()  # it is gone, or has nothing more to say
            code = self.process.wait()
            raise PeerError(f"died: exit code {code} on {verb}") from error
        except ValueError as error:
            raise PeerError(f"no answer in JSON to {verb}: {error}") from error
        if "error" in answer:
            raise PeerError(f"raised on {verb}: {answer['error'].strip()}")
        return answer

    def _line(self, timeout: float) -> bytes:
        """Read one line, in pieces as they come.

        The time is counted in short waits, so a bench that is stopped and continued
        does not take the pause for a peer that hangs.
        """
        assert self.process.stdout is not None  # it is a pipe
        waits = math.ceil(timeout / WAIT)
        while b"\n" not in self.buffer:
            while not select.select([self.process.stdout], [], [], WAIT)[0]:
                waits -= 1
                if waits <= 0:
                    raise TimeoutError
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                raise EOFError
            self.buffer += piece
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line


def peer_environment() -> dict[str, str]:
    """Return the variables a peer runs with."""
    kept = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")
    }
    return (
        kept | ONE_THREAD | {"PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"}
    )
