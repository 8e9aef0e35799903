"""Private and version-dependent names of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from sklearn.base import _fit_context, is_classifier
from sklearn.metrics._scorer import (
    _BaseScorer,
    _MultimetricScorer,
    _PassthroughScorer,
    _Scorer,
)
from sklearn.model_selection import check_cv
from sklearn.model_selection._search import BaseSearchCV, _search_estimator_has
from sklearn.model_selection._validation import (
    _fit_and_score,
    _score,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils._indexing import _safe_indexing
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils._tags import Tags, get_tags
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params, _num_samples

__all__ = [
    "HAS_CALLBACKS",
    "BaseSearchCV",
    "CallbackTree",
    "HasMethods",
    "Interval",
    "StrOptions",
    "Tags",
    "check_method_params",
    "estimator_has",
    "fit_and_score",
    "fit_context",
    "format_rows",
    "get_tags",
    "inconsistent_splits",
    "is_multimetric",
    "is_no_number",
    "is_own_scorer",
    "is_passthrough",
    "n_samples_of",
    "overrides_run_search",
    "plain_scorers",
    "resolve_cv",
    "safe_indexing",
    "safe_split",
    "score",
    "scorer_identity",
    "sees_predictions_only",
    "select_best_index",
    "warn_or_raise_about_fit_failures",
]

check_method_params = _check_method_params
estimator_has = _search_estimator_has
fit_and_score = _fit_and_score
safe_indexing = _safe_indexing
safe_split = _safe_split
n_samples_of = _num_samples
score = _score
select_best_index = BaseSearchCV._select_best_index
warn_or_raise_about_fit_failures = _warn_or_raise_about_fit_failures

Fit = TypeVar("Fit", bound=Callable[..., Any])

HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")  # scikit-learn 1.9


def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[Fit], Fit]:
    """Return scikit-learn's decorator of ``fit``, typed."""
    decorator: Callable[[Fit], Fit] = _fit_context(
        prefer_skip_nested_validation=prefer_skip_nested_validation
    )
    return decorator


def is_no_number(error: BaseException) -> bool:
    """Return whether scikit-learn has refused a score because it is no number."""
    return isinstance(error, ValueError) and str(error).startswith(
        "scoring must return a number"
    )


def is_multimetric(scorer: object) -> bool:
    """Return whether the scorer is scikit-learn's collection of several metrics."""
    return isinstance(scorer, _MultimetricScorer)


def is_passthrough(scorer: object) -> bool:
    """Return whether the scorer asks the estimator for its own ``score``."""
    return isinstance(scorer, _PassthroughScorer)


def is_own_scorer(scorer: Any) -> bool:
    """Return whether the scorer sees a model by its predictions and ``score`` only."""
    if type(scorer) is _MultimetricScorer:
        return all(is_own_scorer(one) for one in scorer._scorers.values())
    return type(scorer) in (_Scorer, _PassthroughScorer)


def sees_predictions_only(scorer: Any) -> bool:
    """Return whether one of scikit-learn's scorers asks a classifier for classes."""
    method = getattr(scorer, "_response_method", "predict")
    return is_passthrough(scorer) or method == "predict"


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
    search: BaseSearchCV,
    params: list[Any],
    n_folds: int,
    rows: Any,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """Return ``cv_results_`` of dicts of scores and times, one per row and fold.

    It begins with `more` columns.
    """
    return dict(search._format_results(params, n_folds, rows, more))


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


def overrides_run_search(search: BaseSearchCV) -> bool:
    """Return whether a search says what to try as those of scikit-learn do."""
    return type(search)._run_search is not BaseSearchCV._run_search


def inconsistent_splits(expected: int, received: int) -> str:
    """Return scikit-learn's message about a splitter that miscounts."""
    verb = "return" if HAS_CALLBACKS else "returned"
    return (
        f"cv.split and cv.get_n_splits {verb} inconsistent results. "
        f"Expected {expected} splits, got {received}"
    )


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
    def searching(self, n_tasks: int) -> Iterator[None]:
        """Surround the search with its task.

        The tasks of the evaluations are made beforehand, because making one while
        another is pickled for a worker would change what is being pickled; and only if
        somebody listens, because each is pickled with all its siblings.
        """
        if not HAS_CALLBACKS:
            yield
            return
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
        """Return the keyword arguments by which `fit_and_score` tells of its task.

        None if nobody listens. Nor is anybody told of evaluations beyond those that
        were planned: of a rung of which all have failed the next best go on.
        """
        if task_id >= len(self._evaluations):
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
