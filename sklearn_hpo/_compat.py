"""Every private or version-dependent name of scikit-learn and joblib, nothing else."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import joblib
import numpy as np
import scipy
import sklearn
import threadpoolctl

OLDEST = {
    "numpy": (np, "1.24"),
    "scipy": (scipy, "1.10"),
    "scikit-learn": (sklearn, "1.6"),
    "joblib": (joblib, "1.3"),
    "threadpoolctl": (threadpoolctl, "3.1"),
}


def refuse_old_versions() -> None:
    """Raise an ImportError if something is too old, and say what to do."""
    too_old = [
        (f"{package}>={oldest}", f"{package} {module.__version__}")
        for package, (module, oldest) in OLDEST.items()
        if _release(module.__version__) < _release(oldest)
    ]
    if too_old:
        needed, found = zip(*too_old, strict=True)
        quoted = [f'"{requirement}"' for requirement in needed]
        raise ImportError(
            f"sklearn_hpo needs {' and '.join(needed)}, got {' and '.join(found)}. "
            f"To upgrade: python -m pip install {' '.join(quoted)}"
        )


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


refuse_old_versions()  # before an import of theirs can fail

from joblib._utils import eval_expr
from sklearn.base import _fit_context, is_classifier
from sklearn.metrics._scorer import (
    _BaseScorer,
    _MultimetricScorer,
    _PassthroughScorer,
)
from sklearn.model_selection import check_cv
from sklearn.model_selection._search import BaseSearchCV, _search_estimator_has
from sklearn.model_selection._validation import (
    _fit_and_score,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils._tags import Tags, get_tags
from sklearn.utils.parallel import _FuncWrapper
from sklearn.utils.validation import _check_method_params

__all__ = [
    "OLDEST",
    "BackendStream",
    "BaseSearchCV",
    "CallbackTree",
    "HasMethods",
    "Interval",
    "Tags",
    "bind_configuration",
    "check_method_params",
    "estimator_has",
    "fit_and_score",
    "fit_context",
    "format_rows",
    "get_tags",
    "inconsistent_splits",
    "is_multimetric",
    "is_passthrough",
    "is_sequential",
    "n_dispatched",
    "plain_scorers",
    "refuse_old_versions",
    "resolve_cv",
    "scorer_identity",
    "warn_or_raise_about_fit_failures",
]

check_method_params = _check_method_params
estimator_has = _search_estimator_has
fit_and_score = _fit_and_score
warn_or_raise_about_fit_failures = _warn_or_raise_about_fit_failures

Fit = TypeVar("Fit", bound=Callable[..., Any])

HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")  # scikit-learn 1.9


# ------------------------------------------------------------------ scikit-learn


def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[Fit], Fit]:
    """Return scikit-learn's decorator of ``fit``, typed."""
    decorator: Callable[[Fit], Fit] = _fit_context(
        prefer_skip_nested_validation=prefer_skip_nested_validation
    )
    return decorator


def is_multimetric(scorer: object) -> bool:
    """Return whether the scorer is scikit-learn's collection of several metrics."""
    return isinstance(scorer, _MultimetricScorer)


def is_passthrough(scorer: object) -> bool:
    """Return whether the scorer asks the estimator for its own ``score``."""
    return isinstance(scorer, _PassthroughScorer)


def scorer_identity(scorer: object) -> Hashable | None:
    """Return what two equal scorers made by scikit-learn share, None for any other."""
    if not isinstance(scorer, _BaseScorer):
        return None
    kwargs = sorted((name, repr(value)) for name, value in scorer._kwargs.items())
    return scorer._score_func, scorer._sign, tuple(kwargs)


def plain_scorers(scorer: Any) -> Any:
    """Return the scorer, or the scorers by metric, as ``scorer_`` shows them."""
    return scorer._scorers if is_multimetric(scorer) else scorer


def format_rows(
    search: BaseSearchCV, params: list[Any], n_folds: int, rows: Any
) -> dict[str, Any]:
    """Return ``cv_results_`` of dicts of scores and times, one per row and fold."""
    return dict(search._format_results(params, n_folds, rows))


def resolve_cv(
    search: BaseSearchCV, X: Any, y: Any, split_params: Mapping[str, Any]
) -> Any:
    """Return the splitter of a search and set ``n_splits_``, as its ``fit`` does."""
    cv = check_cv(search.cv, y, classifier=is_classifier(search.estimator))
    search._checked_cv_orig = cv
    if hasattr(search, "_check_input_parameters"):
        search._check_input_parameters(X=X, y=y, split_params=split_params)
    search.n_splits_ = cv.get_n_splits(X, y, **split_params)
    return cv


def inconsistent_splits(expected: int, received: int) -> str:
    """Return scikit-learn's message about a splitter that miscounts."""
    verb = "return" if HAS_CALLBACKS else "returned"
    return (
        f"cv.split and cv.get_n_splits {verb} inconsistent results. "
        f"Expected {expected} splits, got {received}"
    )


def bind_configuration(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, to be run under today's configuration in any worker.

    The configuration is scikit-learn's and, where the installed version ships them,
    the filters of :mod:`warnings`.
    """
    bound = _FuncWrapper(function)
    if hasattr(bound, "with_config_and_warning_filters"):
        filters = getattr(warnings, "_get_filters", lambda: warnings.filters)()
        return bound.with_config_and_warning_filters(sklearn.get_config(), filters)
    return bound.with_config(sklearn.get_config())


class CallbackTree:
    """The tasks of a search as scikit-learn's callbacks see them.

    The tree is ``fit`` -> ``search`` -> ``candidate-split-evaluation``, and
    ``refit-with-best-params`` beside ``search``. Before scikit-learn 1.9 there are no
    callbacks and every method does nothing.

    Parameters
    ----------
    search : BaseSearchCV
        The search being fitted.
    X, y : object
        Its data.
    fit_params : dict of str to object
        Its fit parameters; the callbacks are shown ``sample_weight``.
    """

    def __init__(
        self, search: BaseSearchCV, X: Any, y: Any, fit_params: Mapping[str, Any]
    ) -> None:
        weight = fit_params.get("sample_weight")
        self._search = search
        self._data = {
            "X": X,
            "y": y,
            "metadata": None if weight is None else {"sample_weight": weight},
        }
        self._evaluations: list[Any] = []
        if HAS_CALLBACKS:
            self._root = search._init_callback_context(
                max_subtasks=1 + (search.refit is not False)
            ).call_on_fit_task_begin(estimator=search, **self._data)

    @contextmanager
    def searching(self, n_candidates: int, n_folds: int) -> Iterator[None]:
        """Surround the search with its task.

        The tasks of the evaluations are made beforehand, because making one while
        another is pickled for a worker would change what is being pickled; and only if
        somebody listens, because each is pickled with all its siblings.
        """
        if not HAS_CALLBACKS:
            yield
            return
        n_tasks = n_candidates * n_folds
        context = self._root.subcontext(
            task_name="search", max_subtasks=n_tasks, sequential_subtasks=False
        ).call_on_fit_task_begin(estimator=self._search)
        if self._has_listeners():
            self._evaluations = [
                context.subcontext(task_name="candidate-split-evaluation", task_id=task)
                for task in range(n_tasks)
            ]
        yield
        context.call_on_fit_task_end(estimator=self._search)

    def evaluation(self, task_id: int) -> dict[str, Any]:
        """Return the keyword arguments by which `fit_and_score` tells of its task."""
        if not self._evaluations:
            return {}
        return {"caller": self._search, "callback_ctx": self._evaluations[task_id]}

    @contextmanager
    def refitting(self, estimator: Any) -> Iterator[None]:
        """Surround the refit of the best estimator with its task."""
        if not HAS_CALLBACKS:
            yield
            return
        context = self._root.subcontext(task_name="refit-with-best-params")
        with context.propagate_callback_context(estimator):
            context.call_on_fit_task_begin(estimator=self._search, **self._data)
            yield
        context.call_on_fit_task_end(estimator=self._search, **self._data)

    def end(self) -> None:
        """End the task of ``fit``."""
        if HAS_CALLBACKS:
            self._root.call_on_fit_task_end(estimator=self._search, **self._data)

    def _has_listeners(self) -> bool:
        estimator = self._search.estimator
        nested = estimator.get_params(deep=True).values()
        return any(
            getattr(listener, "_skl_callbacks", None)
            for listener in (self._search, estimator, *nested)
            if not isinstance(listener, type)
        )


# ------------------------------------------------------------------------ joblib


def n_dispatched(pre_dispatch: int | str, n_jobs: int) -> float:
    """Return how many tasks may be in flight by joblib's `pre_dispatch`.

    Raises
    ------
    ValueError
        If a string is neither "all" nor an arithmetic expression of ``n_jobs``.
    """
    if pre_dispatch == "all":
        return float("inf")
    return max(1, int(eval_expr(str(pre_dispatch).replace("n_jobs", str(n_jobs)))))


def is_sequential(parallel: joblib.Parallel) -> bool:
    """Return whether an open ``Parallel`` runs its tasks where it stands."""
    backend = getattr(parallel, "_backend", None)
    if backend is None:
        return joblib.effective_n_jobs(parallel.n_jobs) == 1
    return type(backend).__name__ == "SequentialBackend"


class BackendStream:
    """Tasks handed to joblib's backend one by one.

    ``Parallel`` itself takes an iterable and pulls it ahead of the results, so whoever
    decides the next task by the last result must go beneath it.

    Parameters
    ----------
    parallel : joblib.Parallel
        An open one, see :meth:`supports`.
    """

    @staticmethod
    def supports(parallel: joblib.Parallel) -> bool:
        """Return whether the private names used here exist and the backend streams."""
        backend = getattr(parallel, "_backend", None)
        return (
            hasattr(joblib.parallel, "BatchedCalls")
            and hasattr(parallel, "_id")
            and getattr(backend, "supports_retrieve_callback", False)
            and (hasattr(backend, "submit") or hasattr(backend, "apply_async"))
        )

    def __init__(self, parallel: joblib.Parallel) -> None:
        self._id = parallel._id
        self._backend = parallel._backend
        # `submit` came with joblib 1.5; before, `apply_async` did the same.
        newer = hasattr(self._backend, "submit")
        self._submit = self._backend.submit if newer else self._backend.apply_async
        self.n_workers: int = self._backend.effective_n_jobs(parallel.n_jobs)
        self._backend.start_call()

    def submit(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        callback: Callable[[Any], None],
    ) -> None:
        """Start a call in a worker; `callback` gets a token for :meth:`retrieve`."""
        batch = joblib.parallel.BatchedCalls(
            [(function, args, {})],
            self._backend.get_nested_backend(),
            self._remember_temp_folder,
        )
        self._submit(batch, callback=callback)

    def retrieve(self, token: Any) -> Any:
        """Return what the call returned, or raise what stopped its worker."""
        (value,) = self._backend.retrieve_result_callback(token)
        return value

    def close(self, *, abort: bool) -> None:
        """Leave the backend; `abort` stops what still runs."""
        self._backend.stop_call()
        if abort:
            self._backend.abort_everything(ensure_ready=False)

    def _remember_temp_folder(self) -> None:
        # loky dumps large arrays into the folder of the current context; without this
        # they would outlive the search.
        executor = getattr(self._backend, "_workers", None)
        manager = getattr(executor, "_temp_folder_manager", None)
        if manager is not None:
            manager.set_current_context(self._id)
