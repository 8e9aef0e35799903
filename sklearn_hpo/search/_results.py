"""The history as scikit-learn's ``cv_results_``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo._compat import (
    BaseSearchCV,
    format_rows,
    warn_or_raise_about_fit_failures,
)
from sklearn_hpo.evaluation import Resource
from sklearn_hpo.schedules import Schedule
from sklearn_hpo.search._discarded import mask_discarded, with_estimates
from sklearn_hpo.search._early import best_iterations
from sklearn_hpo.trials import History


def format_results(
    search: BaseSearchCV,
    history: History,
    schedule: Schedule,
    resource: Resource | None,
) -> dict[str, Any]:
    """Return the table of all closed trials, made by scikit-learn's own formatter.

    Parameters
    ----------
    search : BaseSearchCV
        The search, with its ``error_score`` and ``return_train_score``.
    history : History
        A history that ended.
    schedule : Schedule
        The one that made it. If it looks back, ``status``, ``n_folds_evaluated`` and
        ``error`` are added.
    resource : Resource or None
        What its rungs spend, if there are any. Then ``iter``, the number of the rung,
        and ``n_resources`` are added.

    Returns
    -------
    cv_results : dict of str to ndarray
        A row for each trial.

    Raises
    ------
    ValueError
        If there is no row, or if every fit failed.

    Warns
    -----
    FitFailedWarning
        If some fits failed.
    """
    if not (history.closed and history.n_folds):
        raise ValueError(
            "No fits were performed. "
            "Was the CV iterator empty? "
            "Were there no candidates?"
        )
    rows = _FoldRows(
        history,
        search.error_score,
        train=search.return_train_score,
        fill=schedule.looks_back,
    )
    warn_or_raise_about_fit_failures(list(_fit_errors(history)), search.error_score)
    params = [trial.candidate.params for trial in history.closed]
    rungs = {}
    if resource is not None:
        rungs = _rung_columns(history)
        amounts = rungs["n_resources"].tolist()
        params = [resource.params(*row) for row in zip(params, amounts, strict=True)]
    results = format_rows(search, params, history.n_folds, rows, rungs)
    mask_discarded(results, history)
    if schedule.looks_back:
        results |= _own_columns(history)
    if search.early_stopping is not None:
        results["best_iteration"] = best_iterations(history)
    return results


def _rung_columns(history: History) -> dict[str, NDArray[Any]]:
    """Return the rung of each trial, counted from the least amount, and the amount."""
    amounts = np.array([trial.resource for trial in history.closed], dtype=int)
    _, rung = np.unique(amounts, return_inverse=True)
    return {"iter": rung, "n_resources": amounts}


def _own_columns(history: History) -> dict[str, NDArray[Any]]:
    """Return what the table of a search that looks back has beside scikit-learn's."""
    first_errors: dict[int, str] = {}
    for (row, _), trace in history.errors.items():
        first_errors.setdefault(row, trace)
    closed = history.closed
    return {
        "status": np.array([trial.status for trial in closed]),
        "n_folds_evaluated": np.array([trial.n_told for trial in closed]),
        "error": np.array([first_errors.get(t.row, "") for t in closed], dtype=object),
    }


def _fit_errors(history: History) -> Iterator[dict[str, str | None]]:
    for trial in history.closed:
        for fold in trial.told:
            yield {"fit_error": history.errors.get((trial.row, fold))}


class _FoldRows:
    """What scikit-learn's formatter reads: a dict per trial and fold, made when read.

    A list of all of them would take more memory than the table it is made into. A fold
    that failed or was not run has `error_score` for its scores, or an estimate if its
    trial was discarded; one that was not run took no time. Who looks back is told of a
    score that failed, not of `error_score`, which is for the table to `fill` in.
    """

    def __init__(
        self, history: History, error_score: float, *, train: bool, fill: bool
    ) -> None:
        rows = [trial.row for trial in history.closed]
        missing = np.isnan(history.fit_times)
        missing[tuple(np.array(list(history.errors), dtype=int).reshape(-1, 2).T)] = (
            True
        )

        def filled(scores: NDArray[np.float64]) -> NDArray[np.float64]:
            known = with_estimates(scores, history)
            return np.where(np.isnan(known) & (missing | fill), error_score, known)[
                rows
            ]

        metrics = history.metrics or ("score",)
        self._multimetric = history.multimetric
        self._times = {
            "fit_time": np.nan_to_num(history.fit_times)[rows],
            "score_time": np.nan_to_num(history.score_times)[rows],
        }
        self._scores = {"test_scores": {m: filled(history.scores(m)) for m in metrics}}
        if train:
            self._scores["train_scores"] = {
                m: filled(history.train_scores(m)) for m in metrics
            }

    def __len__(self) -> int:
        return self._times["fit_time"].size

    def __getitem__(self, index: int) -> dict[str, Any]:
        row: dict[str, Any] = {k: times.item(index) for k, times in self._times.items()}
        for key, columns in self._scores.items():
            scores = {metric: column.item(index) for metric, column in columns.items()}
            row[key] = scores if self._multimetric else scores["score"]
        return row
