"""Kernel hyperparameters: log posterior with its gradient, and its maximum.

=============  ==========  ==========================================================
X, y           (n, d) (n,) observed points and their standardized scores
theta          (d + 2,)    log lengthscales, log outputscale s, log noise variance
w              (d,)        1 / lengthscale^2
M              (q, n * n)  1{x_ij != x_kj} for the q unordered inputs, one row each
H              (n, 2 p)    basis functions of the trend in p inputs; K_trend = H H'
K = L L'       (n, n)      s k(X, X) + H H' + diag(noise)
Q              (n, n)      K^-1 - alpha alpha', with alpha = K^-1 (y - prior mean)
=============  ==========  ==========================================================

Sources: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, ch. 5;
priors: Hvarfner, Hellsten and Nardi, Vanilla Bayesian Optimization Performs Great in
High Dimensions, ICML 2024, arXiv 2402.02229.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.optimize import minimize

from sklearn_hpo.surrogates._cholesky import cholesky
from sklearn_hpo.surrogates._kernel import matern52, squared_distances
from sklearn_hpo.surrogates._trend import NO_TREND, Trend

# Bounds of lengthscales, outputscale and noise variance. The floor of the noise keeps
# K well conditioned; scores are standardized, so it is 0.3% of their spread.
_LENGTHSCALE = (0.01, 100.0)
_OUTPUTSCALE = (0.01, 100.0)
_NOISE = (1e-5, 1.0)

# Relative to one standard deviation of the prior, such accuracy in theta changes no
# suggestion that matters.
_GRADIENT_TOLERANCE = 1e-2
_MAX_ITERATIONS = 60


class LogPosterior:
    """Log of likelihood times prior, up to a constant, as a function of theta.

    The likelihood is that of [1]_, section 5.4, the prior of the lengthscales that of
    [2]_. Each prior is LogNormal(mu, sigma) as a density over the parameter itself, so
    in its logarithm t it is ``-(t - mu)^2 / (2 sigma^2) - t``: without the last term,
    the Jacobian, the mode of a lengthscale would lie e^3 = 20 times higher.

    ============================  ===================================
    lengthscale, ordered input    LogNormal(sqrt 2 + log(d) / 2, sqrt 3)
    lengthscale, unordered input  LogNormal(0, 1)
    outputscale                   LogNormal(0, 1)
    noise variance                LogNormal(-1, 2)
    ============================  ===================================

    The mode of the noise is e^-5, as with the LogNormal(-4, 1) of the paper, which is
    too narrow: where a quarter of the variance of y is noise, it makes the lengthscales
    follow the noise instead.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Observed points in the unit cube; unordered inputs hold codes.
    y : ndarray of shape (n,)
        Observed scores, standardized.
    unordered : ndarray of shape (d,)
        Which inputs are compared for equality only.
    noise : ndarray of shape (n,), default=None
        Variances known of single scores, in addition to that of `theta`.
    trend : Trend, default=Trend([])
        What single inputs add, nothing by default.

    References
    ----------
    .. [1] C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine
       Learning", MIT Press 2006.
    .. [2] C. Hvarfner, E. O. Hellsten and L. Nardi, "Vanilla Bayesian Optimization
       Performs Great in High Dimensions", ICML 2024.
    """

    def __init__(
        self,
        X: NDArray[np.float64],
        y: NDArray[np.float64],
        unordered: NDArray[np.bool_],
        noise: NDArray[np.float64] | None = None,
        trend: Trend = NO_TREND,
    ) -> None:
        self.X = X[:, ~unordered] - 0.5
        H = trend.basis(X)
        self.y = y - H @ trend.expected
        self.K_trend = H @ H.T
        self.unordered = unordered
        self.noise = 0.0 if noise is None else noise
        self.M = _mismatches(X[:, unordered])
        self.mu, self.sigma = _prior(unordered)

    def __call__(self, theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the log posterior and its gradient.

        Parameters
        ----------
        theta : ndarray of shape (d + 2,)
            Log lengthscales, log outputscale, log noise variance.

        Returns
        -------
        value : float
            Log posterior, up to a constant.
        gradient : ndarray of shape (d + 2,)
            Its gradient.
        """
        likelihood, likelihood_gradient = self._log_likelihood(theta)
        z = (theta - self.mu) / self.sigma
        prior = -0.5 * float(z @ z) - float(theta.sum())
        return likelihood + prior, likelihood_gradient - z / self.sigma - 1.0

    def _log_likelihood(
        self, theta: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64]]:
        """Return the log likelihood (eq. 5.8) and its gradient (eq. 5.9)."""
        w = np.exp(-2.0 * theta[:-2])
        s, noise = np.exp(theta[-2:])
        k, slope = matern52(self._distances(w))
        K = s * k
        np.fill_diagonal(K, s + noise + self.noise)
        K += self.K_trend
        L = cholesky(K)
        alpha = lapack.dpotrs(L, self.y, lower=1)[0]
        # A copy: by where its result lies, numpy 1.24 rounds the logarithm of a
        # strided array otherwise, and a search has to be the same each time.
        value = -0.5 * float(self.y @ alpha) - float(np.log(np.diag(L).copy()).sum())
        Q = _symmetric_inverse(L) - np.outer(alpha, alpha)
        # dL/dtheta = -1/2 sum Q o dK/dtheta
        slope *= Q
        slope *= s
        np.fill_diagonal(slope, 0.0)
        gradient = np.empty_like(theta)
        gradient[:-2] = w * self._pull_back(slope)
        gradient[-2] = -0.5 * s * np.vdot(Q, k)
        gradient[-1] = -0.5 * noise * np.trace(Q)
        return value, gradient

    def _distances(self, w: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the squared distances of the observed points, of shape (n, n)."""
        ordered = w[~self.unordered]
        D = squared_distances(self.X, self.X, ordered, np.zeros(len(ordered), bool))
        if len(self.M):
            D += (w[self.unordered] @ self.M).reshape(D.shape)
        return D

    def _pull_back(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sum_ik A_ik d_ikj^2 by input, of shape (d,), for A of shape (n, n).

        A is symmetric, so for an ordered input the sum is
        ``2 (sum_i x_ij^2 (A 1)_i - x_j' A x_j)``: one product, no (n, n, d) array.
        """
        sums = np.empty(len(self.unordered))
        weighted = A.sum(axis=1)[:, None] * self.X - A @ self.X
        sums[~self.unordered] = 2.0 * np.einsum("ij,ij->j", self.X, weighted)
        sums[self.unordered] = self.M @ A.ravel()
        return sums


def fit_theta(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    unordered: NDArray[np.bool_],
    starts: Sequence[NDArray[np.float64]] | None = None,
    noise: NDArray[np.float64] | None = None,
    trend: Trend = NO_TREND,
) -> NDArray[np.float64]:
    """Return the hyperparameters of highest posterior density.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Observed points in the unit cube; unordered inputs hold codes.
    y : ndarray of shape (n,)
        Observed scores, standardized.
    unordered : ndarray of shape (d,)
        Which inputs are compared for equality only.
    starts : sequence of ndarray of shape (d + 2,), default=None
        Where to climb from, the best end counts; None for `cold_starts`.
    noise : ndarray of shape (n,), default=None
        Variances known of single scores, in addition to that of `theta`.
    trend : Trend, default=Trend([])
        What single inputs add, nothing by default.

    Returns
    -------
    theta : ndarray of shape (d + 2,)
        Log lengthscales, log outputscale, log noise variance.
    """
    posterior = LogPosterior(X, y, unordered, noise, trend)

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = posterior(theta)
        return -value, -gradient

    bounds = np.log([_LENGTHSCALE] * len(unordered) + [_OUTPUTSCALE, _NOISE])
    options = {"gtol": _GRADIENT_TOLERANCE, "maxiter": _MAX_ITERATIONS}
    ends = [
        minimize(
            loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        for start in (cold_starts(unordered) if starts is None else starts)
    ]
    return min(ends, key=lambda end: end.fun).x


def cold_starts(unordered: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Return where to climb from when nothing is known.

    The posterior often has two summits, "everything is noise" and "everything is
    signal", and several along the lengthscales.

    Parameters
    ----------
    unordered : ndarray of shape (d,)
        Which inputs are compared for equality only.

    Returns
    -------
    starts : list of ndarray of shape (d + 2,)
        Medians of the lengthscale priors shrunk by 1, e^1.5 and e^3; the last is
        close to the modes. Little noise with the short ones, more with the long one.
    """
    mu, _ = _prior(unordered)
    starts = []
    for shrink, noise in ((3.0, 1e-3), (1.5, 1e-2), (0.0, 1e-1)):
        theta = mu - shrink * np.where(np.append(unordered, [True, True]), 0.0, 1.0)
        theta[-2:] = 0.0, np.log(noise)
        starts.append(theta)
    return starts


def _prior(
    unordered: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mu and sigma of the log-normal priors, of shape (d + 2,) each."""
    n_ordered = max(int((~unordered).sum()), 1)
    ordered_mu = np.sqrt(2.0) + 0.5 * np.log(n_ordered)
    mu = np.append(np.where(unordered, 0.0, ordered_mu), [0.0, -1.0])
    sigma = np.append(np.where(unordered, 1.0, np.sqrt(3.0)), [1.0, 2.0])
    return mu, sigma


def _mismatches(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1{x_ij != x_kj} of shape (q, n * n) for codes of shape (n, q)."""
    n, q = codes.shape
    unequal = codes.T[:, :, None] != codes.T[:, None, :]
    return unequal.reshape(q, n * n).astype(float)


def _symmetric_inverse(L: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return K^-1 of shape (n, n) from the Cholesky factor of K."""
    half = lapack.dpotri(L, lower=1)[0]  # the triangle above is left as it was: zero
    inverse = half + half.T
    inverse[np.diag_indices_from(inverse)] *= 0.5
    return inverse
