"""Which of several candidates are better when there are several objectives.

Notation
--------
values  (n, m)  objectives of the candidates, greater is better
front   (n,)    number of the front of each candidate, 0 for those nobody dominates
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Pairs of candidates that are compared at a time: more would take too much memory.
_AT_A_TIME = 10**6


def front_numbers(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the number of each candidate's front by non-dominated sorting [1]_.

    One candidate dominates another if it is nowhere worse and somewhere better. Front 0
    is what nobody dominates, front 1 what only front 0 dominates, and so on.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Objectives, greater is better. A candidate with a NaN is dominated by all that
        have none.

    Returns
    -------
    front : ndarray of shape (n,) of int
        From 0; with one objective, the rank among the distinct values.

    References
    ----------
    .. [1] K. Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm:
       NSGA-II", IEEE Transactions on Evolutionary Computation 6(2), 2002, section III.
    """
    values = np.where(np.isnan(values).any(axis=1, keepdims=True), -np.inf, values)
    front = np.full(len(values), -1)
    n_above = _n_dominating(values, values)
    number = 0
    while (front < 0).any():
        members = (front < 0) & (n_above == 0)
        front[members] = number
        n_above -= _n_dominating(values[members], values)
        number += 1
    return front


def _n_dominating(
    some: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return how many of some candidates dominate each of all, shape (n,)."""
    counts = np.zeros(len(values), dtype=np.int64)
    step = max(1, _AT_A_TIME // max(1, len(values)))
    for start in range(0, len(some), step):
        pairs = list(zip(some[start : start + step].T, values.T, strict=True))
        as_good = np.logical_and.reduce([a[:, None] >= b for a, b in pairs])
        better = np.logical_or.reduce([a[:, None] > b for a, b in pairs])
        counts += (as_good & better).sum(axis=0)
    return counts


def crowding(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much room each member of a front has around it.

    The crowding distance [1]_: over the objectives, the sum of the distances between
    the two neighbors, each divided by the range of the objective. The ends of a front
    have infinite room.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Objectives of the members of one front, finite.

    Returns
    -------
    room : ndarray of shape (n,)
        Positive.

    References
    ----------
    .. [1] K. Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm:
       NSGA-II", IEEE Transactions on Evolutionary Computation 6(2), 2002, section III.
    """
    room = np.zeros(len(values))
    for column in values.T:
        order = np.argsort(column, kind="stable")
        span = column[order[-1]] - column[order[0]]
        room[order[[0, -1]]] = np.inf
        if span > 0:
            room[order[1:-1]] += (column[order[2:]] - column[order[:-2]]) / span
    return room


def best_first(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order of candidates from the best to the worst.

    By front, within a front those with most room first, equals in their order.

    Parameters
    ----------
    values : ndarray of shape (n, m)
        Objectives, greater is better; NaN comes last.

    Returns
    -------
    order : ndarray of shape (n,) of int
        Indices of candidates.
    """
    n, m = values.shape
    if m == 1:
        cost = -np.where(np.isnan(values[:, 0]), -np.inf, values[:, 0])
        return np.argsort(cost, kind="stable")
    front = front_numbers(values)
    room = np.zeros(n)
    for number in range(front.max() + 1):
        members = front == number
        if np.isfinite(values[members]).all():
            room[members] = crowding(values[members])
    return np.lexsort((-room, front))
