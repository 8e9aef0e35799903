"""Training samples as a resource.

Notation
--------
n
    Number of samples in the whole data.
m
    Number of training samples in a fold.
r
    Amount: a number of samples of the whole data, as scikit-learn counts them. A fold
    is given the part r / n of its training samples, which are ``int(r / n * m)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.evaluation.resources._resource import Resource

# So many members of each class come before all others: the fewest with which a fit can
# hold out a stratified part of its own.
FEWEST = 2


class Samples(Resource):
    """Number of training samples; the test part of a fold is always whole.

    The samples of each fold are put in an order of which every rung takes the
    beginning, so a smaller rung is a subset of a larger one. The order is random but
    for this: first comes a member of each class, then a second one, and the others are
    spread evenly, so that every part has the classes in the proportions of the whole. A
    part has at least a member of each. If there are groups, whole groups are ordered,
    each by its rarest class, and a part ends with a group: it may have more samples
    than its share, never fewer. A class that is no group's rarest has a group among the
    first too.

    Parameters
    ----------
    n_samples : int
        Number of samples in the whole data.
    classes : ndarray of shape (n_samples,) or None
        Class of each sample, from 0; None if there are none.
    groups : ndarray of shape (n_samples,) or None
        Group of each sample, from 0; None if there are none.
    seed : int
        Seed of the order, together with the index of the fold.
    """

    def __init__(
        self,
        n_samples: int,
        classes: NDArray[np.intp] | None,
        groups: NDArray[np.intp] | None,
        seed: int,
    ) -> None:
        super().__init__("n_samples")
        self.n_samples = n_samples
        self.seed = seed
        self.classes = classes
        self.groups = groups

    def rows(
        self, train: NDArray[np.intp], fold: int, amount: float
    ) -> NDArray[np.intp]:
        """Return the beginning of the fold's order, as the splitter orders them."""
        n_rows = max(1, int(amount / self.n_samples * len(train)))
        if n_rows >= len(train):
            return train
        rng = np.random.default_rng([self.seed, fold])
        classes = _from_zero(self.classes, train)
        if self.groups is None:
            order = _spread(classes, np.ones_like(classes), rng)
            n_rows = max(n_rows, classes.max() + 1)
            return train[np.sort(order[:n_rows])]
        groups = _from_zero(self.groups, train)
        sizes = np.bincount(groups)
        strata = _rarest(classes, groups)
        order = _spread(strata, sizes, rng)
        order, n_first = _with_each_class(order, strata, groups, classes)
        n_groups = 1 + int(np.searchsorted(sizes[order].cumsum(), n_rows))
        n_groups = max(n_groups, n_first)
        return train[np.isin(groups, order[:n_groups])]


def _from_zero(
    labels: NDArray[np.intp] | None, train: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the labels of a fold from 0 without gaps, only 0 if there are none."""
    if labels is None:
        return np.zeros(len(train), dtype=np.intp)
    return np.unique(labels[train], return_inverse=True)[1]


def _rarest(classes: NDArray[np.intp], groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the rarest class of each group, of shape (n_groups,)."""
    n_members = np.bincount(classes)
    rank = np.argsort(np.argsort(n_members, kind="stable"))
    rarest = np.full(groups.max() + 1, len(n_members))
    np.minimum.at(rarest, groups, rank[classes])
    return rarest


def _with_each_class(
    order: NDArray[np.intp],
    strata: NDArray[np.intp],
    groups: NDArray[np.intp],
    classes: NDArray[np.intp],
) -> tuple[NDArray[np.intp], int]:
    """Return an order of groups and how many of its first have all classes.

    The first of every stratum are followed by the next groups with a class that none of
    these has.
    """
    n_strata = len(np.unique(strata))
    place = np.argsort(order)
    earliest = np.full(classes.max() + 1, len(order))
    np.minimum.at(earliest, classes, place[groups])
    late = np.unique(earliest[earliest >= n_strata])
    order = np.concatenate(
        [order[:n_strata], order[late], np.delete(order, late)[n_strata:]]
    )
    return order, n_strata + len(late)


def _spread(
    strata: NDArray[np.intp], sizes: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return an order in which each stratum is spread evenly, its members by chance.

    Parameters
    ----------
    strata, sizes : ndarray of shape (n_members,)
        Stratum of each member and how many samples it stands for.
    rng : numpy.random.Generator
        Who decides.

    Returns
    -------
    order : ndarray of shape (n_members,)
        Indices of the members.
    """
    order = rng.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    starts = np.flatnonzero(np.diff(strata[order], prepend=-1))
    lengths = np.diff(starts, append=len(order))
    total = np.add.reduceat(sizes[order], starts)
    before = sizes[order].cumsum() - sizes[order]
    place = (before - np.repeat(before[starts], lengths)) / np.repeat(total, lengths)
    # The first of every stratum, the second of every stratum, then all the others.
    number = np.arange(len(order)) - np.repeat(starts, lengths)
    place = np.where(number < FEWEST, number - FEWEST, place)
    return order[np.argsort(place, kind="stable")]
