"""What all folds of a search have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from sklearn_hpo.evaluation._store import Store
from sklearn_hpo.evaluation.early_stopping._early_stopping import Stopping
from sklearn_hpo.evaluation.resources._resource import Resource


@dataclass(frozen=True, eq=False, slots=True)
class FoldSettings:
    """What all folds of a search have in common.

    Parameters
    ----------
    estimator : estimator object
        Cloned for each fit.
    scorer : callable
        A scorer of scikit-learn, of one or of several metrics.
    fit_params, score_params : dict of str to object
        Routed parameters; arrays as long as X are split with it.
    n_folds, n_candidates : int
        What progress messages count to.
    return_train_score : bool, default=False
        Whether the training part is scored too.
    error_score : "raise" or float, default=nan
        As in scikit-learn's searches.
    verbose : int, default=0
        As in scikit-learn's searches.
    cache : bool, default=False
        Whether candidates share the first steps of a pipeline.
    fit_timeout : float or None, default=None
        Seconds for a fold.
    memory_limit : int, str or None, default=None
        Bytes that a fold may take beyond what its worker holds; ``"2G"`` is a string of
        them.
    resource : Resource or None, default=None
        What the amounts of the tasks are amounts of; None if all get everything.
    early_stopping : Stopping or None, default=None
        How candidates are stopped at their best iteration, if they are.
    """

    estimator: BaseEstimator
    scorer: Any
    fit_params: Mapping[str, Any]
    score_params: Mapping[str, Any]
    n_folds: int
    n_candidates: int
    return_train_score: bool = False
    error_score: str | float = np.nan
    verbose: int = 0
    cache: bool = False
    fit_timeout: float | None = None
    memory_limit: int | str | None = None
    resource: Resource | None = None
    early_stopping: Stopping | None = None

    def without_error_score(self) -> FoldSettings:
        """Return settings under which no number stands for a score that failed.

        For searches that look back: they would take it for a measurement.

        Returns
        -------
        settings : FoldSettings
            The same but for `error_score`.
        """
        if self.error_score == "raise":
            return self
        return replace(self, error_score=np.nan)

    def configured(self, params: Mapping[str, Any]) -> Any:
        """Return a clone of the estimator with the parameters of a candidate.

        Parameters
        ----------
        params : dict of str to object
            Names and values.

        Returns
        -------
        estimator : estimator object
            Not fitted; estimators among the values are cloned too.
        """
        return clone(self.estimator).set_params(**clone(params, safe=False))


@dataclass(frozen=True, eq=False, slots=True)
class FoldShared:
    """What reaches each worker once, beside the data.

    Parameters
    ----------
    settings : FoldSettings
        What all folds have in common.
    splits : list of (train, test)
        Index arrays of shape (n_train,) and (n_test,), one pair a fold.
    store : Store or None, default=None
        Where what candidates share is kept; None if they share nothing.
    late : str or None, default=None
        Folder in which a worker that is ended because a fold takes too long shows which
        one; None if the workers are not processes of this machine.
    """

    settings: FoldSettings
    splits: list[tuple[NDArray[np.intp], NDArray[np.intp]]]
    store: Store | None = None
    late: str | None = None
