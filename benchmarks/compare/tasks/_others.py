"""Neighbours, nets, and pipelines in which the model itself is chosen."""

from __future__ import annotations

from functools import partial
from typing import Any

from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC

from benchmarks.compare._space import Config, cat, integer, real
from benchmarks.compare.tasks._columns import encoded
from benchmarks.compare.tasks._data import bundled, table
from benchmarks.compare.tasks._estimator_task import EstimatorTask

SCALERS = {
    "standard": StandardScaler,
    "minmax": MinMaxScaler,
    "robust": RobustScaler,
    "quantile": partial(QuantileTransformer, n_quantiles=50),
}


def neighbours(c: Config) -> Any:
    """Nearest neighbours after a choice of scaling."""
    scale = SCALERS[c["scaler"]]() if c["scaler"] != "none" else "passthrough"
    model = KNeighborsClassifier(c["n_neighbors"], weights=c["weights"], p=c["p"])
    return make_pipeline(scale, model)


def neighbours_regressor(c: Config) -> Any:
    """Nearest neighbours of the projected columns."""
    model = KNeighborsRegressor(c["n_neighbors"], weights=c["weights"], p=c["p"])
    scale = SCALERS[c["scaler"]]()
    return make_pipeline(scale, PCA(c["n_components"], random_state=0), model)


def net(c: Config) -> Any:
    """Net for classification, 15 passes over the rows."""
    model = MLPClassifier(
        hidden_layer_sizes=(c["width"],) * c["depth"],
        activation=c["activation"],
        alpha=c["alpha"],
        learning_rate_init=c["learning_rate_init"],
        batch_size=c["batch_size"],
        max_iter=15,
        random_state=0,
    )
    return make_pipeline(StandardScaler(), model)


def net_regressor(c: Config) -> Any:
    """Net for regression of the raw target; large steps diverge."""
    model = MLPRegressor(
        hidden_layer_sizes=(c["width"],),
        solver=c["solver"],
        activation=c["activation"],
        alpha=c["alpha"],
        learning_rate_init=c["learning_rate_init"],
        momentum=c["momentum"],
        max_iter=25,
        random_state=0,
    )
    return make_pipeline(StandardScaler(), model)


def digits_pipeline(c: Config) -> Any:
    """Projection or selection of pixels, then one of three models."""
    if c["reduce"] == "pca":
        reduce = PCA(c["n_kept"], random_state=0)
    else:
        reduce = SelectKBest(k=c["n_kept"])
    models = {
        "logistic": lambda: LogisticRegression(C=c["logistic_C"], max_iter=50),
        "svc": lambda: SVC(C=c["svc_C"], gamma=c["svc_gamma"], max_iter=20_000),
        "neighbours": lambda: KNeighborsClassifier(
            c["n_neighbors"], weights=c["weights"]
        ),
    }
    return make_pipeline(StandardScaler(), reduce, models[c["branch"]]())


def adult_pipeline(c: Config) -> Any:
    """One of three models after the columns of a mixed table are encoded."""
    prepare = encoded(SimpleImputer(strategy=c["impute"]), c["min_frequency"])
    models = {
        "logistic": lambda: LogisticRegression(C=c["logistic_C"], max_iter=100),
        "trees": lambda: ExtraTreesClassifier(
            20,
            max_features=c["max_features"],
            min_samples_leaf=c["min_samples_leaf"],
            random_state=0,
        ),
        "bayes": lambda: GaussianNB(var_smoothing=c["var_smoothing"]),
    }
    return make_pipeline(prepare, models[c["branch"]]())


NET = (
    integer("width", 8, 128, 100, log=True),
    real("alpha", 1e-7, 1e-1, 1e-4, log=True),
    real("learning_rate_init", 1e-4, 0.5, 1e-3, log=True),
    cat("activation", ("relu", "tanh", "logistic"), "relu"),
)
DEEP_NET = (
    *NET,
    integer("depth", 1, 3, 1),
    integer("batch_size", 16, 200, 200, log=True),
)
NEIGHBOURS = (
    integer("n_neighbors", 1, 60, 5, log=True),
    cat("weights", ("uniform", "distance"), "uniform"),
    cat("p", (1, 1.5, 2), 2),
)

BUNDLED = (
    EstimatorTask(
        "neighbours_wine",
        kind="neighbours",
        traits="multiclass",
        data=partial(bundled, "wine", 119),
        scoring="neg_log_loss",
        build=neighbours,
        params=(*NEIGHBOURS, cat("scaler", ("none", *SCALERS), "none")),
        split="tune",
    ),
    EstimatorTask(
        "net_digits",
        kind="nets",
        traits="multiclass",
        data=partial(bundled, "digits", 300),
        scoring="neg_log_loss",
        build=net,
        params=DEEP_NET,
    ),
    EstimatorTask(
        "net_diabetes",
        kind="nets",
        traits="regression, heavy tails",
        data=partial(bundled, "diabetes", 295),
        scoring="r2",
        build=net_regressor,
        params=(
            *NET,
            real("momentum", 0.0, 0.99, 0.9),
            cat("solver", ("adam", "sgd"), "adam"),
        ),
        split="tune",
    ),
    EstimatorTask(
        "net_iris",
        kind="nets",
        traits="multiclass",
        data=partial(bundled, "iris", 100),
        scoring="neg_log_loss",
        build=net,
        params=(
            *NET,
            integer("depth", 1, 3, 1),
            integer("batch_size", 8, 64, 64, log=True),
        ),
    ),
    EstimatorTask(
        "pipeline_digits",
        kind="branches",
        traits="multiclass",
        data=partial(bundled, "digits", 400),
        scoring="accuracy",
        build=digits_pipeline,
        branches=("logistic", "svc", "neighbours"),
        params=(
            cat("reduce", ("pca", "select"), "pca"),
            integer("n_kept", 2, 60, 60),
            real("logistic_C", 1e-4, 1e4, 1.0, log=True, on=("logistic",)),
            real("svc_C", 2**-5, 2**15, 1.0, log=True, on=("svc",)),
            real("svc_gamma", 1e-5, 10.0, 0.02, log=True, on=("svc",)),
            integer("n_neighbors", 1, 60, 5, log=True, on=("neighbours",)),
            cat("weights", ("uniform", "distance"), "uniform", on=("neighbours",)),
        ),
        quick=True,
    ),
)

TABLES = (
    EstimatorTask(
        "neighbours_bike_sharing",
        kind="neighbours",
        traits="regression, skewed",
        data=partial(table, "bike_sharing_hourly", 1500),
        scoring="neg_mean_absolute_error",
        build=neighbours_regressor,
        params=(
            *NEIGHBOURS,
            cat("scaler", tuple(SCALERS), "standard"),
            integer("n_components", 2, 12, 12),
        ),
    ),
    EstimatorTask(
        "pipeline_adult",
        kind="branches",
        traits="binary, imbalanced 1:3, categories, gaps",
        data=partial(table, "adult_10k", 800),
        scoring="balanced_accuracy",
        build=adult_pipeline,
        branches=("logistic", "trees", "bayes"),
        params=(
            cat("impute", ("mean", "median", "most_frequent"), "mean"),
            cat("min_frequency", (None, 0.01, 0.02, 0.05, 0.1), None),
            real("logistic_C", 1e-4, 1e4, 1.0, log=True, on=("logistic",)),
            real("max_features", 0.02, 1.0, 0.1, log=True, on=("trees",)),
            integer("min_samples_leaf", 1, 30, 1, log=True, on=("trees",)),
            real("var_smoothing", 1e-12, 1.0, 1e-9, log=True, on=("bayes",)),
        ),
        split="tune",
    ),
)
