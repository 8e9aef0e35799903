"""One search: a peer, a task, a seed; the record of it is one JSON file."""

from __future__ import annotations

import json
import os
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.compare._envs import Environments
from benchmarks.compare._memo import Memo
from benchmarks.compare._peers import GIVEN, Peer
from benchmarks.compare._proxy import PeerError, Proxy
from benchmarks.compare._task import Task

Evaluations = Sequence[Mapping[str, Any]]
CHECKPOINTS = (10, 25, 50, 100, 200, 500)


@dataclass(frozen=True)
class Job:
    """What is to be run.

    Parameters
    ----------
    task, peer : Task, Peer
        Who on what.
    variant : str
        See ``_peers.py``.
    seed, budget : int
        Seed of the peer, number of evaluations.
    pending : int
        How many proposals are out at a time; 1 is a sequential search.
    """

    task: Task
    peer: Peer
    variant: str
    seed: int
    budget: int
    pending: int = 1

    def path(self, results: Path) -> Path:
        """Return the file of the record."""
        folder = f"b{self.budget}" + (f"-p{self.pending}" if self.pending > 1 else "")
        name = f"{self.peer.name}.{self.variant}.{self.seed}.json"
        return results / "searches" / folder / self.task.name / name


class Search:
    """Carries one job out.

    Parameters
    ----------
    job : Job
        What is run.
    memo : Memo
        Where values come from.
    proxy : Proxy
        The running peer.
    """

    def __init__(self, job: Job, memo: Memo, proxy: Proxy) -> None:
        self.job = job
        self.memo = memo
        self.proxy = proxy
        self.evaluations: list[dict[str, Any]] = []
        self.open: deque[tuple[int, dict[str, Any]]] = deque()
        self.n_fits = 0
        self.version = ""

    def run(self) -> tuple[str, str]:
        """Search until the budget is spent; return how it ended and why."""
        n_folds = self.job.task.n_folds
        most = n_folds * self.job.budget
        try:
            self._start()
            while self.n_fits < most:
                promised = self.n_fits + n_folds * len(self.open)
                if promised < most and len(self.open) < self.job.pending:
                    asked = len(self.evaluations) + len(self.open)
                    answer = self.proxy.ask(asked)
                    if "exhausted" not in answer:
                        self.open.append((asked, answer))
                        continue
                    if not self.open:
                        return "exhausted", answer["exhausted"]
                self._close(*self.open.popleft())
        except PeerError as error:
            return "broken", str(error)
        return "complete", ""

    def _start(self) -> None:
        job = self.job
        first = job.task.space.default() if job.variant == GIVEN else None
        answer = self.proxy.start(
            {
                "space": job.task.space.to_json(),
                "seed": job.seed,
                "budget": job.budget,
                "n_folds": job.task.n_folds,
                "first": first,
                "options": dict(job.peer.options),
                "best_possible": job.task.best_possible,
            }
        )
        self.version = answer["version"]
        if job.pending > 1 and not answer["parallel"]:
            raise PeerError("cannot be asked again before it is told")

    def _close(self, number: int, asked: Mapping[str, Any]) -> None:
        config = asked["config"]
        outcome = self.memo.evaluate(self.job.task, config)
        n_fits, judging = self._judged(number, outcome.scores)
        is_whole = n_fits == self.job.task.n_folds
        value = outcome.value if is_whole else None
        told = self.proxy.tell(number, value, outcome.scores[:n_fits])
        self.n_fits += n_fits
        self.evaluations.append(
            {
                "config": config,
                "value": value,
                "error": outcome.error,
                "seconds": outcome.seconds,
                "cpu": asked["cpu"] + judging + told["cpu"],
                **({} if is_whole else {"n_fits": n_fits}),
            }
        )

    def _judged(self, number: int, scores: list[float]) -> tuple[int, float]:
        """Return how many folds are fitted, and processor seconds of deciding it.

        A failed configuration has no scores and counts with all folds.
        """
        spent = 0.0
        if self.job.peer.prunes:
            for n_fits in range(1, len(scores)):
                answer = self.proxy.judge(number, scores[:n_fits])
                spent += answer["cpu"]
                if not answer["goes_on"]:
                    return n_fits, spent
        return self.job.task.n_folds, spent


def run_job(
    job: Job, memo: Memo, environments: Environments, results: Path, timeout: float
) -> str:
    """Run one search and write its record; return how it ended."""
    path = job.path(results)
    path.parent.mkdir(parents=True, exist_ok=True)
    python = environments.python(job.peer.environment)
    began = time.time()
    with (
        (results / "peers.log").open("ab") as log,
        Proxy(python, job.peer.runner, log, timeout) as proxy,
    ):
        search = Search(job, memo, proxy)
        status, reason = search.run()
    record = {
        "task": job.task.name,
        "fingerprint": job.task.fingerprint,
        "peer": job.peer.name,
        "variant": job.variant,
        "seed": job.seed,
        "budget": job.budget,
        "pending": job.pending,
        "version": search.version,
        "status": status,
        "reason": reason,
        "began": began,
        "seconds": time.time() - began,
        "evaluations": search.evaluations,
        "held_out": held_out(job.task, memo, search.evaluations, job.budget),
    }
    write_atomically(path, json.dumps(record))
    return status


def held_out(
    task: Task, memo: Memo, evaluations: Evaluations, budget: int
) -> dict[str, float | None]:
    """Return the held-out score of the best configuration at each checkpoint."""
    found: dict[str, float | None] = {}
    over = n_over(evaluations, task.n_folds, budget)
    for count in checkpoints(budget):
        seen = [e for e in evaluations[: over[count - 1]] if e["value"] is not None]
        best = max(seen, key=lambda e: e["value"], default=None)
        tested = None if best is None else memo.test(task, best["config"]).value
        found[str(count)] = tested
    return found


def n_over(evaluations: Evaluations, n_folds: int, budget: int) -> list[int]:
    """Return how many are over when the fits of 1, 2, ... whole ones are spent."""
    spent = list(accumulate(e.get("n_fits", n_folds) for e in evaluations))
    return [bisect_right(spent, n_folds * n) for n in range(1, budget + 1)]


def checkpoints(budget: int) -> list[int]:
    """Return after how many evaluations the winner is tried on the rows held out."""
    return [count for count in CHECKPOINTS if count < budget] + [budget]


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that it is whole or not there."""
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    with unfinished.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
