"""Models of scikit-learn that go on by ``warm_start``.

Of forests and boosting the result is that of a single fit: their trees follow from the
seed and the trees before. The others start a second fit from the coefficients of the
first, but anew in all else:

- nets forget the moments of Adam or the momentum, and shuffle as in the first epochs;
- stochastic gradient descent and perceptrons with balanced weights or an adaptive rate
  begin that rate, and the count of their steps, anew;
- the solvers of logistic regression forget what they know of the curvature.

One of them that has converged within its iterations does not go on: it is the model of
a single fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import (
    LogisticRegression,
    Perceptron,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sklearn_hpo._compat import n_samples_of
from sklearn_hpo.evaluation.resources._continuation import Continuation, has_fixed_seed
from sklearn_hpo.evaluation.resources._resource import fit_plainly

# From so many samples on, histogram boosting stops early by default.
_MANY = 10_000

Condition = Callable[[Any, Any], bool]


class WarmStart(Continuation):
    """Goes on by ``warm_start``.

    Parameters
    ----------
    parameter : str
        The parameter that counts iterations.
    condition : callable
        Given the estimator and X, tells whether nothing stands in the way.
    is_exact : bool
        Whether `parameter` counts all iterations, not those of one fit, and the model
        is the one that a single fit would have made.
    """

    def __init__(self, parameter: str, condition: Condition, *, is_exact: bool) -> None:
        super().__init__(parameter, is_exact=is_exact)
        self.condition = condition

    def applies(
        self, estimator: BaseEstimator, X: Any, fit_params: Mapping[str, Any]
    ) -> bool:
        """Return whether the seed is repeatable, and nothing else stands in the way."""
        # A monitor, or coefficients to begin with, would be met again at each rung.
        plain = fit_params.keys() <= {"sample_weight"}
        return plain and has_fixed_seed(estimator) and self.condition(estimator, X)

    def go_on(
        self,
        model: BaseEstimator,
        X: Any,
        y: Any,
        fit_params: Mapping[str, Any],
        done: int,
        amount: int,
    ) -> BaseEstimator:
        """Return the model after a further fit."""
        warm_start = model.get_params(deep=False)["warm_start"]
        n_iterations = amount if self.is_exact else amount - done
        model.set_params(warm_start=True, **{self.parameter: n_iterations})
        fit_plainly(model, X, y, fit_params)
        return model.set_params(warm_start=warm_start, **{self.parameter: amount})

    def has_ended(self, model: BaseEstimator, n_iterations: int) -> bool:
        """Return whether the last fit has ended before its time."""
        return not self.is_exact and bool(np.max(model.n_iter_) < n_iterations)


def _forest(estimator: Any, X: Any) -> bool:
    # With balanced weights a warm start warns of data that may have changed.
    return not isinstance(getattr(estimator, "class_weight", None), str)


def _boosting(estimator: Any, X: Any) -> bool:
    return estimator.n_iter_no_change is None and estimator.init in (None, "zero")


def _histogram(estimator: Any, X: Any) -> bool:
    stops = estimator.early_stopping
    return stops is False or (stops == "auto" and n_samples_of(X) <= _MANY)


def _stochastic(estimator: Any, X: Any) -> bool:
    return not (estimator.early_stopping or getattr(estimator, "average", False))


def _logistic(estimator: Any, X: Any) -> bool:
    return bool(estimator.solver != "liblinear")


_FOREST = WarmStart("n_estimators", _forest, is_exact=True)
_BOOSTING = WarmStart("n_estimators", _boosting, is_exact=True)
_HISTOGRAM = WarmStart("max_iter", _histogram, is_exact=True)
_STOCHASTIC = WarmStart("max_iter", _stochastic, is_exact=False)

WARM_STARTS: Mapping[type[BaseEstimator], Continuation] = {
    RandomForestClassifier: _FOREST,
    RandomForestRegressor: _FOREST,
    ExtraTreesClassifier: _FOREST,
    ExtraTreesRegressor: _FOREST,
    GradientBoostingClassifier: _BOOSTING,
    GradientBoostingRegressor: _BOOSTING,
    HistGradientBoostingClassifier: _HISTOGRAM,
    HistGradientBoostingRegressor: _HISTOGRAM,
    MLPClassifier: _STOCHASTIC,
    MLPRegressor: _STOCHASTIC,
    SGDClassifier: _STOCHASTIC,
    SGDRegressor: _STOCHASTIC,
    Perceptron: _STOCHASTIC,
    LogisticRegression: WarmStart("max_iter", _logistic, is_exact=False),
}
