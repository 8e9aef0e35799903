"""What is wrong with a search, or with its data, before anything is fitted."""

from __future__ import annotations

import inspect
from typing import Any

from sklearn_hpo._compat import get_tags, overrides_run_search
from sklearn_hpo.search._plan import Splits

_OBJECTS = "cv", "racing", "strategy", "schedule"


def check_no_classes(search: Any) -> None:
    """Check that no argument is a class where it should be an object."""
    for name in _OBJECTS:
        value = getattr(search, name, None)
        if isinstance(value, type):
            raise TypeError(
                f"{name}: expected an object, got the class {value.__name__}. Call it: "
                f"{value.__name__}()."
            )


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


def check_rows(splits: Splits, n_samples: int) -> None:
    """Check that both parts of each fold list rows that there are."""
    parts = [(fold, part) for fold, pair in enumerate(splits) for part in pair]
    for fold, part in parts:
        if part.ndim != 1:
            raise ValueError(
                "cv: expected an array of indices for either part of a fold, got "
                f"{part!r} in fold {fold}."
            )
        if part.dtype != bool and part.size and part.max() >= n_samples:
            raise ValueError(
                f"cv: fold {fold} has the row {part.max()}, but there are {n_samples} "
                "samples, counted from 0. Give the data that were split."
            )
