"""Private names of scikit-learn's estimators that are fitted iteration by iteration."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np


class _Growing:
    """A list that grows while somebody goes through it."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def __len__(self) -> int:
        return sys.maxsize

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]


def growing_view(booster: Any) -> Any:
    """Return what can predict for a histogram boosting that is being fitted.

    Its staged predictions wait for the next tree where they would end.
    """
    view = copy.copy(booster)
    view._in_fit = False
    view._predictors = _Growing(booster._predictors)
    return view


def cut_trees(booster: Any, n_iter: int) -> None:
    """Make a histogram boosting what it was after some iterations without stopping."""
    del booster._predictors[n_iter:]
    booster._scorer = None
    booster._use_validation_data = booster.validation_fraction is not None
    booster.do_early_stopping_ = False
    booster.train_score_ = booster.validation_score_ = np.asarray([])


class _Stopped(Exception):  # noqa: N818 (an answer, not an error)
    """The fit of a net ends."""


def fit_by_epochs(
    net: Any, hear: Callable[[Any], bool], X: Any, y: Any, **params: Any
) -> None:
    """Fit a multilayer perceptron and call after each epoch; True ends the fit."""
    own = net._update_no_improvement_count

    def update(*args: Any, **kwargs: Any) -> None:
        own(*args, **kwargs)
        if hear(net):
            raise _Stopped

    net._update_no_improvement_count = update
    try:
        net.fit(X, y, **params)
    except _Stopped:
        pass
    finally:
        del net._update_no_improvement_count


def fit_further_epochs(
    model: Any, n_epochs: int, X: Any, y: Any, **params: Any
) -> None:
    """Make some epochs of stochastic gradient descent in one ``partial_fit``."""
    own = model._partial_fit

    def several(*args: Any, **kwargs: Any) -> Any:
        return own(*args, **{**kwargs, "max_iter": n_epochs})

    model._partial_fit = several
    try:
        model.partial_fit(X, y, **params)
    finally:
        del model._partial_fit
