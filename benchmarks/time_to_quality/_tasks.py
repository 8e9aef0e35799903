"""Five real tasks of mostly 0.1 to 1 second a fit, with scores of at most 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVC

from benchmarks.compare._space import Param, cat, integer, real

N_SPLITS = 5


@dataclass(frozen=True)
class Timed:
    """One task.

    Parameters
    ----------
    load : callable
        Takes ``return_X_y``.
    estimator : estimator object
        What is tuned.
    params : tuple of Param
        The space; names are those of the estimator.
    scoring : str
        Metric.
    """

    load: Callable[..., Any]
    estimator: Any
    params: tuple[Param, ...]
    scoring: str

    @property
    def cv(self) -> Any:
        """The same shuffled folds for everybody."""
        regression = self.scoring == "r2"
        return (KFold if regression else StratifiedKFold)(
            N_SPLITS, shuffle=True, random_state=0
        )


TASKS = {
    "svc digits": Timed(
        load_digits,
        make_pipeline(StandardScaler(), SVC()),
        (
            real("svc__C", 2**-5, 2**15, 1.0, log=True),
            real("svc__gamma", 1e-6, 10.0, 0.015, log=True),
        ),
        "accuracy",
    ),
    "forest digits": Timed(
        load_digits,
        RandomForestClassifier(150, random_state=0),
        (
            real("max_features", 0.02, 1.0, 0.125, log=True),
            integer("min_samples_leaf", 1, 20, 1, log=True),
            cat("criterion", ("gini", "entropy"), "gini"),
        ),
        "accuracy",
    ),
    "boosting diabetes": Timed(
        load_diabetes,
        GradientBoostingRegressor(n_estimators=300, random_state=0),
        (
            real("learning_rate", 1e-3, 1.0, 0.1, log=True),
            integer("max_depth", 1, 8, 3),
            real("subsample", 0.3, 1.0, 1.0),
            real("max_features", 0.1, 1.0, 1.0),
        ),
        "r2",
    ),
    "net digits": Timed(
        load_digits,
        make_pipeline(StandardScaler(), MLPClassifier(max_iter=60, random_state=0)),
        (
            integer("mlpclassifier__hidden_layer_sizes", 8, 128, 100, log=True),
            real("mlpclassifier__alpha", 1e-7, 1.0, 1e-4, log=True),
            real("mlpclassifier__learning_rate_init", 1e-4, 0.5, 1e-3, log=True),
            cat("mlpclassifier__activation", ("relu", "tanh", "logistic"), "relu"),
        ),
        "accuracy",
    ),
    "logistic breast cancer": Timed(
        load_breast_cancer,
        make_pipeline(
            StandardScaler(),
            PolynomialFeatures(2, include_bias=False),
            StandardScaler(),
            LogisticRegression(solver="saga", max_iter=200, random_state=0),
        ),
        (
            real("logisticregression__C", 1e-4, 1e4, 1.0, log=True),
            real("logisticregression__l1_ratio", 0.0, 1.0, 0.0),
        ),
        "balanced_accuracy",
    ),
}
