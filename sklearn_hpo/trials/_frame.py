"""A history as a table of pandas."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from sklearn_hpo.trials._fold_result import FoldResult, by_metric
from sklearn_hpo.trials._trial import Trial


class HasResults(Protocol):
    """What a table is made of."""

    trials: list[Trial]

    def result(self, trial: Trial, fold: int) -> FoldResult:
        """Return what was told of a fold."""


def frame_of(history: HasResults) -> Any:
    """Return a DataFrame with a row for each fold that was told.

    Raises
    ------
    ImportError
        If pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as missing:
        raise ImportError(
            "History.to_frame needs pandas. Install it: pip install pandas"
        ) from missing
    return pandas.DataFrame.from_records(list(_rows(history)))


def _rows(history: HasResults) -> Iterator[dict[str, Any]]:
    for trial in history.trials:
        for fold in trial.told:
            yield _row(trial, history.result(trial, fold))


def _row(trial: Trial, result: FoldResult) -> dict[str, Any]:
    return {
        "candidate": trial.candidate.number,
        "resource": trial.resource,
        "fold": result.task.fold,
        "status": trial.status,
        "value": trial.value,
        "noise": trial.noise,
        "fold_status": result.status,
        "fit_time": result.fit_time,
        "score_time": result.score_time,
        "shared_time": result.shared_time,
        **_iterations(result),
        **_prefixed("test_", by_metric(result.scores)),
        **_prefixed("train_", by_metric(result.train_scores)),
        "error": result.error,
        **_prefixed("param_", trial.candidate.params),
        **_prefixed("note_", trial.candidate.note or {}),
    }


def _iterations(result: FoldResult) -> dict[str, int]:
    # A table of searches without early stopping has no such column.
    best = result.best_iteration
    return {} if best is None else {"best_iteration": best}


def _prefixed(prefix: str, items: Mapping[str, Any]) -> dict[str, Any]:
    return {prefix + name: value for name, value in items.items()}
