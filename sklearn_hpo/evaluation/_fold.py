"""One fold: set the parameters on a clone, fit it, score it."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from sklearn_hpo._compat import fit_and_score
from sklearn_hpo.trials import Scores


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


@dataclass(frozen=True, eq=False, slots=True)
class FoldOutcome:
    """What a worker sends back: a fold result but for its task."""

    scores: Scores
    train_scores: Scores
    fit_time: float
    score_time: float
    error: str | None = None


class RaisedError:
    """An exception on its way from a worker to the caller.

    One that does not survive pickling travels as a RuntimeError with its traceback.

    Parameters
    ----------
    exception : Exception
        What was raised.
    trace : str
        Its formatted traceback.
    """

    def __init__(self, exception: Exception, trace: str) -> None:
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
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    params: Mapping[str, Any],
    progress: tuple[int, int],
    settings: FoldSettings,
    callbacks: Mapping[str, Any],
) -> FoldOutcome | RaisedError:
    """Fit and score one candidate on one fold.

    Parameters
    ----------
    X, y : object
        The whole data, as the user gave it. They stand by themselves among the
        arguments because joblib's backends ship large top-level arguments only once.
    train, test : ndarray of shape (n_train,), (n_test,)
        Indices of the two parts.
    params : dict of str to object
        Parameters to set.
    progress : (int, int)
        Number of the candidate and index of the fold.
    settings : FoldSettings
        All the rest.
    callbacks : dict of str to object
        Keyword arguments by which scikit-learn's callbacks are told.

    Returns
    -------
    outcome : FoldOutcome or RaisedError
        A failing ``fit`` is an outcome unless ``error_score="raise"``, and so is a
        parameter that cannot be set; any other exception is one to raise.
    """
    number, fold = progress
    try:
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
    except Exception as error:  # noqa: BLE001 (user code may raise anything)
        trace = traceback.format_exc()
        if settings.error_score == "raise" or _can_set(settings.estimator, params):
            return RaisedError(error, trace)
        return FoldOutcome(None, None, 0.0, 0.0, trace)
    failed = result["fit_error"] is not None
    return FoldOutcome(
        scores=None if failed else result["test_scores"],
        train_scores=None if failed else result.get("train_scores"),
        fit_time=result["fit_time"],
        score_time=result["score_time"],
        error=result["fit_error"],
    )


def _can_set(estimator: BaseEstimator, params: Mapping[str, Any]) -> bool:
    try:
        clone(estimator).set_params(**clone(params, safe=False))
    except Exception:  # noqa: BLE001 (whatever a constructor or a clone may raise)
        return False
    return True
