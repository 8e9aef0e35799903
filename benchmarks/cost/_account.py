"""What a search has spent, what it holds, and when it may stop."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.compare._space import Config, canonical
from benchmarks.cost._meter import Meter
from benchmarks.cost._tasks import Task

BUDGET = 1.5  # what a search may spend, over the cost of random search
TOLERANCE = 1e-9


class Enough(BaseException):  # which no library catches
    """Ends a search that has no other way to be ended."""


class Account:
    """What a search has spent, and the candidates it has held.

    Parameters
    ----------
    task : Task
        What it works on.
    meter : Meter
        What it has spent.
    target : float, default=inf
        The score to be reached.
    whole : float, default=inf
        Cost of random search.
    spends_all : bool, default=False
        Whether it goes on past the target until it has spent as much as random search.
    """

    def __init__(
        self,
        task: Task,
        meter: Meter,
        target: float = math.inf,
        whole: float = math.inf,
        *,
        spends_all: bool = False,
    ) -> None:
        self.task = task
        self.meter = meter
        self.target = target
        self.whole = whole
        self.spends_all = spends_all
        self.held: list[dict[str, Any]] = []
        self.reached: float | None = None
        self._best = -math.inf, -math.inf
        self._full: dict[str, float] = {}

    def tell(self, config: Config, amount: float, score: float) -> None:
        """Hear of a candidate that has completed an amount of the resource.

        Parameters
        ----------
        config : dict of str to object
            Its parameters, as JSON has them.
        amount : float
            Any measure of the resource that rises with it.
        score : float
            By the measure of the search, greater is better.
        """
        if math.isnan(score) or (amount, score) <= self._best:
            return
        self._best = amount, score
        cost, full = self.meter.seconds, self.full_score(config)
        self.held.append({"cost": cost, "config": config, "score": score, "full": full})
        if self.reached is None and full >= self.target - TOLERANCE:
            self.reached = cost

    def full_score(self, config: Config) -> float:
        """Return the score with everything on all folds, off the account."""
        key = canonical(config)
        if key not in self._full:
            with self.meter.off():
                self._full[key] = self.task.score(config)
        return self._full[key]

    @property
    def is_over(self) -> bool:
        """Whether the search has nothing more to do."""
        if self.reached is None:
            return self.meter.seconds >= BUDGET * self.whole
        return not self.spends_all or self.meter.seconds >= self.whole

    def winner(self) -> dict[str, Any] | None:
        """Return what was held when as much as random search was spent."""
        held = [entry for entry in self.held if entry["cost"] <= self.whole]
        return held[-1] if held else None
