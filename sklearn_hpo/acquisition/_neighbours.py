"""Neighbours of points that differ in one value that is not continuous."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.acquisition._inputs import ModelInputs
from sklearn_hpo.space import Distribution

# Parameters with more values are not tried out whole.
_MOST_VALUES = 32


class Neighbours:
    """Exchanges one value of a point at a time, the continuous ones left alone.

    All other values of a parameter are tried if there are at most 32; else, where
    they are ordered, those 1, 2, 4, 8 ... places away, and where they are not, 32
    drawn by chance.

    Parameters
    ----------
    inputs : ModelInputs
        The space, and which of its coordinates are continuous.
    """

    def __init__(self, inputs: ModelInputs) -> None:
        self.space = inputs.space
        discrete = ~inputs.continuous[: len(inputs.columns)]
        self.dims = inputs.columns[discrete]

    def __call__(
        self,
        branch: NDArray[np.int_],
        u: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> tuple[NDArray[np.int_], NDArray[np.float64]]:
        """Return all neighbours in one batch.

        Parameters
        ----------
        branch : ndarray of shape (S,)
            Branch of each point.
        u : ndarray of shape (S, n_dims)
            Coordinates of each point.
        rng : numpy.random.Generator
            Where draws come from.

        Returns
        -------
        owner : ndarray of shape (m,)
            Row of the point each neighbour belongs to, rising.
        neighbours : ndarray of shape (m, n_dims)
            Coordinates of the neighbours, in the branch of their owner.
        """
        owners, neighbours = [], []
        for s in range(len(branch)):
            for j in self.dims[self.space.active[branch[s], self.dims]]:
                moves = _moves(self.space.coordinates[j][1], u[s, j], rng)
                block = np.repeat(u[s : s + 1], len(moves), axis=0)
                block[:, j] = moves
                owners.append(np.full(len(moves), s))
                neighbours.append(block)
        if not owners:
            return np.empty(0, int), np.empty((0, u.shape[1]))
        return np.concatenate(owners), np.concatenate(neighbours)


def _moves(
    law: Distribution, u: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return coordinates of other values of one parameter, of shape (k,)."""
    if law.n_values == np.inf:
        halves = 0.5 ** np.arange(1, 8)
        moves = np.concatenate([u - halves, u + halves])
        return moves[(moves >= 0.0) & (moves <= 1.0)]
    n, here = int(law.n_values), law.index(u)
    if n <= _MOST_VALUES:
        others = np.arange(n)
    elif law.ordered:
        steps = 2 ** np.arange(n.bit_length())
        others = np.concatenate([here - steps, here + steps])
        others = others[(others >= 0) & (others < n)]
    else:
        others = rng.choice(n, _MOST_VALUES, replace=False)
    return np.array([law.level(int(i)) for i in others if i != here])
