"""Little for many candidates, more and more for the best of them.

Notation
--------
n_k, r_k
    Number of candidates of rung k, and how much each of their fits may use.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Sequence

import numpy as np

from sklearn_hpo.schedules._racing import Racing
from sklearn_hpo.schedules._racing_rule import Estimate, RacingRule
from sklearn_hpo.schedules._schedule import Proposal, Verdict
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import FoldResult, History, Trial


class Halving(Racing):
    """Successive halving: of each rung, the best go on to the next one.

    All candidates are evaluated with the smallest amount of a resource. When the last
    of them is closed, the best ``ceil(n_k / factor)`` are evaluated with the next
    larger amount, and so on [1]_. Failed candidates are never promoted.

    In a race a candidate of a rung is compared with the last one that would be
    promoted if the rung ended now, once there are as many. So one that is discarded has
    almost no chance to be among those promoted, whoever leads.

    Parameters
    ----------
    resources : sequence of int
        Amounts r_k, rising. Where one is repeated, candidates are eliminated without
        being evaluated again.
    factor : float, default=3
        The part of the candidates that is promoted is 1 / `factor`.
    counts_folds : bool, default=False
        Whether an amount is the number of folds that a candidate gets.
    races : bool, default=False
        Whether a candidate gets no further fold once it has almost no chance to be
        promoted, or at the highest rung to win.
    rule : RacingRule or None, default=None
        What ends a candidate in a race; None for :class:`PairedTRule`.
    best_possible : float or None, default=None
        No score can be greater; None if there is no bound or it is not known.

    References
    ----------
    .. [1] K. Jamieson, A. Talwalkar, "Non-stochastic Best Arm Identification and
       Hyperparameter Optimization", AISTATS 2016, algorithm 1.
    """

    def __init__(
        self,
        resources: Sequence[int],
        factor: float = 3,
        counts_folds: bool = False,
        races: bool = False,
        rule: RacingRule | None = None,
        best_possible: float | None = None,
    ) -> None:
        super().__init__(rule, best_possible)
        self.resources = resources
        self.factor = factor
        self.counts_folds = counts_folds
        self.races = races

    def start(
        self,
        strategy: Strategy,
        space: SearchSpace,
        n_iter: int,
        seed: int,
        n_folds: int,
        width: int,
    ) -> None:
        """Forget everything and prepare for a search.

        Raises
        ------
        ValueError
            If the amounts do not rise, or `factor` is not above 1.
        """
        super().start(strategy, space, n_iter, seed, n_folds, width)
        amounts = list(self.resources)
        if not amounts or amounts != sorted(amounts) or not self.factor > 1.0:
            raise ValueError(
                "Halving: expected rising amounts and a factor above 1, got "
                f"resources={amounts!r} and factor={self.factor!r}."
            )
        distinct = sorted(set(amounts))
        self.amounts_: Sequence[float | None] = distinct
        # How often the candidates are divided by `factor` on the way to each rung.
        self.n_divisions_ = [amounts.index(amount) for amount in distinct]
        # All trials of each rung, and the complete ones, best first. To read them anew
        # from the history at each question would take time that grows with the search.
        self.rungs_: list[list[Trial]] = [[] for _ in self.amounts_]
        self.ranked_: list[list[tuple[float, int, Trial]]] = [[] for _ in self.amounts_]

    def tell(
        self, result: FoldResult, trial: Trial, history: History
    ) -> Verdict | None:
        """Close the candidate at this rung after its last fold, or a lost race."""
        verdict = super().tell(result, trial, history)
        if verdict is not None and verdict[0] == "complete":
            entry = -verdict[1], trial.row, trial
            insort(self.ranked_[self.amounts_.index(trial.resource)], entry)
        return verdict

    def size(self, rung: int, n_candidates: int) -> int:
        """Return the number of candidates of a rung.

        Parameters
        ----------
        rung : int
            Index among the distinct amounts, from 0; the one above the highest rung has
            the winner.
        n_candidates : int
            Number of candidates of the lowest rung.

        Returns
        -------
        size : int
            At least 1.
        """
        if rung == len(self.amounts_):
            return 1
        for _ in range(self.n_divisions_[rung]):
            n_candidates = math.ceil(n_candidates / self.factor)
        return n_candidates

    def _n_folds_of(self, trial: Trial) -> int:
        if not self.counts_folds or trial.resource is None:
            return self.n_folds_
        return int(trial.resource)

    def _new_candidate(
        self, history: History, rng: np.random.Generator
    ) -> Proposal | None:
        """Return the first fold of a candidate that is new, or new to a rung."""
        new = super()._new_candidate(history, rng)
        if new is not None:
            return new[0], 0, self.amounts_[0]
        for trial in history.trials[sum(map(len, self.rungs_)) :]:
            self.rungs_[self.amounts_.index(trial.resource)].append(trial)
        rung = max((k for k, trials in enumerate(self.rungs_) if trials), default=0)
        if rung == 0 or self._is_full(rung):
            if history.pending or rung + 1 == len(self.rungs_):
                return None
            rung += 1
        n_begun = len(self.rungs_[rung])
        if n_begun == len(self.ranked_[rung - 1]):
            return None
        next_best = self.ranked_[rung - 1][n_begun][-1]
        return next_best.candidate, 0, self.amounts_[rung]

    def _is_full(self, rung: int) -> bool:
        """Tell whether a rung has all its candidates; all below must be closed.

        Should all of them have failed, the next best of the rung below go on.
        """
        trials = self.rungs_[rung]
        n_begun = len(trials)
        if n_begun == len(self.ranked_[rung - 1]):
            return True
        all_failed = not any(t.is_open or t.status == "complete" for t in trials)
        return n_begun >= self.size(rung, len(self.rungs_[0])) and not all_failed

    def _estimate(
        self, trial: Trial, incumbent: Trial, history: History
    ) -> Estimate | None:
        """Return the mean expected of a trial that will not be promoted.

        Like that of any other race, it is the mean of the incumbent and the mean
        difference from it.
        """
        rung = self.amounts_.index(trial.resource)
        size = self.size(rung + 1, self.n_iter_)
        if len(self.ranked_[rung]) < size:
            return None
        rival = self.ranked_[rung][size - 1][-1]
        judged = self.rule_.judge(trial.scores, rival.scores)
        if judged is None:
            return None
        differences = trial.scores - incumbent.scores
        return float(incumbent.value + np.nanmean(differences)), judged[1]
