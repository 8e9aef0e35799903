"""What early stopping means for a whole search."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning

from sklearn_hpo.evaluation import HoldOut, Stopping, set_iterations
from sklearn_hpo.search._best import objective_of
from sklearn_hpo.search._names import searched_names
from sklearn_hpo.search._plan import Plan, Splits
from sklearn_hpo.trials import History


def stopping_of(
    search: Any, plan: Plan, splits: Splits, y: Any, groups: Any
) -> Stopping | None:
    """Return how the folds of a search are stopped, None if they are not.

    Parameters
    ----------
    search : BaseSearch
        The search, with its argument `early_stopping`.
    plan : Plan
        What it is going to do.
    splits : list of (train, test)
        Its folds.
    y, groups : array-like or None
        Targets and groups of all samples.

    Raises
    ------
    ValueError
        If an argument is out of its range, nothing is known of the estimator, or a fold
        is too small.
    """
    early_stopping = search.early_stopping
    if early_stopping is None:
        return None
    early_stopping.check(search.estimator, searched_names(search, plan.space))
    labels = y if is_classifier(search.estimator) else None
    hold_out = HoldOut.of(early_stopping.validation_fraction, labels, groups)
    for fold, (train, _) in enumerate(splits):
        hold_out.check(train, fold)
    objective = plan.objective or objective_of(search)
    return Stopping(early_stopping.patience, early_stopping.tol, hold_out, objective)


def best_iterations(history: History) -> NDArray[np.float64]:
    """Return the median over the folds of each closed trial, of shape (n_closed,).

    NaN where no fold was stopped early.
    """
    folds = history.best_iterations[[trial.row for trial in history.closed]]
    stopped = ~np.isnan(folds)
    medians = np.full(len(folds), np.nan)
    for row in np.flatnonzero(stopped.any(axis=1)):
        medians[row] = np.median(folds[row, stopped[row]])
    return medians


@contextmanager
def best_iteration_set(search: Any) -> Iterator[None]:
    """Surround the refit of an estimator, given the iterations best in its folds.

    A net that ends where it is meant to need not warn of it.
    """
    vars(search).pop("best_iteration_", None)
    median = np.nan
    if search.early_stopping is not None:
        median = best_iterations(search.history_)[search.best_index_]
    if np.isnan(median):
        yield
        return
    search.best_iteration_ = max(1, round(median))
    set_iterations(search.best_estimator_, search.best_iteration_)
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Stochastic Optimizer: Maximum iter", ConvergenceWarning
        )
        yield
