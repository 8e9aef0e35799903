"""The belief that the best values lie rather inside a range than at its ends.

Notation
--------
A     (m, d) points as the model sees them, in [0, 1]
b     (d,)   the best point known
free  (d,)   (2 b - 1)^4, up to which nothing is held against a point
w     (d,)   weight of each input, 0 for unordered choices
n     int    number of candidates told or pending
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.acquisition._acquisition import Acquisition

# 3 for ten candidates: best of 1, 3 and 10 on 25 small tuning tasks.
_WEIGHT = 300.0


class Centered:
    """An acquisition on a log scale, weighed by a prior that fades with the data.

    Whoever writes a range means to hold the best value in it. A model knows least in
    the corners, and without this belief it spends a large part of a short search
    there. The logarithm of the prior, ``-sum_j max(0, (2 a_j - 1)^4 - (2 b_j - 1)^4)``,
    is flat as far out as the best point known and falls from there: where an end has
    proved good, nothing is held against it. It counts ``300 / n^2``, so that the data
    have the last word (piBO [1]_, eq. 6, where it fades as ``1 / n``).

    Parameters
    ----------
    acquisition : Acquisition
        The logarithm of what a point is worth.
    ordered : ndarray of shape (d,) of bool
        Which inputs are ranges.
    n : int
        Number of candidates told or pending.
    best : ndarray of shape (d,)
        The best point known.

    References
    ----------
    .. [1] C. Hvarfner et al., "piBO: Augmenting Acquisition Functions with User Beliefs
       for Bayesian Optimization", ICLR 2022.
    """

    def __init__(
        self,
        acquisition: Acquisition,
        ordered: NDArray[np.bool_],
        n: int,
        best: NDArray[np.float64],
    ) -> None:
        self.acquisition = acquisition
        self.w = np.where(ordered, _WEIGHT / max(n, 1) ** 2, 0.0)
        self.free = ((2.0 * best - 1.0) ** 2) ** 2

    def __call__(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (m,) at points (m, d)."""
        square = (2.0 * A - 1.0) ** 2  # powers of 3 and 4 take ten times as long
        over = np.maximum(square * square - self.free, 0.0)
        return self.acquisition(A) - over @ self.w

    def with_gradient(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        value, gradient = self.acquisition.with_gradient(A)
        distance = 2.0 * A - 1.0
        square = distance * distance
        over = np.maximum(square * square - self.free, 0.0)
        slope = np.where(over > 0.0, 8.0 * square * distance * self.w, 0.0)
        return value - over @ self.w, gradient - slope
