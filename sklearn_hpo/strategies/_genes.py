"""A search space as evolution sees it: rows of genes.

Notation
--------
branch  int        which of the user's dicts a point belongs to
u       (n_dims,)  coordinates of the point, NaN where inactive
x       (n_dims,)  its genes, NaN where inactive: where a model would see a number, and
                   the middle of the cell of a choice
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.acquisition import canonical
from sklearn_hpo.space import Distribution, SearchSpace
from sklearn_hpo.strategies._design import Point

# Ordered values are found by their place if there are so few; of more, the place of a
# value is its coordinate to all purposes. Choices always are: their places say nothing.
_MOST_LEVELS = 1024


class Genes:
    """Translates points of a search space into genes and back.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.

    Attributes
    ----------
    varies : ndarray of shape (n_dims,) of bool
        Genes that have more than one value.
    is_choice : ndarray of shape (n_dims,) of bool
        Genes of which values are equal or different, and nothing in between.
    step : ndarray of shape (n_dims,)
        Least step between two values; 0 where they are continuous.
    n_genes : int
        Number of genes that vary, the branch included.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        laws = [law for _, law in space.coordinates]
        self.varies = np.array([law.n_values > 1 for law in laws], bool)
        ordered = np.array([law.ordered for law in laws], bool)
        self.is_choice = self.varies & ~ordered
        self._levels = [_levels(law) for law in laws]
        self.step = np.array([_step(levels) for levels in self._levels])
        self.n_genes = int(self.varies.sum()) + (space.n_branches > 1)

    def of(self, branch: int, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the genes (n_dims,) of a point."""
        return self.space.place(np.array([branch]), u[None])[0]

    def point(self, branch: int, x: NDArray[np.float64]) -> Point:
        """Return the point that has the values nearest to genes."""
        u = x.copy()
        for dim in np.flatnonzero(self.space.active[branch]):
            levels = self._levels[dim]
            if levels is not None:
                places, coordinates = levels
                u[dim] = coordinates[np.abs(places - x[dim]).argmin()]
        return canonical(self.space, branch, u)

    def places(self, dim: np.intp | int) -> NDArray[np.float64]:
        """Return the genes of all values, rising; empty if they are too many."""
        levels = self._levels[dim]
        return np.empty(0) if levels is None else levels[0]

    def drawn(self, dim: np.intp | int, rng: np.random.Generator) -> float:
        """Return a value of a gene drawn from its distribution."""
        levels = self._levels[dim]
        if levels is None:
            return float(rng.random())
        return float(levels[0][rng.integers(len(levels[0]))])


def _levels(
    law: Distribution,
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return places and coordinates of all values, rising; None if too many."""
    if law.n_values == math.inf or (law.ordered and law.n_values > _MOST_LEVELS):
        return None
    coordinates = np.array([law.level(i) for i in range(int(law.n_values))])
    places = law.place(coordinates)
    order = np.argsort(places, kind="stable")
    return places[order], coordinates[order]


def _step(
    levels: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
) -> float:
    if levels is None or len(levels[0]) == 1:
        return 0.0
    return float(np.diff(levels[0]).min())
