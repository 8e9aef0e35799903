"""Points that owe nothing to any score: the first ones, and any that is not taken.

Notation
--------
branch, u  int and (n_dims,)  a point of the space
key                           the identity of a point, see `SearchSpace.key`
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import qmc

from sklearn_hpo.acquisition import canonical
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.trials import Candidate

Point: TypeAlias = tuple[int, NDArray[np.float64]]
Keys: TypeAlias = Collection[tuple[Hashable, ...]]

# Draws in search of a point not yet tried, where there are more points than a
# generator can choose from.
_DRAWS, _MOST_COUNTED = 1000, 2**63
# Log odds of the ends of [0, 1], as near as a float tells them apart.
_LOG_ODDS = 36.0


class Design:
    """Where a search begins, where it goes when it knows no better, where it was.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    seed : int
        Seed of the scrambled Sobol sequence.

    Attributes
    ----------
    told : dict
        Keys of the points of all candidates told, no values.

    Raises
    ------
    ValueError
        If the space has a distribution that can only be drawn from.
    """

    def __init__(self, space: SearchSpace, seed: int) -> None:
        if space.unmodelled:
            raise ValueError(
                "expected distributions with ppf and cdf, got parameters "
                f"{list(space.unmodelled)} that have only rvs. Give them ppf and cdf, "
                "or use RandomizedSearchCV."
            )
        self.space = space
        self.seed = seed
        self.told: dict[tuple[Hashable, ...], None] = {}

    def tell(self, candidate: Candidate) -> Point | None:
        """Remember a candidate; return its point, None if it lies outside."""
        point = self.space.encode(candidate.params)
        if point is not None:
            self.told[self.space.key(*point)] = None
        return point

    def points(self, candidates: Sequence[Candidate]) -> list[Point]:
        """Return the points of candidates, without those that lie outside."""
        encoded = (self.space.encode(candidate.params) for candidate in candidates)
        return [point for point in encoded if point is not None]

    def taken(self, pending: Sequence[Candidate]) -> Keys:
        """Return the keys of all points that were told or are pending."""
        keys = (self.space.key(*point) for point in self.points(pending))
        # A copy for each candidate would make a long search quadratic.
        return ChainMap(dict.fromkeys(keys), self.told)

    def first(self, number: int, taken: Keys) -> Point | None:
        """Return the point of that number in the sequence, None if it is taken."""
        sobol = qmc.Sobol(
            1 + self.space.n_dims,
            scramble=True,
            seed=np.random.default_rng(self.seed),
        )
        # A power of two of points, as the sequence wants; the wanted one is among them.
        points = sobol.random_base2(number.bit_length())
        branch, u = self.space.from_unit(points[number : number + 1])
        point = canonical(self.space, int(branch[0]), u[0])
        return None if self.space.key(*point) in taken else point

    def untaken(self, taken: Keys, rng: np.random.Generator) -> Point | None:
        """Return a point that is not taken, None if there is none."""
        for branch, u in self._points_from_anywhere(rng):
            point = canonical(self.space, int(branch), u)
            if self.space.key(*point) not in taken:
                return point
        return None

    def _points_from_anywhere(
        self, rng: np.random.Generator
    ) -> Iterable[tuple[int, NDArray[np.float64]]]:
        """Return all points of a space that can be counted, or many of a larger one."""
        if self.space.size > _MOST_COUNTED:
            draws = rng.random((_DRAWS, 1 + self.space.n_dims))
            # The tails of a distribution without an end have values too.
            tails = expit(rng.uniform(-_LOG_ODDS, _LOG_ODDS, draws.shape))
            points = self.space.from_unit(np.vstack([draws, tails]))
            return zip(*points, strict=True)
        size = int(self.space.size)
        first = int(rng.integers(size))
        return (self.space.point((first + i) % size) for i in range(size))
