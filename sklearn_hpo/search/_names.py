"""Whether the estimator knows the parameters that are searched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

from sklearn.base import BaseEstimator, clone

from sklearn_hpo.space import SearchSpace


def check_names(
    estimator: BaseEstimator, branches: Iterable[Mapping[str, Sequence[Any]]]
) -> None:
    """Check that every name can be set on the estimator.

    A name below one that is searched too, such as ``clf__C`` beside ``clf`` or
    ``steps``, may be known to any of the estimators tried there.

    Parameters
    ----------
    estimator : estimator object
        What is tuned.
    branches : iterable of dict of str to sequence
        For each name its choices, as far as they may be estimators; may be empty.

    Raises
    ------
    ValueError
        If the estimator does not know a name; the message has the closest valid one.
    """
    valid = estimator.get_params(deep=True)
    for branch in branches:
        for name in branch:
            owner = _searched_owner(name, branch)
            if owner is not None:
                below = name[len(owner) + 2 :]
                known = any(_takes(choice, below) for choice in branch[owner])
            else:
                known = name in valid or _takes(estimator, name)
            if not (known or _is_below_searched_parts(estimator, name, branch)):
                raise ValueError(_message(estimator, name, sorted(valid)))


def searched_names(search: Any, space: SearchSpace) -> set[str]:
    """Return the names of all parameters that candidates of a search may set."""
    points = [
        *(getattr(search, "initial_params", None) or ()),
        *getattr(search, "candidates", ()),
    ]
    return {*space.names, *(name for point in points for name in point)}


def _searched_owner(name: str, branch: Mapping[str, Sequence[Any]]) -> str | None:
    """Return the longest name above this one that has choices in the branch."""
    owner = name
    while "__" in owner:
        owner = owner.rpartition("__")[0]
        if branch.get(owner):
            return owner
    return None


def _is_below_searched_parts(
    estimator: BaseEstimator, name: str, branch: Mapping[str, Sequence[Any]]
) -> bool:
    """Return whether a searched list of parts, such as `steps`, brings a name along."""
    wholes = ((whole, c) for whole in branch for c in branch[whole] if type(c) is list)
    for whole, parts in wholes:
        with suppress(Exception):  # user code may refuse in any way
            changed = clone(estimator).set_params(**{whole: parts})
            if name in changed.get_params(deep=True):
                return True
    return False


def _takes(estimator: Any, name: str) -> bool:
    """Return whether an estimator lists the name, or lets it be set all the same.

    The boosting libraries take more parameters than ``get_params`` lists.
    """
    if not hasattr(estimator, "get_params") or isinstance(estimator, type):
        return False
    if name in estimator.get_params(deep=True):
        return True
    try:
        clone(estimator).set_params(**{name: None})
    except Exception:  # noqa: BLE001 (user code may refuse in any way)
        return False
    return True


def hint_at(name: str, valid: Sequence[str]) -> str:
    """Return a question that names the valid name closest to one that is not.

    Parameters
    ----------
    name : str
        What the user wrote.
    valid : sequence of str
        What there is.
    """
    below = [known for known in valid if known.endswith(f"__{name}")]
    folded = {known.lower(): known for known in valid}
    similar = get_close_matches(name.lower(), folded, n=1, cutoff=0.5)
    closest = (below or [folded[key] for key in similar])[:1]
    return f" Did you mean {closest[0]!r}?" if closest else ""


def _message(estimator: BaseEstimator, name: str, valid: list[str]) -> str:
    hint = hint_at(name, valid)
    return (
        f"Invalid parameter {name!r} for estimator {estimator!r}.{hint} "
        f"Valid parameters are: {valid!r}."
    )
