"""[0, 1] cut into n cells of equal width.

Both functions take one number or an array, and give the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def cell_of(u: Any, n: int) -> Any:
    """Return the number of the cell that holds each coordinate; 1 is in the last.

    Parameters
    ----------
    u : float or ndarray of shape (m,)
        Coordinates in [0, 1].
    n : int
        Number of cells, at most 2**50, where a float still tells them apart.

    Returns
    -------
    int64 or ndarray of shape (m,) of int64
    """
    return np.minimum(u * n, n - 1).astype(np.int64)


def center_of(index: Any, n: int) -> Any:
    """Return the middle of each cell, the inverse of `cell_of`.

    Parameters
    ----------
    index : int or ndarray of shape (m,)
        Numbers of cells, from 0 to n - 1.
    n : int
        Number of cells.

    Returns
    -------
    float or ndarray of shape (m,)
    """
    return (index + 0.5) / n
