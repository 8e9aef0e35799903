"""Bayesian search."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sklearn_hpo.callbacks import Callback, Converged
from sklearn_hpo.evaluation import EarlyStopping
from sklearn_hpo.schedules import RacingRule
from sklearn_hpo.search._best import asks_posterior, best_by_posterior
from sklearn_hpo.search._search import SearchCV
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes


class BayesSearchCV(SearchCV):
    """Search that learns from each candidate where to look next.

    A Gaussian process is fitted to the scores, and the next candidate is the one from
    which it expects the largest improvement. Made for tens to hundreds of candidates
    whose evaluation costs more than some ten milliseconds.

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
    n_iter : int, default=50
        Number of candidates, `initial_params` and the estimator's defaults included. A
        finite space may be exhausted before.
    scoring : str, callable, list, tuple or dict, default=None
        Metric or metrics, as in scikit-learn; None for the estimator's own. Of several
        the one that `refit` names is optimized, otherwise the first.
    n_jobs : int, default=None
        Number of folds fitted at the same time. None means 1 unless in a
        :class:`joblib.parallel_config`, -1 all processors.
    refit : bool, str or callable, default=True
        Whether to fit the best candidate on all data; with several metrics, the name of
        the one that decides. A callable takes ``cv_results_`` and returns the index of
        the best candidate. With one metric, ``"posterior"`` for the candidate of which
        the model believes most, see Notes.
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
        estimated mean in ``cv_results_`` and ranks after the others. Beside a callable
        `refit`, which may choose any candidate, True counts as False.
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
        Mean test score at which the search ends.
    n_iter_no_change : int, default=None
        Number of candidates without improvement after which the search ends.
    stop_when_converged : bool, default=False
        Whether the search ends when the improvement to be expected is less than the
        noise of the cross-validation, see :class:`~sklearn_hpo.callbacks.Converged`.
        Needs two folds; no search ends before 20 candidates.
    callbacks : list of Callback, default=None
        Who watches, such as :class:`~sklearn_hpo.callbacks.Progress`.

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        A row for each candidate, as in scikit-learn, and the columns ``status``,
        ``n_folds_evaluated`` and ``error``.
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
    SearchCV : The same with any other strategy.
    RandomizedSearchCV : For models that cost less than a decision.

    Notes
    -----
    The best of many noisy means is one that was lucky. With ``refit="posterior"`` the
    means of all candidates count: the best is the complete one of largest posterior
    mean, which takes back what its neighbours do not confirm. Choose it where folds are
    noisy, on few rows or with few folds, and where many candidates are about as good.
    ``best_score_`` is the mean of that candidate over the folds as always, so it need
    not be the largest. One from outside the space counts with its own mean, and so do
    all where fewer than two have a score.

    References
    ----------
    .. [1] J. Snoek, H. Larochelle and R. P. Adams, "Practical Bayesian Optimization of
       Machine Learning Algorithms", NeurIPS 2012.
    .. [2] S. Ament et al., "Unexpected Improvements to Expected Improvement for
       Bayesian Optimization", NeurIPS 2023.
    .. [3] C. Hvarfner, E. O. Hellsten and L. Nardi, "Vanilla Bayesian Optimization
       Performs Great in High Dimensions", ICML 2024.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from sklearn_hpo import BayesSearchCV, Real
    >>> X, y = load_iris(return_X_y=True)
    >>> space = {"C": Real(0.01, 100, log=True), "kernel": ["linear", "rbf"]}
    >>> search = BayesSearchCV(SVC(), space, n_iter=10, random_state=0).fit(X, y)
    >>> bool(search.best_score_ > 0.95)
    True
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 (as in scikit-learn)
        **{
            name: constraint
            for name, constraint in SearchCV._parameter_constraints.items()
            if name not in ("strategy", "schedule")
        },
        "stop_when_converged": ["boolean"],
    }
    _has_model = True

    def __init__(
        self,
        estimator: Any,
        param_distributions: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        n_iter: int = 50,
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
            strategy=Bayes(),
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
        self.stop_when_converged = stop_when_converged

    def _stops(self) -> Iterator[Callback]:
        yield from super()._stops()
        if self.stop_when_converged:
            if self.n_splits_ < 2:
                raise ValueError(
                    "stop_when_converged: expected at least 2 folds, which tell the "
                    f"noise of their mean, got {self.n_splits_}. Give more folds by "
                    "cv, or set it to False."
                )
            yield Converged()

    def _select_best_index(  # type: ignore[override]  # needs history_
        self, refit: Any, refit_metric: str, results: Mapping[str, Any]
    ) -> int:
        if self.multimetric_ or not asks_posterior(self):
            return super()._select_best_index(refit, refit_metric, results)
        space = SearchSpace.from_user(self.param_distributions)
        return best_by_posterior(self.history_, space)
