"""Boosters of LightGBM, which evaluate the validation part themselves."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

from sklearn_hpo.evaluation.early_stopping._adapter import EarlyStoppingAdapter
from sklearn_hpo.evaluation.early_stopping._known import known
from sklearn_hpo.evaluation.early_stopping._validation import Validation
from sklearn_hpo.evaluation.resources._boosters import ALIASES, OWN_RULE

# Names that go before what is looked at here; the last four are of the objective.
_OTHERS = ALIASES | OWN_RULE | {"objective_type", "app", "application", "loss"}


class LightGBM(EarlyStoppingAdapter):
    """`LGBMClassifier` and `LGBMRegressor`.

    All trees stay in the booster; it predicts with those up to the best iteration.
    """

    module = "lightgbm"
    names = ("LGBMClassifier", "LGBMRegressor")
    iterations = "n_estimators"
    decisive = ("boosting_type", "objective", "early_stopping_round")

    def stops(self, model: Any) -> bool:
        """Return whether a tree, once added, stays as it is, and no other rule ends it.

        With an objective of the user's own the predictions are no probabilities.
        """
        params = model.get_params()
        plain = params["boosting_type"] == "gbdt" and not callable(params["objective"])
        return plain and not _OTHERS & params.keys()

    def fit(
        self, model: Any, X: Any, y: Any, params: Mapping[str, Any], watch: Validation
    ) -> None:
        """Fit tree by tree: its metric is ours, and its callback stops when told.

        Raises
        ------
        ValueError
            If LightGBM is to stop by a rule of its own too.
        """
        from lightgbm.callback import EarlyStopException, early_stopping

        others = list(params.get("callbacks") or ())
        if any(isinstance(other, type(early_stopping(1))) for other in others):
            raise ValueError(
                "early_stopping: expected callbacks of LightGBM that do not stop, got "
                "early_stopping among those given to fit. Leave it out."
            )
        view = known(model, y)

        def metric(_: Any, predictions: Any) -> tuple[str, float, bool]:
            view.predictions_ = predictions
            return "validation", 0.0, True

        def stop_when_told(env: Any) -> None:
            stop = watch.hear(view)
            if stop or env.iteration + 1 == env.end_iteration:
                watch.check()
                raise EarlyStopException(watch.best_iteration - 1, [])

        # LightGBM 4.7 deprecates `eval_set`, but encodes the labels of no other.
        evaluated: dict[str, Any] = {"eval_set": [(watch.X, watch.y)]}
        if "eval_set" not in inspect.signature(model.fit).parameters:
            evaluated = {"eval_X": watch.X, "eval_y": watch.y}
        ours = {"eval_metric": metric, "callbacks": [*others, stop_when_told]}
        params = {k: v for k, v in params.items() if not k.startswith("eval_")}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The argument 'eval_set' is deprecated")
            model.fit(X, y, **{**params, **ours, **evaluated})
        model.set_params(**self.final(model, watch.best_iteration))
