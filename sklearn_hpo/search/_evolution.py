"""Evolutionary search."""

from __future__ import annotations

import numbers
import os
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from sklearn_hpo._compat import Interval, StrOptions
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.evaluation import EarlyStopping, FoldSettings
from sklearn_hpo.schedules import Full, RacingRule, Schedule
from sklearn_hpo.search._objectives import Objectives, Scorers
from sklearn_hpo.search._plan import Plan
from sklearn_hpo.search._search import SearchCV
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import (
    EVOLUTIONS,
    DifferentialEvolution,
    Strategy,
    evolution_for,
)


class EvolutionSearchCV(SearchCV):
    """Search by natural selection: the best candidates have children.

    A population of candidates moves through the space. A child is born whenever a
    worker is free, differs from its parents by little or by much, and takes a place if
    it is no worse than who had it. Choosing it costs a fraction of a millisecond, so
    this is for cheap models, many workers, hundreds of candidates and rugged spaces;
    and for several objectives at once.

    Parameters
    ----------
    estimator : estimator object
        What is tuned. It is cloned for each fit and needs a ``score`` method unless
        `scoring` is given.
    param_distributions : dict or list of dicts
        Names of parameters with what may be tried: a list of values, a frozen scipy
        distribution, :class:`~sklearn_hpo.Real`, :class:`~sklearn_hpo.Integer`,
        :class:`~sklearn_hpo.Categorical`, or a range ``(low, high, "uniform")`` or
        ``(low, high, "log-uniform")``. With a list, each dict is a branch of the space.
    n_iter : int, default=100
        Number of candidates, `initial_params` and the estimator's defaults included. A
        finite space may be exhausted before.
    population_size : int or "auto", default="auto"
        Number of candidates that have children, at least 4 and at most `n_iter`; with
        ``"auto"`` it grows with the number of parameters.
    method : {"auto", "de", "cma", "ga"}, default="auto"
        How children are made. ``"de"`` is differential evolution, for any space;
        ``"cma"`` learns a normal distribution of the numbers and a distribution of each
        choice, for mostly numeric spaces; ``"ga"`` is a genetic algorithm. ``"auto"``
        chooses by space, budget and objectives; ``method_`` says which.
    objectives : list or dict, default=None
        Two or more things to optimize at once, in the place of `scoring`: names of
        scorers, callables like scorers, ``"fit_time"``, ``"score_time"``, or functions
        of the fitted estimator, such as its size. Scores are better the greater, times
        and functions of the estimator the smaller; a dict gives them names.
    scoring : str, callable, list, tuple or dict, default=None
        Metric or metrics, as in scikit-learn; None for the estimator's own. Of several
        the one that `refit` names is optimized, otherwise the first. To optimize
        several, give `objectives` instead.
    n_jobs : int, default=None
        Number of folds fitted at the same time. None means 1 unless in a
        :class:`joblib.parallel_config`, -1 all processors.
    refit : bool, str or callable, default=True
        Whether to fit the best candidate on all data; with several metrics or
        objectives, the name of the one that decides, and True is for the first
        objective. A callable takes ``cv_results_`` and returns the index of the best
        candidate.
    cv : int, cross-validation generator or iterable, default=None
        The folds, as in scikit-learn; None for 5.
    verbose : int, default=0
        How much to print, as in scikit-learn.
    pre_dispatch : int or str, default="2*n_jobs"
        Checked, and without effect in a search that looks back: there the workers are
        the bound.
    random_state : int, RandomState instance or None, default=None
        Seed of the search. With any but None the search is the same for the same number
        of workers; with `lookahead` given too, for any number.
    error_score : "raise" or number, default=nan
        Score of a fold whose fit fails; "raise" ends the search with the error. A
        failed fold ends its candidate, and the strategy hears of a failure, not of this
        score.
    return_train_score : bool, default=False
        Whether to score the training part of each fold too.
    initial_params : list of dict, default=None
        Settings evaluated first. Names left out come from the estimator; a setting from
        outside the space is evaluated, but the strategy does not learn from it. The
        estimator's own defaults follow, as near as the space has them.
    initial_history : History, str, Path, dict or DataFrame, default=None
        What another search has found: its ``history_``, its journal, its
        ``cv_results_``, or a table of either. What the first two know of the same
        estimator, data, folds and metric is told to the strategy and stands first in
        ``cv_results_``; it is not evaluated again and comes in addition to `n_iter`.
        Of anything else the best settings that lie in the space are tried after
        `initial_params`: a fifth of `n_iter`, at most 10.
    lookahead : int, default=None
        By how many folds the results known to a decision may lag behind it, whatever
        has arrived; None for 1 with one worker, else twice the number of workers.
    racing : bool or RacingRule, default=True
        Whether a candidate gets no further fold once it has almost no chance to beat
        the best one on the same folds; a rule says when, see
        :class:`~sklearn_hpo.schedules.PairedTRule`. A discarded candidate has an
        estimated mean in ``cv_results_`` and ranks after the others. Where any may be
        chosen, by several `objectives` or a callable `refit`, True counts as False.
    cache : bool, default=True
        Whether nothing is fitted twice: first steps of a pipeline that candidates have
        in common, and candidates that are equal, where that cannot change a score.
    early_stopping : EarlyStopping, default=None
        Whether boosters and nets are stopped early on a part of each training fold that
        is held out; the best candidate is then refitted with the median of the best
        numbers of iterations. None for all the iterations that a candidate says.
    journal : str or Path, default=None
        File in which every finished fold is written at once, so that the same call goes
        on where an earlier one stopped. A folder, or a name that ends with a slash,
        gives each search a file of its own.
    fit_timeout : float, default=None
        Seconds for the fit and score of a fold. One that takes longer has the status
        ``"timeout"`` and scores `error_score`. Enforced where folds run in processes of
        this machine, as they then also do with one job; elsewhere as far as possible.
    memory_limit : int or str, default=None
        Bytes that a fold may take beyond what its worker process holds, on Linux. A
        string is as joblib's ``max_nbytes``: ``"2G"``. One that wants more gets a
        MemoryError and has the status ``"out_of_memory"``.
    max_time : float, default=None
        Seconds for the whole of ``fit``, the refit included, as far as the times of
        earlier fits tell. At least one candidate is finished.
    target_score : float, default=None
        Mean test score at which the search ends; with several `objectives`, of the
        first score among them.
    n_iter_no_change : int, default=None
        Number of candidates without improvement of that score after which the search
        ends.
    stop_when_converged : bool, default=False
        Whether the search ends when the scores of the population differ by no more than
        the folds disagree, where it else begins anew with other candidates.
    callbacks : list of Callback, default=None
        Who watches, such as :class:`~sklearn_hpo.callbacks.Progress`.

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        A row for each candidate, as in scikit-learn, and the columns ``status``,
        ``n_folds_evaluated`` and ``error``. With several `objectives` ``rank_pareto``
        has 1 for those that no other dominates.
    pareto_front_ : dict of str to ndarray
        The candidates that no other dominates; only with several `objectives`. Columns
        ``index`` in ``cv_results_``, ``params``, and each objective's mean by its name.
    method_ : {"de", "cma", "ga"}
        How children were made.
    best_estimator_ : estimator object
        The best candidate fitted on all data; only if `refit`.
    best_score_ : float
        Mean test score of the best candidate; not if `refit` is a callable. If `refit`
        names a cost, the mean cost.
    best_params_ : dict
        Its parameters.
    best_index_ : int
        Its row in ``cv_results_``.
    scorer_ : callable or dict
        The scorer, or the scorers by metric.
    best_iteration_ : int
        Iterations of the refitted model; only if its folds were stopped early.
    n_splits_ : int
        Number of folds.
    refit_time_ : float
        Seconds spent on the refit.
    multimetric_ : bool
        Whether there are several metrics.
    classes_, n_features_in_, feature_names_in_ : ndarray, int, ndarray
        Those of the best estimator; only if it has them.
    history_ : History
        Every trial, fold by fold.
    interrupted_ : bool
        Whether Ctrl-C, or a journal that could not be written, ended the search.

    See Also
    --------
    BayesSearchCV : For models that cost more than a decision.
    SearchCV : The same with any other strategy.

    References
    ----------
    .. [1] R. Storn and K. Price, "Differential Evolution - A Simple and Efficient
       Heuristic for Global Optimization over Continuous Spaces", Journal of Global
       Optimization 11, 1997.
    .. [2] R. Hamano et al., "CatCMA: Stochastic Optimization for Mixed-Category
       Problems", GECCO 2024.
    .. [3] K. Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm:
       NSGA-II", IEEE Transactions on Evolutionary Computation 6(2), 2002.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sklearn_hpo import EvolutionSearchCV, Integer
    >>> X, y = load_iris(return_X_y=True)
    >>> space = {"max_depth": Integer(1, 10), "min_samples_leaf": Integer(1, 50)}
    >>> search = EvolutionSearchCV(
    ...     DecisionTreeClassifier(random_state=0), space, n_iter=40, random_state=0
    ... ).fit(X, y)
    >>> bool(search.best_score_ > 0.95)
    True

    A small tree beside a good one:

    >>> def n_leaves(tree):
    ...     return tree.get_n_leaves()
    >>> search.set_params(objectives=["accuracy", n_leaves], n_iter=20)
    EvolutionSearchCV(...)
    >>> front = search.fit(X, y).pareto_front_
    >>> [bool(front[name][0] > front[name][-1]) for name in ("accuracy", "n_leaves")]
    [True, True]
    """

    _parameter_constraints: dict[str, list[Any]] = {
        name: constraint
        for name, constraint in SearchCV._parameter_constraints.items()
        if name not in ("strategy", "schedule")
    } | {
        "population_size": [
            Interval(numbers.Integral, 4, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "method": [StrOptions({"auto", *EVOLUTIONS})],
        "objectives": [list, tuple, dict, None],
        "stop_when_converged": ["boolean"],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        n_iter: int = 100,
        population_size: int | str = "auto",
        method: str = "auto",
        objectives: Sequence[Any] | Mapping[str, Any] | None = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: Any = None,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        initial_params: Sequence[Mapping[str, Any]] | None = None,
        initial_history: Any = None,
        lookahead: int | None = None,
        racing: bool | RacingRule = True,
        cache: bool = True,
        early_stopping: EarlyStopping | None = None,
        journal: str | os.PathLike[str] | None = None,
        fit_timeout: float | None = None,
        memory_limit: int | str | None = None,
        max_time: float | None = None,
        target_score: float | None = None,
        n_iter_no_change: int | None = None,
        stop_when_converged: bool = False,
        callbacks: Sequence[Callback] | None = None,
    ) -> None:
        super().__init__(
            estimator,
            param_distributions,
            strategy=DifferentialEvolution(),
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
            return_train_score=return_train_score,
            initial_params=initial_params,
            initial_history=initial_history,
            lookahead=lookahead,
            racing=racing,
            cache=cache,
            early_stopping=early_stopping,
            journal=journal,
            fit_timeout=fit_timeout,
            memory_limit=memory_limit,
            max_time=max_time,
            target_score=target_score,
            n_iter_no_change=n_iter_no_change,
            callbacks=callbacks,
        )
        self.population_size = population_size
        self.method = method
        self.objectives = objectives
        self.stop_when_converged = stop_when_converged

    def _plan(
        self, X: Any, y: Any, params: Mapping[str, Any], random_state: Any
    ) -> Plan:
        size = self.population_size
        if not isinstance(size, str) and size > self.n_iter:
            raise ValueError(
                f"population_size: expected at most n_iter={self.n_iter}, got {size}: "
                "no candidate would have a child. Give fewer, or more n_iter."
            )
        plan = super()._plan(X, y, params, random_state)
        if self.objectives is None:
            return plan
        objectives = Objectives.of(self.objectives)
        return replace(
            plan, objectives=objectives.names, objective=objectives.first_score
        )

    def _strategy(self, space: SearchSpace) -> Strategy:
        several = self.objectives is not None
        self.method_ = self.method
        if self.method == "auto":
            self.method_ = evolution_for(space, self.n_iter, several=several)
        if several and self.method_ == "cma":
            raise ValueError(
                'method: expected "auto", "de" or "ga" with several objectives, got '
                '"cma", which follows one mean. Leave method out.'
            )
        size = None if isinstance(self.population_size, str) else self.population_size
        kind = EVOLUTIONS[self.method_]
        return kind(size, stop_when_converged=self.stop_when_converged)

    def _get_scorers(self) -> tuple[Any, Any]:
        """Return the scorers of the objectives, as scikit-learn would make them."""
        if self.objectives is None:
            scorers, refit_metric = super()._get_scorers()
            return scorers, refit_metric
        objectives = Objectives.of(self.objectives)
        self._check_arguments_of_several(objectives)
        several = copy(self)
        several.objectives, several.refit = None, False
        several.scoring = dict(objectives.scoring)
        scorers, _ = super(EvolutionSearchCV, several)._get_scorers()
        named = isinstance(self.refit, str)
        return scorers, self.refit if named else objectives.names[0]

    def _check_arguments_of_several(self, objectives: Objectives) -> None:
        """Raise an error if other arguments are made for one objective."""
        if self.scoring is not None:
            raise ValueError(
                "scoring: expected None beside objectives, which take its place, got "
                f"{self.scoring!r}. Name its scorers among the objectives."
            )
        if isinstance(self.refit, str) and self.refit not in objectives.names:
            raise ValueError(
                f"refit: expected one of the objectives {list(objectives.names)}, a "
                f"bool or a callable, got {self.refit!r}."
            )
        if hasattr(self.racing, "judge"):
            raise ValueError(
                f"racing: expected a bool beside several objectives, got "
                f"{self.racing!r}: a race has one winner. Leave racing out."
            )

    def _schedule(self, scorers: Any, space: SearchSpace) -> Schedule:
        return Full() if self.objectives else super()._schedule(scorers, space)

    def _results(self, schedule: Schedule, settings: FoldSettings) -> dict[str, Any]:
        results = super()._results(schedule, settings)
        if self.objectives is not None:
            objectives = Objectives.of(self.objectives)
            objectives.show_costs(results)
            self.pareto_front_ = objectives.pareto_front(results, self.history_)
        return results

    def _choose(self, results: Mapping[str, Any], refit_metric: str) -> None:
        """Choose what is best in one objective; it is on the front."""
        if self.objectives is None or callable(self.refit):
            super()._choose(results, refit_metric)
            return
        index = self.pareto_front_["index"]
        if not index.size:
            raise ValueError(
                "objectives: expected a candidate with a number for each of "
                f"{list(Objectives.of(self.objectives).names)}, got NaN for one, or a "
                "failure, every time. See cv_results_ with refit=False."
            )
        wanted = Objectives.of(self.objectives).names.index(refit_metric)
        values = [self.history_.closed[i].values[wanted] for i in index]
        best = int(np.argmax(values))
        self.best_index_ = int(index[best])
        self.best_score_ = self.pareto_front_[refit_metric][best]
        self.best_params_ = results["params"][self.best_index_]

    def _conclude(self, *arguments: Any) -> None:
        super()._conclude(*arguments)
        if self.objectives is not None:
            objectives = Objectives.of(self.objectives)
            self.scorer_ = Scorers(self.scorer_, default=objectives.first_score)
