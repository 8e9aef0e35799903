"""Estimators that do odd things, and a way to evaluate them without a search."""

from __future__ import annotations

import os
import signal
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import KFold

from sklearn_hpo.evaluation import Evaluator, FoldSettings
from sklearn_hpo.trials import Candidate, FoldResult, Task


class Probe(BaseEstimator):
    """Does what its parameter says while it is fitted, and scores the process."""

    def __init__(self, a: Any = 0) -> None:
        self.a = a

    def fit(self, X, y=None):
        if callable(self.a):
            self.a(X)
        return self

    def score(self, X, y=None) -> float:
        return float(os.getpid())


class Sleep:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, X) -> None:
        time.sleep(self.seconds)


class Die:
    """Ends the process by a signal; if given a file, only who finds none."""

    def __init__(self, number: int = signal.SIGKILL, once: Path | None = None) -> None:
        self.number = number
        self.once = once

    def __call__(self, X) -> None:
        if self.once is not None:
            if self.once.exists():
                return
            self.once.touch()
        os.kill(os.getpid(), self.number)


class Warn:
    def __call__(self, X) -> None:
        warnings.warn("look out", ResourceWarning, stacklevel=1)


class Zero:
    """Sets all it is given to zero, in place."""

    def __call__(self, X) -> None:
        if isinstance(X, list):
            for row in X:
                row[0] = 0.0
        elif hasattr(X, "iloc"):
            X.iloc[:] = 0.0
        else:
            X *= 0.0


class Nobody:
    def evaluation(self, task_id: int) -> dict[str, Any]:
        return {}


def own_score(estimator, X, y=None) -> float:
    return estimator.score(X, y)


def settings(estimator, **more: Any) -> FoldSettings:
    more = {"scorer": own_score, "fit_params": {}, "score_params": {}, **more}
    return FoldSettings(estimator, n_folds=2, n_candidates=100, **more)


def tasks(values: Sequence[Any]) -> list[Task]:
    return [
        Task(k, Candidate(k, {"a": value}), k % 2) for k, value in enumerate(values)
    ]


def evaluator(
    estimator: BaseEstimator, X: Any, n_jobs: int | None, **more: Any
) -> Evaluator:
    n = X.shape[0] if hasattr(X, "shape") else len(X)
    splits = list(KFold(2).split(np.zeros(n)))
    return Evaluator(
        X, None, splits, settings(estimator, **more), Nobody(), n_jobs=n_jobs
    )


def evaluated(
    values: Sequence[Any],
    X: Any = None,
    *,
    backend: str = "loky",
    estimator: BaseEstimator | None = None,
    n_jobs: int = 2,
    **more: Any,
) -> list[FoldResult]:
    """Return the results of a candidate for each value, in their order."""
    X = np.ones((20, 2)) if X is None else X
    with (
        joblib.parallel_config(backend),
        evaluator(estimator or Probe(), X, n_jobs, **more) as running,
    ):
        for task in tasks(values):
            running.submit(task)
        results = [running.next_done() for _ in values]
    return sorted(results, key=lambda result: result.task.ticket)
