"""Real numbers between two bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._bounds import check_bounds, check_log
from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._numbers import as_float, is_real

# Half of it, the longest step from a bound, must have an exponential.
_LONGEST_LOG = 1400.0


@dataclass(frozen=True)
class Real(Distribution):
    """Real numbers between `low` and `high`, both included.

    Parameters
    ----------
    low : float
        Lower bound.
    high : float
        Upper bound; equal to `low` for a constant.
    log : bool, default=False
        Whether the logarithm of the value is uniform, rather than the value. It is the
        right scale for what spans orders of magnitude, as `C` and `alpha` do.

    Examples
    --------
    >>> from sklearn_hpo.space import Real
    >>> Real(1e-3, 1e3, log=True).encode(1.0)
    0.5
    """

    low: float
    high: float
    log: bool = False

    _dtype: ClassVar[type] = float

    @property
    def n_values(self) -> int | float:
        """One for a constant, else infinite."""
        return 1 if float(self.low) == float(self.high) else math.inf

    def validate(self) -> None:
        """Check that the bounds are finite real numbers in order.

        Raises
        ------
        TypeError
            If a bound is not a real number, or `log` not a bool.
        ValueError
            If a bound is NaN or infinite, `low` is above `high` or, with `log`, not
            above 0, or if `high - low` is beyond the floats or, with `log`, the
            logarithms are equal or too far apart.
        """
        for name, bound in (("low", self.low), ("high", self.high)):
            if not is_real(bound):
                raise TypeError(
                    f"{name} must be a real number, got {bound!r} of type "
                    f"{type(bound).__name__}. Write a float."
                )
        check_bounds(self.low, self.high)
        check_log(self.log, self.low, "above 0")
        if not math.isfinite(float(self.high) - float(self.low)):
            raise ValueError(
                "high - low must be a finite float, got "
                f"low={self.low!r} and high={self.high!r}. Give nearer bounds."
            )
        if self.log and self.n_values > 1:
            self._check_logs()

    def _check_logs(self) -> None:
        span = self._scaled(float(self.high)) - self._scaled(float(self.low))
        if not 0.0 < span < _LONGEST_LOG:
            raise ValueError(
                f"log(high) - log(low) must be above 0 and below {_LONGEST_LOG:g}, got "
                f"low={self.low!r} and high={self.high!r}. Give other bounds, or leave "
                "log=False."
            )

    def encode(self, value: object) -> float | None:
        """Return the coordinate of a number; None if it is not between the bounds."""
        number, low, high = as_float(value), float(self.low), float(self.high)
        if number is None or not low <= number <= high:
            return None
        if self.n_values == 1:
            return 0.5
        start = self._scaled(low)
        return (self._scaled(number) - start) / (self._scaled(high) - start)

    def decode(self, u: float) -> float:
        """Return the float at a coordinate."""
        low, high = float(self.low), float(self.high)
        span = self._scaled(high) - self._scaled(low)
        # Reckoned from the nearer bound, so that both bounds come back to the last bit.
        bound, step = (low, u * span) if u <= 0.5 else (high, (u - 1.0) * span)
        value = bound * math.exp(step) if self.log else bound + step
        return float(min(max(value, low), high))

    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return coordinates, shape (n,), as they are; 0.5 for a constant."""
        return np.full_like(u, 0.5) if self.n_values == 1 else u

    def level(self, index: int) -> float:
        """Return the coordinate of a constant."""
        return 0.5 if self.n_values == 1 else super().level(index)

    def index(self, u: float) -> int:
        """Return the index of a constant."""
        return 0 if self.n_values == 1 else super().index(u)

    def token(self) -> list[Any]:
        """Return the bounds to the last bit, and the scale."""
        return ["Real", float(self.low).hex(), float(self.high).hex(), bool(self.log)]

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else value
