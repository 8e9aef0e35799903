"""Things that can be drawn from, and no more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._distribution import Distribution, RandomState
from sklearn_hpo.space._token import canonical_token


@dataclass(frozen=True, eq=False)
class Sampled(Distribution):
    """An object with `rvs` only: good for random search, closed to a model.

    Parameters
    ----------
    dist : object
        Has ``rvs(random_state=...)``.
    """

    dist: Any

    @property
    def n_values(self) -> float:
        """Infinite."""
        return math.inf

    def validate(self) -> None:
        """Ask nothing of it."""

    def encode(self, value: object) -> NoReturn:
        """Raise TypeError."""
        raise self._no_coordinates()

    def decode(self, u: float) -> NoReturn:
        """Raise TypeError."""
        raise self._no_coordinates()

    def place(self, u: NDArray[np.float64]) -> NoReturn:
        """Raise TypeError."""
        raise self._no_coordinates()

    def token(self) -> list[Any]:
        """Return the token of the object that was given."""
        return ["Sampled", canonical_token(self.dist)]

    def rvs(
        self,
        size: int | tuple[int, ...] | None = None,
        random_state: RandomState = None,
    ) -> Any:
        """Draw values as the object does."""
        if size is None:
            return self.dist.rvs(random_state=random_state)
        return self.dist.rvs(size=size, random_state=random_state)

    def _no_coordinates(self) -> TypeError:
        return TypeError(
            "a distribution with ppf and cdf is expected here, got "
            f"{self.dist!r} with rvs only. Give it ppf and cdf, or use "
            "RandomizedSearchCV."
        )
