"""The contract of everything a hyperparameter may be drawn from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from sklearn_hpo.space._numbers import is_ordered_number, is_real

# So many tell all cells apart that a float does.
_HALVINGS = 60

RandomState: TypeAlias = int | np.random.RandomState | np.random.Generator | None


class Distribution(ABC):
    """Values of one hyperparameter, laid out on [0, 1].

    The coordinate is a probability: `u` uniform on [0, 1] gives `decode(u)` drawn from
    the distribution. Distributions with separate values cut [0, 1] into cells, one for
    each value; `encode` answers the middle of a cell and `decode` accepts any point of
    it. `decode(encode(value))` is `value`, exactly where values are separate.

    A constructor stores its arguments and nothing else: `validate` finds what is wrong
    with them. It runs when a search space is built, and at each `rvs`.

    `rvs` follows scipy, so every distribution serves in scikit-learn's own searches.
    """

    _dtype: ClassVar[type] = object

    @property
    @abstractmethod
    def n_values(self) -> int | float:
        """Number of values to try; ``math.inf`` where they cannot be listed."""

    @property
    def ordered(self) -> bool:
        """Whether values at near coordinates are alike; False for unordered choices."""
        return True

    @abstractmethod
    def validate(self) -> None:
        """Raise ValueError or TypeError if there is nothing sound to draw from.

        The message leaves out the name of the parameter; the search space adds it.
        """

    @abstractmethod
    def encode(self, value: object) -> float | None:
        """Return the coordinate of a value.

        Parameters
        ----------
        value : object
            Anything.

        Returns
        -------
        u : float or None
            In [0, 1]; None if the distribution has no such value.
        """

    @abstractmethod
    def decode(self, u: float) -> Any:
        """Return the value at a coordinate.

        Parameters
        ----------
        u : float
            In [0, 1]; every such number has a value.

        Returns
        -------
        value : object
            What the estimator is given.
        """

    def nearest(self, value: object) -> Any:
        """Return the value to be tried in place of one that may not be among them.

        Parameters
        ----------
        value : object
            Anything.

        Returns
        -------
        value : object
            Itself if it is one of them; for a number the nearest one; for anything else
            what lies in the middle.
        """
        if self.encode(value) is not None:
            return value
        low, middle, high = map(self.decode, (0.0, 0.5, 1.0))
        if is_ordered_number(value) and is_real(low) and is_real(high):
            return self._nearest_number(value)
        return middle

    def _nearest_number(self, value: Any) -> Any:
        """Return the nearest number, for values that grow with the coordinate."""
        below, above = 0.0, 1.0
        for _ in range(_HALVINGS):
            u = (below + above) / 2.0
            below, above = (u, above) if self.decode(u) <= value else (below, u)
        low, high = self.decode(below), self.decode(above)
        return low if value <= low or value - low <= high - value else high

    @abstractmethod
    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where a model sees coordinates: one point of [0, 1] for each value.

        Parameters
        ----------
        u : ndarray of shape (n,)
            Coordinates in [0, 1].

        Returns
        -------
        place : ndarray of shape (n,)
            `u` itself where values are continuous, else a point that is the same for
            the whole cell.
        """

    def level(self, index: int) -> float:
        """Return a coordinate of the value at an index.

        Parameters
        ----------
        index : int
            From 0 to ``n_values - 1``.

        Returns
        -------
        u : float
            In [0, 1].

        Raises
        ------
        TypeError
            If the values cannot be listed, that is, `n_values` is infinite.
        """
        raise self._not_listed(f"level({index})")

    def index(self, u: float) -> int:
        """Return the index of the value at a coordinate, the inverse of `level`.

        Parameters
        ----------
        u : float
            Coordinate in [0, 1].

        Returns
        -------
        index : int
            From 0 to ``n_values - 1``.

        Raises
        ------
        TypeError
            If the values cannot be listed, that is, `n_values` is infinite.
        """
        raise self._not_listed(f"index({u})")

    def cell(self, u: float) -> int | float:
        """Return the identity of the value at a coordinate.

        Parameters
        ----------
        u : float
            Coordinate in [0, 1].

        Returns
        -------
        cell : int or float
            Its index where values are listed, else the point where a model sees it.
        """
        if self.n_values < math.inf:
            return self.index(u)
        return float(self.place(np.array([u]))[0])

    @abstractmethod
    def token(self) -> list[Any]:
        """Return what identifies the distribution, in another process too.

        Returns
        -------
        token : list
            What JSON can hold, equal for equal distributions only.
        """

    def rvs(
        self,
        size: int | tuple[int, ...] | None = None,
        random_state: RandomState = None,
    ) -> Any:
        """Draw values.

        Parameters
        ----------
        size : int, tuple of int or None, default=None
            Shape of the array to return; None for a single value.
        random_state : int, RandomState, Generator or None, default=None
            Where randomness comes from; None is numpy's global state.

        Returns
        -------
        values : object or ndarray of shape `size`
            One value, or an array of them.
        """
        self.validate()
        u = _generator(random_state).uniform(size=size)
        if size is None:
            return self.decode(float(u))
        values = np.empty(u.size, dtype=object)
        # One by one: numpy would take a list among the values for a row of its own.
        for i, coordinate in enumerate(u.flat):
            values[i] = self.decode(float(coordinate))
        return values.reshape(u.shape).astype(self._dtype)

    def _not_listed(self, call: str) -> TypeError:
        return TypeError(
            f"{call} expects a distribution with a finite number of values, "
            f"got {self!r}. Ask n_values first."
        )


def _generator(
    random_state: RandomState,
) -> np.random.RandomState | np.random.Generator:
    if isinstance(random_state, np.random.Generator):
        return random_state
    return check_random_state(random_state)
