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
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        ...
