"""Settings to evaluate before the search's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.base import BaseEstimator

from sklearn_hpo.search._names import check_names
from sklearn_hpo.space import Choices, Distribution, SearchSpace, canonical_token

Params = Mapping[str, Any]


def check_points(
    points: object, estimator: BaseEstimator, name: str = "initial_params"
) -> list[Params]:
    """Return the points as a list after checking their shape and names.

    Parameters
    ----------
    points : sequence of dict of str to object, or None
        What the user gave.
    estimator : estimator object
        What is tuned.
    name : str, default="initial_params"
        What the user gave them as.

    Raises
    ------
    TypeError
        If it is not a sequence of dicts with names for keys.
    ValueError
        If the estimator does not know a name.
    """
    if points is None:
        return []
    if not isinstance(points, Sequence) or isinstance(points, str):
        raise TypeError(
            f"{name}: expected a list of dicts of parameter settings, such as "
            f"[{{'C': 1.0}}], got {points!r} of type {type(points).__name__}."
        )
    for point in points:
        if not (isinstance(point, Mapping) and all(isinstance(n, str) for n in point)):
            raise TypeError(
                f"{name}: expected each setting to be a dict of parameter names to "
                f"values, got {point!r} of type {type(point).__name__}."
            )
    check_names(estimator, [{name: [p[name]] for name in p} for p in points])
    return list(points)


def first_points(
    initial_params: Sequence[Params], space: SearchSpace, estimator: BaseEstimator
) -> list[Params]:
    """Return the user's points and the estimator's defaults, placed in the space.

    Names that a point leaves out come from the estimator. A point that lies in no
    branch stays as it is; defaults that lie in none are moved into the space, see
    `defaults_in`. They are left out where the estimator does not have all parameters of
    any branch. A default of 1.0 lies in a list that has 1.
    """
    current = estimator.get_params(deep=True)
    points = [complete(p, space, current) or p for p in initial_params]
    defaults = defaults_in(space, current)
    return points if defaults is None else [*points, defaults]


def defaults_in(space: SearchSpace, current: Params) -> Params | None:
    """Return the estimator's own parameters, as near as the space has them.

    What a distribution does not have becomes what is nearest, see
    :meth:`Distribution.nearest`; a limit that is None, such as ``max_depth``, the
    highest there is. Of several branches it is the one in which the fewest change, of
    equal ones the first.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    current : dict of str to object
        All parameters of the estimator.

    Returns
    -------
    point : dict of str to object or None
        None if no branch has only parameters of the estimator.
    """
    points = []
    for branch in space.branches:
        if not branch.keys() <= current.keys():
            continue
        point, n_moved = {}, 0
        for name, law in branch.items():
            point[name] = _alike(law, current[name])
            if law.encode(point[name]) is None:
                point[name] = law.nearest(_limit(name, point[name]))
                n_moved += 1
        points.append((n_moved, point))
    return min(points, key=lambda point: point[0])[1] if points else None


def _limit(name: str, default: Any) -> Any:
    """Return the default; infinity for no limit."""
    is_limit = name.rpartition("__")[2].startswith("max_")
    return math.inf if default is None and is_limit else default


def complete(point: Params, space: SearchSpace, current: Params) -> Params | None:
    """Return the point with the names of the branch it lies in, None if it is in none.

    That is the first one, or the first one that has just its names.

    Parameters
    ----------
    point : dict of str to object
        Some parameters.
    space : SearchSpace
        What may be tried.
    current : dict of str to object
        All parameters of the estimator, which stand for those that are left out.
    """
    known = {**current, **point}
    for branch in sorted(space.branches, key=lambda b: b.keys() != point.keys()):
        others = point.keys() - branch.keys()
        if branch.keys() <= known.keys() and all(
            name in current and _is_same(point[name], current[name]) for name in others
        ):
            whole = {
                name: (_own if name in point else _alike)(branch[name], known[name])
                for name in branch
            }
            if space.encode(whole) is not None:
                return whole
    return None


def _is_same(value: Any, other: Any) -> bool:
    return bool(canonical_token(value) == canonical_token(other))


def _alike(distribution: Distribution, value: Any) -> Any:
    """Return a default, or the choice that is the same number of another type."""
    own = _own(distribution, value)
    if isinstance(distribution, Choices) and distribution.encode(own) is None:
        return distribution.same_number(own)
    return own


def _own(distribution: Distribution, value: Any) -> Any:
    """Return the distribution's own object where its choices hold an equal value."""
    u = distribution.encode(value) if distribution.n_values < math.inf else None
    return value if u is None else distribution.decode(u)
