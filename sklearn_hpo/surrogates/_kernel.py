"""Matern-5/2 on one distance over ordered and unordered inputs.

=============  ==========  ==========================================================
A, B           (m|n, d)    points in the unit cube; unordered inputs hold codes
weights        (d,)        inverse squared lengthscales, w_j = 1 / l_j^2
unordered      (d,)        True where an input knows only "equal" and "different"
D              (m, n)      sum_j w_j d_j^2, d_j = a_j - b_j or 1{a_j != b_j}
k, slope       (m, n)      k(D) and dk/dD
=============  ==========  ==========================================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def squared_distances(
    A: NDArray[np.float64],
    B: NDArray[np.float64],
    weights: NDArray[np.float64],
    unordered: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the weighted squared distances of the rows of A and B.

    Parameters
    ----------
    A : ndarray of shape (m, d)
        Points.
    B : ndarray of shape (n, d)
        Points.
    weights : ndarray of shape (d,)
        Inverse squared lengthscales.
    unordered : ndarray of shape (d,)
        Which inputs are compared for equality only.

    Returns
    -------
    D : ndarray of shape (m, n)
        Never negative.
    """
    # Centred: the gemm form |a|^2 + |b|^2 - 2 a'b loses |a|^2 * eps to cancellation.
    root = np.sqrt(weights[~unordered])
    a = (A[:, ~unordered] - 0.5) * root
    b = (B[:, ~unordered] - 0.5) * root
    D = a @ (-2.0 * b.T)
    D += np.einsum("ij,ij->i", a, a)[:, None]
    D += np.einsum("ij,ij->i", b, b)
    np.maximum(D, 0.0, out=D)
    for j in np.flatnonzero(unordered):
        D += weights[j] * (A[:, j, None] != B[:, j])
    return D


def matern52(
    D: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Matern-5/2 correlation and its slope, written in squared distance.

    In D the slope is finite at zero, so no gradient of a distance is ever needed.

    Parameters
    ----------
    D : ndarray of any shape
        Squared distances, not negative.

    Returns
    -------
    k : ndarray of the same shape
        ``(1 + r + r^2 / 3) exp(-r)`` with ``r = sqrt(5 D)``
        (Rasmussen and Williams 2006, eq. 4.17).
    slope : ndarray of the same shape
        ``dk/dD = -5/6 (1 + r) exp(-r)``.
    """
    r = np.sqrt(5.0 * D)
    decay = np.exp(-r)
    r += 1.0
    slope = r * decay
    k = decay
    k *= D * (5.0 / 3.0)
    k += slope
    slope *= -5.0 / 6.0
    return k, slope
