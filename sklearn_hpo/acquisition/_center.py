"""The belief that the best values lie rather inside a range than at its ends.

Notation
--------
A, a  (m, d), (d,)  points as the model sees them, in [0, 1]
w     (2, d)        weights below and above the middle, 0 where there is none
n     int           number of candidates told or pending
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sklearn_hpo.acquisition._acquisition import Acquisition
from sklearn_hpo.surrogates import GaussianProcess

# Best of eight priors on the tuning tasks, see RESULTS.
_WEIGHT = 300.0


class Centered:
    """An acquisition on a log scale, weighed by a prior that fades with the data.

    Whoever writes a range means to hold the best value in it. A model knows least in
    the corners, and without this belief it spends a large part of a short search
    there. The logarithm of the prior, ``-sum_j (2 a_j - 1)^4``, is flat inside and
    falls towards the ends; it counts ``300 / n^2``, so that the data have the last word
    (piBO [1]_, eq. 6).

    Nor is it held against an end of which the model is sure. With the best candidate's
    other values, let ``z`` be the posterior mean of what is gained by going from the
    middle to that end, or to the best candidate's own value if it lies there, over its
    standard deviation. What the prior counts on that side is multiplied by
    ``min(1, 2 Phi(1 - z))``.

    Parameters
    ----------
    acquisition : Acquisition
        The logarithm of what a point is worth.
    gp : GaussianProcess
        Model of the scores that were told.
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
        self,
        acquisition: Acquisition,
        gp: GaussianProcess,
        ranges: NDArray[np.bool_],
        n: int,
    ) -> None:
        self.acquisition = acquisition
        self.w = np.zeros((2, len(ranges)))
        self.w[:, ranges] = _WEIGHT / max(n, 1) ** 2 * _doubts(gp, ranges)

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
        slope = cube * np.where(distance < 0.0, *self.w)
        return np.einsum("ij,ij->i", slope, distance), 8.0 * slope


def _doubts(gp: GaussianProcess, ranges: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return what is left of the prior (2, k) below and above the middle of ranges."""
    best = gp.X[np.argmax(gp.y)]
    moved = np.eye(len(best), dtype=bool)[ranges]
    places = (0.0, np.minimum(best, 0.5), np.maximum(best, 0.5), 1.0)
    A = np.vstack([np.where(moved, place, best) for place in places])
    middle = np.tile(np.where(moved, 0.5, best), (len(places), 1))
    mean, variance = gp.contrast(A, middle)
    z = (mean / np.sqrt(variance)).reshape(2, 2, -1).max(axis=1)
    return np.minimum(1.0, 2.0 * ndtr(1.0 - z))
