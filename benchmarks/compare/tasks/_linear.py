"""Linear models by exact solvers and by stochastic gradient descent."""

from __future__ import annotations

from functools import partial
from typing import Any

from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    ElasticNet,
    LogisticRegression,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from benchmarks.compare._space import Config, cat, integer, real
from benchmarks.compare.tasks._columns import encoded
from benchmarks.compare.tasks._data import bundled, table
from benchmarks.compare.tasks._estimator_task import EstimatorTask


def logistic(c: Config) -> Any:
    """Logistic regression with both penalties."""
    model = LogisticRegression(
        C=c["C"],
        l1_ratio=c["l1_ratio"],
        class_weight=c["class_weight"],
        solver="saga",
        max_iter=c["max_iter"],
        tol=1e-3,
        random_state=0,
    )
    return make_pipeline(StandardScaler(), model)


def logistic_encoded(c: Config) -> Any:
    """Logistic regression on a table with categories and gaps."""
    prepare = encoded(SimpleImputer(strategy=c["impute"]), c["min_frequency"])
    model = LogisticRegression(C=c["C"], class_weight=c["class_weight"], max_iter=300)
    return make_pipeline(prepare, model)


def elastic_net(c: Config) -> Any:
    """Elastic net on polynomials of the columns."""
    model = ElasticNet(alpha=c["alpha"], l1_ratio=c["l1_ratio"], max_iter=300, tol=1e-3)
    expand = PolynomialFeatures(
        c["degree"], interaction_only=c["interaction_only"], include_bias=False
    )
    return make_pipeline(StandardScaler(), expand, StandardScaler(), model)


def sgd_classifier(c: Config) -> Any:
    """Linear classifier by stochastic gradient descent."""
    model = SGDClassifier(
        loss=c["loss"],
        penalty=c["penalty"],
        alpha=c["alpha"],
        learning_rate=c["learning_rate"],
        eta0=c["eta0"],
        average=c["average"],
        max_iter=20,
        tol=None,
        random_state=0,
    )
    return make_pipeline(StandardScaler(), model)


def sgd_regressor(c: Config) -> Any:
    """Linear regression on polynomials by gradient descent; large steps diverge."""
    model = SGDRegressor(
        loss=c["loss"],
        penalty=c["penalty"],
        alpha=c["alpha"],
        eta0=c["eta0"],
        power_t=c["power_t"],
        epsilon=c["epsilon"],
        max_iter=20,
        tol=None,
        random_state=0,
    )
    expand = PolynomialFeatures(c["degree"], include_bias=False)
    return make_pipeline(StandardScaler(), expand, model)


SGD_CLASSIFICATION = (
    cat("loss", ("log_loss", "modified_huber"), "log_loss"),
    cat("penalty", ("l2", "l1", "elasticnet"), "l2"),
    real("alpha", 1e-7, 1.0, 1e-4, log=True),
    cat("learning_rate", ("optimal", "invscaling", "constant", "adaptive"), "optimal"),
    real("eta0", 1e-4, 1.0, 0.01, log=True),
    cat("average", (False, True), False),
)
LOGISTIC = (
    real("C", 1e-4, 1e4, 1.0, log=True),
    real("l1_ratio", 0.0, 1.0, 0.0),
    cat("class_weight", (None, "balanced"), None),
    integer("max_iter", 10, 300, 100, log=True),
)
SGD_REGRESSION = (
    cat("loss", ("squared_error", "huber", "epsilon_insensitive"), "squared_error"),
    cat("penalty", ("l2", "l1", "elasticnet"), "l2"),
    real("alpha", 1e-7, 1.0, 1e-4, log=True),
    real("eta0", 1e-4, 10.0, 0.01, log=True),
    real("power_t", 0.05, 1.0, 0.25),
    real("epsilon", 1e-2, 10.0, 0.1, log=True),
    cat("degree", (1, 2), 1),
)

BUNDLED = (
    EstimatorTask(
        "logistic_breast_cancer",
        kind="linear",
        traits="binary",
        data=partial(bundled, "breast_cancer", 380),
        scoring="neg_log_loss",
        build=logistic,
        params=LOGISTIC,
        quick=True,
    ),
    EstimatorTask(
        "elastic_net_diabetes",
        kind="linear",
        traits="regression",
        data=partial(bundled, "diabetes", 295),
        scoring="neg_mean_squared_error",
        build=elastic_net,
        params=(
            real("alpha", 1e-3, 1e2, 1.0, log=True),
            real("l1_ratio", 0.0, 1.0, 0.5),
            cat("degree", (1, 2, 3), 1),
            cat("interaction_only", (False, True), False),
        ),
        split="tune",
    ),
    EstimatorTask(
        "sgd_wine",
        kind="linear",
        traits="multiclass",
        data=partial(bundled, "wine", 119),
        scoring="neg_log_loss",
        build=sgd_classifier,
        params=SGD_CLASSIFICATION,
    ),
    EstimatorTask(
        "sgd_diabetes",
        kind="linear",
        traits="regression, heavy tails",
        data=partial(bundled, "diabetes", 295),
        scoring="r2",
        build=sgd_regressor,
        params=SGD_REGRESSION,
        quick=True,
    ),
)

TABLES = (
    EstimatorTask(
        "sgd_concrete",
        kind="linear",
        traits="regression, heavy tails",
        data=partial(table, "concrete_strength", 500),
        scoring="neg_mean_squared_error",
        build=sgd_regressor,
        params=SGD_REGRESSION,
    ),
    EstimatorTask(
        "logistic_horse_colic",
        kind="linear",
        traits="binary, categories, gaps",
        data=partial(table, "horse_colic", 250),
        scoring="neg_brier_score",
        build=logistic_encoded,
        params=(
            real("C", 1e-4, 1e4, 1.0, log=True),
            cat("class_weight", (None, "balanced"), None),
            cat("impute", ("mean", "median", "most_frequent"), "mean"),
            cat("min_frequency", (None, 0.02, 0.05, 0.1, 0.2), None),
        ),
        split="tune",
    ),
)
