"""Trials without all folds: estimates while the table is made, NaN in the end."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.trials import History, Trial


def with_estimates(
    scores: NDArray[np.float64], history: History
) -> NDArray[np.float64]:
    """Return the scores with an estimate for each fold a trial did not see.

    For a trial that is complete at a rung of fewer folds it is the mean of the others.
    For a discarded one it is the score of the incumbent the trial lost to, plus the
    mean difference on the folds that both have seen: so the mean over all folds is that
    of the incumbent plus the mean difference.

    Parameters
    ----------
    scores : ndarray of shape (n_trials, n_folds)
        Scores of a metric.
    history : History
        Where they come from.

    Returns
    -------
    scores : ndarray of shape (n_trials, n_folds)
        A copy.
    """
    scores = scores.copy()
    for trial in history.trials:
        if trial.lost_to is None and not _has_fewer_folds(trial, history):
            continue
        seen = _seen(trial, history)
        if trial.lost_to is None:
            scores[trial.row, ~seen] = scores[trial.row, seen].mean()
            continue
        row, reference = scores[trial.row], scores[trial.lost_to.row]
        row[~seen] = reference[~seen] + (row[seen] - reference[seen]).mean()
    return scores


def mask_discarded(results: dict[str, Any], history: History) -> None:
    """Take the estimates out of a table again, but for the means; rank what is left.

    Folds that were not seen become NaN, standard deviations and times are over the
    folds seen, and discarded trials rank after all others that have a mean.

    Parameters
    ----------
    results : dict of str to ndarray
        Changed in place.
    history : History
        Where it comes from.
    """
    lost = np.array([trial.status == "discarded" for trial in history.closed])
    for row, trial in enumerate(history.closed):
        if lost[row] or _has_fewer_folds(trial, history):
            seen = _seen(trial, history)
            _mask_scores(results, row, seen)
            for name in ("fit_time", "score_time"):
                times = getattr(history, f"{name}s")[trial.row, seen]
                results[f"mean_{name}"][row] = times.mean()
                results[f"std_{name}"][row] = times.std()
    for name, ranks in results.items():
        if lost.any() and name.startswith("rank_test_"):
            ranks[:] = _ranks(results[name.replace("rank_", "mean_", 1)], lost)


def _mask_scores(results: dict[str, Any], row: int, seen: NDArray[np.bool_]) -> None:
    for name in list(results):
        if name.startswith("split0_"):
            rest = name.removeprefix("split0_")
            columns = [results[f"split{fold}_{rest}"] for fold in range(len(seen))]
            scores = np.array([column[row] for column in columns])
            results[f"std_{rest}"][row] = scores[seen].std()
            for fold in np.flatnonzero(~seen):
                columns[fold][row] = np.nan


def _ranks(
    means: NDArray[np.float64], lost: NDArray[np.bool_]
) -> NDArray[np.integer[Any]]:
    """Return ranks from 1, equal means sharing the best; NaN last."""
    group = np.where(np.isnan(means), 2, np.where(lost, 1, 0))
    keys = list(zip(group.tolist(), np.nan_to_num(-means).tolist(), strict=True))
    ordered = sorted(keys)
    return np.array([1 + bisect_left(ordered, key) for key in keys])


def _has_fewer_folds(trial: Trial, history: History) -> bool:
    return trial.status == "complete" and trial.n_told < history.n_folds


def _seen(trial: Trial, history: History) -> NDArray[np.bool_]:
    """Return which folds were told, of shape (n_folds,)."""
    return np.array([trial.was_told(fold) for fold in range(history.n_folds)])
