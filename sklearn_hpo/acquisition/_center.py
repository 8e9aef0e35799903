"""The belief that the best values lie rather inside a range than at its ends.

Notation
--------
A, a  (m, d), (d,)  points as the model sees them, in [0, 1]
w     (d,)          weights of the inputs, 0 where there is no inside
n     int           number of candidates told or pending
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.acquisition._acquisition import Acquisition

# Best of four that were tried with the trend of the model, see RESULTS.
_WEIGHT, _POWER = 3000.0, 3


class Centered:
    """An acquisition on a log scale, weighed by a prior that soon fades.

    Whoever writes a range means to hold the best value in it. A model of a few points
    knows least in the corners and would go there first, one after the other. The
    logarithm of the prior, ``-sum_j (2 a_j - 1)^4``, is flat inside and falls towards
    the ends; it counts ``3000 / n^3`` (piBO [1]_, eq. 6, with another power), 3 at ten
    candidates and next to nothing at thirty. By then the model has learned where
    scores fall, see :class:`~sklearn_hpo.surrogates.Trend`.

    Parameters
    ----------
    acquisition : Acquisition
        The logarithm of what a point is worth.
    ranges : ndarray of shape (d,) of bool
        Which inputs have an inside.
    n : int
        Number of candidates told or pending.

    References
    ----------
    .. [1] C. Hvarfner et al., "piBO: Augmenting Acquisition Functions with User Beliefs
       for Bayesian Optimization", ICLR 2022.
    """

    def __init__(
        self, acquisition: Acquisition, ranges: NDArray[np.bool_], n: int
    ) -> None:
        self.acquisition = acquisition
        self.w = _WEIGHT / max(n, 1) ** _POWER * ranges

    def __call__(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (m,) at points (m, d)."""
        penalty, _ = self._penalty(A)
        return self.acquisition(A) - penalty

    def with_gradient(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        value, gradient = self.acquisition.with_gradient(A)
        penalty, slope = self._penalty(A)
        return value - penalty, gradient - slope

    def _penalty(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        distance = 2.0 * A - 1.0
        cube = distance * distance * distance  # the power takes ten times as long
        slope = cube * self.w
        return np.einsum("ij,ij->i", slope, distance), 8.0 * slope
