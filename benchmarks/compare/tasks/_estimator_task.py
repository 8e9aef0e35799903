"""A task that fits scikit-learn estimators."""

from __future__ import annotations

import hashlib
import re
import time
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import sklearn
from sklearn.metrics import get_scorer
from threadpoolctl import threadpool_limits

from benchmarks.compare._space import Config, Param, Space, canonical
from benchmarks.compare._task import Outcome, Task
from benchmarks.compare.tasks._data import N_FOLDS, Data
from sklearn_hpo.evaluation import best_possible


class EstimatorTask(Task):
    """Cross-validation of ``build(config)`` on fixed folds.

    Parameters
    ----------
    name, kind, traits, split, quick
        See `Task`.
    data : callable
        Returns the `Data`; called at the first evaluation.
    scoring : str
        Name of a scorer of scikit-learn.
    build : callable
        Makes the estimator of a configuration.
    params : sequence of Param
        The parameters searched.
    branches : sequence of str
        Branches of the space, the default first.
    """

    suite = "real"
    n_folds = N_FOLDS

    def __init__(
        self,
        name: str,
        *,
        kind: str,
        traits: str,
        data: Callable[[], Data],
        scoring: str,
        build: Callable[[Config], Any],
        params: Sequence[Param],
        branches: Sequence[str] = ("all",),
        split: str = "report",
        quick: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.traits = f"{traits}, {scoring}"
        self.split = split
        self.quick = quick
        self.space = Space(tuple(params), tuple(branches))
        self.data = data
        self.scoring = scoring
        self.best_possible = best_possible(get_scorer(scoring), None)
        self.build = build

    @cached_property
    def fingerprint(self) -> str:
        """Hash of data, space, metric, default estimator and scikit-learn's version."""
        parts = (
            sklearn.__version__,
            self.data().fingerprint,
            canonical(self.space.to_json()),
            self.scoring,
            # A function in a pipeline shows its address, another in each process.
            re.sub(" at 0x[0-9a-f]+", "", repr(self.build(self.space.default()))),
        )
        return hashlib.sha1("\n".join(parts).encode()).hexdigest()[:12]

    def evaluate(self, config: Config) -> Outcome:
        """Fit and score every fold."""
        data = self.data()
        splits = [
            (data.X, data.y, train, data.X, data.y, test) for train, test in data.folds
        ]
        return self._outcome(config, splits)

    def test(self, config: Config) -> Outcome:
        """Fit on all rows of the search, score on the rows held out."""
        data = self.data()
        train, test = np.arange(len(data.y)), np.arange(len(data.y_test))
        split = (data.X, data.y, train, data.X_test, data.y_test, test)
        return self._outcome(config, [split])

    def _outcome(self, config: Config, splits: list[tuple[Any, ...]]) -> Outcome:
        start = time.perf_counter()
        scores: list[float] = []
        error = None
        try:
            scores = [self._score(config, *split) for split in splits]
        except Exception as exception:  # whatever an estimator raises is its result
            error = f"{type(exception).__name__}: {exception}"[:200]
        seconds = time.perf_counter() - start
        if error is None and not np.isfinite(scores).all():
            error = f"scores are not finite: {scores}"
        if error is not None:
            return Outcome(None, [], seconds, error)
        return Outcome(float(np.mean(scores)), scores, seconds)

    def _score(
        self,
        config: Config,
        X: Any,
        y: Any,
        train: Any,
        X_test: Any,
        y_test: Any,
        test: Any,
    ) -> float:
        model = self.build(config)
        # Tuning crosses bad ground on purpose: warnings of models are expected.
        with warnings.catch_warnings(), np.errstate(all="ignore"), threadpool_limits(1):
            warnings.simplefilter("ignore")
            model.fit(rows(X, train), y[train])
            score = get_scorer(self.scoring)(model, rows(X_test, test), y_test[test])
        return float(score)


def rows(X: Any, index: Any) -> Any:
    """Return some rows of an array or a data frame."""
    return X.iloc[index] if hasattr(X, "iloc") else X[index]
