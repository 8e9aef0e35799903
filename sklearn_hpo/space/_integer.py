"""Integers between two bounds.

Notation
--------
i         index of a value, ``value - low``, from 0 to n - 1
n         number of values
edge(i)   coordinate where the cell of index i begins; edge(n) = 1
offset(u) inverse of edge: a real number of which i is the whole part
a         ``low - 0.5``, where log-uniform mass begins
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._bounds import check_bounds, check_log
from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._numbers import is_integer

# Up to here a float tells the middle of a cell from the middle of the next one.
_MOST_VALUES = 2**50
_HIGHEST_LOG = 2**40


@dataclass(frozen=True)
class Integer(Distribution):
    """Integers between `low` and `high`, both included.

    Parameters
    ----------
    low : int
        Lower bound.
    high : int
        Upper bound; equal to `low` for a constant.
    log : bool, default=False
        Whether to round a log-uniform real number from ``[low - 0.5, high + 0.5]``,
        rather than to draw all integers with equal probability.

    Examples
    --------
    >>> from sklearn_hpo.space import Integer
    >>> Integer(1, 1000, log=True).decode(0.5)
    22
    """

    low: int
    high: int
    log: bool = False

    _dtype: ClassVar[type] = int

    @property
    def n_values(self) -> int:
        """Number of integers between the bounds."""
        return int(self.high) - int(self.low) + 1

    def validate(self) -> None:
        """Check that the bounds are integers in order and not too far apart.

        Raises
        ------
        TypeError
            If a bound is not an integer, or `log` not a bool.
        ValueError
            If `low` is above `high` or, with `log`, below 1, or if a float could not
            tell one integer from the next.
        """
        for name, bound in (("low", self.low), ("high", self.high)):
            if not is_integer(bound):
                raise TypeError(
                    f"{name} must be an integer, got {bound!r} of type "
                    f"{type(bound).__name__}. Write an int, or use Real."
                )
        check_bounds(self.low, self.high)
        check_log(self.log, self.low, "at least 1")
        self._check_width()

    def _check_width(self) -> None:
        if self.n_values > _MOST_VALUES:
            raise ValueError(
                f"at most 2**50 integers fit between the bounds, got low={self.low!r} "
                f"and high={self.high!r}. Use nearer bounds or Real."
            )
        if self.log and self.high > _HIGHEST_LOG:
            raise ValueError(
                f"high must be at most 2**40 if log=True, got {self.high!r}. "
                "Use a lower bound or Real."
            )

    def encode(self, value: object) -> float | None:
        """Return the middle of the cell of an integer; None if it is out of bounds."""
        if not is_integer(value):
            return None
        index = int(value) - int(self.low)
        return self.level(index) if 0 <= index < self.n_values else None

    def decode(self, u: float) -> int:
        """Return the integer at a coordinate."""
        return int(self.low) + self.index(u)

    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the middles of the cells that hold coordinates, shape (n,)."""
        return self._center(self._cell(u))

    def level(self, index: int) -> float:
        """Return the middle of the cell of an index."""
        return float(self._center(index))

    def index(self, u: float) -> int:
        """Return the index of the cell that holds a coordinate."""
        return int(self._cell(u))

    def token(self) -> list[Any]:
        """Return the bounds and the scale."""
        return ["Integer", int(self.low), int(self.high), bool(self.log)]

    def _cell(self, u: Any) -> Any:
        return np.minimum(np.floor(self._offset(u)), self.n_values - 1)

    def _center(self, i: Any) -> Any:
        return (self._edge(i) + self._edge(i + 1)) / 2

    def _edge(self, i: Any) -> Any:
        if not self.log:
            return i / self.n_values
        a = int(self.low) - 0.5
        return np.log1p(i / a) / np.log1p(self.n_values / a)

    def _offset(self, u: Any) -> Any:
        if not self.log:
            return u * self.n_values
        a = int(self.low) - 0.5
        return a * np.expm1(u * np.log1p(self.n_values / a))
