"""Which resource a search with rungs spends, and between which bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils.multiclass import type_of_target

from sklearn_hpo._compat import n_samples_of
from sklearn_hpo.evaluation import Folds, Iterations, Resource, Samples
from sklearn_hpo.search._names import hint_at

SAMPLES = "n_samples"
FOLDS = "n_folds"

# The smallest number of samples that ranks candidates better than chance: so many of
# each class, such a part of all, and so many at all where there are enough of them.
PER_CLASS = 20
PART = 0.05
ENOUGH = 200


@dataclass(frozen=True, eq=False)
class Amounts:
    """A resource and its bounds.

    Parameters
    ----------
    resource : callable
        Returns what is spent, given the seed of the search and all amounts: the
        candidates may have to be drawn first.
    least, most : int
        Amounts of the lowest and of the highest rung.
    n_exhausting : int
        Number of candidates to begin with, so that in the end one has it all.
    """

    resource: Callable[[int, Sequence[int]], Resource]
    least: int
    most: int
    n_exhausting: int


def amounts_of(
    search: Any,
    X: Any,
    y: Any,
    params: Mapping[str, Any],
    *,
    factor: float,
    searched: Container[str],
    may_be_folds: bool = False,
) -> Amounts:
    """Return what a search spends, by its `resource` and bounds, before any fit.

    Parameters
    ----------
    search : BaseSearch
        A search with `resource`, `min_resources` and `max_resources`, whose number of
        folds is known. A `min_resources` that is no number is the smallest one.
    X, y : object
        Its data.
    params : dict of str to object
        Its fit parameters, among them ``groups``.
    factor : float
        By how much a rung gets more than the one below.
    searched : container of str
        Names of the searched parameters.
    may_be_folds : bool, default=False
        Whether the schedule knows of rungs with fewer folds.

    Returns
    -------
    amounts : Amounts
        A `min_resources` that is not given is at most `max_resources`.

    Raises
    ------
    ValueError
        If the estimator has no such parameter, if it is searched, or if the bounds do
        not fit.
    """
    name, least, most = search.resource, search.min_resources, search.max_resources
    estimator, n_samples = search.estimator, n_samples_of(X)
    smallest = share = 1
    resource: Callable[[int, Sequence[int]], Resource]
    if name == SAMPLES:
        classes, groups = _classes(estimator, y), _numbered(params.get("groups"))
        resource = lambda seed, _: Samples(n_samples, classes, groups, seed)  # noqa: E731
        most = _at_most(most, n_samples, "samples")
        smallest = _fewest_samples(n_samples, search.n_splits_, classes, factor)
        share, own = smallest, _own_fewest(search.n_splits_, classes)
        if own * factor <= most < smallest * factor:
            smallest, share = most, own  # scikit-learn would divide too few
    elif name == FOLDS and may_be_folds:
        resource = lambda *_: Folds()  # noqa: E731
        most = _at_most(most, search.n_splits_, "folds")
    else:
        _check_parameter(name, estimator, searched)
        resource = lambda _, rungs: Iterations(name, rungs)  # noqa: E731
        most = _own_value(name, estimator) if most == "auto" else most
    if isinstance(least, str):
        least, share = min(smallest, most), min(share, most)
    else:
        share = least
    if least > most:
        there_are = f" with n_samples={n_samples}" if name == SAMPLES else ""
        raise ValueError(
            f"min_resources_={least} is greater than max_resources_={most}{there_are}. "
            "Lower min_resources or raise max_resources."
        )
    return Amounts(resource, int(least), int(most), int(most // share))


def _check_parameter(
    name: str, estimator: BaseEstimator, searched: Container[str]
) -> None:
    values = estimator.get_params(deep=True)
    valid = sorted(values)
    if name not in valid:
        raise ValueError(
            f"Cannot use resource={name} which is not supported by estimator "
            f"{type(estimator).__name__}: expected {SAMPLES!r} or one of its "
            f"parameters.{hint_at(name, [SAMPLES, FOLDS, *valid])}"
        )
    if name in searched:
        raise ValueError(
            f"Cannot use parameter {name} as the resource since it is part of the "
            "searched parameters. Take it out of them."
        )
    value = values[name]
    if isinstance(value, (bool, np.bool_)) or hasattr(value, "get_params"):
        raise ValueError(
            f"resource: expected a parameter that counts something, got {name!r}, for "
            f"which the estimator has {value!r}."
        )


def _own_value(name: str, estimator: BaseEstimator) -> int:
    """Return what the estimator itself has for a parameter, as its full amount."""
    value = estimator.get_params(deep=True)[name]
    if isinstance(value, (int, np.integer)) and value >= 1:
        return int(value)
    raise ValueError(
        "resource can only be 'n_samples' when max_resources='auto', or a parameter "
        f"for which the estimator has a positive integer, got {value!r} for {name!r}. "
        "Give max_resources."
    )


def _classes(estimator: BaseEstimator, y: Any) -> NDArray[np.intp] | None:
    """Return the number of the class of each sample, where folds are stratified."""
    if not is_classifier(estimator) or y is None:
        return None
    if type_of_target(y) not in ("binary", "multiclass"):
        return None
    return _numbered(np.ravel(y))


def _numbered(labels: Any) -> NDArray[np.intp] | None:
    if labels is None:
        return None
    return np.asarray(np.unique(np.asarray(labels), return_inverse=True)[1])


def _at_most(most: int | str, n_all: int, what: str) -> int:
    if not n_all:
        raise ValueError("min_resources_=0: you might have passed an empty dataset X.")
    if isinstance(most, str):
        return n_all
    if most > n_all:
        raise ValueError(
            f"max_resources: expected at most the number of {what}, {n_all}, got "
            f"{most}. Leave it out."
        )
    return most


def _fewest_samples(
    n_samples: int, n_folds: int, classes: NDArray[np.intp] | None, factor: float
) -> int:
    """Return the smallest number of samples with which candidates are told apart."""
    return max(
        _own_fewest(n_folds, classes),
        PER_CLASS * _count(classes),
        math.ceil(PART * n_samples),
        # Not so many that there is no room for three rungs.
        min(ENOUGH, int(n_samples / max(factor, 1.0) ** 2)),
    )


def _own_fewest(n_folds: int, classes: NDArray[np.intp] | None) -> int:
    """Return scikit-learn's own smallest number."""
    return 2 * n_folds * _count(classes)


def _count(classes: NDArray[np.intp] | None) -> int:
    return 1 if classes is None else int(classes.max(initial=0)) + 1
