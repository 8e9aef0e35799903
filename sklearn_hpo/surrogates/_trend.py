"""What single inputs add to a score, whatever the values of the others.

=============  ==========  ==========================================================
A              (m, d)      points in the unit cube
z              (m, q)      their inputs that have a trend, from -1 to 1
H              (m, 2 q)    basis functions, each times its prior deviation
=============  ==========  ==========================================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Prior deviations of slopes and curvatures where scores are standardized, and the mean
# of the latter in such deviations. See the ablation in RESULTS.
_SLOPE, _CURVATURE = 0.3, 0.15
_EXPECTED = -1.0


class Trend:
    """A sum of parabolas, one for each input that has an inside.

    Far from all points a stationary kernel believes nothing, and in ten dimensions all
    is far. A model that knows nothing of the corners goes there, and there are a
    thousand. What an input does by itself is learned from all points at once; and
    whoever writes a range means to hold the best value in it, so scores are expected to
    fall towards its ends until they are seen to rise::

        t(a) = sum_j beta_j z_j + gamma_j (z_j^2 - 1/3),  z_j = 2 a_j - 1

    with normal coefficients. For ``t = h' b`` with ``b ~ N(b_0, I)`` that is a Gaussian
    process with the mean ``h' b_0`` and the covariance ``h' h`` ([1]_, section 2.7).

    Parameters
    ----------
    inputs : ndarray of shape (q,) of int
        Which inputs have a trend.

    Attributes
    ----------
    expected : ndarray of shape (2 q,)
        b_0, the prior mean of the coefficients in prior deviations.

    References
    ----------
    .. [1] C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine
       Learning", MIT Press 2006.
    """

    def __init__(self, inputs: NDArray[np.int_]) -> None:
        self.inputs = inputs
        self.expected = np.repeat([0.0, _EXPECTED], len(inputs))

    def doubted(self, share: float) -> Trend:
        """Return the trend of which so much is expected.

        Parameters
        ----------
        share : float
            By what to multiply the prior mean of the coefficients.

        Returns
        -------
        trend : Trend
            A new instance.
        """
        trend = Trend(self.inputs)
        trend.expected = share * self.expected
        return trend

    def basis(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the basis functions, each times its prior deviation.

        Parameters
        ----------
        A : ndarray of shape (m, d)
            Points.

        Returns
        -------
        H : ndarray of shape (m, 2 q)
            First the slopes of all inputs with a trend, then their curvatures.
        """
        z = 2.0 * A[:, self.inputs] - 1.0
        return np.hstack([_SLOPE * z, _CURVATURE * (z * z - 1.0 / 3.0)])

    def pull_back(
        self, G: NDArray[np.float64], A: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return sum_k G_ak dH_ak/da, the gradients of sums of basis functions.

        Parameters
        ----------
        G : ndarray of shape (m, 2 q) or (1, 2 q)
            Coefficients of the sums.
        A : ndarray of shape (m, d)
            Points.

        Returns
        -------
        gradients : ndarray of shape (m, d)
            Zero along inputs without a trend.
        """
        slopes, curvatures = np.hsplit(G, 2)
        z = 2.0 * A[:, self.inputs] - 1.0
        gradient = np.zeros(A.shape)
        gradient[:, self.inputs] = 2.0 * _SLOPE * slopes + 4.0 * _CURVATURE * (
            z * curvatures
        )
        return gradient


NO_TREND = Trend(np.array([], int))
