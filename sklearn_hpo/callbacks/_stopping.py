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
    resource : int or None, default=None
        Amount of the highest rung if the search has rungs: only what is tried with so
        much counts.
    """

    def __init__(self, score: float, resource: int | None = None) -> None:
        self.score = score
        self.resource = resource

    def trial(self, trial: Trial, history: History) -> bool:
        """Stop if the best candidate reaches the score."""
        if trial.resource != self.resource:
            return False
        best = history.incumbent(trial.resource)
        return best is not None and best.value >= self.score


class NoImprovement(Callback):
    """Stops the search when candidates no longer improve on the best one.

    Parameters
    ----------
    n_iter : int
        Number of candidates in a row, failed ones included, that bring no improvement.
    resource : int or None, default=None
        Amount of the highest rung if the search has rungs: only what is tried with so
        much counts.
    """

    def __init__(self, n_iter: int, resource: int | None = None) -> None:
        self.n_iter = n_iter
        self.resource = resource

    def begin(self, history: History) -> None:
        """Count from zero."""
        self.count_ = 0

    def trial(self, trial: Trial, history: History) -> bool:
        """Stop if this is the last candidate in a row to be waited for."""
        if trial.resource != self.resource:
            return False
        improved = history.incumbent(trial.resource) is trial
        self.count_ = 0 if improved else self.count_ + 1
        return self.count_ >= self.n_iter
