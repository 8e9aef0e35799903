"""A normal distribution that moves to where its best samples lie: CMA-ES.

Notation, after [1]_
--------------------
d            number of coordinates
lam, mu      samples to an update, and how many of them have positive weights
m, sigma, C  mean (d,), step size and covariance (d, d): samples are m + sigma A N(0, C)
A            (d,) stretch of each coordinate; 1 but for the margin of separate values
y            (lam, d) steps of the samples, best first, in units of sigma A
w            (lam,) weights, falling, those of the worse half negative
p_sigma, p_c (d,) evolution paths
c, d         learning rates and damping, named by what they are for

Equation numbers are those of [1]_, with "margin" those of [2]_.

.. [1] N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772.
.. [2] R. Hamano et al., "CMA-ES with Margin: Lower-Bounding Marginal Probability for
   Mixed-Integer Black-Box Optimization", GECCO 2022, section 4.
.. [3] N. Hansen, "Injecting External Solutions Into CMA-ES", arXiv 1110.4181.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]

# Keeps probabilities away from 0 and 1/2, and eigenvalues away from 0.
_EPS = 1e-12


class Weights:
    """Weights and learning rates for `lam` samples in `d` dimensions, eqs. 48 to 58.

    Parameters
    ----------
    d : int
        Number of coordinates, at least 1.
    lam : int
        Number of samples to an update, at least 2.
    """

    def __init__(self, d: int, lam: int) -> None:
        raw = math.log((lam + 1) / 2) - np.log(np.arange(1, lam + 1))  # eq. 49
        mu = lam // 2
        best, rest = raw[:mu], raw[mu:]
        mu_eff = best.sum() ** 2 / (best**2).sum()
        mu_eff_minus = rest.sum() ** 2 / (rest**2).sum()
        self.mu_eff = mu_eff
        self.c_sigma = (mu_eff + 2) / (d + mu_eff + 5)  # eq. 55
        excess = max(0.0, math.sqrt((mu_eff - 1) / (d + 1)) - 1)
        self.d_sigma = 1 + 2 * excess + self.c_sigma  # eq. 55
        self.c_c = (4 + mu_eff / d) / (d + 4 + 2 * mu_eff / d)  # eq. 56
        self.c_1 = 2 / ((d + 1.3) ** 2 + mu_eff)  # eq. 57
        by_mu = 2 * (mu_eff - 2 + 1 / mu_eff) / ((d + 2) ** 2 + mu_eff)
        self.c_mu = min(1 - self.c_1, by_mu)  # eq. 58
        alpha = min(
            1 + self.c_1 / self.c_mu if self.c_mu > 0 else math.inf,  # eq. 50
            1 + 2 * mu_eff_minus / (mu_eff + 2),  # eq. 51
            (1 - self.c_1 - self.c_mu) / (d * self.c_mu) if self.c_mu > 0 else math.inf,
        )  # eq. 52
        negative = raw < 0
        w = raw / raw[~negative].sum()
        w[negative] = alpha * raw[negative] / -raw[negative].sum()  # eq. 53
        self.w = w
        self.best = np.where(negative, 0.0, w)


class Gaussian:
    """CMA-ES on [0, 1]^d, with a margin for coordinates of separate values.

    Parameters
    ----------
    mean : ndarray of shape (d,)
        Where to begin.
    sigma : float
        First step size.
    lam : int
        Number of samples to an update.
    """

    def __init__(self, mean: Array, sigma: float, lam: int) -> None:
        d = len(mean)
        self.m = mean.copy()
        self.sigma = sigma
        self.C = np.eye(d)
        self.A = np.ones(d)
        self.p_sigma = np.zeros(d)
        self.p_c = np.zeros(d)
        self.g = 0
        self.weights = Weights(d, lam)
        # E |N(0, I)|
        self.expected_norm = math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d**2))
        self._decompose()

    def sample(self, rng: np.random.Generator) -> Array:
        """Return a sample (d,), which may lie outside of [0, 1]."""
        z = rng.normal(size=len(self.m))  # eq. 38
        return self.m + self.sigma * self.A * (self.root @ z)  # eqs. 39 and 40

    def update(self, x: Array) -> None:
        """Move to where the best samples lie.

        Parameters
        ----------
        x : ndarray of shape (lam, d)
            Samples, best first, also of former distributions or from elsewhere.
        """
        W, d = self.weights, len(self.m)
        y = (x - self.m) / (self.sigma * self.A)
        length = np.linalg.norm(y @ self.inverse, axis=1)
        # Steps too long for this distribution would throw it off: [3]_, eq. 4.
        limit = math.sqrt(d) + 2 * d / (d + 2)
        y *= np.minimum(1.0, limit / np.maximum(length, _EPS))[:, None]
        length = np.minimum(length, limit)
        y_w = W.best @ y  # eq. 41
        self.m = self.m + self.sigma * self.A * y_w  # eq. 42
        c, self.g = W.c_sigma, self.g + 1
        push = math.sqrt(c * (2 - c) * W.mu_eff) * (self.inverse @ y_w)
        self.p_sigma = (1 - c) * self.p_sigma + push  # eq. 43
        norm = float(np.linalg.norm(self.p_sigma))
        growth = c / W.d_sigma * (norm / self.expected_norm - 1)
        self.sigma *= math.exp(min(1.0, growth))  # eq. 44
        self._adapt(y, y_w, length, norm)

    def _adapt(self, y: Array, y_w: Array, length: Array, norm: float) -> None:
        """Update the covariance, eqs. 45 to 47."""
        W, d = self.weights, len(self.m)
        known = math.sqrt(1 - (1 - W.c_sigma) ** (2 * self.g))  # g of [1] plus 1
        h = float(norm / known < (1.4 + 2 / (d + 1)) * self.expected_norm)
        push = h * math.sqrt(W.c_c * (2 - W.c_c) * W.mu_eff) * y_w
        self.p_c = (1 - W.c_c) * self.p_c + push  # eq. 45
        w = np.where(W.w >= 0, W.w, W.w * d / np.maximum(length**2, _EPS))  # eq. 46
        lost = (1 - h) * W.c_c * (2 - W.c_c)
        keep = 1 + W.c_1 * lost - W.c_1 - W.c_mu * W.w.sum()
        rank_one = np.outer(self.p_c, self.p_c)
        rank_mu = (y.T * w) @ y
        self.C = keep * self.C + W.c_1 * rank_one + W.c_mu * rank_mu  # eq. 47
        self._decompose()

    def _decompose(self) -> None:
        """Take the root of C and its inverse, C symmetric and positive again."""
        values, B = np.linalg.eigh((self.C + self.C.T) / 2)
        D = np.sqrt(np.maximum(values, _EPS))
        self.C = (B * D**2) @ B.T
        self.root = B * D
        self.inverse = (B / D) @ B.T

    @property
    def deviations(self) -> Array:
        """Standard deviation of each coordinate, of shape (d,)."""
        return self.sigma * self.A * np.sqrt(np.diag(self.C))

    def keep_margin(self, dim: int, thresholds: Array, alpha: float) -> None:
        """Leave a chance to change the value of a coordinate that has few.

        Parameters
        ----------
        dim : int
            The coordinate.
        thresholds : ndarray of shape (n_values - 1,)
            Where one value ends and the next begins, rising.
        alpha : float
            Least chance of another value than that of the mean.
        """
        above = int(np.searchsorted(thresholds, self.m[dim]))
        s = self.deviations[dim]
        if above in (0, len(thresholds)):
            edge = thresholds[min(above, len(thresholds) - 1)]
            reach = s * -ndtri(alpha)  # margin eq. 10: chance alpha to cross the edge
            distance = self.m[dim] - edge
            self.m[dim] = edge + math.copysign(min(abs(distance), reach), distance)
            return
        low, up = thresholds[above - 1], thresholds[above]
        p_low = max(ndtr((low - self.m[dim]) / s), alpha / 2)  # margin eq. 13
        p_up = max(ndtr((self.m[dim] - up) / s), alpha / 2)  # margin eq. 14
        p_mid = ndtr((up - self.m[dim]) / s) - ndtr((low - self.m[dim]) / s)
        excess = (1 - p_low - p_up - p_mid) / (p_low + p_up + p_mid - 3 * alpha / 2)
        p_low += excess * (p_low - alpha / 2)  # margin eq. 15
        p_up += excess * (p_up - alpha / 2)  # margin eq. 16
        z_low, z_up = (-ndtri(min(p, 0.5 - 1e-6)) for p in (p_low, p_up))
        self.m[dim] = (low * z_up + up * z_low) / (z_low + z_up)  # margin eq. 18
        self.A[dim] *= (up - low) / (s * (z_low + z_up))  # margin eq. 17
