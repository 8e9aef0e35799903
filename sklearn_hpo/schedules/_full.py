"""All folds for every candidate."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.schedules._schedule import Proposal, Schedule, Verdict
from sklearn_hpo.trials import FoldResult, History, Trial


class Full(Schedule):
    """Gives every candidate all folds, the oldest open candidate first.

    A failed fold closes the candidate at once if the search looks back: its score is
    known to be useless, and the strategy should hear of it soon. A search through a
    list runs all folds, as scikit-learn does.
    """

    def ask(self, history: History, rng: np.random.Generator) -> Proposal | None:
        """Return the next fold of the oldest open candidate, or of a new one."""
        for trial in history.unissued:
            further = self._further_fold(trial)
            if further is not None:
                return further
        return self._new_candidate(history, rng)

    def tell(
        self, result: FoldResult, trial: Trial, history: History
    ) -> Verdict | None:
        """Close the candidate after its last fold, or after a failure."""
        # A score that is no finite number is as useless as none.
        failed = not math.isfinite(trial.scores[result.task.fold])
        failed = failed and self.strategy_.looks_back
        n_folds = self._n_folds_of(trial)
        if trial.n_told < n_folds and not failed:
            return None
        value, noise = _mean_and_noise(trial.scores[:n_folds])
        if math.isfinite(value) and not np.isnan(trial.values[1:]).any():
            return "complete", value, noise
        return history.failure(trial), math.nan, math.nan

    def _new_candidate(
        self, history: History, rng: np.random.Generator
    ) -> Proposal | None:
        """Return the first fold of a new candidate, None if there is none."""
        if history.n_candidates >= self.n_iter_:
            return None
        pending = history.pending if self.strategy_.looks_back else ()
        candidate = self.strategy_.ask(history.n_candidates, pending, rng)
        return None if candidate is None else (candidate, 0, None)

    def _further_fold(self, trial: Trial) -> Proposal | None:
        """Return the next fold of a trial, None if all were issued."""
        fold = trial.next_fold
        if fold is None or fold >= self._n_folds_of(trial):
            return None
        return trial.candidate, fold, trial.resource

    def _n_folds_of(self, trial: Trial) -> int:
        """Return how many folds a trial is to have: the first ones."""
        return self.n_folds_


def _mean_and_noise(scores: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean of scores of shape (n_folds,), and its variance.

    The variance is that of the mean of independent folds.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        value = float(scores.mean())
        noise = float(scores.var(ddof=1)) / len(scores) if len(scores) > 1 else math.nan
    return value, noise
