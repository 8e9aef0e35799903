"""What every list of choices does, whatever its order means."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._cells import cell_of, center_of
from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._numbers import is_ordered_number, is_real
from sklearn_hpo.space._token import canonical_token

MOST_CHOICES = 10**7


def is_listing(value: object) -> bool:
    """Return whether `value` lists choices: a sequence or 1-d array, but no string."""
    if isinstance(value, (str, bytes, bytearray)):
        return False
    shape = getattr(value, "shape", None)
    return isinstance(value, Sequence) or (isinstance(shape, tuple) and len(shape) == 1)


@dataclass(frozen=True, eq=False)
class Choices(Distribution):
    """Any objects, each as likely as the next, found again as the very objects.

    Choices are neither hashed nor compared: a value is found by identity, else by its
    canonical token. Of equal choices the first is found.

    Parameters
    ----------
    choices : sequence of object
        At least one.
    """

    choices: Sequence[Any]

    @property
    def n_values(self) -> int:
        """Number of choices."""
        return len(self.choices)

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The choices; an array's are its scalars."""
        return tuple(self.choices)

    def validate(self) -> None:
        """Check that there is at least one choice, and not too many to hold."""
        if not is_listing(self.choices):
            raise TypeError(
                "choices must be a list, tuple, range, 1-d array or Series, got "
                f"{self.choices!r} of type {type(self.choices).__name__}. Make a list "
                "of them, of a single value too."
            )
        if not 1 <= self.n_values <= MOST_CHOICES:
            raise ValueError(
                f"choices must hold from 1 to {MOST_CHOICES} values, got "
                f"{self.n_values}. Give the values to try, or Integer(low, high) for "
                "a long range."
            )

    def encode(self, value: object) -> float | None:
        """Return the middle of the cell of a choice; None if it is none of them."""
        if isinstance(self.choices, range):  # has no need to look at each
            token = canonical_token(value)
            is_there = type(token) is int and token in self.choices
            return self.level(self.choices.index(token)) if is_there else None
        for index, choice in enumerate(self.values):
            if choice is value:
                return self.level(index)
        found = self._index_of_token.get(_text(value))
        return None if found is None else self.level(found)

    def same_number(self, value: Any) -> Any:
        """Return the choice that is the same number, of whatever type.

        Parameters
        ----------
        value : object
            Anything.

        Returns
        -------
        choice : object
            The first that equals it, both being numbers; else the value itself.
        """
        same = (choice for choice in self.values if is_real(choice) and choice == value)
        return next(same, value) if is_real(value) else value

    def nearest(self, value: object) -> Any:
        """Return the equal choice, the nearest number, or the middle or first one."""
        u = self.encode(value)
        if u is not None:
            return self.decode(u)
        numbers: list[Any] = list(filter(is_ordered_number, self.values))
        if is_ordered_number(value) and numbers:
            inside = min(max(value, min(numbers)), max(numbers))
            return min(numbers, key=lambda number: abs(number - inside))
        return self.decode(0.5) if self.ordered else self.values[0]

    def decode(self, u: float) -> Any:
        """Return the choice at a coordinate, the object that was given."""
        return self.values[self.index(u)]

    @abstractmethod
    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where a model sees the choices, shape (n,)."""

    def level(self, index: int) -> float:
        """Return the middle of the cell of the choice at an index."""
        return float(center_of(index, self.n_values))

    def index(self, u: float) -> int:
        """Return the index of the choice at a coordinate."""
        return int(cell_of(u, self.n_values))

    def token(self) -> list[Any]:
        """Return the tokens of all choices, in their order."""
        return [type(self).__name__, [canonical_token(value) for value in self.values]]

    @cached_property
    def _index_of_token(self) -> dict[str, int]:
        last_first = reversed(list(enumerate(self.values)))
        return {_text(value): index for index, value in last_first}

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is made again at need."""
        return {"choices": self.choices}


def _text(value: object) -> str:
    return json.dumps(canonical_token(value))
