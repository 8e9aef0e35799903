"""Linear models of scikit-learn that go on by ``partial_fit``.

They count their steps from one call to the next, so the learning rate goes on falling
as in a single fit. Without shuffling, and but for an l1 penalty, whose past is
forgotten, the model is that of a single fit; else each rung shuffles as the first one.
A test of convergence begins anew on each rung. One that has converged does not go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.linear_model import Perceptron, SGDClassifier, SGDRegressor

from sklearn_hpo._compat import fit_further_epochs
from sklearn_hpo.evaluation.resources._continuation import Continuation, has_fixed_seed


class PartialFit(Continuation):
    """Goes on by one ``partial_fit``, where that knows all that the fit did."""

    def __init__(self) -> None:
        super().__init__("max_iter", is_exact=False)

    def applies(
        self, estimator: BaseEstimator, X: Any, fit_params: Mapping[str, Any]
    ) -> bool:
        """Return whether ``partial_fit`` may be called, and goes on as it should."""
        params = estimator.get_params(deep=False)
        return (
            has_fixed_seed(estimator)
            and not (params["early_stopping"] or params.get("average"))
            # Neither balanced weights nor an adaptive rate outlive a call.
            and not isinstance(params.get("class_weight"), str)
            and params.get("learning_rate") != "adaptive"
            and fit_params.keys() <= {"sample_weight"}
        )

    def go_on(
        self,
        model: Any,
        X: Any,
        y: Any,
        fit_params: Mapping[str, Any],
        done: int,
        amount: int,
    ) -> BaseEstimator:
        """Return the model after as many more epochs."""
        fit_further_epochs(model, amount - done, X, y, **fit_params)
        return model.set_params(max_iter=amount)

    def has_ended(self, model: Any, n_iterations: int) -> bool:
        """Return whether the last epochs have ended before their time."""
        return bool(model.n_iter_ < n_iterations)


PARTIAL_FITS: Mapping[type[BaseEstimator], Continuation] = dict.fromkeys(
    (SGDClassifier, SGDRegressor, Perceptron), PartialFit()
)
