"""Linear models trained by stochastic gradient descent, one epoch after the other.

An epoch is a `partial_fit`. It shuffles anew, where `fit` shuffles what it has shuffled
before, so that the model is that of `fit`, but for rounding, only with
``shuffle=False``; otherwise it has seen the same samples as often, in another order.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight

from sklearn_hpo.evaluation.early_stopping._adapter import EarlyStoppingAdapter
from sklearn_hpo.evaluation.early_stopping._validation import Validation


class StochasticGradientDescent(EarlyStoppingAdapter):
    """`SGDClassifier` and `SGDRegressor`."""

    module = "sklearn.linear_model"
    names = ("SGDClassifier", "SGDRegressor")
    iterations = "max_iter"
    decisive = ("early_stopping", "learning_rate", "average")

    def stops(self, model: Any) -> bool:
        """Return whether epochs one by one are the same as all at once.

        They are not where the learning rate follows the training loss, nor, in
        scikit-learn up to 1.9, for the average of a classifier.
        """
        averages = model.average and is_classifier(model)
        adapts = model.learning_rate == "adaptive"
        return not (model.early_stopping or adapts or averages)

    def final(self, model: Any, n_iter: int) -> dict[str, Any]:
        """Return the parameters: `tol` would end the fit by the training loss."""
        return {**super().final(model, n_iter), "tol": None}

    def fit(
        self, model: Any, X: Any, y: Any, params: Mapping[str, Any], watch: Validation
    ) -> None:
        """Fit epoch by epoch, and go back to the best one."""
        params = dict(params)
        own = {"random_state": model.random_state}
        if hasattr(model, "class_weight"):
            own["class_weight"] = model.class_weight
            params["classes"] = np.unique(y)
            if model.class_weight == "balanced":
                model.class_weight = _balanced(params["classes"], y)
        if model.random_state is not None:
            # With a number, each epoch would have the same order.
            model.random_state = check_random_state(model.random_state)
        best = model
        for _ in range(model.max_iter):
            model.partial_fit(X, y, **params)
            stop = watch.hear(model)
            if watch.is_at_best:
                best = copy.deepcopy(model)
            if stop:
                break
        watch.check()
        vars(model).update(vars(best))
        model.set_params(**own, **self.final(model, watch.best_iteration))
        model.n_iter_ = watch.best_iteration


def _balanced(classes: Any, y: Any) -> dict[Any, float]:
    """Return the weights of classes, which `partial_fit` does not find itself."""
    weights = compute_class_weight("balanced", classes=classes, y=np.asarray(y))
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))
