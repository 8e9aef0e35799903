"""Fit and score one candidate on one fold, with what others have done of it."""

from __future__ import annotations

import numbers
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_hpo._compat import (
    check_method_params,
    is_multimetric,
    is_own_scorer,
    score,
)
from sklearn_hpo.evaluation._folds import Fold
from sklearn_hpo.evaluation._held import Held
from sklearn_hpo.evaluation._outcome import FoldOutcome
from sklearn_hpo.evaluation._prefix import (
    NotShared,
    split_pipeline,
    transform_fold,
)
from sklearn_hpo.evaluation._settings import FoldSettings
from sklearn_hpo.evaluation._store import Store
from sklearn_hpo.evaluation.early_stopping._fit import (
    ValidationPart,
    fit_until_best,
)
from sklearn_hpo.evaluation.resources._allowance import Allowance
from sklearn_hpo.trials import Scores


def fit_fold(
    fold: Fold,
    params: Mapping[str, Any],
    settings: FoldSettings,
    store: Store | None,
    allowance: Allowance,
) -> FoldOutcome:
    """Do what scikit-learn's function does, with what was done before."""
    if settings.cache and store is not None and is_own_scorer(settings.scorer):
        # On any error everything is done anew, so that it fails as it would have.
        drawn = np.random.get_state()  # noqa: NPY002 - what random_state=None draws from
        with suppress(Exception):
            return _fit_rest(fold, params, settings, store, allowance)
        # Threads draw from the same one: that would take back what others have drawn.
        if threading.current_thread() is threading.main_thread():
            np.random.set_state(drawn)  # noqa: NPY002
    return _fit_all(fold, params, settings, allowance)


def _fit_all(
    fold: Fold,
    params: Mapping[str, Any],
    settings: FoldSettings,
    allowance: Allowance,
) -> FoldOutcome:
    """Fit and score a candidate."""
    metadata = _metadata(fold, settings)
    estimator = settings.configured(params)
    start = time.perf_counter()
    X, X_test = fold.rows(estimator, "train"), fold.rows(estimator, "test")
    y, y_test = fold.targets("train"), fold.targets("test")
    try:
        part = _validation_part(fold, settings, estimator)
        fit_params = metadata.fit
        estimator, best = _fitted(estimator, X, y, fit_params, part, allowance)
    except Exception:
        if settings.error_score == "raise":
            raise
        seconds = time.perf_counter() - start
        return FoldOutcome.failed(traceback.format_exc(), seconds)
    fitted = time.perf_counter()
    scorer, on_error = settings.scorer, settings.error_score
    scores = score(estimator, X_test, y_test, scorer, metadata.test, on_error)
    end = time.perf_counter()
    train_scores = None
    if settings.return_train_score:
        train_scores = score(estimator, X, y, scorer, metadata.train, on_error)
    allowance.keep()
    times = fitted - start, end - fitted
    return FoldOutcome(scores, train_scores, *times, best_iteration=best)


def _validation_part(
    fold: Fold, settings: FoldSettings, estimator: Any, X_held: Any = None
) -> ValidationPart | None:
    """Return the rows to stop early on, if the fold has any.

    They are `X_held` if shared steps have transformed them.
    """
    stopping = settings.early_stopping
    if fold.validation is None or stopping is None:
        return None
    return ValidationPart(
        fold.rows(estimator, "validation") if X_held is None else X_held,
        fold.targets("validation"),
        check_method_params(fold.X, settings.score_params, fold.validation),
        settings.scorer,
        stopping.objective,
        stopping.patience,
        stopping.tol,
    )


def _fitted(
    estimator: Any,
    X: Any,
    y: Any,
    fit_params: Mapping[str, Any],
    part: ValidationPart | None,
    allowance: Allowance,
    step: str = "",
) -> tuple[Any, int | None]:
    """Return a fitted estimator, and its best iteration if it was stopped.

    One that is stopped does not go on from a lower rung.
    """
    if part is None:
        return allowance.fit(estimator, X, y, fit_params, step), None
    return estimator, fit_until_best(estimator, X, y, fit_params, part)


def _fit_rest(
    fold: Fold,
    params: Mapping[str, Any],
    settings: FoldSettings,
    store: Store,
    allowance: Allowance,
) -> FoldOutcome:
    """Fit and score the steps of a pipeline that are not shared.

    Raises
    ------
    NotShared
        If that may not be the same.
    """
    metadata = _metadata(fold, settings)
    pipeline = settings.configured(params)
    seen = settings.return_train_score
    goes_on = allowance.kept is not None
    split = split_pipeline(pipeline, fold, seen=seen, goes_on=goes_on)
    fit_params = split.parameters_of_tail(metadata.fit)
    shared, saved = transform_fold(pipeline, split.steps, fold, store, seen=seen)
    start = time.perf_counter()
    y = fold.targets("train")
    X_held = None if shared.X_held is None else shared.X_held.own()
    part = _validation_part(fold, settings, pipeline, X_held)
    X = shared.X_train.own()
    step = split.prefix_of_tail
    tail, best = _fitted(split.tail, X, y, fit_params, part, allowance, step)
    fitted = time.perf_counter()
    y_test = fold.targets("test")
    scores = _score_rest(tail, shared.X_test, y_test, settings.scorer, metadata.test)
    end = time.perf_counter()
    train_scores = None
    if shared.X_seen is not None:
        train_scores = _score_rest(
            tail, shared.X_seen, y, settings.scorer, metadata.train
        )
    allowance.keep()
    return FoldOutcome(
        scores,
        train_scores,
        shared.fit_time + fitted - start,
        shared.transform_time + end - fitted,
        shared_time=saved,
        best_iteration=best,
    )


def _score_rest(
    tail: BaseEstimator,
    held: Held,
    y: Any,
    scorer: Any,
    score_params: Mapping[str, Any],
) -> Scores:
    """Return the scores of transformed data.

    Raises
    ------
    NotShared
        If a score is no number, or a metric may have seen what another one has changed:
        a whole pipeline transforms the data anew for each.
    """
    X = held.own()
    scores = scorer(tail, X, *(() if y is None else (y,)), **score_params)
    if not is_multimetric(scorer):
        return _number(scores)
    if not held.is_still(X):
        raise NotShared
    return {name: _number(value) for name, value in scores.items()}


def _number(value: Any) -> float:
    if hasattr(value, "item"):
        with suppress(ValueError):
            value = value.item()
    if not isinstance(value, numbers.Number):
        raise NotShared
    return value  # type: ignore[return-value]


@dataclass(frozen=True, eq=False, slots=True)
class Metadata:
    """What `fit` and the scoring of both parts get beside X and y."""

    fit: Mapping[str, Any]
    train: Mapping[str, Any]
    test: Mapping[str, Any]


def _metadata(fold: Fold, settings: FoldSettings) -> Metadata:
    return Metadata(
        check_method_params(fold.X, settings.fit_params, fold.train),
        check_method_params(fold.X, settings.score_params, fold.train),
        check_method_params(fold.X, settings.score_params, fold.test),
    )
