"""The candidates that have children.

Notation
--------
values  (m,)      objectives of a member, greater is better
scores  (K,)      its scores on the folds, NaN where it was not tried
x       (n_dims,) its genes
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.strategies._dominance import best_first
from sklearn_hpo.trials import Trial

# With fewer members there is nothing to cross and no difference to move by.
FEWEST = 4
# Chance that the best of any branch, each as likely, stands for the best of all.
_ANY_BRANCH = 0.3


def usual_size(n_genes: int, n_iter: int) -> int:
    """Return how many members there are if the user does not say."""
    return max(FEWEST, min(round(2.5 * n_genes + 5), 24, n_iter // 6))


def checked_size(size: Any, usual: int) -> int:
    """Return the size a user gave, the usual one for None."""
    if size is None:
        return usual
    if not isinstance(size, numbers.Integral) or size < FEWEST:
        raise ValueError(
            f"population_size: expected None or an integer from {FEWEST} on, got "
            f"{size!r}."
        )
    return int(size)


@dataclass(frozen=True, eq=False)
class Member:
    """A candidate with what it is worth.

    Parameters
    ----------
    number : int
        Number of the candidate.
    branch, x : int, ndarray of shape (n_dims,)
        Its branch and genes.
    values : tuple of float
        Its objectives, greater is better.
    scores : ndarray of shape (n_folds,)
        Its scores by fold.
    """

    number: int
    branch: int
    x: NDArray[np.float64]
    values: tuple[float, ...]
    scores: NDArray[np.float64]


def worth(trial: Trial) -> tuple[float, ...]:
    """Return what a trial counts for in a tournament, minus infinity if it failed.

    A trial that lost a race has an estimate from few folds. It has lost to the
    incumbent, but its parent may be worse than both: it wins against who is worse than
    the estimate less its standard error, so that luck on few folds wins nothing.
    """
    values = trial.values
    if not all(math.isfinite(value) for value in values):
        return (-math.inf,) * len(values)
    doubt = math.sqrt(max(trial.unseen, 0.0))
    return tuple(value - doubt for value in values)


class Population(Sequence[Member]):
    """Members from the best to the worst; whoever is too many is the worst.

    Parameters
    ----------
    size : int
        How many members there are at most.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._members: list[Member] = []
        self._best: dict[int, Member] = {}

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, index: int) -> Member:  # type: ignore[override]
        return self._members[index]

    def waits(self, n_pending: int) -> bool:
        """Return whether more members are wanted than there are or may come."""
        return len(self) < FEWEST or len(self) + n_pending < self.size

    def add(self, member: Member) -> None:
        """Let a member take the place of the worst, unless it failed."""
        if not all(map(math.isfinite, member.values)):
            return
        self._remember(member)
        # First, so that it comes before its equals: a population must drift on a plain.
        members = [member, *self._members]
        values = np.array([m.values for m in members])
        self._members = [members[i] for i in best_first(values)[: self.size]]

    def fight(self, member: Member, target: int | None) -> None:
        """Let a member have the place of another one if it is no worse.

        Parameters
        ----------
        member : Member
            Who wants the place.
        target : int or None
            Number of who has it. If nobody has it any more, or there are several
            objectives, it is the place of the worst.
        """
        others = [m for m in self._members if m.number != target]
        if len(others) == len(self) or len(member.values) > 1:
            self.add(member)
        elif member.values >= next(m for m in self if m.number == target).values:
            self._members = others
            self.add(member)

    def clear(self) -> None:
        """Begin anew."""
        self._members = []
        self._best = {}

    def elite(self, rng: np.random.Generator) -> Member:
        """Return the best member; sometimes the best of any branch, dead or alive."""
        if rng.random() < _ANY_BRANCH:
            return list(self._best.values())[int(rng.integers(len(self._best)))]
        return self[0]

    @property
    def is_settled(self) -> bool:
        """Whether the members are as good as each other, as far as the folds can tell.

        By an analysis of variance: all members have the same folds, so that what is
        noise is how the differences between members vary from fold to fold, not how
        hard a fold is. Settled is a full population whose scores vary less between the
        members than this noise makes them vary, or not at all.
        """
        if len(self) < self.size:
            return False
        values = np.array([member.values for member in self])
        if (values == values[0]).all():
            return True
        scores = np.array([m.scores for m in self if not np.isnan(m.scores).any()])
        return values.shape[1] == 1 and variance_ratio(scores) < 1.0

    def _remember(self, member: Member) -> None:
        best = self._best.get(member.branch)
        if best is None or best_first(np.array([member.values, best.values]))[0] == 0:
            self._best[member.branch] = member


def variance_ratio(scores: NDArray[np.float64]) -> float:
    """Return F of the rows in a two-way analysis of variance, infinite if unknown.

    Parameters
    ----------
    scores : ndarray of shape (n, K)
        Scores of n candidates on K folds.
    """
    if scores.ndim != 2 or min(scores.shape) < 2:
        return math.inf
    n, K = scores.shape
    scores = scores / (np.abs(scores).max() or 1.0)  # or the squares may overflow
    means = scores.mean(axis=1, keepdims=True)
    rest = scores - means - scores.mean(axis=0) + scores.mean()
    noise = np.square(rest).sum() / ((n - 1) * (K - 1))
    between = K * float(means.var(ddof=1))
    return between / noise if noise > 0.0 else math.inf
