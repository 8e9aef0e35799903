"""Families of estimators on tables that none of the other tasks has them on.

All pairs there are, so that nobody has chosen them. Of a table the columns of numbers
are taken, with gaps filled by the median.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pandas as pd

from benchmarks.compare.tasks import _kernels, _linear, _others, _trees
from benchmarks.compare.tasks._data import Data, bundled, table
from benchmarks.compare.tasks._estimator_task import EstimatorTask

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "forest": {"kind": "trees", "build": _trees.forest, "params": _trees.FOREST},
    "histogram_boosting": {
        "kind": "boosting",
        "build": _trees.histogram_classifier,
        "params": _trees.HISTOGRAM,
    },
    "logistic": {
        "kind": "linear",
        "build": _linear.logistic,
        "params": _linear.LOGISTIC,
    },
    "net": {"kind": "nets", "build": _others.net, "params": _others.DEEP_NET},
    "sgd": {
        "kind": "linear",
        "build": _linear.sgd_classifier,
        "params": _linear.SGD_CLASSIFICATION,
    },
    "svc_kernels": _kernels.CLASSIFICATION_SVM,
    "tree": {"kind": "trees", "build": _trees.tree, "params": _trees.TREE},
}
REGRESSORS: dict[str, dict[str, Any]] = {
    "boosting": {
        "kind": "boosting",
        "build": _trees.boosting,
        "params": _trees.BOOSTING,
    },
    "extra_trees": {
        "kind": "trees",
        "build": _trees.extra_trees_regressor,
        "params": _trees.REGRESSION_TREES,
    },
    "kernel_ridge": _kernels.RIDGE,
    "sgd": {
        "kind": "linear",
        "build": _linear.sgd_regressor,
        "params": _linear.SGD_REGRESSION,
    },
    "svr": {
        "kind": "kernel",
        "build": _kernels.svr_scaled,
        "params": _kernels.REGRESSION_SVM,
    },
}

# Rows for the search, and the metric.
BUNDLED_CLASSES = {
    "breast_cancer": (380, "neg_log_loss"),
    "digits": (300, "neg_log_loss"),
    "wine": (119, "neg_log_loss"),
}
CLASSES = {
    "cmc": (600, "balanced_accuracy"),
    "mammography": (1200, "average_precision"),
    "phoneme": (600, "average_precision"),
    "pima_diabetes": (500, "roc_auc"),
    "segment": (600, "accuracy"),
    "sonar": (140, "roc_auc"),
    "vehicle": (560, "neg_log_loss"),
}
BUNDLED_NUMBERS = {"diabetes": (295, "neg_mean_squared_error")}
NUMBERS = {
    "abalone": (600, "r2"),
    "auto_mpg": (280, "neg_mean_absolute_error"),
    "bike_sharing_hourly": (600, "neg_mean_absolute_error"),
    "california_housing": (600, "neg_root_mean_squared_error"),
    "concrete_strength": (500, "r2"),
}
# Names of the other tasks; one of a table is short for it.
OTHERS = tuple(
    task.name
    for family in (_kernels, _linear, _others, _trees)
    for task in (*family.BUNDLED, *family.TABLES)
)


class CrossedTask(EstimatorTask):
    """A task of a suite of its own."""

    suite = "crossed"


@cache
def numbers(name: str, n_rows: int) -> Data:
    """Return the columns of numbers of a table, gaps filled by the median."""
    data = table(name, n_rows)
    X: pd.DataFrame = data.X.select_dtypes("number")
    median = X.median()
    X, X_test = (part.fillna(median).to_numpy() for part in (X, data.X_test[X.columns]))
    return Data(X, data.y, X_test, data.y_test, data.is_classification)


def crossed(families: Any, tables: Any, load: Any) -> Iterator[EstimatorTask]:
    """Yield each family on each table that no other task has it on."""
    traits = "classification" if families is CLASSIFIERS else "regression"
    for family, about in families.items():
        for name, (n_rows, scoring) in tables.items():
            if f"{family}_{name}".startswith(OTHERS):
                continue
            # Support vectors have no probabilities.
            is_loss = scoring == "neg_log_loss" and family == "svc_kernels"
            yield CrossedTask(
                f"{family}_{name}",
                **about,
                traits=traits,
                data=partial(load, name, n_rows),
                scoring="accuracy" if is_loss else scoring,
                split="tune",
            )


BUNDLED = (
    *crossed(CLASSIFIERS, BUNDLED_CLASSES, bundled),
    *crossed(REGRESSORS, BUNDLED_NUMBERS, bundled),
)
TABLES = (
    *crossed(CLASSIFIERS, CLASSES, numbers),
    *crossed(REGRESSORS, NUMBERS, numbers),
)
