"""Discrete distributions of scipy whose quantiles it has to search for.

Notation
--------
k       (n,) values, one after another
edges   (n + 1,) the cell of ``k[i]`` is ``[edges[i], edges[i + 1]]``
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from sklearn_hpo.space._frozen_discrete import MOST_LISTED, FrozenDiscrete

_SIZES = (2**10, 2**13, MOST_LISTED)
# What is beyond the table is left out, if it is as rare as this.
_RARE = 1e-3


def has_no_quantiles(value: object) -> bool:
    """Return whether `value` is discrete and inherits scipy's search for them."""
    discrete, family = scipy.stats.rv_discrete, getattr(value, "dist", value)
    inherited = discrete._ppf  # noqa: SLF001 (a hook for families)
    return isinstance(family, discrete) and type(family)._ppf is inherited  # noqa: SLF001


@dataclass(frozen=True, eq=False)
class Tabulated(FrozenDiscrete):
    """A distribution of integers with a table in place of its `ppf` and `cdf`.

    For each single quantile scipy adds up probabilities again and again, and it may
    end with "updating stopped, endless loop".

    Parameters
    ----------
    dist : object
        A distribution of scipy for which `has_no_quantiles` is true.
    """

    def decode(self, u: float) -> int:
        """Return the integer at a coordinate."""
        return int(self._quantile(np.array([u]))[0])

    def _center(self, k: NDArray[np.float64]) -> NDArray[np.float64]:
        values, edges = self._table
        i = np.clip(k - values[0], 0, len(values) - 1).astype(np.int64)
        return (edges[i] + edges[i + 1]) / 2

    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        values, edges = self._table
        return values[np.searchsorted(edges[1:], np.clip(u, *self._reach))]

    @cached_property
    def _table(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Values and edges; made when first needed, as a random search needs none."""
        least, most = self._reach
        first, (_, highest) = float(self.dist.ppf(least)), self._support
        for size in _SIZES:
            n = min(size, int(highest - first) + 1)
            k = first + np.arange(n, dtype=np.float64)
            beyond = float(self._sf(k[-1]))
            if beyond <= 1.0 - most:
                break
        if beyond > _RARE:
            family, args = getattr(self.dist, "dist", self.dist), vars(self.dist)
            raise ValueError(
                f"all but {_RARE:.1%} of a discrete distribution must lie in "
                f"{MOST_LISTED} values, got {family.name} with "
                f"{args.get('args', ())} and {args.get('kwds', {})}. Give Integer(low, "
                "high), with log=True for a long tail, or use RandomizedSearchCV."
            )
        edges = np.append(0.0, self.dist.pmf(k).cumsum())
        return k, edges / edges[-1]
