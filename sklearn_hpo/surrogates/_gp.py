"""Gaussian process regression at given hyperparameters.

=============  ==========  ==========================================================
X, y           (n, d) (n,) observed points and their scores, mean zero
A              (m, d)      points asked about
theta          (d + 2,)    log lengthscales, log outputscale, log noise variance
weights, s     (d,) ()     1 / lengthscale^2, outputscale
K = L L'       (n, n)      s k(X, X) + diag(noise)
L_inv, alpha   (n, n) (n,) L^-1 and K^-1 y
k, slope       (m, n)      correlation of A and X, and its slope in squared distance
V              (n, m)      L^-1 s k'
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

# Rows of A taken at a time, so that the (rows, n) arrays stay in the cache.
_ROWS = 256


class GaussianProcess:
    """Posterior of a Gaussian process with a Matern-5/2 kernel and mean zero [1]_.

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
    ) -> None:
        self.X = X
        self.y = y
        self.theta = theta
        self.unordered = unordered
        self.weights = np.exp(-2.0 * theta[:-2])
        self.s, self.noise = np.exp(theta[-2:])
        self.L_inv = _inverse(cholesky(self._covariance(X, noise)))
        self.alpha = self._solve(y)

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
            k, _ = self._cross(A[rows])
            mean[rows] = k @ self.alpha
            variance[rows] = self._variance(self._whiten(k))
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
        k, slope = self._cross(A)
        V = self._whiten(k)
        K_inv_k = blas.dtrmm(1.0, self.L_inv, V, lower=1, trans_a=1)  # (n, m)
        mean_gradient = self._pull_back(slope * self.alpha, A)
        # d(s - k' K^-1 k) = -2 (K^-1 k)' dk
        variance_gradient = -2.0 * self._pull_back(slope * K_inv_k.T, A)
        return k @ self.alpha, self._variance(V), mean_gradient, variance_gradient

    def contrast(
        self, A: NDArray[np.float64], B: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and variance of the differences f(a_i) - f(b_i), without noise.

        Parameters
        ----------
        A, B : ndarray of shape (m, d)
            Points, row by row.

        Returns
        -------
        mean, variance : ndarray of shape (m,)
            Posterior moments; the variance is kept positive.
        """
        k = self._cross(A)[0] - self._cross(B)[0]
        V = self._whiten(k)
        away = A - B
        away[:, self.unordered] = away[:, self.unordered] != 0.0
        prior = 2.0 * self.s * (1.0 - matern52(away * away @ self.weights)[0])
        variance = prior - np.einsum("ij,ij->j", V, V)
        return k @ self.alpha, np.maximum(variance, 1e-10 * self.s)

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
        B = self._whiten(self._cross(X_new)[0]).T  # (q, n)
        L2_inv = _inverse(cholesky(self._covariance(X_new, noise) - B @ B.T))
        L_inv = np.zeros((n + q, n + q), order="F")
        L_inv[:n, :n] = self.L_inv
        L_inv[n:, :n] = -L2_inv @ (B @ self.L_inv)
        L_inv[n:, n:] = L2_inv
        gp = copy(self)
        gp.X = np.vstack([self.X, X_new])
        gp.y = np.concatenate([self.y, y_new])
        gp.L_inv = L_inv
        gp.alpha = gp._solve(gp.y)  # noqa: SLF001 (it is one of us)
        return gp

    def _covariance(
        self, X: NDArray[np.float64], noise: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """Return the prior covariance of the scores at X, of shape (n, n)."""
        K = self.s * matern52(squared_distances(X, X, self.weights, self.unordered))[0]
        K[np.diag_indices_from(K)] = (
            self.s + self.noise + (0.0 if noise is None else noise)
        )
        return K

    def _cross(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the covariance of A with X and its slope, both of shape (m, n)."""
        k, slope = matern52(squared_distances(A, self.X, self.weights, self.unordered))
        k *= self.s
        slope *= self.s
        return k, slope

    def _whiten(self, k: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return V = L^-1 k' of shape (n, m) for k of shape (m, n)."""
        return blas.dtrmm(1.0, self.L_inv, k.T, lower=1)

    def _variance(self, V: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return s - |V|^2 of shape (m,) for V of shape (n, m), kept positive."""
        variance = self.s - np.einsum("ij,ij->j", V, V)
        return np.maximum(variance, 1e-12 * self.s)

    def _pull_back(
        self, G: NDArray[np.float64], A: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return sum_i G_ai dD_ai/da, of shape (m, d), for G of shape (m, n).

        dD_ai/da = 2 w (a - x_i), so the sum is 2 w (a (G 1)_a - (G X)_a).
        """
        weights = np.where(self.unordered, 0.0, 2.0 * self.weights)
        return weights * (A * G.sum(axis=1)[:, None] - G @ self.X)

    def _solve(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return K^-1 y of shape (n,)."""
        return self.L_inv.T @ (self.L_inv @ y)


def _inverse(L: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of a lower triangular L of shape (n, n).

    A product with the inverse runs some three times as fast as a triangular solve.
    """
    return lapack.dtrtri(L, lower=1)[0]
