"""The searches under test; each is imported in the environment of its library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from benchmarks.compare._envs import HERE


@dataclass(frozen=True)
class Entry:
    """A search.

    Parameters
    ----------
    module, function : str
        The file of this package and the function in it.
    library : str, default=""
        Distribution whose version is reported; empty for this checkout.
    environment : str, default="here"
        What it runs in.
    spends_all : bool, default=False
        Whether it goes on to the cost of random search, for the rows held out.
    needs_partial_fit : bool, default=False
        Whether it cannot search other estimators.
    """

    module: str
    function: str
    library: str = ""
    environment: str = HERE
    spends_all: bool = False
    needs_partial_fit: bool = False

    def load(self) -> Callable[..., Any]:
        """Return the function of a task, an account and a seed."""
        module = import_module(f"benchmarks.cost.{self.module}")
        return getattr(module, self.function)


YARDSTICK = "scikit-learn RandomizedSearchCV"
OURS, FULL = "HyperbandSearchCV", "BayesSearchCV"
SEARCHES = {
    YARDSTICK: Entry("_sklearn", "randomized", "scikit-learn"),
    OURS: Entry("_ours", "hyperband", spends_all=True),
    "HalvingRandomSearchCV": Entry("_ours", "halving"),
    FULL: Entry("_ours", "bayes", spends_all=True),
    "scikit-learn HalvingRandomSearchCV": Entry("_sklearn", "halving", "scikit-learn"),
    "dask-ml HyperbandSearchCV": Entry(
        "_dask", "hyperband", "dask-ml", "dask_hyperband", needs_partial_fit=True
    ),
    "Optuna TPE with HyperbandPruner": Entry(
        "_optuna", "hyperband", "optuna", "optuna"
    ),
}
