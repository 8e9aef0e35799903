"""Scores on the validation part, and when they say stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from sklearn.base import is_classifier

from sklearn_hpo._compat import (
    is_multimetric,
    is_own_scorer,
    plain_scorers,
    sees_predictions_only,
)

Metric: TypeAlias = Callable[[Any, Any, Any], float]


class Validation:
    """The validation part of a fold, which hears of every iteration of a fit.

    Parameters
    ----------
    X, y : object
        The rows as the model gets them, and their targets.
    metric : callable
        Takes a model, X and y and returns a number, greater is better.
    patience : int
        Number of iterations without a better score after which to stop.
    tol : float, default=0.0
        Part of itself by which a score has to be better for the count to begin anew.

    Attributes
    ----------
    n_iter : int
        Number of iterations heard of.
    best_iteration : int
        The first of those with the best score, counted from 1; 0 before any.
    """

    def __init__(
        self, X: Any, y: Any, metric: Metric, patience: int, tol: float = 0.0
    ) -> None:
        self.X = X
        self.y = y
        self.n_iter = 0
        self.best_iteration = 0
        self._metric = metric
        self._patience = patience
        self._tol = tol
        self._best_score = -math.inf
        self._counted_from, self._to_beat = 0, -math.inf

    @property
    def is_at_best(self) -> bool:
        """Whether no iteration was better than the last."""
        return self.n_iter == self.best_iteration

    def hear(self, model: Any) -> bool:
        """Score a model that has had one more iteration; return whether to stop."""
        self.n_iter += 1
        score = self._metric(model, self.X, self.y)
        if score > self._best_score:
            self._best_score, self.best_iteration = score, self.n_iter
        if score > self._to_beat:
            self._counted_from = self.n_iter
            self._to_beat = score + self._tol * abs(score)
        return self.n_iter - self._counted_from >= self._patience

    def check(self) -> None:
        """Check that there was a best iteration.

        Raises
        ------
        ValueError
            If no score was a number.
        """
        if not self.best_iteration:
            raise ValueError(
                "early_stopping: expected scores on the validation part that are "
                f"numbers, got none in {self.n_iter} iterations. Use a larger "
                "validation_fraction or another metric."
            )


def metric_for(
    model: Any,
    y: Any,
    y_fit: Any,
    scorer: Any,
    objective: str | None,
    params: Mapping[str, Any],
) -> Metric:
    """Return what decides when a model is stopped.

    The scorer, unless it looks at predicted classes alone, or may fail since the
    validation part lacks a class that the model knows.

    Parameters
    ----------
    model : estimator object
        The last step, not fitted.
    y, y_fit : array-like
        Targets of the validation part, and those the model is going to be fitted to.
    scorer : callable
        The scorer of the search, of one or of several metrics.
    objective : str or None
        Of several, the one that decides; None for the first.
    params : dict of str to object
        What the scorer gets beside these rows and their targets.
    """
    name: Any = None
    single = scorer
    if is_multimetric(scorer):
        scorers = plain_scorers(scorer)
        name = objective if objective in scorers else next(iter(scorers))
        single = scorers[name]
    knows_better = is_classifier(model) and (
        sees_predictions_only(single) or not np.isin(np.unique(y_fit), y).all()
    )
    if is_own_scorer(scorer) and not knows_better:
        return _by_scorer(scorer, name, params)
    weight = params.get("sample_weight")
    if is_classifier(model) and hasattr(model, "predict_proba"):
        return _by_log_loss(y, weight)
    if is_classifier(model) and hasattr(model, "decision_function"):
        return _by_hinge_loss(y, weight)
    weighted = {} if weight is None else {"sample_weight": weight}
    return lambda model, X, y: float(model.score(X, y, **weighted))


def _by_scorer(scorer: Any, name: Any, params: Mapping[str, Any]) -> Metric:
    def metric(model: Any, X: Any, y: Any) -> float:
        scores = scorer(model, X, y, **params)
        return float(scores if name is None else scores[name])

    return metric


def _by_log_loss(y: Any, weight: Any) -> Metric:
    """Return scikit-learn's metric, whose checks would take longer than an epoch.

    Of several labels for each sample it is the mean over the labels.
    """
    labels = np.asarray(y)
    several = labels.ndim == 2 and labels.shape[1] > 1
    labels = labels if several else labels.ravel()
    rows = np.arange(len(labels))

    def metric(model: Any, X: Any, y: Any) -> float:
        p = model.predict_proba(X)
        if several:
            p = np.where(labels, p, 1.0 - p)
        else:
            p = p[rows, np.searchsorted(model.classes_, labels)] / p.sum(axis=1)
        tiny = np.finfo(p.dtype).eps
        logs = np.log(np.clip(p, tiny, 1.0 - tiny)).reshape(len(rows), -1)
        return float(np.average(logs.mean(axis=1), weights=weight))

    return metric


def _by_hinge_loss(y: Any, weight: Any) -> Metric:
    """Return what is to decisions as the log loss to probabilities."""
    labels = np.asarray(y).ravel()
    rows = np.arange(len(labels))

    def metric(model: Any, X: Any, y: Any) -> float:
        decisions = model.decision_function(X)
        places = np.searchsorted(model.classes_, labels)
        if decisions.ndim == 1:
            margin = np.where(places == 1, decisions, -decisions)
        else:
            own = decisions[rows, places]
            others = decisions.copy()
            others[rows, places] = -np.inf
            margin = own - others.max(axis=1)
        return -float(np.average(np.maximum(1.0 - margin, 0.0), weights=weight))

    return metric
