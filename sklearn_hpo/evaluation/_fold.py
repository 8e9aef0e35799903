"""One fold: set the parameters on a clone, fit it, score it."""

from __future__ import annotations

import numbers
import pickle
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from sklearn_hpo._compat import (
    check_method_params,
    fit_and_score,
    is_multimetric,
    is_own_scorer,
    score,
)
from sklearn_hpo.evaluation._folds import Fold
from sklearn_hpo.evaluation._held import Held
from sklearn_hpo.evaluation._prefix import (
    NotShared,
    split_pipeline,
    transform_fold,
)
from sklearn_hpo.evaluation._store import Store
from sklearn_hpo.trials import FoldStatus, Scores


@dataclass(frozen=True, eq=False, slots=True)
class FoldSettings:
    """What all folds of a search have in common.

    Parameters
    ----------
    estimator : estimator object
        Cloned for each fit.
    scorer : callable
        A scorer of scikit-learn, of one or of several metrics.
    fit_params, score_params : dict of str to object
        Routed parameters; arrays as long as X are split with it.
    n_folds, n_candidates : int
        What progress messages count to.
    return_train_score : bool, default=False
        Whether the training part is scored too.
    error_score : "raise" or float, default=nan
        As in scikit-learn's searches.
    verbose : int, default=0
        As in scikit-learn's searches.
    cache : bool, default=False
        Whether candidates share the first steps of a pipeline.
    fit_timeout : float or None, default=None
        Seconds for a fold.
    memory_limit : int, str or None, default=None
        Bytes that a fold may take beyond what its worker holds; ``"2G"`` is a string of
        them.
    """

    estimator: BaseEstimator
    scorer: Any
    fit_params: Mapping[str, Any]
    score_params: Mapping[str, Any]
    n_folds: int
    n_candidates: int
    return_train_score: bool = False
    error_score: str | float = np.nan
    verbose: int = 0
    cache: bool = False
    fit_timeout: float | None = None
    memory_limit: int | str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class FoldShared:
    """What reaches each worker once, beside the data.

    Parameters
    ----------
    settings : FoldSettings
        What all folds have in common.
    splits : list of (train, test)
        Index arrays of shape (n_train,) and (n_test,), one pair a fold.
    store : Store or None, default=None
        Where what candidates share is kept; None if they share nothing.
    late : str or None, default=None
        Folder in which a worker that is ended because a fold takes too long shows which
        one; None if the workers are not processes of this machine.
    """

    settings: FoldSettings
    splits: list[tuple[NDArray[np.intp], NDArray[np.intp]]]
    store: Store | None = None
    late: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class FoldOutcome:
    """What a worker sends back: a fold result but for its task.

    Of the times, `shared_time` seconds passed in another candidate's task.
    """

    scores: Scores
    train_scores: Scores
    fit_time: float
    score_time: float
    error: str | None = None
    status: FoldStatus = "ok"
    shared_time: float = 0.0

    @classmethod
    def failed(
        cls, trace: str, fit_time: float = 0.0, score_time: float = 0.0
    ) -> FoldOutcome:
        """Return what comes of a fold that raised an exception with this traceback."""
        exception = trace.rstrip().rpartition("\n")[2].partition(":")[0]
        no_memory = exception.endswith("MemoryError")
        status: FoldStatus = "out_of_memory" if no_memory else "failed"
        return cls(None, None, fit_time, score_time, trace, status)


class RaisedError:
    """An exception on its way from a worker to the caller.

    One that does not survive pickling travels as a RuntimeError with its traceback.

    Parameters
    ----------
    exception : Exception or SystemExit
        What was raised.
    trace : str
        Its formatted traceback.
    """

    def __init__(self, exception: Exception | SystemExit, trace: str) -> None:
        self.exception = exception
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.loads(pickle.dumps(self.exception))  # noqa: S301 (made just here)
        except Exception:  # noqa: BLE001 (an exception may do anything when pickled)
            return RaisedError, (RuntimeError(self.trace), self.trace)
        return RaisedError, (self.exception, self.trace)


def evaluate_fold(
    X: Any,
    y: Any,
    shared: FoldShared,
    fold: int,
    params: Mapping[str, Any],
    progress: tuple[int, int],
    callbacks: Mapping[str, Any],
) -> FoldOutcome | RaisedError:
    """Fit and score one candidate on one fold.

    Parameters
    ----------
    X, y : object
        The whole data, as the user gave it.
    shared : FoldShared
        What is the same for all tasks; like X and y it reaches a worker once.
    fold : int
        Index of the split.
    params : dict of str to object
        Parameters to set.
    progress : (int, int)
        Number of the candidate and index of the fold, for messages.
    callbacks : dict of str to object
        Keyword arguments by which scikit-learn's callbacks are told.

    Returns
    -------
    outcome : FoldOutcome or RaisedError
        A failing ``fit`` is an outcome unless ``error_score="raise"``, and so are a
        parameter that cannot be set and :func:`sys.exit`; any other exception is one to
        raise.
    """
    settings = shared.settings
    train, test = shared.splits[fold]
    try:
        if callbacks or not _runs_here(X, y, settings):
            return _run_by_scikit_learn(
                X, y, train, test, params, progress, settings, callbacks
            )
        part = Fold(X, y, train, test, fold, shared.store)
        return _run(part, params, settings, shared.store)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (user code)
        trace = traceback.format_exc()
        failed = isinstance(error, SystemExit) or not _can_set(settings, params)
        if settings.error_score == "raise" or not failed:
            return RaisedError(error, trace)
        return FoldOutcome.failed(trace)


def _runs_here(X: Any, y: Any, settings: FoldSettings) -> bool:
    """Return whether scikit-learn's function would say or know no more than ours."""
    known = settings.error_score == "raise" or isinstance(
        settings.error_score, numbers.Number
    )
    return known and settings.verbose <= 1 and Fold.supports(X, y)


def _run_by_scikit_learn(
    X: Any,
    y: Any,
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    params: Mapping[str, Any],
    progress: tuple[int, int],
    settings: FoldSettings,
    callbacks: Mapping[str, Any],
) -> FoldOutcome:
    number, fold = progress
    result = fit_and_score(
        clone(settings.estimator),
        X,
        y,
        train=train,
        test=test,
        parameters=params,
        scorer=settings.scorer,
        fit_params=settings.fit_params,
        score_params=settings.score_params,
        return_train_score=settings.return_train_score,
        return_times=True,
        split_progress=(fold, settings.n_folds),
        candidate_progress=(number, settings.n_candidates),
        error_score=settings.error_score,
        verbose=settings.verbose,
        **callbacks,
    )
    times = result["fit_time"], result["score_time"]
    if result["fit_error"] is not None:
        return FoldOutcome.failed(result["fit_error"], *times)
    return FoldOutcome(result["test_scores"], result.get("train_scores"), *times)


def _run(
    fold: Fold, params: Mapping[str, Any], settings: FoldSettings, store: Store | None
) -> FoldOutcome:
    """Do what scikit-learn's function does, with what other candidates have done."""
    if settings.cache and store is not None and is_own_scorer(settings.scorer):
        # On any error everything is done anew, so that it fails as it would have.
        with suppress(Exception):
            return _fit_rest(fold, params, settings, store)
    return _fit_all(fold, params, settings)


def _fit_all(
    fold: Fold, params: Mapping[str, Any], settings: FoldSettings
) -> FoldOutcome:
    """Fit and score a candidate."""
    metadata = _metadata(fold, settings)
    estimator = configured(settings, params)
    start = time.perf_counter()
    X = fold.rows(estimator, train=True)
    X_test = fold.rows(estimator, train=False)
    y, y_test = fold.targets(train=True), fold.targets(train=False)
    try:
        if y is None:
            estimator.fit(X, **metadata.fit)
        else:
            estimator.fit(X, y, **metadata.fit)
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
    return FoldOutcome(scores, train_scores, fitted - start, end - fitted)


def _fit_rest(
    fold: Fold, params: Mapping[str, Any], settings: FoldSettings, store: Store
) -> FoldOutcome:
    """Fit and score the steps of a pipeline that are not shared.

    Raises
    ------
    NotShared
        If that may not be the same.
    """
    metadata = _metadata(fold, settings)
    pipeline = configured(settings, params)
    seen = settings.return_train_score
    split = split_pipeline(pipeline, fold, seen=seen)
    fit_params = split.parameters_of_tail(metadata.fit)
    shared, saved = transform_fold(pipeline, split.steps, fold, store, seen=seen)
    start = time.perf_counter()
    y = fold.targets(train=True)
    tail = split.tail
    tail.fit(shared.X_train.own(), y, **fit_params)
    fitted = time.perf_counter()
    y_test = fold.targets(train=False)
    scores = _score_rest(tail, shared.X_test, y_test, settings.scorer, metadata.test)
    end = time.perf_counter()
    train_scores = None
    if shared.X_seen is not None:
        train_scores = _score_rest(
            tail, shared.X_seen, y, settings.scorer, metadata.train
        )
    return FoldOutcome(
        scores,
        train_scores,
        shared.fit_time + fitted - start,
        shared.transform_time + end - fitted,
        shared_time=saved,
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


def configured(settings: FoldSettings, params: Mapping[str, Any]) -> Any:
    """Return a clone of the estimator with the parameters of a candidate."""
    return clone(settings.estimator).set_params(**clone(params, safe=False))


def _can_set(settings: FoldSettings, params: Mapping[str, Any]) -> bool:
    try:
        configured(settings, params)
    except Exception:  # noqa: BLE001 (whatever a constructor or a clone may raise)
        return False
    return True
