"""Stand-ins that make a search of the loop without scikit-learn."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from types import SimpleNamespace

from sklearn_hpo.trials import FoldResult, Task


class FakeEvaluator:
    """Scores tasks by a function; each takes as long as `duration` says."""

    def __init__(
        self,
        score: Callable[[Task], float | None],
        duration: Callable[[Task], float] = lambda task: 1.0,
    ) -> None:
        self.score = score
        self.duration = duration
        self.clock = 0.0
        self.running: list[tuple[float, int, Task]] = []
        self.submitted: list[Task] = []
        self.most_in_flight = 0

    def submit(self, task: Task) -> None:
        self.submitted.append(task)
        end = self.clock + self.duration(task)
        heapq.heappush(self.running, (end, task.ticket, task))
        self.most_in_flight = max(self.most_in_flight, len(self.running))

    def next_done(self, timeout: float | None = None) -> FoldResult | None:
        self.clock, _, task = heapq.heappop(self.running)
        score = self.score(task)
        error = None if score is not None else "Traceback: it failed"
        status = "ok" if error is None else "failed"
        return FoldResult(task, score, None, 0.1, 0.01, status, error)


def completed(candidate, value: float) -> SimpleNamespace:
    """Return a trial with all its folds, as far as a strategy reads it."""
    return SimpleNamespace(
        candidate=candidate,
        value=value,
        noise=math.nan,
        status="complete",
        unseen=0.0,
    )
