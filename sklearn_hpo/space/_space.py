"""All hyperparameters together, laid out on the unit cube.

Notation
--------
n_dims      number of coordinates: one for each distinct (name, distribution)
branch      (n,) int, which of the user's dicts a point belongs to
u           (n, n_dims) coordinates in [0, 1], NaN where a branch has no such parameter
v           (n, 1 + n_dims) uniform numbers; the first column chooses the branch
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._branches import as_branch, as_dicts, log_pairs, named
from sklearn_hpo.space._cells import cell_of
from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._sampled import Sampled

# Name, distribution and coordinate.
Parameter: TypeAlias = tuple[str, Distribution, int]


class SearchSpace:
    """What may be tried: one or more branches of named distributions.

    A branch is a dict of parameters that are tried together, and all branches have the
    same weight. A parameter that has the same distribution in several branches is one
    coordinate, so that a model learns of it from all of them.

    Parameters
    ----------
    branches : sequence of dict of str to Distribution
        At least one; an empty dict is the branch of one candidate, the estimator as it
        is.

    Attributes
    ----------
    branches : tuple of dict of str to Distribution
        As given, names in sorted order.
    coordinates : tuple of (str, Distribution)
        Name and distribution of each of the `n_dims` coordinates, in the order in which
        the branches bring them.
    active : ndarray of shape (n_branches, n_dims) of bool
        Which coordinates each branch has.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hpo.space import Real, SearchSpace
    >>> C = Real(0, 100)
    >>> space = SearchSpace.from_user(
    ...     [{"kernel": ["linear"], "C": C}, {"kernel": ["rbf"], "C": C}]
    ... )
    >>> [name for name, _ in space.coordinates]
    ['C', 'kernel', 'kernel']
    >>> space.decode(1, np.array([0.5, np.nan, 0.5]))
    {'C': 50.0, 'kernel': 'rbf'}
    """

    def __init__(self, branches: Sequence[Mapping[str, Distribution]]) -> None:
        self.branches = tuple(dict(sorted(branch.items())) for branch in branches)
        for branch in self.branches:
            for name, distribution in branch.items():
                with named(name):
                    distribution.validate()
        self._parameters, self.coordinates = _share_coordinates(self.branches)
        self.active = np.zeros((self.n_branches, self.n_dims), dtype=bool)
        for row, parameters in enumerate(self._parameters):
            self.active[row, [dim for _, _, dim in parameters]] = True

    @classmethod
    def from_user(
        cls, param_distributions: Any, *, adaptive: bool = False
    ) -> SearchSpace:
        """Make the space that a user's dict, or list of dicts, stands for.

        Parameters
        ----------
        param_distributions : dict or list of dict
            Names of parameters and what `as_distribution` knows.
        adaptive : bool, default=False
            Whether a model will look at the space. It would gain from a range, so a
            tuple of two numbers is logged: it is a list of two choices.

        Raises
        ------
        TypeError
            If it is neither, a name is not a string, or a value stands for nothing.
        ValueError
            If a list is empty, or bounds are wrong.
        """
        branches = as_dicts(param_distributions)
        if adaptive:
            log_pairs(branches)
        return cls([as_branch(branch) for branch in branches])

    @property
    def n_branches(self) -> int:
        """Number of branches."""
        return len(self.branches)

    @property
    def n_dims(self) -> int:
        """Number of coordinates."""
        return len(self.coordinates)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parameters, sorted."""
        return tuple(sorted({name for name, _ in self.coordinates}))

    @property
    def unmodelled(self) -> tuple[str, ...]:
        """Names of the parameters that can only be drawn, sorted."""
        return tuple(
            sorted(
                {name for name, dist in self.coordinates if isinstance(dist, Sampled)}
            )
        )

    @property
    def size(self) -> int | float:
        """Number of distinct points; ``math.inf`` where they cannot be counted."""
        return sum(_size(branch) for branch in self.branches)

    def encode(
        self, params: Mapping[str, Any]
    ) -> tuple[int, NDArray[np.float64]] | None:
        """Return the first branch that has these values, and their coordinates.

        Parameters
        ----------
        params : dict of str to object
            Values of parameters.

        Returns
        -------
        (int, ndarray of shape (n_dims,)) or None
            None if no branch has exactly these names and all of these values.
        """
        for branch in range(self.n_branches):
            u = self._encode_in(branch, params)
            if u is not None:
                return branch, u
        return None

    def _encode_in(
        self, branch: int, params: Mapping[str, Any]
    ) -> NDArray[np.float64] | None:
        if params.keys() != self.branches[branch].keys():
            return None
        u = np.full(self.n_dims, np.nan)
        for name, distribution, dim in self._parameters[branch]:
            coordinate = distribution.encode(params[name])
            if coordinate is None:
                return None
            u[dim] = coordinate
        return u

    def decode(self, branch: int, u: NDArray[np.float64]) -> dict[str, Any]:
        """Return the parameters at a point.

        Parameters
        ----------
        branch : int
            Branch of the point.
        u : ndarray of shape (n_dims,)
            Coordinates; those that are not active are not looked at.

        Returns
        -------
        dict of str to object
            Names in sorted order.
        """
        return {
            name: distribution.decode(float(u[dim]))
            for name, distribution, dim in self._parameters[branch]
        }

    def place(
        self, branch: NDArray[np.int64], u: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return where a model sees points: one place for all with the same values.

        Parameters
        ----------
        branch : ndarray of shape (n,) of int
            Branches of the points.
        u : ndarray of shape (n, n_dims)
            Coordinates.

        Returns
        -------
        ndarray of shape (n, n_dims)
            In [0, 1], NaN where a coordinate is not active.
        """
        active = self.active[branch]
        placed = np.full(u.shape, np.nan)
        for dim, (_, distribution) in enumerate(self.coordinates):
            rows = active[:, dim]
            placed[rows, dim] = distribution.place(u[rows, dim])
        return placed

    def point(self, index: int) -> tuple[int, NDArray[np.float64]]:
        """Return branch and coordinates (n_dims,) of a point of a finite space.

        Branch after branch, and in each branch the last name turns fastest: the order
        of scikit-learn's `ParameterGrid`.

        Parameters
        ----------
        index : int
            From 0 to size - 1.

        Returns
        -------
        branch : int
            Branch of the point.
        u : ndarray of shape (n_dims,)
            Its coordinates, NaN where not active.

        Raises
        ------
        IndexError
            If there is no such point.
        """
        rest: int | float = index
        for branch, distributions in enumerate(self.branches):
            size = _size(distributions)
            if 0 <= rest < size < math.inf:
                return branch, self._point_in(branch, int(rest))
            rest -= size
        raise IndexError(
            f"index must be from 0 to size - 1 in a finite space, got {index} for a "
            f"space of size {self.size}."
        )

    def _point_in(self, branch: int, index: int) -> NDArray[np.float64]:
        u = np.full(self.n_dims, np.nan)
        for _, distribution, dim in reversed(self._parameters[branch]):
            index, level = divmod(index, int(distribution.n_values))
            u[dim] = distribution.level(level)
        return u

    def key(self, branch: int, u: NDArray[np.float64]) -> tuple[Hashable, ...]:
        """Return the identity of the candidate at a point, for sets and dicts.

        Parameters
        ----------
        branch : int
            Branch of the point.
        u : ndarray of shape (n_dims,)
            Coordinates.

        Returns
        -------
        tuple of length n_dims
            Cell of each coordinate, None where it is not active. Branches that share
            all their coordinates share their keys.
        """
        cells: list[Hashable] = [None] * self.n_dims
        for _, distribution, dim in self._parameters[branch]:
            cells[dim] = distribution.cell(float(u[dim]))
        return tuple(cells)

    def from_unit(
        self, v: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return points of the space from points of the unit cube.

        Parameters
        ----------
        v : ndarray of shape (n, 1 + n_dims)
            Uniform numbers in [0, 1].

        Returns
        -------
        branch : ndarray of shape (n,) of int
            Branches of the points, by the first column of `v`.
        u : ndarray of shape (n, n_dims)
            ``v[:, 1:]``, NaN where a coordinate is not active.
        """
        branch = cell_of(v[:, 0], self.n_branches)
        return branch, np.where(self.active[branch], v[:, 1:], np.nan)

    def token(self) -> list[Any]:
        """Return what identifies the space, in another process too.

        Returns
        -------
        token : list
            What JSON can hold, equal for equal spaces only.
        """
        return [
            [[name, distribution.token()] for name, distribution in branch.items()]
            for branch in self.branches
        ]

    def __repr__(self) -> str:
        return f"SearchSpace({list(self.branches)!r})"


def _share_coordinates(
    branches: Sequence[Mapping[str, Distribution]],
) -> tuple[list[list[Parameter]], tuple[tuple[str, Distribution], ...]]:
    """Return the parameters of each branch, and the coordinates they share."""
    n_uses = Counter(name for branch in branches for name in branch)
    parameters: list[list[Parameter]] = []
    found: dict[tuple[str, str], tuple[int, Distribution]] = {}
    for branch in branches:
        parameters.append([])
        for name, distribution in branch.items():
            # Tokens may be costly, and a name that is used once needs none.
            token = json.dumps(distribution.token()) if n_uses[name] > 1 else ""
            dim, _ = found.setdefault((name, token), (len(found), distribution))
            parameters[-1].append((name, distribution, dim))
    coordinates = tuple((name, dist) for (name, _), (_, dist) in found.items())
    return parameters, coordinates


def _size(branch: Mapping[str, Distribution]) -> int | float:
    counts = [distribution.n_values for distribution in branch.values()]
    return math.inf if math.inf in counts else math.prod(counts)
