"""The results of folds, written into arrays and read back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from sklearn_hpo.trials._candidate import Task
from sklearn_hpo.trials._fold_result import (
    Failure,
    FoldResult,
    FoldStatus,
    Scores,
    by_metric,
    worst,
)
from sklearn_hpo.trials._fold_table import FoldTable

# What a fold took; every result has these.
_SECONDS = ("fit_time", "score_time", "shared_time")


class FoldRecords:
    """The results of folds, by the row of their trial.

    Parameters
    ----------
    table : FoldTable
        Where the numbers go.
    objective : str or None
        Metric the search optimizes; None for the only one, or for the first of several.

    Attributes
    ----------
    multimetric, metrics, errors : object
        As in :class:`History`.
    """

    def __init__(self, table: FoldTable, objective: str | None) -> None:
        self.multimetric: bool | None = None
        self.metrics: tuple[str, ...] = ()
        self.errors: dict[tuple[int, int], str] = {}
        self._failures: dict[tuple[int, int], Failure] = {}
        self._table = table
        self._objective = objective

    def write(self, row: int, result: FoldResult) -> None:
        """Write a result into a row."""
        fold = result.task.fold
        for name in _SECONDS:
            self._table.write(name, row, fold, getattr(result, name))
        if result.best_iteration is not None:
            self._table.write("best_iteration", row, fold, result.best_iteration)
        if result.status != "ok":
            self._failures[row, fold] = result.status
            self.errors[row, fold] = result.error or ""
            return
        if not self.multimetric:
            self._learn_metrics(result.scores)
        for kind, scores in (("test", result.scores), ("train", result.train_scores)):
            self._table.write_scores(kind, row, fold, self._of_all_metrics(scores))

    def read(self, row: int, task: Task, *, told: bool) -> FoldResult:
        """Return what a row holds of a task, without scores if it was not told."""
        fold = task.fold
        status: FoldStatus = self._failures.get((row, fold), "ok")
        scored = status == "ok" and told
        best_iteration = self._table.value("best_iteration", row, fold)
        fit_time, score_time, shared_time = (
            self._table.value(name, row, fold) for name in _SECONDS
        )
        return FoldResult(
            task,
            scores=self._scores("test", row, fold) if scored else None,
            train_scores=self._scores("train", row, fold) if scored else None,
            fit_time=fit_time,
            score_time=score_time,
            status=status,
            error=self.errors.get((row, fold)),
            shared_time=shared_time,
            best_iteration=None if math.isnan(best_iteration) else int(best_iteration),
        )

    def worst(self, row: int, folds: Iterable[int]) -> Failure:
        """Return the most dangerous way in which folds of a row have failed."""
        places = ((row, fold) for fold in folds)
        return worst(self._failures[p] for p in places if p in self._failures)

    def _learn_metrics(self, scores: Scores) -> None:
        """Learn what is measured; a scorer that fails does not tell its metrics."""
        was_single = self.multimetric is False
        self.multimetric = isinstance(scores, Mapping)
        self.metrics = tuple(by_metric(scores))
        objective = self._objective if self.multimetric else None
        self._table.objective = f"test_{objective or self.metrics[0]}"
        if was_single and self.multimetric:
            self._table.spread("score", self.metrics)

    def _of_all_metrics(self, scores: Scores) -> Scores:
        """Return the scores by metric, also those of a scorer that failed."""
        if not self.multimetric or scores is None or isinstance(scores, Mapping):
            return scores
        return dict.fromkeys(self.metrics, scores)

    def _scores(self, prefix: str, row: int, fold: int) -> Scores:
        scores = self._table.read_scores(prefix, row, fold, self.metrics)
        return scores if self.multimetric or not scores else scores["score"]
