"""The belief that the best values lie rather inside a range than at its ends.

Notation
--------
A  (m, d) points as the model sees them, in [0, 1]
w  (d,)   weight of each input, 0 for unordered choices
n  int    number of candidates told or pending
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.acquisition._acquisition import Acquisition

# Best of 10, 30 and 100 on 25 small tuning tasks; compared with none on 14 of them.
_WEIGHT = 30.0


class Centered:
    """An acquisition on a log scale, weighed by a prior that fades with the data.

    Whoever writes a range means to hold the best value in it. A model knows least in
    the corners, and without this belief it spends a large part of a short search
    there. The logarithm of the prior, ``-sum_j (2 a_j - 1)^4``, is flat inside and
    falls towards the ends; it counts ``30 / n``, so that the data have the last word
    (piBO [1]_, eq. 6).

    Parameters
    ----------
    acquisition : Acquisition
        The logarithm of what a point is worth.
    ordered : ndarray of shape (d,) of bool
        Which inputs are ranges.
    n : int
        Number of candidates told or pending.

    References
    ----------
    .. [1] C. Hvarfner et al., "piBO: Augmenting Acquisition Functions with User Beliefs
       for Bayesian Optimization", ICLR 2022.
    """

    def __init__(
        self, acquisition: Acquisition, ordered: NDArray[np.bool_], n: int
    ) -> None:
        self.acquisition = acquisition
        self.w = np.where(ordered, _WEIGHT / max(n, 1), 0.0)

    def __call__(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (m,) at points (m, d)."""
        square = (2.0 * A - 1.0) ** 2  # powers of 3 and 4 take ten times as long
        return self.acquisition(A) - square * square @ self.w

    def with_gradient(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        value, gradient = self.acquisition.with_gradient(A)
        distance = 2.0 * A - 1.0
        square = distance * distance
        slope = 8.0 * square * distance * self.w
        return value - square * square @ self.w, gradient - slope
