"""Where a candidate would probably fail, nothing is to be gained.

Notation
--------
A      (m, d) points as the model sees them
f, sd  (m,)   what failing takes, a number from -1 to 0, and its deviation
z      (m,)   ``(1/2 + f) / sd``; Phi(z) is the chance that a candidate does not fail
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from sklearn_hpo.acquisition._acquisition import Acquisition
from sklearn_hpo.surrogates import GaussianProcess


class Feasible:
    """An acquisition on a log scale, plus the logarithm of the chance of success.

    The product of improvement and probability of feasibility is the expected
    improvement under a constraint that is only seen to hold or not [1]_. No score is
    invented for what failed: failures teach where scores are to be had, not how good
    they are.

    Parameters
    ----------
    acquisition : Acquisition
        The logarithm of what a point is worth if it does not fail.
    losses : GaussianProcess
        A model that was told 0 where a candidate succeeded and -1 where one failed: a
        least-squares classifier [2]_. The chance is that of a value nearer to 0, so
        that it falls the faster the closer the two are; where nothing is known it is
        0.69.

    References
    ----------
    .. [1] M. A. Gelbart, J. Snoek and R. P. Adams, "Bayesian Optimization with Unknown
       Constraints", UAI 2014, eq. 4.
    .. [2] C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine
       Learning", MIT Press 2006, section 6.5.
    """

    def __init__(self, acquisition: Acquisition, losses: GaussianProcess) -> None:
        self.acquisition = acquisition
        self.losses = losses

    def __call__(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (m,) at points (m, d)."""
        f, variance = self.losses.predict(A)
        return self.acquisition(A) + log_ndtr((0.5 + f) / np.sqrt(variance))

    def with_gradient(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        value, gradient = self.acquisition.with_gradient(A)
        f, variance, df, dvariance = self.losses.predict_with_gradients(A)
        sd = np.sqrt(variance)
        z = (0.5 + f) / sd
        chance = log_ndtr(z)
        hazard = np.exp(-0.5 * z * z - chance) / math.sqrt(2.0 * math.pi)
        dz = df / sd[:, None] - (0.5 * z / variance)[:, None] * dvariance
        return value + chance, gradient + hazard[:, None] * dz
