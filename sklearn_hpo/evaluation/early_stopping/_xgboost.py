"""Boosters of XGBoost, which evaluate the validation part themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn_hpo.evaluation.early_stopping._adapter import EarlyStoppingAdapter
from sklearn_hpo.evaluation.early_stopping._known import known
from sklearn_hpo.evaluation.early_stopping._validation import Validation


class XGBoost(EarlyStoppingAdapter):
    """`XGBClassifier` and `XGBRegressor`.

    All trees stay in the booster; it predicts with those up to the best iteration.
    """

    module = "xgboost"
    names = ("XGBClassifier", "XGBRegressor")
    iterations = "n_estimators"
    decisive = ("booster", "objective", "early_stopping_rounds", "callbacks")

    def stops(self, model: Any) -> bool:
        """Return whether a tree, once added, stays as it is, and no other rule ends it.

        With an objective of the user's own the predictions are no probabilities.
        """
        from xgboost.callback import EarlyStopping

        plain = model.booster in (None, "gbtree") and not callable(model.objective)
        ends = any(isinstance(c, EarlyStopping) for c in model.callbacks or ())
        return plain and model.early_stopping_rounds is None and not ends

    def fit(
        self, model: Any, X: Any, y: Any, params: Mapping[str, Any], watch: Validation
    ) -> None:
        """Fit tree by tree: its metric is ours, and its callback stops when told."""
        from xgboost.callback import TrainingCallback

        view = known(model, y)

        def metric(_: Any, predictions: Any) -> float:
            view.predictions_ = predictions
            return 0.0

        class StopWhenTold(TrainingCallback):
            def after_iteration(self, *_: Any) -> bool:
                return watch.hear(view)

        own = {"callbacks": model.callbacks, "eval_metric": model.eval_metric}
        callbacks = [*(model.callbacks or ()), StopWhenTold()]
        if model.n_estimators is None:
            model.set_params(n_estimators=100)
        model.set_params(callbacks=callbacks, eval_metric=metric)
        evaluated = {"eval_set": [(watch.X, watch.y)], "verbose": False}
        model.fit(X, y, **{**params, **evaluated})
        watch.check()
        model.get_booster().set_attr(best_iteration=str(watch.best_iteration - 1))
        model.set_params(**own, **self.final(model, watch.best_iteration))
