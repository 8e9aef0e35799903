"""Random search by successive halving."""

from __future__ import annotations

import numbers
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterSampler

from sklearn_hpo._compat import Interval, StrOptions
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.evaluation import EarlyStopping
from sklearn_hpo.schedules import RacingRule
from sklearn_hpo.search._halving import BaseHalving
from sklearn_hpo.search._listing import map_values
from sklearn_hpo.space import SearchSpace, for_sampler


class HalvingRandomSearchCV(BaseHalving):
    """Search over random candidates, most of which are tried on little only.

    All candidates are evaluated with a small amount of a resource, such as training
    samples; the best third of them with three times as much, and so on. The winner is
    one of the last rung.

    Takes the place of :class:`sklearn.model_selection.HalvingRandomSearchCV`: the same
    arguments and attributes, and the same candidates where the first rung has the same
    amount. It also takes several metrics and what other searches of this package take.

    Parameters
    ----------
    estimator : estimator object
        What is tuned. It is cloned for each fit and needs a ``score`` method unless
        `scoring` is given.
    param_distributions : dict or list of dicts
        Names of parameters with what to draw from: a list of values, a distribution
        with an ``rvs`` method such as scipy's, :class:`~sklearn_hpo.Real`,
        :class:`~sklearn_hpo.Integer`, :class:`~sklearn_hpo.Categorical`, or a range
        ``(low, high, "uniform")`` or ``(low, high, "log-uniform")``. With a list, a
        dict is drawn first.
    n_candidates : int or "exhaust", default="exhaust"
        Number of candidates of the first rung; ``"exhaust"`` for as many as let the
        last rung have all of `max_resources`: ``max_resources_ // min_resources_``.
    factor : float, default=3
        Of each rung 1 / `factor` of the candidates are promoted, and get `factor` times
        as much of the resource.
    resource : str, default="n_samples"
        What the rungs spend: ``"n_samples"``, ``"n_folds"``, or a parameter of the
        estimator with integer values, such as ``"n_estimators"`` or
        ``"clf__max_iter"``.
    max_resources : int or "auto", default="auto"
        The most a candidate may get; by default all samples or folds, or the value that
        the estimator itself has for the parameter.
    min_resources : {"smallest", "exhaust"} or int, default="smallest"
        What each candidate of the first rung gets. ``"smallest"`` is 1 fold, and 1 of a
        parameter; of samples it is 20 for each class, 5 % of all, what scikit-learn
        takes (twice the number of folds for each class), or 200 if there are so many
        that this leaves room for three rungs, whichever is most; but all of them if
        scikit-learn's leaves room for a second rung and this does not. With
        ``"exhaust"`` it is as much as lets the last rung have all of `max_resources`,
        and not less than the smallest.
    aggressive_elimination : bool, default=False
        Whether candidates are eliminated at the first rung, without further fits, until
        so few are left that the last rung has at most `factor` of them. Otherwise more
        of them may be left where the resource is scarce.
    cv : int, cross-validation generator or iterable, default=5
        The folds, as in scikit-learn. They are made once, so they may be shuffled
        without a seed.
    scoring : str, callable, list, tuple or dict, default=None
        Metric or metrics, as in scikit-learn; None for the estimator's own.
    refit : bool, str or callable, default=True
        Whether to fit the best candidate on all data; with several metrics, the name of
        the one that decides, here as in the promotions. A callable takes
        ``cv_results_`` and returns the index of a candidate of the highest rung.
    error_score : "raise" or number, default=nan
        Score of a fold whose fit fails; "raise" ends the search with the error.
    return_train_score : bool, default=False
        Whether to score the training part of each fold too.
    random_state : int, RandomState instance or None, default=None
        Generator of the candidates, used as scikit-learn uses it, and of the samples of
        each rung.
    n_jobs : int, default=None
        Number of folds fitted at the same time. None means 1 unless in a
        :class:`joblib.parallel_config`, -1 all processors.
    verbose : int, default=0
        How much to print, as in scikit-learn.
    initial_params : list of dict, default=None
        Settings evaluated before the others, in addition to them.
    racing : bool or RacingRule, default=False
        Whether a candidate gets no further fold once it has almost no chance to be
        promoted, or at the highest rung to win; a rule says when, see
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
    callbacks : list of Callback, default=None
        Who watches, such as :class:`~sklearn_hpo.callbacks.Progress`.

    Attributes
    ----------
    n_resources_ : list of int
        What each fit of a rung gets.
    n_candidates_ : list of int
        Number of candidates of each rung.
    n_remaining_candidates_ : int
        Number of candidates that would be promoted from the last rung.
    min_resources_, max_resources_ : int
        What the first rung gets, and what none may exceed.
    n_iterations_ : int
        Number of rungs.
    n_possible_iterations_ : int
        Number of rungs between `min_resources_` and `max_resources_`.
    n_required_iterations_ : int
        Number of rungs after which at most `factor` candidates are left.
    cv_results_ : dict of str to ndarray
        A row for each candidate of each rung, whose number is ``iter``, with what it
        got, ``n_resources``, and ``status``, ``n_folds_evaluated`` and ``error``. If
        the resource is a parameter, ``params`` has it.
    best_estimator_ : estimator object
        The best candidate fitted on all data; only if `refit`.
    best_score_ : float
        Mean test score of the best candidate at the highest rung; not if `refit` is a
        callable.
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
    HalvingGridSearchCV : Does the same with the values of a grid.
    RandomizedSearchCV : Gives all candidates all samples.

    Notes
    -----
    In scikit-learn's class of this name a rung has parts of the test folds too, drawn
    without regard to classes or groups. Here every rung is scored on whole test folds,
    and only training parts are cut: with all classes in their proportions, whole groups
    if there are ``groups``, and each within that of the next rung. An amount r of n
    samples is the part r / n of each training fold.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.svm import SVC
    >>> from sklearn_hpo import HalvingRandomSearchCV, Real
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> search = HalvingRandomSearchCV(
    ...     SVC(), {"C": Real(0.1, 100, log=True)}, cv=2, random_state=0
    ... ).fit(X, y)
    >>> search.n_resources_, search.n_candidates_
    ([63, 189, 567], [9, 3, 1])
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 (as in scikit-learn)
        **BaseHalving._parameter_constraints,
        "param_distributions": [dict, list],
        "n_candidates": [
            Interval(numbers.Integral, 0, None, closed="neither"),
            StrOptions({"exhaust"}),
        ],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        n_candidates: int | str = "exhaust",
        factor: float = 3,
        resource: str = "n_samples",
        max_resources: int | str = "auto",
        min_resources: int | str = "smallest",
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
            factor=factor,
            resource=resource,
            max_resources=max_resources,
            min_resources=min_resources,
            aggressive_elimination=aggressive_elimination,
            cv=cv,
            scoring=scoring,
            refit=refit,
            error_score=error_score,
            return_train_score=return_train_score,
            random_state=random_state,
            n_jobs=n_jobs,
            verbose=verbose,
            initial_params=initial_params,
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
        self.param_distributions = param_distributions
        self.n_candidates = n_candidates

    def _drawn_from(self) -> Any:
        if self.min_resources == self.n_candidates == "exhaust":
            raise ValueError(
                "n_candidates and min_resources cannot be both set to 'exhaust': one "
                "follows from the other. Give a number for one of them."
            )
        return map_values(self.param_distributions, for_sampler)

    def _space(self) -> SearchSpace:
        return SearchSpace.from_user(self.param_distributions)

    def _candidates(
        self, drawn_from: Any, n_exhausting: int, random_state: Any
    ) -> list[Any]:
        n_candidates = self.n_candidates
        if isinstance(n_candidates, str):
            n_candidates = n_exhausting
        sampler = ParameterSampler(drawn_from, n_candidates, random_state=random_state)
        return list(sampler)
