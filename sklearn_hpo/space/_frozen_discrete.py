"""Discrete distributions of scipy, and whatever has their methods.

Notation
--------
k       (n,) values, integers
u       (n,) coordinates
F(k)    the distribution's cdf; the cell of k is [F(k - 1), F(k)]
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._frozen import LARGEST, Frozen
from sklearn_hpo.space._numbers import is_finite, is_integer

# More values than a search could try count as infinitely many.
MOST_LISTED = 2**16
# How near probabilities come to 0 or 1: as near as they can where values end; where
# they go on, a table of them has to end.
_EDGE = 2.0**-53
_TAIL = 2.0**-20


@dataclass(frozen=True, eq=False)
class FrozenDiscrete(Frozen):
    """A distribution of integers with `ppf`, `cdf` and `pmf`.

    Parameters
    ----------
    dist : object
        As for `Frozen`, and has ``pmf(k)``.
    """

    _dtype: ClassVar[type] = int

    @property
    def n_values(self) -> int | float:
        """Number of values; infinite above 65536, or where the support has no end."""
        return math.inf if self._listed is None else len(self._listed)

    def validate(self) -> None:
        """Check that the distribution has a support, and that it is of integers.

        Raises
        ------
        ValueError
            If it has none, or it is not.
        """
        super().validate()
        # scipy's rv_discrete(values=...) keeps its values as xk.
        xk = getattr(getattr(self.dist, "dist", self.dist), "xk", ())
        for value in (*self._support, *xk):
            if not float(value).is_integer():
                raise ValueError(
                    "a discrete distribution must have integer values, got "
                    f"{value!r} from {self.dist!r}. Give a list of the values."
                )

    def encode(self, value: object) -> float | None:
        """Return the middle of the cell of a value; None if nothing decodes to it."""
        if not (is_integer(value) and is_finite(value)):
            return None
        u = float(self._center(np.array([value], dtype=np.float64))[0])
        return u if self.decode(u) == value else None

    def decode(self, u: float) -> int:
        """Return the integer at a coordinate."""
        return int(super().decode(u))

    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the middles of the cells that hold coordinates, shape (n,)."""
        return self._center(self._quantile(u))

    def level(self, index: int) -> float:
        """Return the middle of the cell of the value at an index."""
        if self._listed is None:
            return super().level(index)
        return float(self._center(self._listed[[index]])[0])

    def index(self, u: float) -> int:
        """Return the index of the value at a coordinate."""
        if self._listed is None:
            return super().index(u)
        return int(np.searchsorted(self._listed[:-1], self.decode(u)))

    @property
    def _reach(self) -> tuple[float, float]:
        lowest, highest = self._support
        return (
            _TAIL if lowest == -LARGEST else _EDGE,
            1.0 - (_TAIL if highest == LARGEST else _EDGE),
        )

    @cached_property
    def _listed(self) -> NDArray[np.float64] | None:
        """Values that some coordinate leads to, shape (n_values,), if they are few."""
        lowest, highest = self._support
        if highest - lowest >= MOST_LISTED:
            return None
        k = np.arange(lowest, highest + 1)
        return k[(self.dist.pmf(k) > 0) & (self._quantile(self._center(k)) == k)]

    def _center(self, k: NDArray[np.float64]) -> NDArray[np.float64]:
        below, half = self.dist.cdf(k), self.dist.pmf(k) / 2
        return np.where(below <= 0.5, below - half, 1.0 - (self._sf(k) + half))

    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        q = np.clip(u, *self._reach)
        lower = q <= 0.5
        k = np.empty_like(q)
        k[lower] = self.dist.ppf(q[lower])
        k[~lower] = self._isf(1.0 - q[~lower])
        return k
