"""Support vector machines and kernel ridge."""

from __future__ import annotations

from functools import partial
from typing import Any

from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from benchmarks.compare._space import Config, cat, integer, real
from benchmarks.compare.tasks._columns import encoded
from benchmarks.compare.tasks._data import bundled, synthetic_friedman, table
from benchmarks.compare.tasks._estimator_task import EstimatorTask

# A hopeless corner must not cost minutes; libsvm counts its steps in the millions.
SVM_STEPS = 20_000


def svc_digits(c: Config) -> Any:
    """Support vector classifier on projected pixels."""
    model = SVC(C=c["C"], gamma=c["gamma"], max_iter=SVM_STEPS)
    return make_pipeline(
        StandardScaler(),
        PCA(c["n_components"], random_state=0, whiten=c["whiten"]),
        model,
    )


def svc_kernels(c: Config) -> Any:
    """Support vector classifier whose kernel decides what else there is."""
    model = SVC(
        kernel=c["branch"],
        C=c["C"],
        gamma=c.get("gamma", "scale"),
        degree=c.get("degree", 3),
        coef0=c.get("coef0", 0.0),
        class_weight=c["class_weight"],
        max_iter=SVM_STEPS,
    )
    return make_pipeline(StandardScaler(), model)


def svr_scaled(c: Config) -> Any:
    """Support vector regression of the raw target."""
    model = SVR(C=c["C"], gamma=c["gamma"], epsilon=c["epsilon"], max_iter=SVM_STEPS)
    return make_pipeline(StandardScaler(), model)


def svr_imputed(c: Config) -> Any:
    """Support vector regression on a table with categories and gaps."""
    model = SVR(C=c["C"], gamma=c["gamma"], epsilon=c["epsilon"], max_iter=SVM_STEPS)
    return make_pipeline(encoded(SimpleImputer(strategy=c["impute"])), model)


def kernel_ridge(c: Config) -> Any:
    """Kernel ridge; nearly singular corners lose by many orders of magnitude."""
    model = KernelRidge(
        alpha=c["alpha"],
        kernel=c["branch"],
        gamma=c["gamma"],
        degree=c.get("degree", 3),
        coef0=c.get("coef0", 1.0),
    )
    return make_pipeline(StandardScaler(), model)


RIDGE: dict[str, Any] = {
    "kind": "kernel",
    "build": kernel_ridge,
    "branches": ("rbf", "laplacian", "poly"),
    "params": (
        real("alpha", 1e-10, 1e3, 1.0, log=True),
        real("gamma", 1e-4, 10.0, 0.1, log=True),
        integer("degree", 2, 5, 3, on=("poly",)),
        real("coef0", 0.0, 2.0, 1.0, on=("poly",)),
    ),
}
CLASSIFICATION_SVM: dict[str, Any] = {
    "kind": "branches",
    "build": svc_kernels,
    "branches": ("rbf", "linear", "poly"),
    "params": (
        real("C", 2**-5, 2**15, 1.0, log=True),
        real("gamma", 1e-4, 10.0, 0.03, log=True, on=("rbf", "poly")),
        integer("degree", 2, 4, 3, on=("poly",)),
        real("coef0", 0.0, 1.0, 0.0, on=("poly",)),
        cat("class_weight", (None, "balanced"), None),
    ),
}
REGRESSION_SVM = (
    real("C", 2**-5, 2**15, 1.0, log=True),
    real("gamma", 1e-4, 10.0, 0.1, log=True),
    real("epsilon", 1e-3, 50.0, 0.1, log=True),
)

BUNDLED = (
    EstimatorTask(
        "svc_digits",
        kind="kernel",
        traits="multiclass",
        data=partial(bundled, "digits", 450),
        scoring="accuracy",
        build=svc_digits,
        params=(
            real("C", 2**-5, 2**15, 1.0, log=True),
            real("gamma", 1e-5, 10.0, 0.02, log=True),
            integer("n_components", 2, 60, 60),
            cat("whiten", (False, True), False),
        ),
        split="tune",
        quick=True,
    ),
    EstimatorTask(
        "svc_kernels_breast_cancer",
        **CLASSIFICATION_SVM,
        traits="binary",
        data=partial(bundled, "breast_cancer", 380),
        scoring="roc_auc",
    ),
    EstimatorTask(
        "svr_diabetes",
        kind="kernel",
        traits="regression",
        data=partial(bundled, "diabetes", 295),
        scoring="r2",
        build=svr_scaled,
        params=REGRESSION_SVM,
        quick=True,
    ),
    EstimatorTask(
        "kernel_ridge_diabetes",
        **RIDGE,
        traits="regression, heavy tails",
        data=partial(bundled, "diabetes", 295),
        scoring="neg_mean_squared_error",
        split="tune",
    ),
    EstimatorTask(
        "kernel_ridge_friedman",
        **RIDGE,
        traits="regression, synthetic, heavy tails",
        data=synthetic_friedman,
        scoring="neg_mean_absolute_error",
    ),
)

TABLES = (
    EstimatorTask(
        "svc_kernels_phoneme",
        **CLASSIFICATION_SVM,
        traits="binary",
        data=partial(table, "phoneme", 500),
        scoring="average_precision",
    ),
    EstimatorTask(
        "svr_auto_mpg",
        kind="kernel",
        traits="regression, categories, gaps",
        data=partial(table, "auto_mpg", 280),
        scoring="neg_root_mean_squared_error",
        build=svr_imputed,
        params=(
            *REGRESSION_SVM,
            cat("impute", ("mean", "median", "most_frequent"), "mean"),
        ),
        split="tune",
    ),
)
