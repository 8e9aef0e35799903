"""How genes change that are not numbers, and numbers that leave their range.

Notation
--------
branch, x  int and (n_dims,)  branch and genes of a child, NaN where inactive
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.strategies._genes import Genes

Array = NDArray[np.float64]

# Chance that a gene which becomes active is inherited, if there is anybody to inherit
# it from, rather than drawn.
_INHERIT = 0.8
# Largest deviation of a mutation, and over how many orders of magnitude it spreads.
_SIGMA, _DECADES = 0.3, 2.0
# Over how many orders of magnitude those spread that come back from beyond a bound, and
# the least distance to begin with: also a parent on the bound has children off it.
_DECADES_BACK, _LEAST_DISTANCE = 4.0, 1e-4


def settled_in(
    genes: Genes,
    branch: int,
    x: Array,
    relatives: Sequence[Array],
    rng: np.random.Generator,
) -> Array:
    """Return genes for a branch: without the inactive, with all that are active.

    Parameters
    ----------
    genes : Genes
        The space.
    branch : int
        The branch to live in.
    x : ndarray of shape (n_dims,)
        Genes from any branch.
    relatives : sequence of ndarray of shape (n_dims,)
        Genes to inherit from, the nearest relative first.
    rng : Generator
        Where draws come from.

    Returns
    -------
    x : ndarray of shape (n_dims,)
        Finite where active, NaN elsewhere.
    """
    active = genes.space.active[branch]
    x = np.where(active, x, np.nan)
    for dim in np.flatnonzero(active & np.isnan(x)):
        known = [r[dim] for r in relatives if not np.isnan(r[dim])]
        inherits = bool(known) and rng.random() < _INHERIT
        x[dim] = known[0] if inherits else genes.drawn(dim, rng)
    return x


def repaired(x: Array, parent: Array, rng: np.random.Generator) -> Array:
    """Return genes inside [0, 1]: who went too far comes back near the bound.

    How near is a part of the parent's distance, log-uniform over four orders of
    magnitude: children come as near as need be to a best value at the bound, and
    clipping would pile them up on it.

    Parameters
    ----------
    x, parent : ndarray of shape (n_dims,)
        Genes of a child and its parent, NaN where inactive.
    rng : Generator
        Where draws come from.

    Returns
    -------
    x : ndarray of shape (n_dims,)
        In [0, 1] or NaN.
    """
    below, above = x < 0.0, x > 1.0
    if not (below | above).any():
        return x
    start = np.where(np.isnan(parent), 0.5, parent)
    distance = np.maximum(np.where(below, start, 1.0 - start), _LEAST_DISTANCE)
    back = distance * 10 ** (-_DECADES_BACK * rng.random(len(x)))
    return np.where(below, back, np.where(above, 1.0 - back, x))


def mutated(
    genes: Genes, branch: int, x: Array, rng: np.random.Generator
) -> tuple[int, Array]:
    """Return branch and genes after a mutation of any size.

    Between one number and all of them change, every rate as likely: by a normal step,
    its deviation log-uniform over two orders of magnitude, but by one value at least.
    A choice is drawn anew with chance 1 / n_genes, and the branch with half of it.

    Parameters
    ----------
    genes : Genes
        The space.
    branch, x : int, ndarray of shape (n_dims,)
        The parent's.
    rng : Generator
        Where draws come from.

    Returns
    -------
    branch, x : int, ndarray of shape (n_dims,)
        May lie outside [0, 1], and in a branch that x is not made for.
    """
    n_branches = genes.space.n_branches
    if n_branches > 1 and rng.random() < 0.5 / genes.n_genes:
        return int(rng.integers(n_branches)), x
    dims = np.flatnonzero(genes.varies & ~np.isnan(x))
    if not dims.size:
        return branch, x
    rate = np.where(genes.is_choice[dims], 1 / genes.n_genes, rng.random())
    changes = rng.random(len(dims)) < rate
    changes[rng.integers(len(dims))] = True
    sigma = _SIGMA * 10 ** (-_DECADES * rng.random())
    step = sigma * rng.normal(size=len(x))
    # At least to the next value, or nothing would change.
    step = np.copysign(np.maximum(np.abs(step), genes.step), step)
    x = x.copy()
    for dim in dims[changes]:
        x[dim] = genes.drawn(dim, rng) if genes.is_choice[dim] else x[dim] + step[dim]
    return branch, x
