"""A value's identity that outlives the process: what JSON can hold of it.

A token is None, a string, an integer, or a list that begins with the kind of thing it
stands for. Equal tokens stand for equal values of equal types: 1, 1.0 and True have
three tokens, 1.0 and ``np.float64(1.0)`` have one. A token identifies; nothing is ever
built from it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import pickle
import sys
import types
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import joblib
import numpy as np
import scipy.stats
from sklearn.base import BaseEstimator
from sklearn.utils.metadata_routing import MetadataRequest


def canonical_token(value: object) -> Any:
    """Return the token of any object.

    Parameters
    ----------
    value : object
        Numbers, containers, arrays, columns of pandas, functions, classes, estimators,
        other objects of scikit-learn and distributions of scipy are told apart by what
        they hold. Anything else by its pickle, and its token begins with "opaque": it
        may be another one in another process.

    Returns
    -------
    None, str, int or list
        Equal to itself after a round trip through JSON.
    """
    try:
        return _token(value)
    except RecursionError:
        # It holds itself, and pickle knows how to end.
        return _opaque(value)


def _token(value: Any) -> Any:
    for is_kind, token_of in _KINDS:
        if is_kind(value):
            return token_of(value)
    return _opaque(value)


def _tokens(values: Iterable[Any]) -> list[Any]:
    return [_token(value) for value in values]


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (str, int)


def _is_numpy_scalar(value: Any) -> bool:
    # Dates lose their unit as Python's own, long doubles have no other form.
    if not isinstance(value, np.generic) or value.dtype.kind in "mM":
        return False
    return type(value.item()) in _PYTHON_SCALARS


def _is_scipy(value: Any) -> bool:
    kinds = (scipy.stats.distributions.rv_frozen, scipy.stats.rv_continuous)
    return isinstance(value, (*kinds, scipy.stats.rv_discrete))


def _is_distribution(value: Any) -> bool:
    return hasattr(type(value), "token") and hasattr(type(value), "decode")


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "get_params") and hasattr(value, "set_params")


def _is_of_sklearn(value: Any) -> bool:
    # Scorers, splitters, selectors of columns; a Bunch has its items elsewhere.
    own = type(value).__module__.startswith("sklearn.") and hasattr(value, "__dict__")
    return own and not isinstance(value, dict)


def _is_column(value: Any) -> bool:
    return hasattr(value, "to_numpy") and hasattr(value, "dtype")


def _has_a_place(value: Any) -> bool:
    return callable(value) and _place(value) is not None


def _place(function: Any) -> str | None:
    """Return the address at which a function is found, None if it is not there."""
    name = getattr(function, "__qualname__", getattr(function, "__name__", None))
    # Ufuncs do not say where they are.
    for module in (getattr(function, "__module__", None), "numpy", "scipy.special"):
        if name and getattr(sys.modules.get(str(module)), name, None) is function:
            return f"{module}:{name}"
    return None


def _of_complex(value: complex) -> list[Any]:
    return ["complex", value.real.hex(), value.imag.hex()]


def _of_set(value: Iterable[Any]) -> list[Any]:
    return [type(value).__name__, sorted(_tokens(value), key=json.dumps)]


def _of_dict(value: dict[Any, Any]) -> list[Any]:
    pairs = [[_token(key), _token(item)] for key, item in value.items()]
    return ["dict", sorted(pairs, key=json.dumps)]


def _of_array(value: np.ndarray[Any, Any]) -> list[Any]:
    if value.dtype.hasobject:
        content: Any = _tokens(value.ravel())
    else:
        content = _digest(np.ascontiguousarray(value).tobytes())
    return ["array", str(value.dtype), list(value.shape), content]


def _of_steps(value: slice | range) -> list[Any]:
    return [type(value).__name__, *_tokens((value.start, value.stop, value.step))]


def _of_column(value: Any) -> list[Any]:
    return ["column", str(value.dtype), _token(np.asarray(value.to_numpy()))]


def _of_random_state(value: np.random.RandomState) -> list[Any]:
    return ["RandomState", *_tokens(value.get_state(legacy=True))]


def _of_method(value: types.MethodType) -> list[Any]:
    return ["method", _token(value.__self__), value.__name__]


def _of_class(value: type) -> list[Any]:
    return ["class", _address(value)]


def _of_function(value: types.FunctionType) -> list[Any]:
    """By name; where that may name many functions, by code and surroundings too."""
    if "<" not in value.__qualname__:
        return ["function", _address(value)]
    parts = [
        _of_code(value.__code__),
        [_of_cell(cell) for cell in value.__closure__ or ()],
        _token(value.__defaults__),
        _token(value.__kwdefaults__),
    ]
    return ["function", _address(value), _digest(json.dumps(parts).encode()), "weak"]


def _of_code(code: types.CodeType) -> list[Any]:
    return [code.co_code.hex(), list(code.co_names), _tokens(code.co_consts)]


def _of_cell(cell: types.CellType) -> Any:
    try:
        return _token(cell.cell_contents)
    except ValueError:  # a name of the function around it that is not bound yet
        return ["unbound"]


def _of_partial(value: functools.partial[Any]) -> list[Any]:
    return ["partial", *_tokens((value.func, value.args, value.keywords))]


def _of_estimator(value: Any) -> list[Any]:
    """By what a clone has of it."""
    kind = _address(type(value))
    own_clone = getattr(type(value), "__sklearn_clone__", None)
    if own_clone not in (None, BaseEstimator.__sklearn_clone__):
        with suppress(Exception):  # whatever the pickling of a part raises
            return ["kept", kind, joblib.hash(value)]
        return _opaque(value)
    params = sorted(value.get_params(deep=False).items())
    # What its `set_*_request` and `set_output` have left.
    names = ("_metadata_request", "_sklearn_output_config")
    set_up = [part for name in names if (part := getattr(value, name, None))]
    return ["estimator", kind, [[k, _token(v)] for k, v in params], *_tokens(set_up)]


def _of_request(value: Any) -> list[Any]:
    """By what is requested; it also holds whose it is, which holds it."""
    return ["request", repr(value)]


def _of_object(value: Any) -> list[Any]:
    return ["object", _address(type(value)), _token(vars(value))]


def _of_scipy(value: Any) -> list[Any]:
    family = getattr(value, "dist", value)
    args = [_token(getattr(value, "args", ())), _token(getattr(value, "kwds", {}))]
    name = family.name
    if type(family) is type(getattr(scipy.stats, name, None)):
        return ["scipy", name, *args]
    # A family of the user's own. Its generator is no part of what it is; these two hold
    # it, and so do its own methods.
    state = {
        key: item
        for key, item in family.__getstate__().items()
        if key not in ("_random_state", "_ctor_param") and not callable(item)
    }
    return ["scipy", _address(type(family)), _token(state), *args]


def _opaque(value: Any) -> list[Any]:
    try:
        # joblib's wrapper is the public way to the cloudpickle it ships or requires.
        content: Any = _digest(pickle.dumps(joblib.wrap_non_picklable_objects(value)))
    except Exception:  # noqa: BLE001 - whatever the object's own __reduce__ raises
        # Open files, locks: not to be found again in another process.
        content = id(value)
    return ["opaque", _address(type(value)), content]


def _address(value: Any) -> str:
    return f"{value.__module__}:{value.__qualname__}"


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()


_PYTHON_SCALARS = (bool, int, float, complex, str, bytes)

# Asked from top to bottom. Exact types where a subclass may mean something else.
_KINDS: tuple[tuple[Any, Any], ...] = (
    (_is_plain, lambda value: value),
    (lambda value: type(value) is bool, lambda value: ["bool", value]),
    (lambda value: type(value) is float, lambda value: ["float", value.hex()]),
    (_is_numpy_scalar, lambda value: _token(value.item())),
    (lambda value: type(value) is complex, _of_complex),
    (lambda value: type(value) is bytes, lambda value: ["bytes", value.hex()]),
    (lambda value: type(value) is list, lambda value: ["list", _tokens(value)]),
    (lambda value: type(value) is tuple, lambda value: ["tuple", _tokens(value)]),
    (lambda value: type(value) in (set, frozenset), _of_set),
    (lambda value: type(value) is dict, _of_dict),
    (lambda value: type(value) is np.ndarray, _of_array),
    (lambda value: isinstance(value, types.FunctionType), _of_function),
    (lambda value: type(value) is functools.partial, _of_partial),
    (lambda value: isinstance(value, types.MethodType), _of_method),
    (lambda value: type(value) in (slice, range), _of_steps),
    (lambda value: type(value) is np.random.RandomState, _of_random_state),
    (lambda value: isinstance(value, types.CodeType), _of_code),
    (lambda value: isinstance(value, type), _of_class),
    (_has_a_place, lambda value: ["function", _place(value)]),
    (_is_scipy, _of_scipy),
    (_is_distribution, lambda value: ["distribution", *value.token()]),
    (_is_estimator, _of_estimator),
    (lambda value: isinstance(value, MetadataRequest), _of_request),
    (_is_of_sklearn, _of_object),
    (_is_column, _of_column),
)
