"""Models of LightGBM and XGBoost that go on from an earlier one.

The trees before stay, and what they predict is where the next ones begin. Whether these
are the trees of a single fit is up to the library: samples and columns may be drawn
anew, and sums may differ in the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator, clone

from sklearn_hpo.evaluation.resources._continuation import Continuation, has_fixed_seed
from sklearn_hpo.evaluation.resources._resource import fit_plainly

# Other names of LightGBM for the number of trees, and for what is boosted.
ALIASES = {
    "boost",
    "boosting",
    "max_iter",
    "n_iter",
    "nrounds",
    "num_boost_round",
    "num_iteration",
    "num_iterations",
    "num_round",
    "num_rounds",
    "num_tree",
    "num_trees",
}
# Its names for a rule of its own that ends a fit.
OWN_RULE = {
    "early_stopping",
    "early_stopping_round",
    "early_stopping_rounds",
    "n_iter_no_change",
}
# Without these a fit has all the trees it may have, and there are some to go on from.
_UNSET = ALIASES | OWN_RULE | {"callbacks"}
# Arguments of `fit` that end it, or whose place an earlier booster would take.
_TAKEN = {"callbacks", "init_score"}


class Booster(Continuation):
    """Goes on from a booster that is handed to ``fit``.

    Parameters
    ----------
    argument : str
        Name of the booster among the arguments of ``fit``.
    attribute : str
        Name of the attribute or method of a model that returns its booster.
    kind : str
        Parameter that says what is boosted.
    trees : set of str or None
        Its values for plain gradient boosting of trees.
    """

    def __init__(
        self, argument: str, attribute: str, kind: str, trees: set[str | None]
    ) -> None:
        super().__init__("n_estimators", is_exact=False)
        self.argument = argument
        self.attribute = attribute
        self.kind = kind
        self.trees = trees

    def applies(
        self, estimator: BaseEstimator, X: Any, fit_params: Mapping[str, Any]
    ) -> bool:
        """Return whether each fit has all the trees it may have."""
        params = estimator.get_params(deep=False)
        return (
            has_fixed_seed(estimator)
            and params.get(self.kind) in self.trees
            and not fit_params.keys() & {self.argument, *_TAKEN}
            and all(params.get(name) is None for name in _UNSET)
        )

    def go_on(
        self,
        model: BaseEstimator,
        X: Any,
        y: Any,
        fit_params: Mapping[str, Any],
        done: int,
        amount: int,
    ) -> BaseEstimator:
        """Return a model with the trees of this one and further ones."""
        booster = getattr(model, self.attribute)
        booster = booster() if callable(booster) else booster
        new = clone(model).set_params(n_estimators=amount - done)
        return fit_plainly(new, X, y, {**fit_params, self.argument: booster})


_LIGHTGBM = Booster("init_model", "booster_", "boosting_type", {"gbdt"})
_XGBOOST = Booster("xgb_model", "get_booster", "booster", {None, "gbtree"})

# By name, since neither need be installed.
BOOSTERS: Mapping[str, Continuation] = {
    "lightgbm.sklearn.LGBMClassifier": _LIGHTGBM,
    "lightgbm.sklearn.LGBMRegressor": _LIGHTGBM,
    "xgboost.sklearn.XGBClassifier": _XGBOOST,
    "xgboost.sklearn.XGBRegressor": _XGBOOST,
}
