"""Five real tasks of about 0.1 second a fit in which chance is no help.

The metrics are losses, or scores far from their bound: to be within 1 % of the best is
rare there, while 1 % of an accuracy near 1 is much. Of 150 random candidates at most
one was that good on each of the first three, with more rows and 3 folds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sklearn.datasets import load_diabetes, load_digits
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
)
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from benchmarks.compare._space import Param, cat, integer, real
from benchmarks.compare.tasks._data import csv_tables, table

N_SPLITS = 5


@dataclass(frozen=True)
class Timed:
    """One task.

    Parameters
    ----------
    load : callable
        Returns X and y.
    estimator : estimator object
        What is tuned.
    params : tuple of Param
        The space; names are those of the estimator.
    scoring : str
        Metric.
    table : str, default=""
        Name of the table it needs, empty for data that come with scikit-learn.
    """

    load: Callable[[], Any]
    estimator: Any
    params: tuple[Param, ...]
    scoring: str
    table: str = ""

    @property
    def cv(self) -> Any:
        """The same shuffled folds for everybody."""
        splitter = StratifiedKFold if self.scoring == "neg_log_loss" else KFold
        return splitter(N_SPLITS, shuffle=True, random_state=0)


def numbers_of(name: str, n_rows: int) -> tuple[Any, Any]:
    """Return the columns of numbers of a table, gaps filled, and a target near 1."""
    data = table(name, n_rows)
    X = data.X.select_dtypes("number")
    return X.fillna(X.median()).to_numpy(), data.y / data.y.std()


def numbers(name: str, n_rows: int) -> dict[str, Any]:
    """Return the arguments of a task on a table."""
    return {"load": partial(numbers_of, name, n_rows), "table": name}


BOOSTING = (
    real("learning_rate", 1e-3, 1.0, 0.1, log=True),
    integer("max_depth", 1, 8, 3),
    real("subsample", 0.3, 1.0, 1.0),
    real("max_features", 0.1, 1.0, 1.0),
)
EVERY = {
    "svr california": Timed(
        **numbers("california_housing", 1800),
        estimator=make_pipeline(StandardScaler(), SVR()),
        params=(
            real("svr__C", 2**-5, 2**10, 1.0, log=True),
            real("svr__gamma", 1e-5, 10.0, 0.1, log=True),
            real("svr__epsilon", 1e-3, 1.0, 0.1, log=True),
        ),
        scoring="neg_root_mean_squared_error",
    ),
    "histogram boosting bikes": Timed(
        **numbers("bike_sharing_hourly", 1500),
        estimator=HistGradientBoostingRegressor(
            max_iter=80, early_stopping=False, random_state=0
        ),
        params=(
            real("learning_rate", 1e-3, 1.0, 0.1, log=True),
            integer("max_leaf_nodes", 3, 128, 31, log=True),
            integer("min_samples_leaf", 1, 100, 20, log=True),
            real("l2_regularization", 1e-6, 100.0, 1e-6, log=True),
            real("max_features", 0.1, 1.0, 1.0),
        ),
        scoring="neg_root_mean_squared_error",
    ),
    "net digits": Timed(
        load=partial(load_digits, return_X_y=True),
        estimator=make_pipeline(
            StandardScaler(), MLPClassifier(max_iter=20, random_state=0)
        ),
        params=(
            integer("mlpclassifier__hidden_layer_sizes", 8, 128, 100, log=True),
            real("mlpclassifier__alpha", 1e-7, 10.0, 1e-4, log=True),
            real("mlpclassifier__learning_rate_init", 1e-4, 0.5, 1e-3, log=True),
            integer("mlpclassifier__batch_size", 16, 256, 200, log=True),
            cat("mlpclassifier__activation", ("relu", "tanh", "logistic"), "relu"),
        ),
        scoring="neg_log_loss",
    ),
    "boosting diabetes": Timed(
        load=partial(load_diabetes, return_X_y=True),
        estimator=GradientBoostingRegressor(n_estimators=300, random_state=0),
        params=BOOSTING,
        scoring="r2",
    ),
    "boosting concrete": Timed(
        **numbers("concrete_strength", 1030),
        estimator=GradientBoostingRegressor(n_estimators=200, random_state=0),
        params=(*BOOSTING, integer("min_samples_leaf", 1, 50, 1, log=True)),
        scoring="neg_root_mean_squared_error",
    ),
}
TASKS = {
    name: task
    for name, task in EVERY.items()
    if not task.table or task.table in csv_tables()
}
