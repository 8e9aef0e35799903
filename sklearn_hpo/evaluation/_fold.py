"""One fold: set the parameters on a clone, fit it, score it."""

from __future__ import annotations

import numbers
import traceback
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sklearn_hpo._compat import fit_and_score
from sklearn_hpo.evaluation._fit import fit_fold
from sklearn_hpo.evaluation._folds import Fold
from sklearn_hpo.evaluation._outcome import FoldOutcome, RaisedError
from sklearn_hpo.evaluation._settings import FoldSettings, FoldShared
from sklearn_hpo.evaluation.resources._allowance import Allowance
from sklearn_hpo.evaluation.resources._kept import Kept


def evaluate_fold(
    X: Any,
    y: Any,
    shared: FoldShared,
    fold: int,
    params: Mapping[str, Any],
    progress: tuple[int, int],
    callbacks: Mapping[str, Any],
    amount: float | None = None,
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
    amount : float or None, default=None
        How much of the resource may be spent; None for everything there is.

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
        allowance = Allowance()
        if amount is not None and settings.resource is not None:
            train = settings.resource.rows(train, fold, amount)
            params = settings.resource.params(params, amount)
            kept = Kept(shared.store, *progress) if settings.cache else None
            allowance = Allowance(settings.resource, amount, kept)
        part = Fold(X, y, train, test, fold, shared.store)
        if settings.early_stopping is not None:
            estimator = settings.configured(params)
            part = settings.early_stopping.reduced(part, estimator)
        stops = part.validation is not None
        if not stops and (callbacks or not _runs_here(X, y, settings)):
            outcome = _run_by_scikit_learn(
                X, y, train, test, params, progress, settings, callbacks
            )
        else:
            outcome = fit_fold(part, params, settings, shared.store, allowance)
        return _checked(outcome)
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


def _checked(outcome: FoldOutcome) -> FoldOutcome:
    """Refuse what scikit-learn takes for scores and no table can hold."""
    scores = outcome.scores
    values = scores.values() if isinstance(scores, dict) else [scores]
    if not values or any(isinstance(value, complex) for value in values):
        raise ValueError(
            f"scoring must return a number, got {scores!r} ({type(scores)}) instead. "
            "Return one real number, or a dict with one for each metric."
        )
    return outcome


def _can_set(settings: FoldSettings, params: Mapping[str, Any]) -> bool:
    try:
        settings.configured(params)
    except Exception:  # noqa: BLE001 (whatever a constructor or a clone may raise)
        return False
    return True
