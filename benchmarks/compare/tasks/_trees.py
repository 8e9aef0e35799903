"""Single trees and their ensembles."""

from __future__ import annotations

from functools import partial
from typing import Any

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier

from benchmarks.compare._space import Config, cat, integer, real
from benchmarks.compare.tasks._data import bundled, table
from benchmarks.compare.tasks._estimator_task import EstimatorTask


def tree(c: Config) -> Any:
    """Decision tree."""
    return DecisionTreeClassifier(**c, random_state=0)


def forest(c: Config) -> Any:
    """Random forest of 25 trees."""
    return RandomForestClassifier(**c, n_estimators=25, random_state=0)


def extra_trees(c: Config) -> Any:
    """Extremely randomised trees, 25 of them."""
    return ExtraTreesClassifier(**c, n_estimators=25, random_state=0)


def extra_trees_regressor(c: Config) -> Any:
    """Extremely randomised regression trees, 25 of them."""
    return ExtraTreesRegressor(**c, n_estimators=25, random_state=0)


def boosting(c: Config) -> Any:
    """Classic gradient boosting."""
    return GradientBoostingRegressor(**c, random_state=0)


def histogram_classifier(c: Config) -> Any:
    """Gradient boosting on histograms, 40 rounds; categories are recognised."""
    return HistGradientBoostingClassifier(
        **c, max_iter=40, early_stopping=False, random_state=0
    )


def histogram_regressor(c: Config) -> Any:
    """Gradient boosting on histograms, 40 rounds, regression."""
    return HistGradientBoostingRegressor(
        **c, max_iter=40, early_stopping=False, random_state=0
    )


TREE = (
    integer("max_depth", 1, 30, 30),
    integer("min_samples_leaf", 1, 64, 1, log=True),
    integer("min_samples_split", 2, 128, 2, log=True),
    real("ccp_alpha", 1e-6, 1e-1, 1e-6, log=True),
    cat("criterion", ("gini", "entropy"), "gini"),
    cat("splitter", ("best", "random"), "best"),
)
FOREST = (
    real("max_features", 0.02, 1.0, 0.15, log=True),
    integer("min_samples_leaf", 1, 20, 1, log=True),
    integer("min_samples_split", 2, 40, 2, log=True),
    cat("criterion", ("gini", "entropy"), "gini"),
    cat("class_weight", (None, "balanced", "balanced_subsample"), None),
)
REGRESSION_TREES = (
    real("max_features", 0.1, 1.0, 1.0),
    integer("min_samples_leaf", 1, 30, 1, log=True),
    integer("min_samples_split", 2, 40, 2, log=True),
    integer("max_depth", 1, 25, 25),
)
BOOSTING = (
    real("learning_rate", 1e-3, 1.0, 0.1, log=True),
    integer("n_estimators", 10, 80, 80, log=True),
    integer("max_depth", 1, 10, 3),
    real("subsample", 0.3, 1.0, 1.0),
    real("max_features", 0.1, 1.0, 1.0),
    integer("min_samples_leaf", 1, 50, 1, log=True),
)
HISTOGRAM = (
    real("learning_rate", 5e-3, 1.0, 0.1, log=True),
    integer("max_leaf_nodes", 3, 128, 31, log=True),
    integer("min_samples_leaf", 1, 100, 20, log=True),
    real("l2_regularization", 1e-8, 1e2, 1e-8, log=True),
    real("max_features", 0.2, 1.0, 1.0),
)

BUNDLED = (
    EstimatorTask(
        "tree_breast_cancer",
        kind="trees",
        traits="binary",
        data=partial(bundled, "breast_cancer", 380),
        scoring="neg_log_loss",
        build=tree,
        params=TREE,
        split="tune",
    ),
    EstimatorTask(
        "forest_digits",
        kind="trees",
        traits="multiclass",
        data=partial(bundled, "digits", 450),
        scoring="neg_log_loss",
        build=forest,
        params=FOREST,
    ),
    EstimatorTask(
        "extra_trees_diabetes",
        kind="trees",
        traits="regression",
        data=partial(bundled, "diabetes", 295),
        scoring="r2",
        build=extra_trees_regressor,
        params=REGRESSION_TREES,
        split="tune",
    ),
    EstimatorTask(
        "boosting_diabetes",
        kind="boosting",
        traits="regression",
        data=partial(bundled, "diabetes", 295),
        scoring="neg_mean_absolute_error",
        build=boosting,
        params=BOOSTING,
        quick=True,
    ),
    EstimatorTask(
        "histogram_boosting_breast_cancer",
        kind="boosting",
        traits="binary",
        data=partial(bundled, "breast_cancer", 380),
        scoring="neg_log_loss",
        build=histogram_classifier,
        params=HISTOGRAM,
    ),
)

TABLES = (
    EstimatorTask(
        "forest_mammography",
        kind="trees",
        traits="binary, imbalanced 1:42",
        data=partial(table, "mammography", 2500),
        scoring="average_precision",
        build=forest,
        params=FOREST,
    ),
    EstimatorTask(
        "extra_trees_letter",
        kind="trees",
        traits="multiclass, 26 classes",
        data=partial(table, "letter", 1200),
        scoring="accuracy",
        build=extra_trees,
        params=FOREST[:-1],
        split="tune",
    ),
    EstimatorTask(
        "histogram_boosting_adult",
        kind="boosting",
        traits="binary, categories, gaps",
        data=partial(table, "adult_10k", 1000),
        scoring="roc_auc",
        build=histogram_classifier,
        params=(
            *HISTOGRAM,
            cat("class_weight", (None, "balanced"), None),
            integer("max_bins", 16, 255, 255, log=True),
        ),
        split="tune",
    ),
    EstimatorTask(
        "histogram_boosting_california",
        kind="boosting",
        traits="regression, categories, gaps, heavy tails",
        data=partial(table, "california_housing", 1200),
        scoring="neg_root_mean_squared_error",
        build=histogram_regressor,
        params=(
            *HISTOGRAM,
            cat("loss", ("squared_error", "absolute_error", "gamma"), "squared_error"),
        ),
    ),
)
