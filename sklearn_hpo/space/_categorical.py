"""Choices without order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space._cells import cell_of, center_of
from sklearn_hpo.space._choices import Choices


@dataclass(frozen=True, eq=False)
class Categorical(Choices):
    """Choices of which none is nearer to one than to another.

    A plain list does as well. `Categorical` tells a model-based search to take the
    order out of a list of numbers.

    Parameters
    ----------
    choices : list, tuple, range, ndarray of shape (n,) or Series
        Any objects: None, strings, numbers, tuples, functions, whole estimators. They
        come back as the objects given.

    Examples
    --------
    >>> from sklearn_hpo.space import Categorical
    >>> Categorical(["linear", "rbf"]).decode(0.9)
    'rbf'
    """

    @property
    def ordered(self) -> bool:
        """False: near coordinates do not mean near values."""
        return False

    def place(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the middles of the cells that hold coordinates, shape (n,)."""
        return center_of(cell_of(u, self.n_values), self.n_values)
