"""Some points in place of many.

=============  ==========  ==========================================================
X              (n, d)      all points
nearest        (n,)        squared distance to the nearest of the points taken so far
=============  ==========  ==========================================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.surrogates._kernel import squared_distances


def thinned(
    X: NDArray[np.float64],
    kept: NDArray[np.int_],
    size: int,
    weights: NDArray[np.float64],
    unordered: NDArray[np.bool_],
) -> NDArray[np.int_]:
    """Return points that fill the space, those to be kept among them.

    The point farthest from all that are taken is taken next [1]_. So no point left out
    is farther from one taken than twice what is possible at all.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Points; unordered inputs hold codes.
    kept : ndarray of shape (k,)
        Rows of points to take first, all distinct, at least one.
    size : int
        Number of points to take, at least k.
    weights : ndarray of shape (d,)
        Inverse squared lengthscales: distances count where the model varies.
    unordered : ndarray of shape (d,)
        Which inputs are compared for equality only.

    Returns
    -------
    rows : ndarray of shape (min(n, size),)
        Rows of X, rising.

    References
    ----------
    .. [1] T. F. Gonzalez, "Clustering to Minimize the Maximum Intercluster Distance",
       Theoretical Computer Science 38, 1985.
    """
    if len(X) <= size:
        return np.arange(len(X))
    rows = list(kept)
    nearest = squared_distances(X, X[rows], weights, unordered).min(axis=1)
    nearest[rows] = -1.0
    while len(rows) < size:
        row = int(nearest.argmax())
        rows.append(row)
        distance = squared_distances(X, X[row : row + 1], weights, unordered)
        np.minimum(nearest, distance[:, 0], out=nearest)
        nearest[row] = -1.0
    return np.sort(rows)
