"""Gaussian process regression at given hyperparameters.

=============  ==========  ==========================================================
X, y           (n, d) (n,) observed points and their scores, mean zero
A              (m, d)      points asked about
theta          (d + 2,)    log lengthscales, log outputscale, log noise variance
weights, s     (d,) ()     1 / lengthscale^2, outputscale
H              (n, 2 q)    basis functions of the trend at X, h(a)' those at A
K = L L'       (n, n)      s k(X, X) + H H' + diag(noise)
L_inv, alpha   (n, n) (n,) L^-1 and K^-1 (y - prior mean)
k, slope       (m, n)      covariance of A and X, and the kernel's slope in squared
                           distance
V              (n, m)      L^-1 k'
=============  ==========  ==========================================================

Equations: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006.
"""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas, lapack

from sklearn_hpo.surrogates._cholesky import cholesky
from sklearn_hpo.surrogates._kernel import matern52, squared_distances
from sklearn_hpo.surrogates._trend import NO_TREND, Trend

# Rows of A taken at a time, so that the (rows, n) arrays stay in the cache.
_ROWS = 256


class GaussianProcess:
    """Posterior of a Gaussian process with a Matern-5/2 kernel and a trend [1]_.

    An observation at given hyperparameters is cheap to add, see `extended`. Instances
    are never changed.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Observed points in the unit cube; unordered inputs hold codes.
    y : ndarray of shape (n,)
        Observed scores, standardized.
    theta : ndarray of shape (d + 2,)
        Log lengthscales, log outputscale, log noise variance.
    unordered : ndarray of shape (d,)
        Which inputs are compared for equality only.
    noise : ndarray of shape (n,), default=None
        Variances known of single scores, in addition to that of `theta`.
    trend : Trend, default=Trend([])
        What single inputs add, nothing by default.

    References
    ----------
    .. [1] C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine
       Learning", MIT Press 2006, ch. 2 and 4.
    """

    def __init__(
        self,
        X: NDArray[np.float64],
        y: NDArray[np.float64],
        theta: NDArray[np.float64],
        unordered: NDArray[np.bool_],
        noise: NDArray[np.float64] | None = None,
        trend: Trend = NO_TREND,
    ) -> None:
        self.X = X
        self.y = y
        self.trend = trend
        self.H = trend.basis(X)
        self.theta = theta
        self.unordered = unordered
        self.weights = np.exp(-2.0 * theta[:-2])
        self.s, self.noise = np.exp(theta[-2:])
        self.L_inv = _inverse(cholesky(self._covariance(X, self.H, noise)))
        self.alpha = self._solve()

    def predict(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and variance of the function itself, without noise.

        Parameters
        ----------
        A : ndarray of shape (m, d)
            Points.

        Returns
        -------
        mean, variance : ndarray of shape (m,)
            Posterior moments (eq. 2.25, 2.26).
        """
        mean = np.empty(len(A))
        variance = np.empty(len(A))
        for first in range(0, len(A), _ROWS):
            rows = slice(first, first + _ROWS)
            h = self.trend.basis(A[rows])
            k, _ = self._cross(A[rows], h)
            mean[rows] = k @ self.alpha + h @ self.trend.expected
            variance[rows] = self._variance(self._whiten(k), h)
        return mean, variance

    def predict_with_gradients(
        self, A: NDArray[np.float64]
    ) -> tuple[
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.float64],
    ]:
        """Return mean, variance and their gradients.

        Parameters
        ----------
        A : ndarray of shape (m, d)
            Points.

        Returns
        -------
        mean, variance : ndarray of shape (m,)
            As `predict` returns them.
        mean_gradient, variance_gradient : ndarray of shape (m, d)
            Gradients; zero along unordered inputs.
        """
        h = self.trend.basis(A)
        k, slope = self._cross(A, h)
        V = self._whiten(k)
        K_inv_k = blas.dtrmm(1.0, self.L_inv, V, lower=1, trans_a=1)  # (n, m)
        mean = k @ self.alpha + h @ self.trend.expected
        coefficients = self.trend.expected + self.H.T @ self.alpha
        mean_gradient = self._pull_back(slope * self.alpha, A)
        mean_gradient += self.trend.pull_back(coefficients[None], A)
        # d(s + h' h - k' K^-1 k) = 2 h' dh - 2 (K^-1 k)' dk
        variance_gradient = -2.0 * self._pull_back(slope * K_inv_k.T, A)
        variance_gradient += 2.0 * self.trend.pull_back(h - K_inv_k.T @ self.H, A)
        return mean, self._variance(V, h), mean_gradient, variance_gradient

    def expecting(self, trend: Trend) -> GaussianProcess:
        """Return the posterior with another prior mean of the trend's coefficients.

        It takes no factor but the one there is.

        Parameters
        ----------
        trend : Trend
            One of the same inputs.

        Returns
        -------
        gp : GaussianProcess
            A new instance.
        """
        gp = copy(self)
        gp.trend = trend
        gp.alpha = gp._solve()  # noqa: SLF001 (it is one of us)
        return gp

    def extended(
        self,
        X_new: NDArray[np.float64],
        y_new: NDArray[np.float64],
        noise: NDArray[np.float64] | None = None,
    ) -> GaussianProcess:
        """Return the posterior with further observations, theta unchanged.

        The factor is bordered in O(n^2 q) in place of O(n^3)::

            [L   0 ] ^-1   [ L^-1              0    ]
            [B   L2]     = [-L2^-1 B L^-1     L2^-1 ],  B' = L^-1 K(X, X_new)

        Parameters
        ----------
        X_new : ndarray of shape (q, d)
            Further points.
        y_new : ndarray of shape (q,)
            Their scores.
        noise : ndarray of shape (q,), default=None
            Variances known of these scores, in addition to that of `theta`.

        Returns
        -------
        gp : GaussianProcess
            A new instance.
        """
        n, q = len(self.y), len(y_new)
        H = self.trend.basis(X_new)
        B = self._whiten(self._cross(X_new, H)[0]).T  # (q, n)
        L2_inv = _inverse(cholesky(self._covariance(X_new, H, noise) - B @ B.T))
        L_inv = np.zeros((n + q, n + q), order="F")
        L_inv[:n, :n] = self.L_inv
        L_inv[n:, :n] = -L2_inv @ (B @ self.L_inv)
        L_inv[n:, n:] = L2_inv
        gp = copy(self)
        gp.X = np.vstack([self.X, X_new])
        gp.H = np.vstack([self.H, H])
        gp.y = np.concatenate([self.y, y_new])
        gp.L_inv = L_inv
        gp.alpha = gp._solve()  # noqa: SLF001 (it is one of us)
        return gp

    def _covariance(
        self,
        X: NDArray[np.float64],
        H: NDArray[np.float64],
        noise: NDArray[np.float64] | None,
    ) -> NDArray[np.float64]:
        """Return the prior covariance of the scores at X, of shape (n, n)."""
        K = self.s * matern52(squared_distances(X, X, self.weights, self.unordered))[0]
        K[np.diag_indices_from(K)] = (
            self.s + self.noise + (0.0 if noise is None else noise)
        )
        return K + H @ H.T

    def _cross(
        self, A: NDArray[np.float64], h: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the covariance of A with X and the kernel's slope, both (m, n)."""
        k, slope = matern52(squared_distances(A, self.X, self.weights, self.unordered))
        k *= self.s
        k += h @ self.H.T
        slope *= self.s
        return k, slope

    def _whiten(self, k: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return V = L^-1 k' of shape (n, m) for k of shape (m, n)."""
        return blas.dtrmm(1.0, self.L_inv, k.T, lower=1)

    def _variance(
        self, V: NDArray[np.float64], h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return s + |h|^2 - |V|^2 of shape (m,) for V of (n, m), kept positive."""
        prior = self.s + np.einsum("ij,ij->i", h, h)
        return np.maximum(prior - np.einsum("ij,ij->j", V, V), 1e-12 * self.s)

    def _pull_back(
        self, G: NDArray[np.float64], A: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return sum_i G_ai dD_ai/da, of shape (m, d), for G of shape (m, n).

        dD_ai/da = 2 w (a - x_i), so the sum is 2 w (a (G 1)_a - (G X)_a).
        """
        weights = np.where(self.unordered, 0.0, 2.0 * self.weights)
        return weights * (A * G.sum(axis=1)[:, None] - G @ self.X)

    def _solve(self) -> NDArray[np.float64]:
        """Return K^-1 (y - prior mean), of shape (n,)."""
        return self.L_inv.T @ (self.L_inv @ (self.y - self.H @ self.trend.expected))


def _inverse(L: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of a lower triangular L of shape (n, n).

    A product with the inverse runs some three times as fast as a triangular solve.
    """
    return lapack.dtrtri(L, lower=1)[0]
