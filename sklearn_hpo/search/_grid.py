"""Grid search."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid

from sklearn_hpo.callbacks import Callback
from sklearn_hpo.evaluation import EarlyStopping
from sklearn_hpo.schedules import RacingRule
from sklearn_hpo.search._base import BaseSearch
from sklearn_hpo.search._listing import check_space_names, map_values, plan_list
from sklearn_hpo.search._plan import Plan
from sklearn_hpo.space import SearchSpace, as_choices


class GridSearchCV(BaseSearch):
    """Exhaustive search over the values of a grid.

    Takes the place of :class:`sklearn.model_selection.GridSearchCV`: the same
    arguments, candidates, ``cv_results_`` and attributes, run by the evaluator that all
    searches of this package share.

    Parameters
    ----------
    estimator : estimator object
        What is tuned. It is cloned for each fit and needs a ``score`` method unless
        `scoring` is given.
    param_grid : dict or list of dicts
        Names of parameters with the values to try; with a list, the grids are searched
        one after another. Every tuple is a list of values, and
        :class:`~sklearn_hpo.Categorical` stands for its choices.
    scoring : str, callable, list, tuple or dict, default=None
        Metric or metrics, as in scikit-learn; None for the estimator's own.
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
        How many folds may be handed to the workers at a time.
    error_score : "raise" or number, default=nan
        Score of a fold whose fit fails; "raise" ends the search with the error.
    return_train_score : bool, default=False
        Whether to score the training part of each fold too.
    initial_params : list of dict, default=None
        Settings evaluated before the grid, in addition to it.
    racing : bool or RacingRule, default=False
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
    callbacks : list of Callback, default=None
        Who watches, such as :class:`~sklearn_hpo.callbacks.Progress`.

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        A row for each candidate, as in scikit-learn; with `racing` also the columns
        ``status``, ``n_folds_evaluated`` and ``error``.
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
    RandomizedSearchCV : Draws candidates at random.
    BayesSearchCV : Learns from each candidate where to look next.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from sklearn_hpo import GridSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> search = GridSearchCV(SVC(), {"C": [0.1, 1, 10]}).fit(X, y)
    >>> search.best_params_
    {'C': 10}
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 (as in scikit-learn)
        **BaseSearch._parameter_constraints,
        "param_grid": [dict, list],
    }

    def __init__(
        self,
        estimator: Any,
        param_grid: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        initial_params: Sequence[Mapping[str, Any]] | None = None,
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
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
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
            n_iter_no_change=n_iter_no_change,
            callbacks=callbacks,
        )
        self.param_grid = param_grid
        self.initial_params = initial_params

    def _plan(
        self, X: Any, y: Any, params: Mapping[str, Any], random_state: Any
    ) -> Plan:
        grid = map_values(self.param_grid, as_choices)
        candidates = list(ParameterGrid(grid))
        space = SearchSpace.from_user(grid)
        check_space_names(self, grid)
        return plan_list(self, space, candidates)
