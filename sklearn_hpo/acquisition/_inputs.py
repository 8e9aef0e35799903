"""A search space as a model sees it.

=============  ==============  ======================================================
branch         (m,)            branch of each point
u              (m, n_dims)     coordinates of each point, NaN where inactive
X              (m, d)          what the model sees: a column for each coordinate that
                               has more than one value, then one for the branch
                               where there is more than one
columns        (d | d - 1,)    coordinate behind each column, without the branch's
unordered      (d,)            columns that know only "equal" and "different"
continuous     (d,)            columns that are their coordinate, and may move freely
ranges         (d,)            ordered columns with values between two ends
=============  ==============  ======================================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space import Distribution, SearchSpace

# A place no choice of an unordered parameter has: being inactive is one more choice.
_NO_CHOICE = -1.0
# Half way, so that no branch lies nearer to one end of another's parameters.
_INACTIVE = 0.5


class ModelInputs:
    """Translates points of a search space into inputs of one model for all branches.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        laws = [law for _, law in space.coordinates]
        self.columns = np.array(
            [j for j, law in enumerate(laws) if law.n_values > 1], int
        )
        ordered = [laws[j].ordered for j in self.columns]
        continuous = [_is_continuous(laws[j]) for j in self.columns]
        ranges = [laws[j].ordered and laws[j].n_values > 2 for j in self.columns]
        if space.n_branches > 1:
            for kind in (ordered, continuous, ranges):
                kind.append(False)
        self.unordered = ~np.array(ordered, bool)
        self.continuous = np.array(continuous, bool)
        self.ranges = np.array(ranges, bool)
        self._blank = np.where(
            self.unordered[: len(self.columns)], _NO_CHOICE, _INACTIVE
        )

    def __call__(
        self, branch: NDArray[np.int_], u: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what the model sees.

        Parameters
        ----------
        branch : ndarray of shape (m,)
            Branch of each point.
        u : ndarray of shape (m, n_dims)
            Coordinates, NaN where inactive.

        Returns
        -------
        X : ndarray of shape (m, d)
            Inputs of the model, finite.
        """
        X = self.space.place(branch, u)[:, self.columns]
        X = np.where(np.isnan(X), self._blank, X)
        return X if self.space.n_branches == 1 else np.column_stack([X, branch])

    def free(self, branch: NDArray[np.int_]) -> NDArray[np.bool_]:
        """Return which columns may move freely at each point.

        Parameters
        ----------
        branch : ndarray of shape (m,)
            Branches of the points.

        Returns
        -------
        free : ndarray of shape (m, d) of bool
            True for continuous columns that are active.
        """
        free = np.zeros((len(branch), len(self.continuous)), bool)
        free[:, : len(self.columns)] = self.space.active[branch][:, self.columns]
        return free & self.continuous


def _is_continuous(law: Distribution) -> bool:
    """Tell a continuous law from an infinite number of separate values."""
    probe = np.linspace(0.1, 0.9, 9) ** 1.5
    return bool(law.n_values == np.inf and np.array_equal(law.place(probe), probe))
