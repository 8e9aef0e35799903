"""Search over several amounts of a resource, without waiting for anybody."""

from __future__ import annotations

import math
import numbers
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_hpo._compat import HasMethods, Interval, StrOptions
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.evaluation import EarlyStopping
from sklearn_hpo.schedules import Hyperband, Racing, RacingRule, Schedule
from sklearn_hpo.search._names import searched_names
from sklearn_hpo.search._plan import Plan, Splits
from sklearn_hpo.search._points import first_points
from sklearn_hpo.search._resources import FOLDS, amounts_of
from sklearn_hpo.search._search import SearchCV
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, MultiFidelity, Strategy

# Rungs below the highest one, where the lowest amount is not given: with eta = 3 it is
# 1/27 of everything.
_MOST_BELOW = 3


class HyperbandSearchCV(SearchCV):
    """Search that tries many candidates with little, and the better ones with more.

    Candidates are given a small amount of a resource, such as training samples or
    trees. One in `eta` is promoted: it gets `eta` times as much, and so on up to all
    there is; nobody waits for others. Some candidates start higher up, should small
    amounts be poor advisers; the first of `initial_params`, or else the estimator's
    defaults, get everything whatever their scores. The strategy learns from all rungs
    at once. The best candidate is one that had everything.

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
    strategy : Strategy, default=None
        What to try next, such as :class:`~sklearn_hpo.strategies.Random` or
        :class:`~sklearn_hpo.strategies.Evolution`; None for
        :class:`~sklearn_hpo.strategies.Bayes`. How it learns from several rungs is
        described at :class:`~sklearn_hpo.strategies.MultiFidelity`.
    n_iter : int, default=100
        Number of candidates, `initial_params` and the estimator's defaults included. A
        finite space may be exhausted before. Most of them get a small part of the
        resource: with two rungs, 100 candidates cost about as much as 75 that get
        everything, with three as 40, with four as 20; more where lower rungs rank
        candidates badly.
    eta : float, default=3
        One in so many candidates of a rung rises to the next, which has so many times
        the resources.
    resource : str, default="n_samples"
        What there is more of from rung to rung: training samples, or an integer
        parameter of the estimator such as ``"n_estimators"``.
    min_resources : int or "auto", default="auto"
        Least amount a candidate may be given. ``"auto"`` is as much as is needed to
        tell candidates apart, and no more than three rungs below `max_resources`.
    max_resources : int or "auto", default="auto"
        Amount at the highest rung. ``"auto"`` is the number of samples, or what the
        estimator has for the parameter.
    scoring : str, callable, list, tuple or dict, default=None
        Metric or metrics, as in scikit-learn; None for the estimator's own. Of several
        the one that `refit` names is optimized, otherwise the first.
    n_jobs : int, default=None
        Number of folds fitted at the same time. None means 1 unless in a
        :class:`joblib.parallel_config`, -1 all processors.
    refit : bool, str or callable, default=True
        Whether to fit the best candidate on all data; with several metrics, the name of
        the one that decides. A callable takes ``cv_results_`` and returns the index of
        the best candidate.
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
        ``cv_results_``, or a table of either. The best settings of its highest rung
        that lie in the space are tried after `initial_params`: a fifth of `n_iter`, at
        most 10.
    lookahead : int, default=None
        By how many folds the results known to a decision may lag behind it, whatever
        has arrived; None for 1 with one worker, else twice the number of workers.
    racing : bool or RacingRule, default=True
        Whether a candidate gets no further fold at a rung once it has almost no chance
        to rise, or at the top to beat the best one; a rule says when, see
        :class:`~sklearn_hpo.schedules.PairedTRule`. A discarded candidate has an
        estimated mean in ``cv_results_`` and ranks after the others. Beside a callable
        `refit`, which may choose any candidate, True counts as False.
    cache : bool, default=True
        Whether nothing is fitted twice: first steps of a pipeline that candidates have
        in common, and candidates that are equal, where that cannot change a score; and
        iterations, where a model goes on from a lower rung. Of some estimators that is
        another model than that of a single fit, see the user guide.
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
        Mean test score at the highest rung at which the search ends.
    n_iter_no_change : int, default=None
        Number of candidates of the highest rung without improvement after which the
        search ends.
    callbacks : list of Callback, default=None
        Who watches, such as :class:`~sklearn_hpo.callbacks.Progress`.

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        A row for each candidate at each rung, as in scikit-learn, with the columns
        ``iter``, the number of the rung, ``n_resources``, ``status``,
        ``n_folds_evaluated`` and ``error``.
    n_resources_ : list of int
        Amount of each rung, rising.
    n_candidates_ : list of int
        Number of candidates that each rung had.
    rank_correlations_ : ndarray of shape (n_rungs - 1,)
        How well each rung ranks candidates as the next one does, from -1 to 1; NaN
        where too few were at both. See :class:`~sklearn_hpo.schedules.Hyperband`.
    min_resources_, max_resources_ : int
        Bounds of the amounts.
    best_estimator_ : estimator object
        The best candidate fitted on all data; only if `refit`.
    best_score_ : float
        Mean test score of the best candidate; not if `refit` is a callable.
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
    HalvingRandomSearchCV : For a list of candidates drawn beforehand.
    BayesSearchCV : Gives all candidates everything.

    References
    ----------
    .. [1] L. Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter
       Optimization", JMLR 18, 2018.
    .. [2] L. Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys
       2020.
    .. [3] S. Falkner, A. Klein and F. Hutter, "BOHB: Robust and Efficient
       Hyperparameter Optimization at Scale", ICML 2018.
    .. [4] Y. Li et al., "Hyper-Tune: Towards Efficient Hyper-parameter Tuning at
       Scale", VLDB 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.svm import SVC
    >>> from sklearn_hpo import HyperbandSearchCV, Real
    >>> X, y = load_digits(return_X_y=True)
    >>> space = {
    ...     "C": Real(0.1, 100, log=True),
    ...     "gamma": Real(1e-5, 1e-1, log=True),
    ... }
    >>> search = HyperbandSearchCV(SVC(), space, n_iter=12, cv=3, random_state=0)
    >>> bool(search.fit(X, y).best_score_ > 0.95)
    True
    >>> search.n_resources_
    [599, 1797]
    """

    _parameter_constraints: dict[str, list[Any]] = {
        name: constraint
        for name, constraint in SearchCV._parameter_constraints.items()
        if name != "schedule"
    } | {
        "strategy": [HasMethods(["start", "ask", "tell", "learn"]), None],
        "eta": [Interval(numbers.Real, 1, None, closed="neither")],
        "resource": [str],
        "min_resources": [
            Interval(numbers.Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "max_resources": [
            Interval(numbers.Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        strategy: Strategy | None = None,
        n_iter: int = 100,
        eta: float = 3,
        resource: str = "n_samples",
        min_resources: int | str = "auto",
        max_resources: int | str = "auto",
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
        callbacks: Sequence[Callback] | None = None,
    ) -> None:
        super().__init__(
            estimator,
            param_distributions,
            strategy=strategy,  # type: ignore[arg-type]  # None is for `_strategy`
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
        self.eta = eta
        self.resource = resource
        self.min_resources = min_resources
        self.max_resources = max_resources

    def _strategy(self, space: SearchSpace) -> Strategy:
        strategy = Bayes() if self.strategy is None else clone(self.strategy)
        return MultiFidelity(strategy)

    def _plan(
        self, X: Any, y: Any, params: Mapping[str, Any], random_state: Any
    ) -> Plan:
        if self.resource == FOLDS:
            raise ValueError(
                f"resource: expected training samples or a parameter, got {FOLDS!r}. "
                "Here it is racing that spares folds; HalvingRandomSearchCV can do so."
            )
        plan = super()._plan(X, y, params, random_state)
        searched = searched_names(self, plan.space)
        amounts = amounts_of(self, X, y, params, factor=self.eta, searched=searched)
        first = first_points(self.initial_params or [], plan.space, self.estimator)
        self._first_rises = bool(first)
        least, most = amounts.least, amounts.most
        if self.min_resources == "auto":
            least = max(least, int(most // self.eta**_MOST_BELOW))
        self.min_resources_, self.max_resources_ = least, most
        self.n_resources_ = self._rungs().resources
        n_above, n_chosen = 0, plan.n_iter - self._first_rises
        for _ in self.n_resources_[1:]:
            n_chosen = math.ceil(n_chosen / self.eta)
            n_above += n_chosen + self._first_rises
        return replace(
            plan,
            resource=amounts.resource(plan.seed, self.n_resources_),
            n_fits=(plan.n_iter + n_above) * self.n_splits_,
        )

    def _rungs(self, **options: Any) -> Hyperband:
        return Hyperband(
            self.min_resources_,
            self.max_resources_,
            eta=self.eta,
            first_rises=self._first_rises,
            **options,
        )

    def _schedule(self, scorers: Any, space: SearchSpace) -> Schedule:
        race = super()._schedule(scorers, space)
        if not isinstance(race, Racing):
            return self._rungs(races=False)
        return self._rungs(rule=race.rule, best_possible=race.best_possible)

    def _highest(self) -> int:
        return self.max_resources_

    def _keep(self, splits: Splits, identity: Mapping[str, str | None]) -> None:
        n_begun = Counter(trial.resource for trial in self.history_.trials)
        self.n_candidates_ = [n_begun[amount] for amount in self.n_resources_]
        correlations = self._rungs().rank_correlations(self.history_)
        self.rank_correlations_ = np.array(correlations)
