"""The contract of every way to go on with a fitted model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator


class Continuation(ABC):
    """Gives a fitted model more iterations, for estimators of a known class.

    Parameters
    ----------
    parameter : str
        The parameter that counts iterations.
    is_exact : bool
        Whether the model is then the one that a single fit would have made, as far as
        :meth:`applies` says.
    """

    def __init__(self, parameter: str, *, is_exact: bool) -> None:
        self.parameter = parameter
        self.is_exact = is_exact

    @abstractmethod
    def applies(
        self, estimator: BaseEstimator, X: Any, fit_params: Mapping[str, Any]
    ) -> bool:
        """Return whether nothing stands in the way.

        Parameters
        ----------
        estimator : estimator object
            With its parameters set, not fitted.
        X : object
            What it is to be fitted to.
        fit_params : dict of str to object
            What else ``fit`` takes.
        """

    @abstractmethod
    def go_on(
        self,
        model: BaseEstimator,
        X: Any,
        y: Any,
        fit_params: Mapping[str, Any],
        done: int,
        amount: int,
    ) -> BaseEstimator:
        """Return the model with more iterations; it may be changed.

        Parameters
        ----------
        model : estimator object
            A fitted one.
        X, y : object
            What it was fitted to.
        fit_params : dict of str to object
            What else ``fit`` takes.
        done, amount : int
            Iterations it has, and is to have.
        """

    def has_ended(self, model: BaseEstimator, n_iterations: int) -> bool:
        """Return whether further iterations would change nothing.

        Parameters
        ----------
        model : estimator object
            A fitted one.
        n_iterations : int
            How many the last fit could have made.
        """
        return False


def has_fixed_seed(estimator: BaseEstimator) -> bool:
    """Return whether ``random_state`` is the same for a second fit, or None."""
    # A generator is not where it was when the first trees have been drawn.
    seed = estimator.get_params(deep=False).get("random_state")
    return seed is None or isinstance(seed, (int, np.integer))
