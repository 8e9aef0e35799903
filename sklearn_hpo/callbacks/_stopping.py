"""Reasons to end a search before its budget is spent."""

from __future__ import annotations

from sklearn_hpo.callbacks._callback import Callback
from sklearn_hpo.trials import History, Trial


class TargetScore(Callback):
    """Stops the search when a candidate is good enough.

    Parameters
    ----------
    score : float
        Mean test score to reach; greater is better.
    """

    def __init__(self, score: float) -> None:
        self.score = score

    def trial(self, trial: Trial, history: History) -> bool:
        """Stop if the best candidate reaches the score."""
        best = history.incumbent(trial.resource)
        return best is not None and best.value >= self.score


class NoImprovement(Callback):
    """Stops the search when candidates no longer improve on the best one.

    Parameters
    ----------
    n_iter : int
        Number of candidates in a row, failed ones included, that bring no improvement.
    """

    def __init__(self, n_iter: int) -> None:
        self.n_iter = n_iter

    def begin(self, history: History) -> None:
        """Count from zero."""
        self.count_ = 0

    def trial(self, trial: Trial, history: History) -> bool:
        """Stop if this is the last candidate in a row to be waited for."""
        improved = history.incumbent(trial.resource) is trial
        self.count_ = 0 if improved else self.count_ + 1
        return self.count_ >= self.n_iter
