"""What the searches through a list of candidates have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sklearn_hpo.search._base import BaseSearch
from sklearn_hpo.search._names import check_names
from sklearn_hpo.search._plan import Plan
from sklearn_hpo.search._points import check_points
from sklearn_hpo.space import Categorical, SearchSpace
from sklearn_hpo.strategies import First, Listed
from sklearn_hpo.trials import key_of


def plan_list(
    search: BaseSearch,
    space: SearchSpace,
    candidates: Sequence[Mapping[str, Any]],
    **more: Any,
) -> Plan:
    """Return the plan to evaluate `initial_params`, if any, and the candidates.

    Of points that are equal there is one.
    """
    initial_params = getattr(search, "initial_params", None)
    points = check_points(initial_params, search.estimator)
    points = list({key_of(point): point for point in points}.values())
    listed = Listed(candidates)
    strategy = First(points, listed) if points else listed
    return Plan(space, strategy, n_iter=len(points) + len(candidates), **more)


def map_values(space: Any, function: Callable[[Any], Any]) -> Any:
    """Return the dict or list of dicts with every value replaced.

    What is neither is returned as it is, for scikit-learn to complain about.

    Raises
    ------
    TypeError, ValueError
        What `function` raises, with the name of the parameter in front.
    """
    if isinstance(space, Mapping):
        return {name: _replaced(name, v, function) for name, v in space.items()}
    if isinstance(space, (list, tuple)):
        return [map_values(branch, function) for branch in space]
    return space


def check_space_names(search: BaseSearch, space: Any) -> None:
    """Check the names of a dict or a list of dicts, see :func:`check_names`."""
    branches = [space] if isinstance(space, Mapping) else space
    check_names(
        search.estimator,
        [{name: _choices(value) for name, value in b.items()} for b in branches],
    )


def _replaced(name: str, value: Any, function: Callable[[Any], Any]) -> Any:
    try:
        return function(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"Parameter {name!r}: {error}") from error


def _choices(value: Any) -> Sequence[Any]:
    if isinstance(value, Categorical):
        return value.choices
    if isinstance(value, np.ndarray) and value.dtype.hasobject:
        return value.tolist()
    return value if isinstance(value, (list, tuple)) else ()
