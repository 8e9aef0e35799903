"""Arrays that grow: one number per trial and fold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.trials._fold_result import Scores, by_metric

# What is measured of a fold beside its scores.
TIMES = ("fit_time", "score_time")


class FoldTable:
    """Columns of shape (n_rows, n_folds), NaN where nothing was recorded.

    A column comes into being when its first value is written; all columns grow
    together by half their size, so that writing n rows costs O(n).

    Parameters
    ----------
    n_folds : int
        Number of values in a row.
    objectives : sequence of str, default=()
        Metrics and times, if several are optimized.

    Attributes
    ----------
    n_rows : int
        Number of rows.
    objective : str or None
        Name of the column that the search optimizes, None before it is known.
    objectives : dict of str to float
        Columns of several objectives, with 1 where greater is better and -1 where less
        is; empty if there is one objective.
    """

    def __init__(self, n_folds: int, objectives: Sequence[str] = ()) -> None:
        self.n_folds = n_folds
        self.n_rows = 0
        self.objective: str | None = None
        self.objectives = {
            name if name in TIMES else f"test_{name}": -1.0 if name in TIMES else 1.0
            for name in objectives
        }
        self._capacity = 16
        self._columns: dict[str, NDArray[np.float64]] = {}

    def column(self, name: str | None) -> NDArray[np.float64]:
        """Return the column, of shape (n_rows, n_folds); all NaN if there is none."""
        if name not in self._columns:
            return np.full((self.n_rows, self.n_folds), np.nan)
        return self._columns[name][: self.n_rows]

    def row(self, name: str | None, row: int) -> NDArray[np.float64]:
        """Return one row of a column, of shape (n_folds,)."""
        if name not in self._columns:
            return np.full(self.n_folds, np.nan)
        return self._columns[name][row]

    def value(self, name: str, row: int, fold: int) -> float:
        """Return one value, NaN if there is none."""
        column = self._columns.get(name)
        return math.nan if column is None else float(column[row, fold])

    def add_row(self) -> int:
        """Append a row of NaN to every column and return its index."""
        if self.n_rows == self._capacity:
            self._capacity += self._capacity // 2
            for name, column in self._columns.items():
                self._columns[name] = self._empty()
                self._columns[name][: self.n_rows] = column
        self.n_rows += 1
        return self.n_rows - 1

    def write(self, name: str, row: int, fold: int, value: float) -> None:
        """Set one value, making the column if it is new."""
        if name not in self._columns:
            self._columns[name] = self._empty()
        self._columns[name][row, fold] = value

    def write_scores(self, kind: str, row: int, fold: int, scores: Scores) -> None:
        """Set the scores of a fold, a column for each metric."""
        for metric, score in by_metric(scores).items():
            self.write(f"{kind}_{metric}", row, fold, score)

    def spread(self, metric: str, metrics: Iterable[str]) -> None:
        """Give some metrics the scores that one of them has so far."""
        for kind in ("test", "train"):
            scores = self._columns.get(f"{kind}_{metric}")
            if scores is not None:
                new = {f"{kind}_{name}": scores.copy() for name in metrics}
                self._columns.update(new)

    def read_scores(
        self, kind: str, row: int, fold: int, metrics: Iterable[str]
    ) -> dict[str, float] | None:
        """Return the scores of a fold by metric, None if no fold has any."""
        names = {metric: f"{kind}_{metric}" for metric in metrics}
        if not self._columns.keys() >= set(names.values()):
            return None
        return {metric: self.value(name, row, fold) for metric, name in names.items()}

    def _empty(self) -> NDArray[np.float64]:
        return np.full((self._capacity, self.n_folds), np.nan)
