"""Eight tasks on tables of 10,000 rows and more.

A table is encoded once, by what its rows of the search say, so that every library may
continue the fits of the estimator itself.
"""

from __future__ import annotations

import hashlib
import math
import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge, SGDClassifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from benchmarks.compare._space import Config, Param, cat, integer, real
from benchmarks.compare.tasks._columns import encoded
from benchmarks.compare.tasks._data import Data, csv_tables, table

N_FOLDS = 3
SAMPLES = "n_samples"


@dataclass(frozen=True, eq=False)
class Task:
    """One task.

    Parameters
    ----------
    table : str
        Name of the table.
    n_rows : int
        Rows of the search, at most two thirds of all or all but 3,000 held out.
    estimator : estimator object
        What is tuned. It has the whole resource.
    params : tuple of Param
        The space; names are those of the estimator.
    scoring : str
        Metric.
    resource : str
        A parameter of the estimator, or ``"n_samples"``.
    """

    table: str
    n_rows: int
    estimator: Any
    params: tuple[Param, ...]
    scoring: str
    resource: str

    @cached_property
    def data(self) -> Data:
        """The rows as numbers; targets of a regression have mean 0 and deviation 1."""
        read = table(self.table, self.n_rows)
        prepare = encoded(SimpleImputer(strategy="median"))
        rows = read.X.iloc[: self.n_rows]
        X = np.ascontiguousarray(prepare.fit_transform(rows), dtype=float)
        X_test = np.ascontiguousarray(prepare.transform(read.X_test), dtype=float)
        y, y_test = read.y[: self.n_rows], read.y_test
        if not read.is_classification:
            y, y_test = ((part - y.mean()) / y.std() for part in (y, y_test))
        return replace(read, X=X, y=y, X_test=X_test, y_test=y_test)

    @property
    def cv(self) -> Any:
        """The same shuffled folds for everybody."""
        splitter = StratifiedKFold if self.data.is_classification else KFold
        return splitter(N_FOLDS, shuffle=True, random_state=0)

    @property
    def most(self) -> int:
        """All of the resource."""
        if self.resource == SAMPLES:
            return len(self.data.y)
        return int(self.estimator.get_params()[self.resource])

    @property
    def goes_on(self) -> bool:
        """Whether the estimator has ``partial_fit``."""
        return hasattr(self.estimator, "partial_fit")

    @property
    def fingerprint(self) -> str:
        """Hash of what the task is."""
        how = (self.table, self.n_rows, self.estimator, self.params, self.scoring)
        return hashlib.sha1(repr((*how, self.resource)).encode()).hexdigest()[:12]

    @property
    def defaults(self) -> Config | None:
        """The estimator's own parameters, None if they lie outside the space."""
        try:
            return self.config_of(self.estimator)
        except (TypeError, ValueError):
            return None

    def make(self, config: Config) -> Any:
        """Return the estimator of a configuration."""
        return clone(self.estimator).set_params(**config)

    def config_of(self, estimator: Any) -> Config:
        """Return the searched parameters of an estimator, as JSON has them."""
        params = estimator.get_params()
        return {param.name: param.clean(params[param.name]) for param in self.params}

    def score(self, config: Config) -> float:
        """Return the mean over all folds with everything, NaN if one fails."""
        model, data = self.make(config), self.data
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                scores = cross_val_score(
                    model, data.X, data.y, cv=self.cv, scoring=self.scoring
                )
            except ValueError:  # all of them have failed
                return math.nan
        return float(scores.mean())

    def test_score(self, config: Config) -> float:
        """Return the score on the rows held out of a model of all others."""
        data = self.data
        model = self.make(config).fit(data.X, data.y)
        return float(get_scorer(self.scoring)(model, data.X_test, data.y_test))


EVERY = {
    "net bikes": Task(
        "bike_sharing_hourly",
        12_000,
        # It makes all its iterations, as it does by ``partial_fit``.
        MLPRegressor(max_iter=81, n_iter_no_change=81, random_state=0),
        (
            integer("hidden_layer_sizes", 8, 64, 64, log=True),
            real("alpha", 1e-7, 10.0, 1e-4, log=True),
            real("learning_rate_init", 1e-4, 0.1, 1e-3, log=True),
            integer("batch_size", 64, 1024, 200, log=True),
            cat("activation", ("relu", "tanh", "logistic"), "relu"),
        ),
        "neg_root_mean_squared_error",
        "max_iter",
    ),
    "sgd adult": Task(
        "adult_10k",
        7_500,
        SGDClassifier(max_iter=162, tol=None, random_state=0),
        (
            cat("loss", ("hinge", "log_loss", "modified_huber"), "hinge"),
            cat("penalty", ("l2", "l1", "elasticnet"), "l2"),
            real("alpha", 1e-7, 0.1, 1e-4, log=True),
            cat("learning_rate", ("optimal", "invscaling", "constant"), "optimal"),
            real("eta0", 1e-4, 1.0, 0.01, log=True),
            real("power_t", 0.1, 0.9, 0.5),
        ),
        "roc_auc",
        "max_iter",
    ),
    "histogram boosting houses": Task(
        "california_housing",
        14_000,
        HistGradientBoostingRegressor(
            max_iter=162, early_stopping=False, random_state=0
        ),
        (
            real("learning_rate", 5e-3, 1.0, 0.1, log=True),
            integer("max_leaf_nodes", 3, 128, 31, log=True),
            integer("min_samples_leaf", 1, 100, 20, log=True),
            real("l2_regularization", 1e-8, 1e2, 1e-8, log=True),
            real("max_features", 0.2, 1.0, 1.0),
        ),
        "neg_root_mean_squared_error",
        "max_iter",
    ),
    "forest adult": Task(
        "adult_10k",
        7_500,
        RandomForestClassifier(n_estimators=81, random_state=0),
        (
            real("max_features", 0.02, 1.0, 0.1, log=True),
            integer("min_samples_leaf", 1, 20, 1, log=True),
            integer("min_samples_split", 2, 40, 2, log=True),
            cat("criterion", ("gini", "entropy"), "gini"),
            real("max_samples", 0.1, 1.0, 1.0),
        ),
        "roc_auc",
        "n_estimators",
    ),
    "extra trees bikes": Task(
        "bike_sharing_hourly",
        12_000,
        ExtraTreesRegressor(n_estimators=162, random_state=0),
        (
            real("max_features", 0.1, 1.0, 1.0),
            integer("min_samples_leaf", 1, 30, 1, log=True),
            integer("min_samples_split", 2, 40, 2, log=True),
            integer("max_depth", 1, 25, 25),
        ),
        "neg_root_mean_squared_error",
        "n_estimators",
    ),
    "gradient boosting mammography": Task(
        "mammography",
        8_000,
        GradientBoostingClassifier(n_estimators=162, random_state=0),
        (
            real("learning_rate", 5e-3, 1.0, 0.1, log=True),
            integer("max_depth", 1, 8, 3),
            real("subsample", 0.3, 1.0, 1.0),
            real("max_features", 0.1, 1.0, 1.0),
            integer("min_samples_leaf", 1, 50, 1, log=True),
        ),
        "average_precision",
        "n_estimators",
    ),
    "svc letters": Task(
        "letter",
        10_000,
        # A hopeless corner must not cost minutes.
        SVC(max_iter=20_000),
        (
            real("C", 2**-5, 2**15, 1.0, log=True),
            real("gamma", 1e-4, 10.0, 0.06, log=True),
        ),
        "accuracy",
        SAMPLES,
    ),
    "kernel approximation houses": Task(
        "california_housing",
        14_000,
        make_pipeline(Nystroem(random_state=0), Ridge()),
        (
            cat("nystroem__kernel", ("rbf", "laplacian"), "rbf"),
            real("nystroem__gamma", 1e-4, 10.0, 0.1, log=True),
            integer("nystroem__n_components", 100, 1000, 100, log=True),
            real("ridge__alpha", 1e-8, 1e2, 1.0, log=True),
        ),
        "neg_root_mean_squared_error",
        SAMPLES,
    ),
}
TASKS = {name: task for name, task in EVERY.items() if task.table in csv_tables()}
