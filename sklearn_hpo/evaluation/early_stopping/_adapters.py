"""The estimators that can be stopped early, and where they stand in a pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn.pipeline import Pipeline

from sklearn_hpo.evaluation.early_stopping._adapter import EarlyStoppingAdapter
from sklearn_hpo.evaluation.early_stopping._boosting import (
    GradientBoosting,
    HistGradientBoosting,
)
from sklearn_hpo.evaluation.early_stopping._lightgbm import LightGBM
from sklearn_hpo.evaluation.early_stopping._mlp import MultilayerPerceptron
from sklearn_hpo.evaluation.early_stopping._sgd import StochasticGradientDescent
from sklearn_hpo.evaluation.early_stopping._xgboost import XGBoost

_ADAPTERS: tuple[EarlyStoppingAdapter, ...] = (
    HistGradientBoosting(),
    GradientBoosting(),
    StochasticGradientDescent(),
    MultilayerPerceptron(),
    LightGBM(),
    XGBoost(),
)

SUPPORTED = [name for adapter in _ADAPTERS for name in adapter.names]


def adapter_of(estimator: Any) -> EarlyStoppingAdapter | None:
    """Return the adapter of the last step, None if its very class has none."""
    model = last_step(estimator)
    return next((adapter for adapter in _ADAPTERS if adapter.knows(model)), None)


def set_iterations(estimator: Any, n_iter: int) -> None:
    """Have the last step make so many iterations, and stop by no rule of its own.

    Parameters
    ----------
    estimator : estimator object
        Not fitted.
    n_iter : int
        Number of iterations.
    """
    adapter = adapter_of(estimator)
    if adapter is not None:
        model = last_step(estimator)
        model.set_params(**adapter.final(model, n_iter))


def last_step(estimator: Any) -> Any:
    """Return the last step of a pipeline, of the last pipeline in it if there are."""
    while type(estimator) is Pipeline and estimator.steps:
        estimator = estimator.steps[-1][1]
    return estimator


def steps_before_last(estimator: Any) -> Iterator[Any]:
    """Yield the steps that transform what the last one gets."""
    while type(estimator) is Pipeline and estimator.steps:
        for _, step in estimator.steps[:-1]:
            if not (step is None or (isinstance(step, str) and step == "passthrough")):
                yield step
        estimator = estimator.steps[-1][1]


def paths_to_last_step(estimator: Any) -> Iterator[str]:
    """Yield the names of the parameters that replace the last step."""
    path = ""
    while type(estimator) is Pipeline and estimator.steps:
        name, estimator = estimator.steps[-1]
        yield f"{path}steps"
        yield f"{path}{name}"
        path = f"{path}{name}__"
