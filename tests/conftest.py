"""What tests of several wings share."""

from __future__ import annotations

import os

# Before numpy is imported, and for all subprocesses: the tests are many processes, and
# their arrays are small.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: some tests wait for other processes."""
    return 1 + (os.cpu_count() or 1)


@pytest.fixture
def check_gradient() -> Callable[..., None]:
    """Check a gradient (d,) at x (d,) against central differences.

    A step of 1e-5 leaves some 1e-10 of truncation and 1e-11 of rounding, relative to
    the scale of the function.
    """

    def check(
        function: Callable[[NDArray], float], gradient: NDArray, x: NDArray
    ) -> None:
        h = 1e-5
        steps = h * np.eye(len(x))
        numeric = np.array([function(x + s) - function(x - s) for s in steps]) / (2 * h)
        atol = 1e-6 * (1.0 + np.abs(numeric).max(initial=0.0))
        np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=atol)

    return check
