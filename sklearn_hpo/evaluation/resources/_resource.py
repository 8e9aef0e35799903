"""The contract of every resource that rungs of a search spend more and more of."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator


class KeepsModels(Protocol):
    """Who knows what became of a candidate on a fold at lower rungs."""

    def get(self) -> Any:
        """Return what was put, a copy of its own, or None if it is not there."""

    def put(self, value: Any) -> None:
        """Keep what a higher rung may go on from."""


class Resource(ABC):  # noqa: B024 (a resource says what is not as usual)
    """What a fit is given more of from rung to rung, such as samples or trees.

    An amount says how much a fit of one fold may use. What a fold brings at an amount
    depends on the candidate, the fold and the amount alone: not on what was fitted
    before, where, or in which order.

    It travels to the workers once, with what all folds share, and does not change.

    Parameters
    ----------
    name : str
        What the user calls it.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def rows(
        self, train: NDArray[np.intp], fold: int, amount: float
    ) -> NDArray[np.intp]:
        """Return the training samples of a fold that a fit may use.

        Parameters
        ----------
        train : ndarray of shape (n_train,)
            Indices of all training samples.
        fold : int
            Index of the train-test split.
        amount : float
            How much may be spent.

        Returns
        -------
        rows : ndarray of shape (n_rows,)
            Those of a smaller amount are among those of a larger one, in the same
            order.
        """
        return train

    def params(self, params: Mapping[str, Any], amount: float) -> Mapping[str, Any]:
        """Return the parameters to set on the estimator.

        Parameters
        ----------
        params : dict of str to object
            Those of the candidate.
        amount : float
            How much may be spent.

        Returns
        -------
        params : dict of str to object
            As ``cv_results_`` shows them.
        """
        return params

    def fit(
        self,
        estimator: BaseEstimator,
        X: Any,
        y: Any,
        fit_params: Mapping[str, Any],
        amount: float,
        step: str,
        kept: KeepsModels,
    ) -> BaseEstimator:
        """Fit the estimator, or have a model of a lower rung go on.

        Parameters
        ----------
        estimator : estimator object
            With its parameters set.
        X, y : object
            The training part; y is None if there is none.
        fit_params : dict of str to object
            What else ``fit`` takes.
        amount : float
            How much may be spent.
        step : str
            What stands before the names of the estimator's parameters, if it is a step
            of a pipeline: ``"clf__"``; else empty.
        kept : object with ``get()`` and ``put(value)``
            Where models are kept for higher rungs.

        Returns
        -------
        model : estimator object
            A fitted one with the parameters of the estimator.
        """
        return fit_plainly(estimator, X, y, fit_params)


def fit_plainly(
    estimator: BaseEstimator, X: Any, y: Any, fit_params: Mapping[str, Any]
) -> BaseEstimator:
    """Return the estimator, fitted as scikit-learn does it."""
    if y is None:
        estimator.fit(X, **fit_params)
    else:
        estimator.fit(X, y, **fit_params)
    return estimator
