"""Folds one by one, for as long as a candidate may still win."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.base import clone

from sklearn_hpo.schedules._full import Full
from sklearn_hpo.schedules._paired_t_rule import PairedTRule
from sklearn_hpo.schedules._racing_rule import Estimate, RacingRule
from sklearn_hpo.schedules._schedule import Proposal, Verdict
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import FoldResult, History, Trial


class Racing(Full):
    """Gives a candidate no further fold once it has lost to the incumbent.

    Candidates race over the folds as models do over test cases in [1]_. A fold is due
    when its candidate has no other one running. First come the due folds, those of the
    candidate with the best chance to win first, then a new candidate while few are
    open, then the folds that are not due yet.

    Parameters
    ----------
    rule : RacingRule or None, default=None
        What ends a candidate; None for :class:`PairedTRule`.
    best_possible : float or None, default=None
        No score can be greater; None if there is no bound or it is not known.

    References
    ----------
    .. [1] O. Maron and A. W. Moore, "Hoeffding Races: Accelerating Model Selection
       Search for Classification and Function Approximation", NIPS 1993.
    """

    def __init__(
        self, rule: RacingRule | None = None, best_possible: float | None = None
    ) -> None:
        self.rule = rule
        self.best_possible = best_possible

    races = True  # an argument of the schedules with rungs

    @property
    def looks_back(self) -> bool:
        """Always: which fold comes next depends on the scores told."""
        return True

    def start(
        self,
        strategy: Strategy,
        space: SearchSpace,
        n_iter: int,
        seed: int,
        n_folds: int,
        width: int,
    ) -> None:
        """Forget everything and prepare for a search."""
        super().start(strategy, space, n_iter, seed, n_folds, width)
        self.rule_ = PairedTRule() if self.rule is None else clone(self.rule)
        self.rule_.start(n_folds, self.best_possible)

    def ask(self, history: History, rng: np.random.Generator) -> Proposal | None:
        """Return a due fold, a new candidate, or a fold ahead of its time."""
        if not self.races:
            return super().ask(history, rng)
        unissued = list(history.unissued)
        due = [trial for trial in unissued if trial.n_issued == trial.n_told]
        if due:
            return self._likeliest(due, history)
        proposal = None
        if len(history.pending) < self.width_:
            proposal = self._new_candidate(history, rng)
        if proposal is None and unissued:
            proposal = self._likeliest(unissued, history)
        return proposal

    def tell(
        self, result: FoldResult, trial: Trial, history: History
    ) -> Verdict | None:
        """Close the candidate after its last fold, a failure, or a lost race."""
        verdict = super().tell(result, trial, history)
        incumbent = history.incumbent(trial.resource)
        if incumbent is None or not self.races:
            return verdict
        if verdict is None and np.isfinite(trial.scores).sum() == trial.n_told:
            estimate = self._estimate(trial, incumbent, history)
            verdict = estimate and ("discarded", *estimate)
        if verdict is not None and verdict[0] in {"complete", "discarded"}:
            self._rule(trial).tell(trial, incumbent)
        return verdict

    def _rule(self, trial: Trial) -> RacingRule:
        """Return the rule that a trial is judged by."""
        return self.rule_

    def _estimate(
        self, trial: Trial, incumbent: Trial, history: History
    ) -> Estimate | None:
        """Return the mean expected of a trial that has lost and its variance."""
        return self._rule(trial).judge(trial.scores, incumbent.scores)

    def _likeliest(self, trials: Sequence[Trial], history: History) -> Proposal | None:
        """Return the next fold of the trial that is likeliest to win."""

        def chance(trial: Trial) -> float:
            incumbent = history.incumbent(trial.resource)
            if incumbent is None or not trial.n_told:
                return 0.0
            return self._rule(trial).chance(trial.scores, incumbent.scores)

        return self._further_fold(max(trials, key=chance))
