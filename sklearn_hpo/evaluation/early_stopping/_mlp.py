"""Neural nets of scikit-learn, which are heard of after each epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn_hpo._compat import fit_by_epochs
from sklearn_hpo.evaluation.early_stopping._adapter import EarlyStoppingAdapter
from sklearn_hpo.evaluation.early_stopping._validation import Validation


class MultilayerPerceptron(EarlyStoppingAdapter):
    """`MLPClassifier` and `MLPRegressor` with a stochastic solver."""

    module = "sklearn.neural_network"
    names = ("MLPClassifier", "MLPRegressor")
    iterations = "max_iter"
    decisive = ("early_stopping", "solver")

    def stops(self, model: Any) -> bool:
        """Return whether it has epochs and no early stopping of its own."""
        return not model.early_stopping and model.solver != "lbfgs"

    def final(self, model: Any, n_iter: int) -> dict[str, Any]:
        """Return the parameters: no look at the training loss ends the fit.

        It lowers an adaptive learning rate, and that it still does.
        """
        final = super().final(model, n_iter)
        if model.solver == "sgd" and model.learning_rate == "adaptive":
            return final
        return {**final, "n_iter_no_change": n_iter}

    def fit(
        self, model: Any, X: Any, y: Any, params: Mapping[str, Any], watch: Validation
    ) -> None:
        """Fit epoch by epoch, and go back to the weights of the best one."""
        best: dict[str, Any] = {}

        def hear(net: Any) -> bool:
            stop = watch.hear(net)
            if watch.is_at_best:
                best.update(
                    coefs_=[weights.copy() for weights in net.coefs_],
                    intercepts_=[weights.copy() for weights in net.intercepts_],
                    n_iter_=net.n_iter_,
                    loss_=net.loss_,
                    t_=net.t_,
                )
            return stop

        model.set_params(**self.final(model, model.max_iter))
        fit_by_epochs(model, hear, X, y, **params)
        watch.check()
        vars(model).update(best)
        model.loss_curve_ = model.loss_curve_[: watch.best_iteration]
        model.best_loss_ = min(model.loss_curve_)
        model.set_params(**self.final(model, watch.best_iteration))
