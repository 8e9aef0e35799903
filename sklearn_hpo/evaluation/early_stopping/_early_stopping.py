"""Iterations are stopped on a part of the training data of each fold.

A validation part is held out of the training part of a fold, and the candidate is
fitted to the rest, its first steps included. After each iteration the model is scored
on the validation part. It goes on until that was no better for a while, and the model
as it was at its best is the one that is scored on the test part, which had no say in
any of this.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_hpo.evaluation._folds import Fold
from sklearn_hpo.evaluation.early_stopping._adapters import (
    SUPPORTED,
    adapter_of,
    last_step,
    paths_to_last_step,
)
from sklearn_hpo.evaluation.early_stopping._validation_part import FEWEST, HoldOut


class EarlyStopping(BaseEstimator):
    """Stop the iterations of boosters and nets on a part of each training fold.

    Parameters
    ----------
    validation_fraction : float, default=0.1
        Share of the training part of a fold on which is decided when to stop. The
        classes are kept in proportion, and groups together.
    patience : int, default=10
        Number of iterations without a better score after which a fit stops.
    tol : float, default=1e-3
        By which part of itself a score has to be better for the count to begin anew.
        The best iteration is the one of the best score all the same.

    See Also
    --------
    BayesSearchCV : One of the searches that take it, as all do.

    Notes
    -----
    A candidate is stopped if its last step is a histogram gradient boosting, a gradient
    boosting, a linear model or a neural net trained by stochastic gradient descent, or
    a booster of LightGBM or XGBoost, of exactly that class, whose own early stopping is
    off. Its ``max_iter`` or ``n_estimators`` is then the most it may have. Any other
    candidate is fitted as always, to the whole training part.

    The metric that the search optimizes decides, if it is one of scikit-learn's that
    looks at probabilities or numbers. One that looks at predicted classes alone hardly
    moves on few rows, and a function of the user's own may look at anything: for these
    it is the log loss, without probabilities the hinge loss, and for regression the
    model's own ``score``.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.ensemble import GradientBoostingRegressor
    >>> from sklearn_hpo import EarlyStopping, RandomizedSearchCV, Real
    >>> X, y = load_diabetes(return_X_y=True)
    >>> search = RandomizedSearchCV(
    ...     GradientBoostingRegressor(n_estimators=500, random_state=0),
    ...     {"learning_rate": Real(0.03, 0.3, log=True)},
    ...     n_iter=3,
    ...     early_stopping=EarlyStopping(patience=5),
    ...     random_state=0,
    ... ).fit(X, y)
    >>> search.best_iteration_ == search.best_estimator_.n_estimators_ < 500
    True
    """

    def __init__(
        self, validation_fraction: float = 0.1, patience: int = 10, tol: float = 1e-3
    ) -> None:
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.tol = tol

    def check(self, estimator: Any, searched: Iterable[str]) -> None:
        """Check the arguments, and that there is something to stop.

        Parameters
        ----------
        estimator : estimator object
            What is tuned.
        searched : iterable of str
            Names of the parameters that candidates set. If the last step is among them
            it may be anything.

        Raises
        ------
        ValueError
            If an argument is out of its range, or no candidate could be stopped.
        """
        fraction: Any = self.validation_fraction
        is_number = isinstance(fraction, (float, np.floating))
        if not (is_number and 0.0 < fraction < 1.0):
            raise ValueError(
                "EarlyStopping: expected validation_fraction between 0 and 1, got "
                f"{fraction!r}."
            )
        patience: Any = self.patience
        if not isinstance(patience, numbers.Integral) or patience < 1:
            raise ValueError(
                f"EarlyStopping: expected an integer patience >= 1, got {patience!r}."
            )
        tol: Any = self.tol
        if not (isinstance(tol, (int, float)) and 0.0 <= tol < 1.0):
            raise ValueError(
                f"EarlyStopping: expected tol from 0 up to 1, got {tol!r}."
            )
        self._check_estimator(estimator, set(searched))

    def _check_estimator(self, estimator: Any, searched: set[str]) -> None:
        """Check that a candidate can be stopped, as far as the estimator decides."""
        adapter, model = adapter_of(estimator), last_step(estimator)
        paths = list(paths_to_last_step(estimator))
        if searched.intersection(paths):
            return
        if adapter is None:
            raise ValueError(
                "early_stopping: expected an estimator, or a Pipeline whose last step "
                f"is one, of {', '.join(SUPPORTED)}; got {type(model).__name__}. Leave "
                "early_stopping=None for it."
            )
        prefix = f"{paths[-1]}__" if paths else ""
        if not adapter.stops(model) and searched.isdisjoint(
            prefix + name for name in adapter.decisive
        ):
            raise ValueError(
                "early_stopping: expected an estimator whose iterations can be ended "
                f"from outside, got {model!r}. Change its "
                f"{' or '.join(adapter.decisive)}, or leave early_stopping=None."
            )


@dataclass(frozen=True, eq=False, slots=True)
class Stopping:
    """How the folds of a search are stopped early.

    Parameters
    ----------
    patience, tol : int, float
        As in :class:`EarlyStopping`.
    hold_out : HoldOut
        Says on which rows of a fold.
    objective : str or None, default=None
        Of several metrics, the one that decides; None for the first.
    """

    patience: int
    tol: float
    hold_out: HoldOut
    objective: str | None = None

    def reduced(self, fold: Fold, estimator: BaseEstimator) -> Fold:
        """Return the fold with a validation part if the estimator can be stopped.

        Parameters
        ----------
        fold : Fold
            A fold, or what of it may be used.
        estimator : estimator object
            With the parameters of a candidate, not fitted.

        Returns
        -------
        fold : Fold
            The same if the estimator is to be fitted as always, or if what of the fold
            may be used is too small to be divided.
        """
        adapter = adapter_of(estimator)
        if adapter is None or not adapter.stops(last_step(estimator)):
            return fold
        rest, held = self.hold_out.divide(fold.train, fold.number)
        return fold if min(len(rest), len(held)) < FEWEST else fold.reduced(rest, held)
