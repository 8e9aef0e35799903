"""The maximiser of an acquisition function over a search space of any kind."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sklearn_hpo.acquisition._acquisition import Acquisition
from sklearn_hpo.acquisition._ascent import ascend
from sklearn_hpo.acquisition._inputs import ModelInputs
from sklearn_hpo.acquisition._neighbours import Neighbours
from sklearn_hpo.space import SearchSpace

_N_GLOBAL = 1024
_N_LOCAL = 256
_N_STARTS = 8
_ROUNDS = 4
_EXCHANGES = 10
_GAIN = 1e-6


class Points(NamedTuple):
    """Points of a space: branch (m,), u (m, n_dims), X (m, d), value (m,)."""

    branch: NDArray[np.int_]
    u: NDArray[np.float64]
    X: NDArray[np.float64]
    value: NDArray[np.float64]

    def take(self, rows: NDArray[np.int_]) -> Points:
        """Return some of the points."""
        return Points._make(column[rows] for column in self)

    def put(self, rows: NDArray[np.int_], others: Points) -> Points:
        """Return the points with some replaced."""
        points = Points._make(column.copy() for column in self)
        for column, other in zip(points, others, strict=True):
            column[rows] = other
        return points

    def joined(self, others: Points) -> Points:
        """Return these points and others after them."""
        return Points._make(map(np.concatenate, zip(self, others, strict=True)))


class Maximizer:
    """Finds the points of a space that are worth most to evaluate.

    A scan of a shifted Sobol sequence over all branches, and of perturbations of the
    best points known, gives the starts. From each, exchanges of one discrete value
    and climbs along the continuous coordinates alternate, each step one batch. Of a
    space with few points all are evaluated.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        self.inputs = ModelInputs(space)
        self.neighbours = Neighbours(self.inputs)
        sobol = qmc.Sobol(1 + space.n_dims, scramble=False)
        self.sobol = sobol.random(_N_GLOBAL)
        self.whole = _all_points(space) if space.size <= _N_GLOBAL else None

    def maximize(
        self,
        acquisition: Acquisition,
        scale: NDArray[np.float64],
        branch: NDArray[np.int_],
        u: NDArray[np.float64],
        taken: Container[tuple[Hashable, ...]],
        rng: np.random.Generator,
    ) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Return distinct points, the one worth most first.

        Parameters
        ----------
        acquisition : Acquisition
            What to maximize.
        scale : ndarray of shape (d,)
            Lengths over which it changes along each input.
        branch : ndarray of shape (k,)
            Branches of the best points known, best first.
        u : ndarray of shape (k, n_dims)
            Their coordinates.
        taken : container of tuple
            Keys of points to leave out, as `SearchSpace.key` answers them.
        rng : numpy.random.Generator
            Where draws come from.

        Returns
        -------
        points : iterator of (int, ndarray of shape (n_dims,))
            Branches and coordinates.
        """
        if self.whole is not None:
            return self._ranked(self._evaluated(acquisition, *self.whole), taken)
        known = self._evaluated(acquisition, branch, u)
        pool = self._scan(acquisition, known, rng)
        ends = self._climb(acquisition, self._starts(pool, known, rng), scale, rng)
        return self._ranked(ends.joined(pool), taken)

    def _evaluated(
        self,
        acquisition: Acquisition,
        branch: NDArray[np.int_],
        u: NDArray[np.float64],
    ) -> Points:
        X = self.inputs(branch, u)
        return Points(branch, u, X, acquisition(X))

    def _scan(
        self, acquisition: Acquisition, known: Points, rng: np.random.Generator
    ) -> Points:
        """Evaluate the scan; a Sobol sequence shifted modulo 1 keeps its evenness."""
        shifted = (self.sobol + rng.random(self.sobol.shape[1])) % 1.0
        branch, u = self.space.from_unit(shifted)
        near = rng.integers(len(known.branch), size=_N_LOCAL)
        branch = np.concatenate([branch, known.branch[near]])
        u = np.concatenate([u, self._perturbed(known.u[near], rng)])
        return self._evaluated(acquisition, branch, u)

    def _perturbed(
        self, u: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Move points (m, n_dims) by 0.003 to 0.3; replace unordered choices at times.

        About as often one coordinate moves as all of them.
        """
        sd = 10.0 ** rng.uniform(-2.5, -0.5, (len(u), 1))
        share = rng.choice([1.0 / max(u.shape[1], 1), 0.5, 1.0], (len(u), 1))
        moved = u + np.where(
            rng.random(u.shape) < share, sd, 0.0
        ) * rng.standard_normal(u.shape)
        for j, (_, law) in enumerate(self.space.coordinates):
            if not law.ordered:
                fresh = rng.random(len(u))
                change = rng.random(len(u)) < 1.0 / u.shape[1]
                moved[:, j] = np.where(change, fresh, u[:, j])
        return np.where(np.isnan(u), np.nan, np.clip(moved, 0.0, 1.0))

    def _starts(self, pool: Points, known: Points, rng: np.random.Generator) -> Points:
        """Take the best known point, the best of the scan, and some of the good."""
        half = _N_STARTS // 2
        order = np.argsort(-pool.value, kind="stable")
        top, rest = order[:half], order[half:]
        # Gumbel's trick: the largest of log weight + noise is drawn by weight.
        spread = max(pool.value.std(), 1e-12)
        noisy = pool.value[rest] / spread + rng.gumbel(size=len(rest))
        drawn = rest[np.argsort(-noisy, kind="stable")[: _N_STARTS - half - 1]]
        return known.take(np.arange(1)).joined(pool.take(np.concatenate([top, drawn])))

    def _climb(
        self,
        acquisition: Acquisition,
        points: Points,
        scale: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> Points:
        """Alternate between continuous and discrete steps until no start gains."""
        for _ in range(_ROUNDS):
            points = self._ascend(acquisition, points, scale)
            points, exchanged = self._exchange(acquisition, points, rng)
            if not exchanged:
                break
        return points

    def _ascend(
        self, acquisition: Acquisition, points: Points, scale: NDArray[np.float64]
    ) -> Points:
        free = self.inputs.free(points.branch)
        X, value = ascend(acquisition.with_gradient, points.X, free, scale)
        width = len(self.inputs.columns)
        u = points.u.copy()
        u[:, self.inputs.columns] = np.where(
            free[:, :width], X[:, :width], u[:, self.inputs.columns]
        )
        return Points(points.branch, u, X, value)

    def _exchange(
        self, acquisition: Acquisition, points: Points, rng: np.random.Generator
    ) -> tuple[Points, bool]:
        """Move points to their best neighbours while that gains; tell if any did."""
        going = np.arange(len(points.branch))
        exchanged = False
        for _ in range(_EXCHANGES):
            near = self._best_neighbours(acquisition, points.take(going), rng)
            gaining = near.value > points.value[going] + _GAIN
            going = going[gaining]
            if len(going) == 0:
                break
            points = points.put(going, near.take(np.flatnonzero(gaining)))
            exchanged = True
        return points, exchanged

    def _best_neighbours(
        self, acquisition: Acquisition, points: Points, rng: np.random.Generator
    ) -> Points:
        """Return the best neighbour of each point, itself where it has none."""
        owner, u = self.neighbours(points.branch, points.u, rng)
        if len(owner) == 0:
            return points
        near = self._evaluated(acquisition, points.branch[owner], u)
        order = np.lexsort((-near.value, owner))
        owners, first = np.unique(owner[order], return_index=True)
        return points.put(owners, near.take(order[first]))

    def _ranked(
        self, points: Points, taken: Container[tuple[Hashable, ...]]
    ) -> Iterator[tuple[int, NDArray[np.float64]]]:
        places, keys = set(), set()
        for row in np.argsort(-points.value, kind="stable"):
            place = int(points.branch[row]), points.X[row].tobytes()
            if place in places:  # the same candidate; to decode it would cost more
                continue
            places.add(place)
            branch, u = canonical(self.space, place[0], points.u[row])
            key = self.space.key(branch, u)
            if key not in taken and key not in keys:
                keys.add(key)
                yield branch, u


def _all_points(space: SearchSpace) -> tuple[NDArray[np.int_], NDArray[np.float64]]:
    """Return branches (size,) and coordinates (size, n_dims) of a finite space."""
    points = [space.point(i) for i in range(int(space.size))]
    return np.array([b for b, _ in points]), np.array([u for _, u in points])


def canonical(
    space: SearchSpace, branch: int, u: NDArray[np.float64]
) -> tuple[int, NDArray[np.float64]]:
    """Return the point that the values at a point encode to.

    Its key is the one the values have when they come back as a told candidate: on a
    narrow range many coordinates decode to one float.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    branch : int
        Branch of the point.
    u : ndarray of shape (n_dims,)
        Its coordinates.

    Returns
    -------
    branch : int
        First branch that has the values.
    u : ndarray of shape (n_dims,)
        Their coordinates.
    """
    return space.encode(space.decode(branch, u)) or (branch, u)
