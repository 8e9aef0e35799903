"""What makes a search what it is, as names that outlive the process."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from sklearn_hpo.search._best import objective_of
from sklearn_hpo.search._data_digest import data_digest
from sklearn_hpo.space import canonical_token

# Arguments that may change from one run of a search to the next.
FREE = {
    "cache",
    "callbacks",
    "candidates",  # matched one by one
    "journal",
    "lookahead",  # that of the journal is used
    "max_time",
    "n_iter",
    "n_iter_no_change",
    "n_jobs",
    "pre_dispatch",
    "refit",  # see `objective`
    "stop_when_converged",
    "target_score",
    "verbose",
    "warm_start",
}

# Arguments on which the result of a fold depends, beside the candidate.
OF_RESULTS = {
    "early_stopping",
    "estimator",
    "fit_timeout",
    "memory_limit",
    "objectives",
    "return_train_score",
    "scoring",
}


def parts_of(
    search: BaseEstimator, earlier: str | None = None
) -> dict[str, str | None]:
    """Return what makes a search what it is, by the names of its arguments.

    Those that have their default are left out: the next release may have more of them.

    Parameters
    ----------
    search : BaseSearch
        A search.
    earlier : str or None, default=None
        Name of what its argument `initial_history` holds.
    """
    names = set(search.get_params(deep=False)) - FREE
    if hasattr(search, "resource"):
        names.add("cache")  # a model that goes on need not be that of a single fit
    parts = _arguments(search, names)
    if "initial_history" in parts:
        parts["initial_history"] = earlier
    return {"kind of search": type(search).__name__, **parts}


def identity_of(
    search: BaseEstimator, X: Any, y: Any, params: Mapping[str, Any]
) -> dict[str, str | None]:
    """Return what the results of folds depend on, beside the folds themselves."""
    return {
        **_arguments(search, OF_RESULTS & set(search.get_params(deep=False))),
        "objective": objective_of(search),
        **names_of_data(X, y, params),
    }


def names_of_data(X: Any, y: Any, params: Mapping[str, Any]) -> dict[str, str]:
    """Return a name for the data and one for the fit parameters."""
    return {
        "X": _hash(X),
        "y": _hash(y),
        "set of fit parameters": _hash(dict(params)),
    }


def _arguments(search: BaseEstimator, names: Iterable[str]) -> dict[str, str | None]:
    """Return a name for each argument that has not its default."""
    defaults = inspect.signature(type(search)).parameters
    found: dict[str, str | None] = {}
    for name in sorted(names):
        own = _fingerprint(getattr(search, name))
        if own != _fingerprint(defaults[name].default):
            found[name] = own
    return found


def _hash(data: Any) -> str:
    """Return a name for data; what cannot be hashed is nothing but itself."""
    try:
        return data_digest(data)
    except Exception:  # noqa: BLE001 (user's objects may refuse in any way)
        return uuid4().hex


def folds_digest(splits: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]) -> str:
    """Return a name for the indices of all folds."""
    found = hashlib.blake2b(digest_size=16)
    for split in splits:
        for part in split:
            indices = np.ascontiguousarray(part, dtype=np.int64)
            found.update(len(indices).to_bytes(8, "little") + indices.tobytes())
    return found.hexdigest()


def digest(parts: Mapping[str, Any]) -> str:
    """Return a name for parts of a search."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _fingerprint(value: Any) -> str:
    """Return a name for a value; of what cannot be told apart, its class."""
    if hasattr(value, "split") and not isinstance(value, str):
        parts = {name: _without_state(part) for name, part in vars(value).items()}
        value = [type(value).__qualname__, parts]
    return digest({"": _without_opaque(canonical_token(_without_state(value)))})


def _without_state(value: Any) -> Any:
    """Return a value, of a generator that each search draws from its class alone."""
    return "RandomState" if isinstance(value, np.random.RandomState) else value


def _without_opaque(token: Any) -> Any:
    if not isinstance(token, list):
        return token
    if token[:1] == ["opaque"]:
        return token[:2]
    return [_without_opaque(part) for part in token]
