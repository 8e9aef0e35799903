"""Logarithm of the expected improvement.

=============  ==========  ==========================================================
mean, sd       (m,)        posterior mean and standard deviation
best           ()          score to improve on
z              (m,)        (mean - best) / sd
phi, Phi       (m,)        standard normal density and distribution function at z
h(z)           (m,)        phi + z Phi, so that EI = sd h(z)
R(z)           (m,)        Phi / phi
v, N           (m,) and () posterior variance, and that of the noise of a score
r              (m,)        sqrt(N / (v + N)), how much of a new score is noise
=============  ==========  ==========================================================

Source: Ament, Daulton, Eriksson, Balandat and Bakshy, Unexpected Improvements to
Expected Improvement for Bayesian Optimization, NeurIPS 2023, arXiv 2310.20708.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, ndtr

from sklearn_hpo.surrogates import GaussianProcess

_LOG_ROOT_2PI = 0.5 * np.log(2.0 * np.pi)
_ROOT_HALF_PI = np.sqrt(0.5 * np.pi)

# Below, h / phi = 1 + z R cancels: it is about 1 / z^2, and its rounding error eps.
# Five terms of its series in 1 / z^2 are exact to 1e-16 there.
_SERIES_BELOW = -100.0


class LogEI:
    """Log expected improvement of a Gaussian process over the best score [1]_.

    Parameters
    ----------
    gp : GaussianProcess
        Model of the scores, greater is better.
    best : float
        Score to improve on, on the model's scale.
    noise : float, default=0.0
        Variance of the noise of a score, for the augmented expected improvement [2]_:
        less is to be gained where a score would tell little that is new.

    References
    ----------
    .. [1] S. Ament et al., "Unexpected Improvements to Expected Improvement for
       Bayesian Optimization", NeurIPS 2023.
    .. [2] D. Huang, T. T. Allen, W. I. Notz and N. Zeng, "Global Optimization of
       Stochastic Black-Box Systems via Sequential Kriging Meta-Models", Journal of
       Global Optimization 34, 2006, section 3.4.
    """

    def __init__(self, gp: GaussianProcess, best: float, noise: float = 0.0) -> None:
        self.gp = gp
        self.best = best
        self.noise = noise

    def __call__(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log EI.

        Parameters
        ----------
        A : ndarray of shape (m, d)
            Points, as the model sees them.

        Returns
        -------
        value : ndarray of shape (m,)
            Finite everywhere.
        """
        mean, variance = self.gp.predict(A)
        sd = np.sqrt(variance)
        news, _ = self._log_news(variance)
        return np.log(sd) + log_h((mean - self.best) / sd)[0] + news

    def with_gradient(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return log EI and its gradient.

        Parameters
        ----------
        A : ndarray of shape (m, d)
            Points, as the model sees them.

        Returns
        -------
        value : ndarray of shape (m,)
            Log EI.
        gradient : ndarray of shape (m, d)
            Its gradient; zero along unordered inputs.
        """
        mean, variance, d_mean, d_variance = self.gp.predict_with_gradients(A)
        sd = np.sqrt(variance)
        z = (mean - self.best) / sd
        value, slope = log_h(z)
        # d log sd = dv / (2 v);  dz = d mean / sd - z d log sd
        news, by_variance = self._log_news(variance)
        by_variance += (1.0 - z * slope) / (2.0 * variance)
        gradient = by_variance[:, None] * d_variance + (slope / sd)[:, None] * d_mean
        return np.log(sd) + value + news, gradient

    def _log_news(
        self, v: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return log(1 - r) and its derivative by v; 1 - r = v / ((v + N) (1 + r))."""
        N = self.noise
        r = np.sqrt(N / (v + N))
        return np.log(v / ((v + N) * (1.0 + r))), 0.5 * r * (1.0 + r) / v


def log_h(
    z: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return log(phi(z) + z Phi(z)) and its derivative Phi / h.

    Parameters
    ----------
    z : ndarray of shape (m,)
        Arguments; sound from -1e100 to 1e100.

    Returns
    -------
    value, slope : ndarray of shape (m,)
        Logarithm and its derivative.
    """
    value, slope = np.empty_like(z), np.empty_like(z)
    upper = z > -1.0
    value[upper], slope[upper] = _log_h_upper(z[upper])
    value[~upper], slope[~upper] = _log_h_lower(z[~upper])
    return value, slope


def _log_h_upper(
    z: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Evaluate the definition (eq. 9, first branch)."""
    Phi = ndtr(z)
    h = np.exp(-0.5 * z * z - _LOG_ROOT_2PI) + z * Phi
    return np.log(h), Phi / h


def _log_h_lower(
    z: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take phi out: h = phi (1 + z R), R = sqrt(pi/2) erfcx(-z / sqrt 2) (eq. 9)."""
    R = _ROOT_HALF_PI * erfcx(-z / np.sqrt(2.0))
    x = 1.0 / (z * z)
    # 1 - x R(-x) by the asymptotic series of R (Abramowitz and Stegun 26.2.12).
    series = x * (1.0 - x * (3.0 - x * (15.0 - x * (105.0 - x * 945.0))))
    ratio = np.where(z < _SERIES_BELOW, series, 1.0 + z * R)
    return -0.5 * z * z - _LOG_ROOT_2PI + np.log(ratio), R / ratio
