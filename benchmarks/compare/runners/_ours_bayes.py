"""The strategy of our BayesSearchCV, asked and told as its loop does."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.compare._space import Config
from benchmarks.compare.runners._ours_space import checkout, translate
from benchmarks.compare.runners._runner import ExhaustedError, Runner
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, First, Strategy
from sklearn_hpo.trials import FoldResult, History, Task, Trial


class Peer(Runner):
    """The defaults of the estimator first, as BayesSearchCV does by itself, then Bayes.

    The options are arguments of `Bayes`.
    """

    library = "sklearn_hpo"

    def start(self) -> None:
        """Start the strategy on the space."""
        space = SearchSpace.from_user(translate(self.space))
        self.strategy = First([self.space.default()], self.make(space))
        self.first = None
        self.strategy.start(space, self.budget, self.seed)
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

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Record the folds, close the trial, tell the strategy."""
        trial = self.history.trial_of(handle[0])
        if value is None:
            self._close(trial, "failed", float("nan"), float("nan"))
            return
        for task, score in zip(handle, scores, strict=True):
            self.history.record(FoldResult(task, score, None, 0.0, 0.0))
        n = len(scores)
        noise = float(np.var(scores, ddof=1)) / n if n > 1 else float("nan")
        self._close(trial, "complete", value, noise)

    def version(self) -> str:
        """Return the version of the checkout."""
        return checkout()

    def _close(self, trial: Trial, status: Any, value: float, noise: float) -> None:
        self.history.close(trial, status, value, noise)
        self.strategy.tell(trial)
