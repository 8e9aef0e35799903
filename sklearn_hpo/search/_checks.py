"""What is wrong with a search, or with its data, before anything is fitted."""

from __future__ import annotations

import inspect
from typing import Any

from sklearn_hpo._compat import get_tags, overrides_run_search


def check_callbacks(search: Any) -> None:
    """Check that each of the callbacks is one."""
    for callback in search.callbacks or ():
        methods = "begin", "fold", "trial", "end"
        is_one = all(hasattr(callback, method) for method in methods)
        if is_one and isinstance(callback, type):
            raise TypeError(
                f"callbacks: expected a list of Callback, got the class {callback!r} "
                f"in it. Give an object: {callback.__name__}()."
            )
        if not is_one:
            raise TypeError(
                f"callbacks: expected a list of Callback, got {callback!r} in it. "
                "Make it a class that derives from sklearn_hpo.callbacks.Callback."
            )


def check_target(search: Any, y: Any) -> None:
    """Check that there is y if the estimator cannot be fitted without it.

    The tag alone does not say so: what takes its target from X may have it too.
    """
    estimator = search.estimator
    if y is not None or not get_tags(estimator).target_tags.required:
        return
    try:
        inspect.signature(estimator.fit).bind(None)
    except TypeError as error:
        raise ValueError(
            f"This {type(search).__name__} requires y to be passed, but the target y "
            f"is None: its estimator {type(estimator).__name__} needs one."
        ) from error


def check_way_of_searching(search: Any) -> None:
    """Check that a subclass does not say what to try in scikit-learn's own way."""
    if overrides_run_search(search):
        raise TypeError(
            "expected a search that says what to try by its strategy, got "
            f"{type(search).__name__}, which overrides _run_search; nothing calls it "
            "here. Derive from scikit-learn's class, or use SearchCV with a Strategy."
        )
