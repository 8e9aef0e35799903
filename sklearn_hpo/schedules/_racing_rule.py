"""The contract of every rule that ends a candidate before its last fold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from sklearn_hpo.trials import Trial

Estimate: TypeAlias = tuple[float, float]


class RacingRule(BaseEstimator, ABC):
    """Judges whether a candidate is still worth its remaining folds.

    The candidate is compared with the incumbent, the best complete candidate, on the
    folds that both have seen. Only `tell` changes a rule: `judge` and `chance` answer
    the same for the same scores. The constructor stores its arguments; running state is
    made in `start`.
    """

    @abstractmethod
    def start(self, n_folds: int, best_possible: float | None) -> None:
        """Forget everything and prepare for a search.

        Parameters
        ----------
        n_folds : int
            Number of train-test splits.
        best_possible : float or None
            No score can be greater; None if there is no bound or it is not known.
        """

    @abstractmethod
    def judge(
        self, scores: NDArray[np.float64], incumbent_scores: NDArray[np.float64]
    ) -> Estimate | None:
        """Judge a candidate that has seen some of the folds.

        Parameters
        ----------
        scores : ndarray of shape (n_folds,)
            Scores of the candidate, NaN for the folds it has not seen.
        incumbent_scores : ndarray of shape (n_folds,)
            Scores of the incumbent, all finite.

        Returns
        -------
        estimate : (float, float) or None
            None to go on. Otherwise the candidate gets no further fold; the estimate is
            the mean it would have had over all folds, below the incumbent's, and the
            variance of that mean.
        """

    @abstractmethod
    def chance(
        self, scores: NDArray[np.float64], incumbent_scores: NDArray[np.float64]
    ) -> float:
        """Return how likely the candidate is to win: who is likelier goes first.

        Parameters
        ----------
        scores, incumbent_scores : ndarray of shape (n_folds,)
            As in `judge`.

        Returns
        -------
        chance : float
            In [0, 1].
        """

    @abstractmethod
    def tell(self, trial: Trial, incumbent: Trial) -> None:
        """Learn from a trial that is being closed with a score.

        Parameters
        ----------
        trial : Trial
            With the scores of the folds it has seen.
        incumbent : Trial
            The best complete trial so far.
        """
