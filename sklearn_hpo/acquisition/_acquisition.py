"""The contract of every acquisition function."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Acquisition(Protocol):
    """What it would be worth to evaluate a point; greater is better."""

    def __call__(self, A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (m,) at points (m, d)."""
        ...

    def with_gradient(
        self, A: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values and gradients.

        Parameters
        ----------
        A : ndarray of shape (m, d)
            Points, as the model sees them.

        Returns
        -------
        value : ndarray of shape (m,)
            Values at the points.
        gradient : ndarray of shape (m, d)
            Their gradients.
        """
        ...
