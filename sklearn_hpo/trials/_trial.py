"""One candidate at one resource, with what its folds have brought so far."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.trials._candidate import Candidate
from sklearn_hpo.trials._fold_result import Failure
from sklearn_hpo.trials._fold_table import FoldTable

TrialStatus: TypeAlias = (
    Literal["open", "complete", "discarded", "unfinished"] | Failure
)


class Trial:
    """One candidate at one resource.

    A trial is open until the schedule has seen enough of it; closing gives it its
    `value` and `noise`. Made and changed by :class:`History` alone.

    Parameters
    ----------
    candidate : Candidate
        What is tried.
    resource : float or None
        How much is spent on each fit; None for everything there is.
    table : FoldTable
        Where the history keeps the scores.

    Attributes
    ----------
    status : TrialStatus
        State of the trial: ``"discarded"`` if it lost a race before its last fold,
        ``"unfinished"`` if it was open when the search ended, and how a fold failed if
        one did.
    value : float
        The objective, greater is better; NaN while open and for a failed trial. That of
        a discarded trial is an estimate from the folds it has seen. With several
        objectives, the first score among them; see `values`.
    noise : float
        Variance of `value`; NaN where unknown.
    lost_to : Trial or None
        The incumbent that a discarded trial was compared with.
    row : int
        Row of the trial in the tables of its history.
    """

    __slots__ = (
        "_issued",
        "_table",
        "_told",
        "candidate",
        "lost_to",
        "noise",
        "resource",
        "row",
        "status",
        "value",
    )

    def __init__(
        self, candidate: Candidate, resource: float | None, table: FoldTable
    ) -> None:
        self.candidate = candidate
        self.resource = resource
        self.status: TrialStatus = "open"
        self.value = math.nan
        self.noise = math.nan
        self.lost_to: Trial | None = None
        self.row = table.add_row()
        self._table = table
        # Sets of folds as the bits of an integer: a trial must stay small.
        self._issued = 0
        self._told = 0

    @property
    def is_open(self) -> bool:
        """Whether further folds of the trial still count."""
        return self.status == "open"

    @property
    def scores(self) -> NDArray[np.float64]:
        """Objective by fold, of shape (n_folds,); NaN where not told or failed."""
        return self._table.row(self._table.objective, self.row)

    @property
    def values(self) -> tuple[float, ...]:
        """All objectives, greater is better: `value`, or means if there are several.

        With several objectives one that is not known is NaN.
        """
        objectives = self._table.objectives
        if not objectives:
            return (self.value,)
        return tuple(
            sign * float(self._table.row(name, self.row).mean())
            for name, sign in objectives.items()
        )

    @property
    def unseen(self) -> float:
        """Variance that folds not seen add to `value`, 0.0 if all were seen."""
        return 0.0 if self.lost_to is None else self.noise - self.lost_to.noise

    @property
    def next_fold(self) -> int | None:
        """First fold that was not issued, None if all were."""
        fold = (~self._issued & (self._issued + 1)).bit_length() - 1
        return fold if fold < self._table.n_folds else None

    @property
    def n_issued(self) -> int:
        """Number of folds issued."""
        return self._issued.bit_count()

    @property
    def n_told(self) -> int:
        """Number of folds told."""
        return self._told.bit_count()

    @property
    def told(self) -> list[int]:
        """Folds told, in rising order."""
        return [fold for fold in range(self._table.n_folds) if self.was_told(fold)]

    def was_told(self, fold: int) -> bool:
        """Return whether the result of a fold was recorded.

        Parameters
        ----------
        fold : int
            Index of the train-test split.

        Returns
        -------
        told : bool
            False also for a fold that is still running.
        """
        return bool(self._told >> fold & 1)

    def mark_issued(self, fold: int) -> None:
        """Note that a task for a fold exists.

        Parameters
        ----------
        fold : int
            Index of the train-test split.
        """
        self._issued |= 1 << fold

    def mark_told(self, fold: int) -> None:
        """Note that the result of a fold was recorded.

        Parameters
        ----------
        fold : int
            Index of the train-test split.
        """
        self._told |= 1 << fold
