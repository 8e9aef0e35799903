"""Cholesky factors of covariance matrices, by LAPACK without its wrappers' checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

# Relative to the mean of the diagonal. Rounding makes a covariance matrix indefinite
# by some 1e-16 n; what the last one does not mend is no covariance matrix.
_JITTERS = (0.0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4)


def cholesky(K: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return L, lower triangular with zeros above, such that ``K = L L'``.

    Where rounding has made K indefinite, the diagonal is raised by as little as helps.

    Parameters
    ----------
    K : ndarray of shape (n, n)
        Symmetric positive definite. Not changed.

    Returns
    -------
    L : ndarray of shape (n, n), Fortran order
        Cholesky factor.

    Raises
    ------
    numpy.linalg.LinAlgError
        If K is far from positive definite, or not finite.
    """
    scale = np.trace(K) / max(len(K), 1)
    for jitter in _JITTERS:
        # K is symmetric, so its transpose is K itself in Fortran order.
        shifted = K.T if jitter == 0.0 else (K + jitter * scale * np.eye(len(K))).T
        L, info = lapack.dpotrf(shifted, lower=1, clean=1)
        if info == 0 and np.isfinite(L).all():
            return L
    raise np.linalg.LinAlgError(
        f"expected a positive definite covariance matrix, got one of shape {K.shape} "
        f"with a mean variance of {scale:g} that stays indefinite after adding "
        f"{_JITTERS[-1]:g} of it; check inputs and hyperparameters for huge values"
    )
