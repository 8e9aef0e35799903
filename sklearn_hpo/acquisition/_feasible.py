"""Where a candidate would probably fail, nothing is to be gained.

Notation
--------
A  (m, d) points as the model sees them
P  (m,)   probability that a candidate does not fail
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.acquisition._acquisition import Acquisition
from sklearn_hpo.surrogates import GaussianProcess

# Below, the probability is as good as zero; its logarithm must stay finite.
_LEAST = 1e-4


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
        A model of what failing takes from the chance of success, which is 1 where
        nothing is known: told 0 where a candidate succeeded and -1 where one failed.

    References
    ----------
    .. [1] M. A. Gelbart, J. Snoek and R. P. Adams, "Bayesian Optimization with Unknown
       Constraints", UAI 2014, eq. 4.
    """

    def __init__(self, acquisition: Acquisition, losses: GaussianProcess) -> None:
        self.acquisition = acquisition
        self.losses = losses

    def __call__(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (m,) at points (m, d)."""
        loss, _ = self.losses.predict(A)
        return self.acquisition(A) + np.log(np.clip(1.0 + loss, _LEAST, 1.0))

    def with_gradient(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        value, gradient = self.acquisition.with_gradient(A)
        loss, _, slope, _ = self.losses.predict_with_gradients(A)
        P = np.clip(1.0 + loss, _LEAST, 1.0)
        inside = (P > _LEAST) & (P < 1.0)
        return value + np.log(P), gradient + (inside / P)[:, None] * slope
