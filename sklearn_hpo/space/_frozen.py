"""Continuous distributions of scipy, and whatever has its methods."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._numbers import as_float
from sklearn_hpo.space._token import canonical_token

LARGEST = sys.float_info.max
# Nearer to 0 or 1 than this, some families of scipy answer with few true digits, with
# infinity or with an error.
_MARGIN = 2.0**-26


@dataclass(frozen=True, eq=False)
class Frozen(Distribution):
    """A continuous distribution with `ppf` and `cdf`.

    The upper half of [0, 1] is reckoned from above, by `sf` and `isf` where they are
    there: a float near 1 has no digits left for a far tail.

    Parameters
    ----------
    dist : object
        Has ``ppf(q)``, ``cdf(x)`` and ``rvs(size, random_state)``, as a frozen
        distribution of scipy has; `sf`, `isf` and `support` are used if present.
    """

    dist: Any

    _dtype: ClassVar[type] = float

    @property
    def n_values(self) -> int | float:
        """Infinite."""
        return math.inf

    def validate(self) -> None:
        """Check that the distribution has a support, as it has if its arguments fit.

        Raises
        ------
        ValueError
            If it has none.
        """
        if any(map(math.isnan, self._support)):
            raise ValueError(
                "a distribution must have a support without NaN, got "
                f"{self._support} from {self.dist!r}. Check its arguments."
            )

    def encode(self, value: object) -> float | None:
        """Return the probability below a number; None for what is not supported."""
        number = as_float(value)
        lowest, highest = self._support
        if number is None or not lowest <= number <= highest:
            return None
        below = float(self.dist.cdf(number))
        return below if below <= 0.5 else 1.0 - float(self._sf(number))

    def decode(self, u: float) -> Any:
        """Return the quantile at a coordinate, finite and inside the support."""
        least, most = self._reach
        q = min(max(u, least), most)
        value = self.dist.ppf(q) if q <= 0.5 else self._isf(1.0 - q)
        lowest, highest = self._support
        return float(min(max(value, lowest), highest))

    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return coordinates, shape (n,), as they are."""
        return u

    def token(self) -> list[Any]:
        """Return the token of the distribution that was given."""
        return [type(self).__name__, canonical_token(self.dist)]

    @property
    def _reach(self) -> tuple[float, float]:
        """Least and greatest probability that is asked for."""
        return _MARGIN, 1.0 - _MARGIN

    @cached_property
    def _support(self) -> tuple[float, float]:
        """Least and greatest value; the greatest floats where there is none."""
        if hasattr(self.dist, "support"):
            lowest, highest = self.dist.support()
        else:
            with np.errstate(all="ignore"):
                lowest, highest = self.dist.ppf(0.0), self.dist.ppf(1.0)
        return max(float(lowest), -LARGEST), min(float(highest), LARGEST)

    def _sf(self, x: Any) -> Any:
        return self.dist.sf(x) if hasattr(self.dist, "sf") else 1.0 - self.dist.cdf(x)

    def _isf(self, q: Any) -> Any:
        return self.dist.isf(q) if hasattr(self.dist, "isf") else self.dist.ppf(1.0 - q)
