"""What the two searches by successive halving have in common."""

from __future__ import annotations

import math
import numbers
import os
from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from sklearn_hpo._compat import Interval, StrOptions
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.evaluation import EarlyStopping
from sklearn_hpo.schedules import Halving, Racing, RacingRule, Schedule
from sklearn_hpo.search._base import BaseSearch
from sklearn_hpo.search._listing import check_space_names, plan_list
from sklearn_hpo.search._loop import Loop
from sklearn_hpo.search._names import searched_names
from sklearn_hpo.search._plan import Plan, Splits
from sklearn_hpo.search._points import check_points
from sklearn_hpo.search._resources import FOLDS, amounts_of
from sklearn_hpo.search._search import MAX_SEED
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.trials import FoldResult, History, Task

_BOUND = Interval(numbers.Integral, 0, None, closed="neither")


class BaseHalving(BaseSearch):
    """Base of the searches by successive halving: everything but the candidates."""

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 (as in scikit-learn)
        **BaseSearch._parameter_constraints,
        "factor": [Interval(numbers.Real, 1, None, closed="neither")],
        "resource": [str],
        "max_resources": [_BOUND, StrOptions({"auto"})],
        "min_resources": [_BOUND, StrOptions({"exhaust", "smallest"})],
        "aggressive_elimination": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        factor: float = 3,
        resource: str = "n_samples",
        max_resources: int | str = "auto",
        min_resources: int | str = "exhaust",
        aggressive_elimination: bool = False,
        cv: Any = 5,
        scoring: Any = None,
        refit: Any = True,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        random_state: Any = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        initial_params: Sequence[Mapping[str, Any]] | None = None,
        racing: bool | RacingRule = False,
        cache: bool = True,
        early_stopping: EarlyStopping | None = None,
        journal: str | os.PathLike[str] | None = None,
        fit_timeout: float | None = None,
        memory_limit: int | str | None = None,
        max_time: float | None = None,
        target_score: float | None = None,
        callbacks: Sequence[Callback] | None = None,
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
            racing=racing,
            cache=cache,
            early_stopping=early_stopping,
            journal=journal,
            fit_timeout=fit_timeout,
            memory_limit=memory_limit,
            max_time=max_time,
            target_score=target_score,
            callbacks=callbacks,
        )
        self.factor = factor
        self.resource = resource
        self.max_resources = max_resources
        self.min_resources = min_resources
        self.aggressive_elimination = aggressive_elimination
        self.random_state = random_state
        self.initial_params = initial_params

    @abstractmethod
    def _drawn_from(self) -> Any:
        """Return the dict or list of dicts that scikit-learn makes candidates of."""

    @abstractmethod
    def _space(self) -> SearchSpace:
        """Return what may be tried."""

    @abstractmethod
    def _candidates(
        self, drawn_from: Any, n_exhausting: int, random_state: Any
    ) -> list[Any]:
        """Return the candidates of the first rung, so many to exhaust the resource."""

    def _plan(
        self, X: Any, y: Any, params: Mapping[str, Any], random_state: Any
    ) -> Plan:
        drawn_from = self._drawn_from()
        check_points(self.initial_params, self.estimator)
        space = self._space()
        check_space_names(self, drawn_from)
        if self.resource == FOLDS and self.racing is not False:
            raise ValueError(
                f"racing: expected False beside resource={FOLDS!r}, which spares folds "
                f"by itself, got {self.racing!r}. Leave it out."
            )
        amounts = amounts_of(
            self,
            X,
            y,
            params,
            factor=self.factor,
            searched=searched_names(self, space),
            may_be_folds=True,
        )
        self.min_resources_, self.max_resources_ = amounts.least, amounts.most
        candidates = self._candidates(drawn_from, amounts.n_exhausting, random_state)
        seed = int(check_random_state(random_state).randint(MAX_SEED))
        plan = plan_list(self, space, candidates, seed=seed)
        self._settle_rungs(plan.n_iter)
        resource = amounts.resource(seed, self.n_resources_)
        n_fits = sum(
            size * (amount if self.resource == FOLDS else self.n_splits_)
            for amount, size in self._sizes(plan.n_iter).items()
        )
        return replace(plan, resource=resource, n_fits=n_fits)

    def _settle_rungs(self, n_candidates: int) -> None:
        """Set what each rung may spend, as scikit-learn does."""
        least, most, factor = self.min_resources_, self.max_resources_, self.factor
        self.n_required_iterations_ = 1 + _floor_log(n_candidates, factor)
        if self.min_resources == "exhaust":
            highest = factor ** (self.n_required_iterations_ - 1)
            least = self.min_resources_ = max(least, int(most // highest))
        self.n_possible_iterations_ = 1 + _floor_log(most // least, factor)
        n_rungs, n_idle = self.n_required_iterations_, 0
        if self.aggressive_elimination:
            n_idle = n_rungs - self.n_possible_iterations_
        n_rungs = min(n_rungs, n_idle + self.n_possible_iterations_)
        powers = (max(0, rung - n_idle) for rung in range(n_rungs))
        self.n_resources_ = [min(int(factor**p * least), most) for p in powers]
        self.n_iterations_ = n_rungs

    def _sizes(self, n_candidates: int) -> dict[int, int]:
        """Return the number of candidates to be evaluated by amount."""
        sizes: dict[int, int] = {}
        for amount in self.n_resources_:
            sizes.setdefault(amount, n_candidates)
            n_candidates = math.ceil(n_candidates / self.factor)
        return sizes

    def _schedule(self, scorers: Any, space: SearchSpace) -> Schedule:
        race = super()._schedule(scorers, space)
        rungs = self.n_resources_, self.factor
        if isinstance(race, Racing):
            return Halving(
                *rungs, races=True, rule=race.rule, best_possible=race.best_possible
            )
        return Halving(*rungs, counts_folds=self.resource == FOLDS)

    def _loop(self, plan: Plan, *others: Any) -> Loop:
        if self.resource == FOLDS:
            known = partial(_known_below, self.history_, self.n_resources_)
            plan = replace(plan, known=known)
        return super()._loop(plan, *others)

    def _highest(self) -> int:
        return self.n_resources_[-1]

    def _keep(self, splits: Splits, identity: Mapping[str, str | None]) -> None:
        """Set how many candidates each rung had, as far as the search came."""
        n_begun = Counter(trial.resource for trial in self.history_.trials)
        self.n_candidates_: list[int] = []
        for rung, amount in enumerate(self.n_resources_):
            if not n_begun[amount]:
                break
            is_idle = rung and amount == self.n_resources_[rung - 1]
            before = self.n_candidates_[-1] if is_idle else 0
            n_left = math.ceil(before / self.factor)
            self.n_candidates_.append(n_left if is_idle else n_begun[amount])
        self.n_iterations_ = len(self.n_candidates_)
        del self.n_resources_[self.n_iterations_ :]
        n_last = self.n_candidates_[-1] if self.n_candidates_ else 0
        self.n_remaining_candidates_ = math.ceil(n_last / self.factor)


def _known_below(
    history: History, amounts: Sequence[int], task: Task
) -> FoldResult | None:
    """Return what the fold of a candidate has brought at a lower rung, if it ran."""
    for amount in amounts:
        result = history.find(replace(task, resource=amount))
        if result is not None:
            return result.shared_with(task)
    return None


def _floor_log(value: int, base: float) -> int:
    """Return the logarithm rounded down, exactly."""
    power = 0
    while base ** (power + 1) <= value:
        power += 1
    return power
