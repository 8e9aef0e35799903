"""The contract of every way to spend the budget."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import Candidate, FoldResult, History, Trial, TrialStatus

Proposal: TypeAlias = tuple[Candidate, int, float | None]
Verdict: TypeAlias = tuple[TrialStatus, float, float]


class Schedule(BaseEstimator, ABC):
    """Decides how much to spend on what the strategy proposes.

    Like a strategy, a schedule changes in `tell` alone: `ask` reads the open and closed
    trials, the folds issued and the incumbents of the history, nothing else. The
    constructor stores its arguments; running state is made in `start`.
    """

    def start(
        self,
        strategy: Strategy,
        space: SearchSpace,
        n_iter: int,
        seed: int,
        n_folds: int,
        width: int,
    ) -> None:
        """Forget everything and prepare for a search.

        Parameters
        ----------
        strategy : Strategy
            Whom to ask for candidates; it is started here.
        space : SearchSpace
            What may be tried.
        n_iter : int
            Number of candidates the search may have.
        seed : int
            Seed of the search.
        n_folds : int
            Number of train-test splits.
        width : int
            Number of candidates that may be open before further folds of a candidate
            come first.
        """
        self.strategy_ = strategy
        self.n_iter_ = n_iter
        self.n_folds_ = n_folds
        self.width_ = width
        strategy.start(space, n_iter, seed)

    @property
    def looks_back(self) -> bool:
        """Whether an answer depends on what was told."""
        return self.strategy_.looks_back

    @abstractmethod
    def ask(self, history: History, rng: np.random.Generator) -> Proposal | None:
        """Return the next task.

        Parameters
        ----------
        history : History
            All trials so far.
        rng : numpy.random.Generator
            Fresh for each call; to be handed to the strategy.

        Returns
        -------
        proposal : (Candidate, int, float or None) or None
            Candidate, fold and resource. None means: not before another result is told;
            with nothing pending it means that the search is over.
        """

    @abstractmethod
    def tell(
        self, result: FoldResult, trial: Trial, history: History
    ) -> Verdict | None:
        """Judge an open trial after one more result.

        Parameters
        ----------
        result : FoldResult
            What came of the fold.
        trial : Trial
            The trial it belongs to, the result included.
        history : History
            All trials so far.

        Returns
        -------
        verdict : (status, value, noise) or None
            What to close the trial with, None to keep it open. The value is the
            objective, greater is better, and the noise its variance.
        """
