"""Stand-ins that make a search of the loop without scikit-learn."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from sklearn_hpo.strategies import Strategy
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


class OnlyRvs:
    """A distribution that can be drawn from, and no more."""

    def rvs(self, size=None, random_state=None) -> float:
        return 0.5


class Witness(Strategy):
    """Asks a fresh instance, told the same trials, beside the strategy it wraps."""

    def __init__(self, make: Callable[[], Strategy]) -> None:
        self.make = make

    def start(self, space, n_iter, seed) -> None:
        self.start_args_ = (space, n_iter, seed)
        self.told_ = []
        self.live_ = self._fresh()

    def _fresh(self) -> Strategy:
        strategy = self.make()
        strategy.start(*self.start_args_)
        for trial in self.told_:
            strategy.tell(trial)
        return strategy

    def ask(self, number, pending, rng):
        answers = [
            strategy.ask(number, pending, np.random.default_rng(number))
            for strategy in (self.live_, self._fresh(), self.live_)
        ]
        params = [None if a is None else dict(a.params) for a in answers]
        assert params[0] == params[1] == params[2]
        return answers[0]

    def tell(self, trial) -> None:
        self.told_.append(trial)
        self.live_.tell(trial)
