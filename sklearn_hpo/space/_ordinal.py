"""Choices ordered by their value: what a plain list of numbers stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._cells import cell_of
from sklearn_hpo.space._choices import Choices
from sklearn_hpo.space._numbers import is_finite, is_real

_TWO_DECADES = 0.01 * (1 + 1e-9)  # room for the rounding of 0.07 and 0.0007


def is_ordinal(values: Sequence[Any]) -> bool:
    """Return whether `values` are at least three distinct finite real numbers."""
    if len(values) < 3:
        return False
    if isinstance(values, range):
        return True
    one_of_each_type = {type(value): value for value in values}.values()
    return (
        all(map(is_real, one_of_each_type))
        and all(map(is_finite, values))
        and len(set(values)) == len(values)
    )


@dataclass(frozen=True, eq=False)
class Ordinal(Choices):
    """At least three distinct numbers, each as likely as the next.

    A model sees them by value, rescaled to [0, 1]; by the logarithm of the value where
    all are positive and the greatest is at least a hundred times the least.

    Parameters
    ----------
    choices : list, tuple, range, ndarray of shape (n,) or Series of numbers
        What `is_ordinal` accepts.
    """

    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions by value of the choices at coordinates, shape (n,)."""
        return self._positions[cell_of(u, self.n_values)]

    @cached_property
    def _positions(self) -> NDArray[np.float64]:
        # Halves, so that the distance from -1e308 to 1e308 stays finite.
        x = np.array(self.values, dtype=np.float64) / 2
        if 0 < x.min() <= _TWO_DECADES * x.max():
            x = np.log(x)
        return (x - x.min()) / (x.max() - x.min())
