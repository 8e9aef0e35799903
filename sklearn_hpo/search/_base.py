"""The fit that all searches share."""

from __future__ import annotations

import numbers
import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import indexable
from sklearn.utils.metaestimators import available_if

from sklearn_hpo._compat import (
    CallbackTree,
    HasMethods,
    Interval,
    check_method_params,
    estimator_has,
    fit_context,
    get_tags,
    inconsistent_splits,
    n_dispatched,
    n_samples_of,
    plain_scorers,
    resolve_cv,
)
from sklearn_hpo.callbacks import Callback, NoImprovement, TargetScore
from sklearn_hpo.evaluation import (
    EarlyStopping,
    Evaluator,
    FoldSettings,
    Stopping,
    best_possible,
)
from sklearn_hpo.schedules import Full, Racing, RacingRule, Schedule
from sklearn_hpo.search._best import check_refit, objective_of
from sklearn_hpo.search._checks import (
    check_callbacks,
    check_no_classes,
    check_rows,
    check_target,
    check_way_of_searching,
)
from sklearn_hpo.search._concluding import Concluding
from sklearn_hpo.search._deadline import Deadline
from sklearn_hpo.search._earlier import Earlier, tell
from sklearn_hpo.search._early import stopping_of
from sklearn_hpo.search._fingerprints import identity_of
from sklearn_hpo.search._journaling import SearchJournal
from sklearn_hpo.search._loop import Loop
from sklearn_hpo.search._names import searched_names
from sklearn_hpo.search._plan import Plan, Splits
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.trials import History


class BaseSearch(Concluding):
    """Base of all searches: everything but what to try.

    A search says what it is going to do in `_plan`; the rest is here.
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 (as in scikit-learn)
        **Concluding._parameter_constraints,
        "racing": ["boolean", HasMethods(["start", "judge", "chance", "tell"])],
        "cache": ["boolean"],
        "early_stopping": [EarlyStopping, None],
        "journal": [str, os.PathLike, None],
        "fit_timeout": [Interval(numbers.Real, 0, None, closed="neither"), None],
        "memory_limit": [Interval(numbers.Integral, 1, None, closed="left"), str, None],
        "max_time": [Interval(numbers.Real, 0, None, closed="neither"), None],
        "target_score": [Interval(numbers.Real, None, None, closed="neither"), None],
        "n_iter_no_change": [Interval(numbers.Integral, 1, None, closed="left"), None],
        "callbacks": [list, tuple, None],
    }
    # Whether there is a model that `refit` may ask.
    _has_model = False

    def __init__(
        self,
        estimator: Any,
        *,
        racing: bool | RacingRule = False,
        cache: bool = True,
        early_stopping: EarlyStopping | None = None,
        journal: str | os.PathLike[str] | None = None,
        fit_timeout: float | None = None,
        memory_limit: int | str | None = None,
        max_time: float | None = None,
        target_score: float | None = None,
        n_iter_no_change: int | None = None,
        callbacks: Sequence[Callback] | None = None,
        **scikit_learn: Any,
    ) -> None:
        super().__init__(estimator, **scikit_learn)
        self.racing = racing
        self.cache = cache
        self.early_stopping = early_stopping
        self.journal = journal
        self.fit_timeout = fit_timeout
        self.memory_limit = memory_limit
        self.max_time = max_time
        self.target_score = target_score
        self.n_iter_no_change = n_iter_no_change
        self.callbacks = callbacks

    @abstractmethod
    def _plan(
        self, X: Any, y: Any, params: Mapping[str, Any], random_state: Any
    ) -> Plan:
        """Return what to do on this data, or raise an error about the arguments.

        It is called after the number of folds is known and before the folds are. What
        is drawn is drawn from `random_state`: the search's own, or as a journal has it.
        """

    def _earlier(self) -> Earlier | None:
        """Return what was found before, if the search is told."""
        return None

    def _keep(self, splits: Splits, identity: Mapping[str, str | None]) -> None:
        """Remember what a later fit may want."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        # scikit-learn delegates some of these; the data goes to the estimator as it is.
        for part in ("input_tags", "target_tags", "transformer_tags"):
            setattr(tags, part, deepcopy(getattr(inner, part)))
        return tags

    @available_if(estimator_has("transform"))
    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Fit the search and transform X by the best estimator.

        Only there if the estimator has a ``transform`` method.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target; None for unsupervised learning.
        **params : dict of str to object
            As in ``fit``.

        Returns
        -------
        X_transformed : array-like of shape (n_samples, n_features_out)
            What the best estimator makes of X.
        """
        return self.fit(X, y, **params).transform(X)

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, **params: Any) -> BaseSearch:
        """Search, then refit the best candidate on all data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Training data, handed to the estimator as it is.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target; None for unsupervised learning.
        **params : dict of str to object
            Parameters of the estimator's ``fit``, the scorer and the splitter, among
            them ``sample_weight`` and ``groups``. An array with a value for each sample
            is split with X.

        Returns
        -------
        self : object
            The fitted search.

        Raises
        ------
        ValueError
            If an argument does not fit, before any model is trained, or if all fits
            failed.
        JournalError
            If the journal cannot be used, before any model is trained, or cannot be
            written any more; then the search is fitted as far as it came.
        KeyboardInterrupt
            If Ctrl-C was pressed; the search is fitted as far as it came.
        """
        check_refit(self, has_model=self._has_model)
        check_no_classes(self)
        check_callbacks(self)
        check_way_of_searching(self)
        deadline = Deadline(self.max_time, refits=self.refit is not False)
        scorers, refit_metric = self._get_scorers()
        check_target(self, y)
        X, y = indexable(X, y)
        params = check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        tree = CallbackTree(self, X, y, params)
        cv = resolve_cv(self, X, y, routed.splitter.split)
        earlier = self._earlier()
        identity = identity_of(self, X, y, params)
        with SearchJournal(
            self, identity, earlier.name if earlier else None
        ) as journal:
            plan = journal.settle(self._plan(X, y, params, journal.random_state))
            schedule = plan.schedule or self._schedule(scorers, plan.space)
            splits = plan.splits or self._materialize(cv, X, y, routed.splitter.split)
            splits = journal.folds(cv, splits)
            if earlier is not None:
                plan = earlier.used(plan, self, journal.identity)
            self.n_splits_ = len(splits)
            groups = routed.splitter.split.get("groups")
            stopping = stopping_of(self, plan, splits, y, groups)
            settings = self._settings(scorers, routed, plan, stopping)
            if plan.strategy.looks_back or type(schedule) is not Full:
                settings = settings.without_error_score()
            deadline.count(journal.seconds)
            with tree.searching(plan.n_fits or plan.n_iter * self.n_splits_):
                evaluator = Evaluator(X, y, splits, settings, tree, self.n_jobs)
                interruption = self._search(
                    plan, schedule, evaluator, deadline, journal
                )
        self.interrupted_ = interruption is not None
        self._keep(splits, journal.identity)
        if interruption is None:
            self._conclude(X, y, settings, schedule, refit_metric, tree)
            return self
        with suppress(ValueError):  # nothing was finished, or everything failed
            self._conclude(X, y, settings, schedule, refit_metric, tree)
        raise interruption

    def _materialize(
        self, cv: Any, X: Any, y: Any, split_params: Mapping[str, Any]
    ) -> Splits:
        splits = list(cv.split(X, y, **split_params))
        if len(splits) != self.n_splits_:
            raise ValueError(inconsistent_splits(self.n_splits_, len(splits)))
        # A list of ranges is an iterable of folds too.
        splits = [(np.asarray(train), np.asarray(test)) for train, test in splits]
        check_rows(splits, n_samples_of(X))
        return splits

    def _settings(
        self, scorers: Any, routed: Any, plan: Plan, stopping: Stopping | None
    ) -> FoldSettings:
        return FoldSettings(
            estimator=clone(self.estimator),
            scorer=scorers,
            fit_params=routed.estimator.fit,
            score_params=routed.scorer.score,
            n_folds=self.n_splits_,
            n_candidates=plan.n_iter,
            return_train_score=self.return_train_score,
            error_score=self.error_score,
            verbose=self.verbose,
            cache=self.cache,
            fit_timeout=self.fit_timeout,
            memory_limit=self.memory_limit,
            resource=plan.resource,
            early_stopping=stopping,
        )

    def _schedule(self, scorers: Any, space: SearchSpace) -> Schedule:
        """Return how much to spend on each candidate: a race or all folds."""
        rule = None if self.racing is True else self.racing
        if rule is False or (rule is None and callable(self.refit)):
            return Full()
        scorer = plain_scorers(scorers)
        if isinstance(scorer, Mapping):
            scorer = scorer[objective_of(self) or next(iter(scorer))]
        searched = searched_names(self, space)
        bound = best_possible(scorer, self.estimator, searched)
        return Racing(rule, bound)

    def _search(
        self,
        plan: Plan,
        schedule: Schedule,
        evaluator: Evaluator,
        deadline: Deadline,
        journal: SearchJournal,
    ) -> BaseException | None:
        """Fill `history_`, and return what ended the search before its time."""
        n_folds = self.n_splits_
        n_new = plan.n_iter - len(plan.told)
        if self.verbose > 0:
            print(  # noqa: T201 (scikit-learn's own line)
                f"Fitting {n_folds} folds for each of {n_new} candidates,"
                f" totalling {plan.n_fits or n_new * n_folds} fits"
            )
        what = plan.objective or objective_of(self), plan.seed, plan.objectives
        self._forget()
        self.history_ = History(n_folds, plan.n_iter, *what)
        self.history_.identity = journal.identity
        if plan.n_fits is not None:
            self.history_.n_expected = plan.n_fits
        if not n_folds:
            return None
        with evaluator:
            loop = self._loop(plan, schedule, evaluator, deadline, journal)
            loop.run()
        return loop.interruption

    def _loop(
        self,
        plan: Plan,
        schedule: Schedule,
        evaluator: Evaluator,
        deadline: Deadline,
        journal: SearchJournal,
    ) -> Loop:
        history = self.history_
        n_workers = evaluator.n_workers
        lookahead = None
        if not plan.as_they_come:
            lookahead = plan.lookahead or (1 if n_workers == 1 else 2 * n_workers)
        width = journal.width(lookahead or n_workers)
        schedule.start(
            plan.strategy, plan.space, plan.n_iter, plan.seed, history.n_folds, width
        )
        record = journal.begin(plan, schedule, history, lookahead, width)
        tell(plan.told, history, schedule.strategy_)
        n_tasks = n_dispatched(self.pre_dispatch, n_workers)
        if n_workers == 1:
            n_tasks = 1
        elif schedule.looks_back:
            # Without tickets, a task that waits in a queue was decided too early.
            n_tasks = lookahead or n_workers

        def capacity() -> float:
            return n_tasks if schedule.looks_back else n_tasks * evaluator.chunk

        return Loop(
            schedule,
            history,
            evaluator,
            capacity=capacity,
            lookahead=lookahead if schedule.looks_back else None,
            callbacks=(*(self.callbacks or ()), *self._stops()),
            known=plan.known,
            twin=evaluator.twin,
            record=record,
            time_left=partial(deadline.time_left, history),
            finished=evaluator.finished,
        )

    def _stops(self) -> Iterator[Callback]:
        if self.target_score is not None:
            yield TargetScore(self.target_score, self._highest())
        if self.n_iter_no_change is not None:
            yield NoImprovement(self.n_iter_no_change, self._highest())

    def _highest(self) -> int | None:
        """Return the amount of the highest rung, None if there are no rungs."""
        return None
