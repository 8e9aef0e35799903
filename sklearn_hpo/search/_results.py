"""The history as scikit-learn's ``cv_results_``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn_hpo._compat import (
    BaseSearchCV,
    format_rows,
    warn_or_raise_about_fit_failures,
)
from sklearn_hpo.trials import History


def format_results(search: BaseSearchCV, history: History) -> dict[str, Any]:
    """Return the table of all closed trials, made by scikit-learn's own formatter.

    Parameters
    ----------
    search : BaseSearchCV
        The search, with its ``error_score`` and ``return_train_score``.
    history : History
        A history that ended.

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
    rows = _FoldRows(history, search.error_score, train=search.return_train_score)
    if not len(rows):
        raise ValueError(
            "No fits were performed. "
            "Was the CV iterator empty? "
            "Were there no candidates?"
        )
    warn_or_raise_about_fit_failures(list(_fit_errors(history)), search.error_score)
    params = [trial.candidate.params for trial in history.closed]
    return format_rows(search, params, history.n_folds, rows)


def _fit_errors(history: History) -> Iterator[dict[str, str | None]]:
    for trial in history.closed:
        for fold in trial.told:
            yield {"fit_error": history.errors.get((trial.row, fold))}


class _FoldRows:
    """What scikit-learn's formatter reads: a dict per trial and fold, made when read.

    A list of all of them would take more memory than the table it is made into.
    A failed fold, and one that was not run, has `error_score` for its scores.
    """

    def __init__(self, history: History, error_score: float, *, train: bool) -> None:
        self._history = history
        self._trials = history.closed
        self._error_score = error_score
        self._train = train

    def __len__(self) -> int:
        return len(self._trials) * self._history.n_folds

    def __getitem__(self, index: int) -> dict[str, Any]:
        number, fold = divmod(index, self._history.n_folds)
        trial = self._trials[number]
        ran = trial.was_told(fold)
        result = self._history.result(trial, fold)
        scores = {"test_scores": result.scores}
        if self._train:
            scores["train_scores"] = result.train_scores
        if result.scores is None:
            scores = dict.fromkeys(scores, self._missing())
        return {
            "fit_time": result.fit_time if ran else 0.0,
            "score_time": result.score_time if ran else 0.0,
            **scores,
        }

    def _missing(self) -> float | dict[str, float]:
        if not self._history.multimetric:
            return self._error_score
        return dict.fromkeys(self._history.metrics, self._error_score)
