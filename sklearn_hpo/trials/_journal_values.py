"""What a journal can hold of parameters, and the parameters of what it holds.

A number, a string, a bool or None is written as it is. Another choice is written by its
position among the choices, anything else by its canonical token; both with how they
look, for whoever reads the file. Nothing is pickled, and reading runs no code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sklearn_hpo.space import Choices, Distribution, canonical_token

LONGEST = 80  # characters of what is only there to be looked at


def key_of(params: Mapping[str, Any]) -> str:
    """Return a name for parameters, the same in all processes.

    Parameters
    ----------
    params : dict of str to object
        Parameters of a candidate.

    Returns
    -------
    key : str
        Equal for equal parameters.
    """
    values = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in params.items()
    }
    if all(map(is_plain, values.values())):
        return json.dumps(values, sort_keys=True)  # fifty times faster
    token = canonical_token(dict(params))
    return hashlib.blake2b(json.dumps(token).encode(), digest_size=8).hexdigest()


def is_plain(value: object) -> bool:
    """Return whether JSON holds a value as it is."""
    return value is None or type(value) in (bool, int, float, str)


def needs_key(record: Mapping[str, Any]) -> bool:
    """Return whether some parameter of a record is not written by its value."""
    return any(isinstance(v, dict) and "dtype" not in v for v in record.values())


def written(
    params: Mapping[str, Any], branch: Mapping[str, Distribution]
) -> dict[str, Any]:
    """Return parameters as JSON can hold them.

    Parameters
    ----------
    params : dict of str to object
        Parameters of a candidate.
    branch : dict of str to Distribution
        The branch they were made in; empty if in none.
    """
    return {name: _written(value, branch.get(name)) for name, value in params.items()}


def read(
    record: Mapping[str, Any], branch: Mapping[str, Distribution]
) -> dict[str, Any]:
    """Return the parameters of a record.

    Raises
    ------
    KeyError, IndexError, TypeError
        If a parameter is not in the branch, or is not what it was.
    """
    return {name: _read(value, branch.get(name)) for name, value in record.items()}


def recognized(
    record: Mapping[str, Any],
    key: str | None,
    branches: Sequence[Mapping[str, Distribution]],
) -> dict[str, Any]:
    """Return the parameters of a record as a space has them, else as they look.

    Parameters
    ----------
    record : dict of str to object
        What :func:`written` has returned.
    key : str or None
        The :func:`key_of` the parameters; None if all are written by their values.
    branches : sequence of dict of str to Distribution
        The branches of the space.
    """
    for branch in branches if key is not None else ():
        found = {name: _found(v, branch.get(name)) for name, v in record.items()}
        if key_of(found) == key:
            return found
    return looks(record)


def looks(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a record as they look, without the search's space."""
    return {
        name: value["is"] if isinstance(value, dict) else value
        for name, value in record.items()
    }


def _written(value: Any, distribution: Distribution | None) -> Any:
    if is_plain(value):
        return value
    if isinstance(distribution, Choices):
        u = distribution.encode(value)
        if u is not None:
            return {"choice": distribution.index(u), "is": _look(value)}
    if isinstance(value, np.generic) and is_plain(value.item()):
        # The name of a type of strings has their length.
        dtype = "str" if isinstance(value, str) else value.dtype.name
        return {"dtype": dtype, "is": value.item()}
    return {"token": key_of({"": value}), "is": _look(value)}


def _read(record: Any, distribution: Distribution | None) -> Any:
    if not isinstance(record, dict):
        return record
    if "dtype" in record:
        return np.dtype(record["dtype"]).type(record["is"])
    if not isinstance(distribution, Choices):
        raise TypeError(f"nothing is known of {record['is']}")
    return distribution.values[record["choice"]]


def _found(record: Any, distribution: Distribution | None) -> Any:
    """Return the choice that looks as recorded, if there is one."""
    if not isinstance(record, dict) or "dtype" in record:
        return _read(record, None)
    choices = distribution.values if isinstance(distribution, Choices) else ()
    return next((c for c in choices if _look(c) == record["is"]), record["is"])


def _look(value: Any) -> Any:
    if is_plain(value):
        return value
    return " ".join(repr(value).split())[:LONGEST]
