"""What a user may write for a whole search space: a dict or a list of dicts."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._numbers import is_real
from sklearn_hpo.space._shorthands import as_distribution

logger = logging.getLogger("sklearn_hpo")


def as_dicts(param_distributions: Any) -> list[Mapping[str, Any]]:
    """Return the dicts of a user, one for each branch."""
    if isinstance(param_distributions, Mapping):
        return [param_distributions]
    if isinstance(param_distributions, (list, tuple)):
        if not param_distributions:
            raise ValueError(
                "a search space must hold at least one dict, got an empty list. "
                "Give {} to try the estimator as it is."
            )
        for branch in param_distributions:
            if not isinstance(branch, Mapping):
                raise _not_a_dict(branch)
        return list(param_distributions)
    raise _not_a_dict(param_distributions)


def _not_a_dict(value: object) -> TypeError:
    return TypeError(
        "a search space must be a dict from names of parameters to what may be tried, "
        f"or a list of such dicts, got {value!r} of type {type(value).__name__}. "
        "Write for instance {'C': [0.1, 1, 10]}."
    )


def as_branch(values: Mapping[str, Any]) -> dict[str, Distribution]:
    """Return the distributions that the values of a dict stand for."""
    branch = {}
    for name, value in values.items():
        if not isinstance(name, str):
            raise TypeError(
                f"names of parameters must be strings, got {name!r} of type "
                f"{type(name).__name__}. Write them as estimator.get_params() does."
            )
        with named(name):
            branch[name] = as_distribution(value)
    return branch


@contextmanager
def named(name: str) -> Iterator[None]:
    """Let an error about a distribution begin with the name of its parameter."""
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"Parameter {name!r}: {error}") from error


def log_pairs(branches: Iterable[Mapping[str, Any]]) -> None:
    """Log once that tuples of two numbers are no ranges."""
    names = sorted(
        {name for branch in branches for name in branch if _is_pair(branch[name])}
    )
    if names:
        logger.warning(
            "Tuples of two numbers are read as two choices, as in scikit-learn: %s. "
            "For a range write (low, high, 'uniform') or (low, high, 'log-uniform').",
            ", ".join(names),
        )


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(map(is_real, value))
