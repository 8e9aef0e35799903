"""Fit an estimator whose last step is stopped at its best iteration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sklearn_hpo.evaluation.early_stopping._adapters import (
    adapter_of,
    last_step,
    steps_before_last,
)
from sklearn_hpo.evaluation.early_stopping._validation import Validation, metric_for


@dataclass(frozen=True, eq=False, slots=True)
class ValidationPart:
    """Rows that are not fitted to, and what is to be made of them.

    Parameters
    ----------
    X, y : object
        The rows as the estimator gets them, and their targets.
    params : dict of str to object
        What the scorer gets beside them.
    scorer : callable
        The scorer of the search.
    objective : str or None
        Of several metrics, the one that decides; None for the first.
    patience : int
        Number of iterations without a better score after which to stop.
    tol : float, default=0.0
        Part of itself by which a score has to be better.
    """

    X: Any
    y: Any
    params: Mapping[str, Any]
    scorer: Any
    objective: str | None
    patience: int
    tol: float = 0.0

    def watch(self, estimator: Any, y: Any) -> Validation:
        """Return what hears of the iterations of an estimator's last step.

        The steps before it are fitted, and the rows go through them; the last one is
        going to be fitted to the targets `y`.
        """
        X = self.X
        for step in steps_before_last(estimator):
            X = step.transform(X)
        model = last_step(estimator)
        scorer = self.scorer, self.objective
        metric = metric_for(model, self.y, y, *scorer, self.params)
        return Validation(X, self.y, metric, self.patience, self.tol)


def fit_until_best(
    estimator: Any, X: Any, y: Any, params: Mapping[str, Any], part: ValidationPart
) -> int:
    """Fit an estimator, and leave its last step as it was at its best.

    A pipeline does what it always does, with its memory and the routing of metadata;
    only what it calls to fit its last step is another function.

    Parameters
    ----------
    estimator : estimator object
        Not fitted; its last step has an adapter.
    X, y : object
        The rows to fit to, and their targets.
    params : dict of str to object
        What else `fit` gets.
    part : ValidationPart
        The rows to stop on.

    Returns
    -------
    best_iteration : int
        How many iterations the last step has.
    """
    model = last_step(estimator)
    adapter: Any = adapter_of(estimator)
    found: list[int] = []

    def fit(X: Any, y: Any, **params: Any) -> Any:
        vars(model).pop("fit", None)
        watch = part.watch(estimator, y)
        adapter.fit(model, X, y, params, watch)
        found.append(watch.best_iteration)
        return model

    if estimator is model:
        fit(X, y, **params)
        return found[0]
    model.fit = fit
    try:
        estimator.fit(X, y, **params)
    finally:
        vars(model).pop("fit", None)
    return found[0]
