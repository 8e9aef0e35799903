"""Which rows of the training part of a fold decide when to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import type_of_target

FEWEST = 2  # rows to validate on, and rows to fit


@dataclass(frozen=True, eq=False, slots=True)
class HoldOut:
    """Divides the training part of a fold once more.

    What is drawn depends on nothing but the fold, so that all candidates of all
    searches on the same folds are stopped on the same rows.

    Parameters
    ----------
    fraction : float
        Share of the training part to hold out.
    classes : ndarray of shape (n_samples,) or None
        Classes as integers, to be kept in proportion: each with at least two rows has
        one on both sides. None for regression.
    groups : ndarray of shape (n_samples,) or None
        Groups as integers, to be kept together, so that the classes are in proportion
        by chance; none is held out that has all rows of a class.
    """

    fraction: float
    classes: NDArray[np.intp] | None = None
    groups: NDArray[np.intp] | None = None

    @classmethod
    def of(cls, fraction: float, labels: Any, groups: Any) -> HoldOut:
        """Return one for labels and groups as the user gave them.

        Parameters
        ----------
        fraction : float
            Share of the training part to hold out.
        labels, groups : array-like of shape (n_samples,) or None
            Labels of several columns are not kept in proportion.

        Returns
        -------
        hold_out : HoldOut
            What divides the folds.
        """
        if labels is not None and type_of_target(labels) not in (
            "binary",
            "multiclass",
        ):
            labels = None
        return cls(fraction, _as_integers(labels), _as_integers(groups))

    def divide(
        self, train: ArrayLike, fold: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the rows to fit to and the rows to stop on.

        Parameters
        ----------
        train : array-like of shape (n_train,)
            The training part of a fold, or what of it may be used.
        fold : int
            Index of the fold.

        Returns
        -------
        parts : tuple of (rest, held)
            Indices of shape (n_rest,) and (n_held,), in the order of the training part.
        """
        rows = np.asarray(train)
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        rng = np.random.default_rng([fold, len(rows)])
        codes = np.zeros(len(rows), dtype=int)
        if self.classes is not None:
            codes = self.classes[rows]
        if self.groups is None:
            held = _of_rows(codes, self.fraction, rng)
        else:
            held = _of_groups(codes, self.groups[rows], self.fraction, rng)
        return rows[~held], rows[held]

    def check(self, train: ArrayLike, fold: int) -> None:
        """Check that a fold is large enough to be divided.

        Parameters
        ----------
        train : array-like of shape (n_train,)
            The training part of a fold.
        fold : int
            Index of the fold.

        Raises
        ------
        ValueError
            If too few rows are left on either side.
        """
        n_rest, n_held = map(len, self.divide(train, fold))
        if min(n_held, n_rest) < FEWEST:
            of = "rows" if self.groups is None else "rows in whole groups"
            raise ValueError(
                f"early_stopping: expected at least {FEWEST} rows to stop on and "
                f"{FEWEST} to fit in each fold, got {n_held} and {n_rest} when a share "
                f"of {self.fraction:g} of the {n_held + n_rest} {of} of fold {fold} is "
                "held out. Change validation_fraction, take fewer and larger folds, or "
                "leave early_stopping=None."
            )


def _as_integers(values: Any) -> NDArray[np.intp] | None:
    if values is None:
        return None
    return np.unique(np.asarray(values).ravel(), return_inverse=True)[1]


def _of_rows(
    codes: NDArray[np.intp], fraction: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return a mask of rows that has a share of each class."""
    held = np.zeros(len(codes), dtype=bool)
    for code in np.unique(codes):
        members = rng.permutation(np.flatnonzero(codes == code))
        n = round(fraction * len(members))
        held[members[: min(max(n, 1), len(members) - 1)]] = True
    return held


def _of_groups(
    codes: NDArray[np.intp],
    groups: NDArray[np.intp],
    fraction: float,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Return a mask of whole groups with about a share of the rows."""
    held = np.zeros(len(codes), dtype=bool)
    left = np.bincount(codes)
    missing = fraction * len(codes)
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    members = np.split(order, starts[1:])
    for number in rng.permutation(len(members)):
        group = members[number]
        taken = np.bincount(codes[group], minlength=len(left))
        # The last one is the nearest to the share; at least one is held out.
        is_too_large = len(group) > 2 * missing and len(codes) > left.sum()
        if is_too_large or ((taken > 0) & (taken == left)).any():
            continue
        held[group] = True
        left -= taken
        missing -= len(group)
        if missing <= 0:
            break
    return held
