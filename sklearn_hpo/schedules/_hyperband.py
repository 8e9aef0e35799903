"""Many candidates at little cost, the better ones at more, nobody waiting."""

from __future__ import annotations

import logging
import math
from dataclasses import replace

import numpy as np
from sklearn.base import clone

from sklearn_hpo.schedules._ladder import Ladder, rungs_of
from sklearn_hpo.schedules._racing import Racing
from sklearn_hpo.schedules._racing_rule import Estimate, RacingRule
from sklearn_hpo.schedules._schedule import Proposal, Verdict
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import Candidate, FoldResult, History, Trial

logger = logging.getLogger("sklearn_hpo")

# The fractional parts of its multiples divide [0, 1] more evenly than those of any
# other number.
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
# Below such a correlation a rung chooses badly for the next; fewer candidates on both
# say nothing.
_POOR, _FEWEST = 0.6, 6


class Hyperband(Racing):
    """Successive halving from several starts, without waiting for a rung to be full.

    A rung is an amount of resources; each has `eta` times that of the one below. One in
    `eta` of those that were tried at a rung is promoted to the next, whoever is best
    when it is due [2]_: with every `eta` closed trials of a rung one more, so that
    early luck cannot send up more than a rung can afford [3]_. A candidate keeps its
    number when it rises, and `n_iter` counts candidates.

    Where a new candidate starts is its bracket [1]_: at the lowest rung, at the next
    one, or with everything there is. Each bracket costs about one part in `eta` of the
    one below, and none begins before somebody has risen to its rung: as long as nothing
    is known, to start high is expensive. Rungs are shared: all that were tried with the
    same resources are compared.

    The first candidate may be one that somebody chose beforehand, such as the defaults
    of the estimator. With `first_rises` it goes to the top whatever its scores: from
    then on there is something there to be compared with.

    Rungs may be poor advisers. Over the candidates on two neighbouring rungs the rank
    correlation is watched, corrected for their having been chosen. Below 0.6, from 6
    candidates on, new ones start above the lower of the two, as if it were not there.
    The log says so, and the `note` of such a candidate has the correlation as
    ``drift``.

    In a race a candidate gets no further fold at a rung once it has almost no chance to
    be among those who rise: it must lose to the last of them as well as to the best. It
    stands in its rung with its estimate, so that a rung never lacks candidates; at the
    top the race is for the win.

    Parameters
    ----------
    min_resources : int
        Resources of the lowest rung, at least.
    max_resources : int
        Resources of the highest rung.
    eta : float, default=3
        One in so many rises, to so many times the resources.
    first_rises : bool, default=False
        Whether the first candidate rises to the top whatever its scores.
    races : bool, default=True
        Whether candidates are raced over the folds of a rung.
    rule : RacingRule or None, default=None
        What ends a candidate; None for :class:`PairedTRule`. Each rung has its own.
    best_possible : float or None, default=None
        No score can be greater; None if there is no bound or it is not known.

    References
    ----------
    .. [1] L. Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter
       Optimization", JMLR 18, 2018.
    .. [2] L. Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys
       2020.
    .. [3] Y. Li et al., "Hyper-Tune: Towards Efficient Hyper-parameter Tuning at
       Scale", VLDB 2022, section 4.2.
    """

    def __init__(
        self,
        min_resources: int,
        max_resources: int,
        *,
        eta: float = 3,
        first_rises: bool = False,
        races: bool = True,
        rule: RacingRule | None = None,
        best_possible: float | None = None,
    ) -> None:
        super().__init__(rule, best_possible)
        self.min_resources = min_resources
        self.max_resources = max_resources
        self.eta = eta
        self.first_rises = first_rises
        self.races = races

    @property
    def resources(self) -> list[int]:
        """Resources of the rungs, rising."""
        return rungs_of(self.min_resources, self.max_resources, self.eta)

    def rank_correlations(self, history: History) -> list[float]:
        """Return how well each rung but the last ranks candidates as the next one does.

        Parameters
        ----------
        history : History
            A history that this schedule has made.

        Returns
        -------
        correlations : list of float
            Rank correlations of the scores at two neighbouring rungs; NaN where fewer
            than 6 candidates have one at both, or all are equal. A first candidate
            that rises whatever its scores does not count.
        """
        ladder = Ladder(self.resources, self.eta, self.first_rises)
        ladder.catch_up(history)
        return _agreements(ladder)

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
            If the resources or `eta` make no rungs.
        """
        if not 0 < self.min_resources <= self.max_resources:
            raise ValueError(
                "Hyperband: expected 0 < min_resources <= max_resources, got "
                f"{self.min_resources!r} and {self.max_resources!r}."
            )
        if not self.eta > 1:
            raise ValueError(f"Hyperband: expected eta above 1, got {self.eta!r}.")
        super().start(strategy, space, n_iter, seed, n_folds, width)
        self.resources_ = self.resources
        self.ladder_ = Ladder(self.resources_, self.eta, self.first_rises)
        self.rules_ = {resource: clone(self.rule_) for resource in self.resources_}
        for rule in self.rules_.values():
            rule.start(n_folds, self.best_possible)
        self.agreements_ = [math.nan] * (len(self.resources_) - 1)
        self.lowest_ = 0

    def tell(
        self, result: FoldResult, trial: Trial, history: History
    ) -> Verdict | None:
        """Close the candidate at this rung after its last fold, or a lost race."""
        self.ladder_.catch_up(history)
        return super().tell(result, trial, history)

    def _rule(self, trial: Trial) -> RacingRule:
        """Return the rule of the rung: scores vary more where there are fewer data."""
        return self.rules_[trial.resource]  # type: ignore[index]

    def _estimate(
        self, trial: Trial, incumbent: Trial, history: History
    ) -> Estimate | None:
        """Return the mean expected of a trial that will not rise, and its variance."""
        rival = incumbent
        if trial.resource != self.resources_[-1]:
            last = self.ladder_.rung(trial).last_to_rise(self.eta)
            if last is None:
                return None
            rival = last
        lost = self._rule(trial).judge(trial.scores, rival.scores)
        # The history compares who was discarded with the incumbent.
        return lost and super()._estimate(trial, incumbent, history)

    def _new_candidate(
        self, history: History, rng: np.random.Generator
    ) -> Proposal | None:
        """Return who is to rise, else a new candidate, else who is left to rise."""
        self.ladder_.catch_up(history)
        rising = self.ladder_.due()
        if rising is None:
            proposal = super()._new_candidate(history, rng)
            if proposal is not None:
                return self._at_its_start(proposal[0])
            if history.pending:
                return None
            rising = self.ladder_.last()
        return rising and (rising[0].candidate, 0, rising[1])

    def _at_its_start(self, candidate: Candidate) -> Proposal:
        """Return the first fold of a new candidate at the rung its bracket begins."""
        k = self._bracket(candidate.number)
        lowest = self._lowest()
        if k < lowest:
            drift = {"drift": self.agreements_[lowest - 1]}
            candidate = replace(candidate, note={**(candidate.note or {}), **drift})
        return candidate, 0, self.resources_[max(k, lowest)]

    def _bracket(self, number: int) -> int:
        """Return the rung where the candidate of a number starts.

        Brackets take turns as their costs want it, with no memory of earlier turns. The
        published ones cost the same. Here the guard watches whether low rungs are worth
        following, so those above need not cost as much.
        """
        top = len(self.resources_) - 1
        starts = sorted({0, min(1, top), top})
        # A candidate that starts at rung k costs about as much at each rung above.
        costs = [(top - k + 1) * self.resources_[k] for k in starts]
        worth = [float(self.eta) ** -i for i in range(len(starts))]
        shares = np.cumsum(np.array(worth) / np.array(costs))
        place = (number * _GOLDEN) % 1.0 * shares[-1]
        k = starts[int(np.searchsorted(shares, place, side="right"))]
        return min(k, self.ladder_.highest)

    def _lowest(self) -> int:
        """Return the lowest rung that new candidates may start at."""
        top = len(self.resources_) - 1
        self.agreements_ = _agreements(self.ladder_)
        poor = [k for k in range(top) if self.agreements_[k] < _POOR]
        lowest = max(poor, default=-1) + 1
        if lowest != self.lowest_:
            self.lowest_ = lowest
            logger.info(
                "Hyperband: rank correlations between neighbouring rungs are %s, new "
                "candidates start with resources of at least %s.",
                [round(r, 2) for r in self.agreements_],
                self.resources_[lowest],
            )
        return lowest


def _agreements(ladder: Ladder) -> list[float]:
    return [ladder.agreement(k, _FEWEST) for k in range(len(ladder.rungs) - 1)]
