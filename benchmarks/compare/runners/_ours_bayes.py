"""The strategy of our BayesSearchCV, asked and told as its loop does."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.compare._space import Config
from benchmarks.compare.runners._ours_space import checkout, translate
from benchmarks.compare.runners._runner import ExhaustedError, Runner
from sklearn_hpo.schedules import Full, Racing
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, First, Strategy
from sklearn_hpo.trials import FoldResult, History, Task, Trial


class Peer(Runner):
    """The defaults of the estimator first, as BayesSearchCV does by itself, then Bayes.

    Folds are judged by its schedule. With the option ``racing`` that is the race which
    is its default. The other options are arguments of `Bayes`.
    """

    library = "sklearn_hpo"

    def start(self) -> None:
        """Start the strategy on the space."""
        space = SearchSpace.from_user(translate(self.space))
        races = self.options.pop("racing", False)
        self.schedule = Racing(best_possible=self.best_possible) if races else Full()
        self.strategy = First([self.space.default()], self.make(space))
        self.first = None
        self.schedule.start(
            self.strategy, space, self.budget, self.seed, self.n_folds, width=1
        )
        self.history = History(self.n_folds, self.budget, seed=self.seed)

    def make(self, space: SearchSpace) -> Strategy:
        """Make the strategy."""
        return Bayes(**self.options)

    def propose(self) -> tuple[Any, Config]:
        """Ask with a fresh generator and note the folds as issued."""
        number = self.history.n_candidates
        rng = np.random.default_rng([self.seed, number])
        candidate = self.strategy.ask(number, self.history.pending, rng)
        if candidate is None:
            raise ExhaustedError("the space is exhausted")
        tasks = [Task(-1, candidate, fold) for fold in range(self.n_folds)]
        for task in tasks:
            self.history.issue(task)
        return tasks, self.space.prune(candidate.params)

    def adopt(self, config: Config) -> Any:
        """Never called: the strategy has its first points from the start."""
        raise AssertionError("Ours is given its first point when it is made.")

    def goes_on(self, handle: Any, scores: list[float]) -> bool:
        """Record the last of these scores and judge; close the trial if it is over."""
        result = FoldResult(handle[len(scores) - 1], scores[-1], None, 0.0, 0.0)
        trial = self.history.record(result)
        verdict = self.schedule.tell(result, trial, self.history)
        if verdict is not None:
            self._close(trial, *verdict)
        return verdict is None

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Record the folds that were not judged, or that it failed."""
        trial = self.history.trial_of(handle[0])
        if value is None and not scores:
            self._close(trial, "failed", float("nan"), float("nan"))
        for n in range(trial.n_told + 1, len(scores) + 1):
            self.goes_on(handle, scores[:n])

    def version(self) -> str:
        """Return the version of the checkout."""
        return checkout()

    def _close(self, trial: Trial, status: Any, value: float, noise: float) -> None:
        self.history.close(trial, status, value, noise)
        self.strategy.tell(trial)
