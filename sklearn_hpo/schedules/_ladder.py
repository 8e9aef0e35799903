"""Who stands where in a search over several resources, and who is to rise.

Notation
--------
rung    the trials at one resource; rung k + 1 has eta times the resource of rung k
closed  n of them, failed ones included
risen   those of them that have gone on to the next rung
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import islice

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from sklearn_hpo.trials import History, Trial

# So many candidates of a rung say how well it ranks.
_LAST = 300


def rungs_of(min_resources: int, max_resources: int, eta: float) -> list[int]:
    """Return the resources of the rungs, rising to `max_resources`.

    Each is `max_resources` divided by a power of `eta`, rounded down, and no less than
    `min_resources`.
    """
    rungs = [max_resources]
    while True:
        lower = int(max_resources // eta ** len(rungs))
        if lower >= rungs[-1] or lower < max(min_resources, 1):
            return rungs[::-1]
        rungs.append(lower)


class Rung:
    """The closed trials at one resource.

    Attributes
    ----------
    n_closed : int
        Number of trials.
    risen : set of int
        Numbers of the candidates that have gone on.
    values : dict of int to float
        Values of the closed trials by the number of the candidate; NaN of failed ones.
    """

    def __init__(self) -> None:
        self.n_closed = 0
        self.risen: set[int] = set()
        self.values: dict[int, float] = {}
        # From the best to the worst: those who may rise, and those with all folds.
        self._waiting: list[tuple[float, int, Trial]] = []
        self._complete: list[tuple[float, int, Trial]] = []

    def close(self, trial: Trial) -> None:
        """Take in a closed trial. One that failed cannot rise."""
        self.n_closed += 1
        self.values[trial.candidate.number] = trial.value
        if not math.isfinite(trial.value):
            return
        entry = (-trial.value, trial.row, trial)
        insort(self._waiting, entry)
        if trial.status == "complete":
            insort(self._complete, entry)

    def rise(self, number: int) -> None:
        """Note that a candidate has gone on, if it was here."""
        if number in self.values:
            self.risen.add(number)
            del self._waiting[self._place(number)]

    def waiting(self, number: int) -> Trial | None:
        """Return the trial of a candidate that may go on, None if there is none."""
        value = self.values.get(number, math.nan)
        if number in self.risen or not math.isfinite(value):
            return None
        return self._waiting[self._place(number)][2]

    def _place(self, number: int) -> int:
        place = bisect_left(self._waiting, (-self.values[number],))
        while self._waiting[place][2].candidate.number != number:
            place += 1  # past those of the same value
        return place

    @property
    def best_waiting(self) -> Trial | None:
        """The best trial whose candidate has not gone on."""
        return self._waiting[0][2] if self._waiting else None

    @property
    def has_complete(self) -> bool:
        """Whether a trial has all its folds."""
        return bool(self._complete)

    def last_to_rise(self, eta: float) -> Trial | None:
        """Return whom the next trial must beat to rise, None if it need beat nobody."""
        place = math.ceil((self.n_closed + 1) / eta) - 1
        return self._complete[place][2] if place < len(self._complete) else None


class Ladder:
    """The rungs of a search, kept up with its history.

    Everything here is a function of the history; it is remembered because reading it
    anew at each question would take time that grows with the search.

    Parameters
    ----------
    resources : list of float
        Resources of the rungs, rising.
    eta : float
        One in so many rises.
    first_rises : bool, default=False
        Whether the first candidate rises to the top whatever its scores.
    """

    def __init__(
        self, resources: Sequence[float], eta: float, first_rises: bool = False
    ) -> None:
        self.resources = list(resources)
        self.eta = eta
        self.first_rises = first_rises
        self.rungs = [Rung() for _ in self.resources]
        self._place = {resource: k for k, resource in enumerate(self.resources)}
        self._n_seen = 0
        self._open: list[Trial] = []

    def catch_up(self, history: History) -> None:
        """Take in what has happened since the last time."""
        new = [t for t in history.trials[self._n_seen :] if t.resource in self._place]
        self._n_seen = len(history.trials)
        self._open += new
        for trial in self._open:
            if not trial.is_open:
                self.rung(trial).close(trial)
        self._open = [trial for trial in self._open if trial.is_open]
        # Who has risen was closed at the rung below before.
        for trial in new:
            place = self._place[trial.resource]  # type: ignore[index]
            if place:
                self.rungs[place - 1].rise(trial.candidate.number)

    def rung(self, trial: Trial) -> Rung:
        """Return the rung a trial stands on."""
        return self.rungs[self._place[trial.resource]]  # type: ignore[index]

    @property
    def highest(self) -> int:
        """Index of the highest rung with a closed trial, 0 if there is none."""
        return max((k for k, rung in enumerate(self.rungs) if rung.n_closed), default=0)

    def due(self) -> tuple[Trial, float] | None:
        """Return who is to rise now, and where to; the highest first.

        If the first candidate rises whatever its scores, it goes before all others. A
        rung owes one in `eta` of its closed trials, and the best of those who wait
        are the ones. Nobody waits for a rung to be full.
        """
        if self.first_rises:
            for rung, upper in zip(self.rungs, self.resources[1:], strict=False):
                first = rung.waiting(0)
                if first is not None:
                    return first, upper
        for k in range(len(self.rungs) - 2, -1, -1):
            rung = self.rungs[k]
            n_closed, n_risen = self._by_their_scores(rung)
            if n_risen + 1 <= n_closed / self.eta and rung.best_waiting:
                return rung.best_waiting, self.resources[k + 1]
        return None

    def last(self) -> tuple[Trial, float] | None:
        """Return who is to rise when nothing else is left to do, None for nobody.

        What is left over of a rung counts as a full group. If the top is still empty
        then, since whoever came there failed, the next best go.
        """
        below = list(zip(self.rungs, self.resources[1:], strict=False))
        for rung, upper in below:
            n_closed, n_risen = self._by_their_scores(rung)
            if n_risen < math.ceil(n_closed / self.eta) and rung.best_waiting:
                return rung.best_waiting, upper
        if not self.rungs[-1].has_complete:
            for rung, upper in reversed(below):
                if rung.best_waiting:
                    return rung.best_waiting, upper
        return None

    def _by_their_scores(self, rung: Rung) -> tuple[int, int]:
        """Return how many trials of a rung are closed, and how many of them have risen.

        A first candidate that rises whatever its scores takes nobody's place.
        """
        closed_apart = self.first_rises and 0 in rung.values
        risen_apart = self.first_rises and 0 in rung.risen
        return rung.n_closed - closed_apart, len(rung.risen) - risen_apart

    def agreement(self, k: int, fewest: int) -> float:
        """Return how well rung k ranks candidates as the next rung does.

        That is Spearman's rank correlation over those of the last 300 candidates of
        rung k that are on both. They were chosen by their scores at rung k, which makes
        a correlation smaller; what it would be over all of these 300 is estimated by
        the spread of normal scores of the ranks there, all to chosen [1]_. A first
        candidate that rises whatever its scores was not chosen so, and is left out.

        Parameters
        ----------
        k : int
            Index of the rung.
        fewest : int
            NaN if fewer candidates were on both.

        References
        ----------
        .. [1] R. L. Thorndike, "Personnel Selection", Wiley 1949, case 2.
        """
        lower, upper = self.rungs[k].values, self.rungs[k + 1].values
        last = islice(reversed(lower), _LAST)
        apart = {0} if self.first_rises else set()
        numbers = [n for n in last if n not in apart and math.isfinite(lower[n])]
        both = np.array([math.isfinite(upper.get(n, math.nan)) for n in numbers])
        if both.sum() < fewest:
            return math.nan
        ranks = rankdata([lower[n] for n in numbers])
        above = rankdata([upper[n] for n, on in zip(numbers, both, strict=True) if on])
        if min(np.ptp(ranks[both]), np.ptp(above)) == 0.0:
            return math.nan
        r = float(np.corrcoef(ranks[both], above)[0, 1])
        scores = ndtri((ranks - 0.5) / len(ranks))
        u = float(scores.std() / scores[both].std())
        return r * u / math.sqrt(1.0 + r**2 * (u**2 - 1.0))
