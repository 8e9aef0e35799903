"""Which estimators, fitted twice to the same data, are the same twice."""

from __future__ import annotations

import copy
import functools
import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_selector
from sklearn.decomposition import PCA

TRUSTED = ("sklearn", "numpy", "scipy", "builtins")

# A parameter and what it may not be, because the estimator would then leave a trace
# outside itself, or start from what an earlier fit has left.
TRACES: Mapping[str, Callable[[Any], bool]] = {
    "warm_start": bool,
    "verbose": bool,
    "memory": lambda value: value is not None,
    "copy": lambda value: value is not True,
    "copy_X": lambda value: value is not True,
}

# What draws numbers but has no random_state. Isomap's start an eigenvalue solver, those
# of the others change nothing, but who draws next from the same generator gets others.
RANDOM = {"GraphicalLasso", "GraphicalLassoCV", "Isomap", "NuSVR", "OneClassSVM", "SVR"}

# With random_state=None: by class, whether these parameters leave nothing to draw for a
# fit to at most so many samples.
DETERMINISTIC: Mapping[str, Callable[[Any, int], bool]] = {
    "PCA": lambda pca, _: pca.svd_solver in ("full", "covariance_eigh"),
    "QuantileTransformer": lambda q, n: q.subsample is None or n <= q.subsample,
    "KBinsDiscretizer": lambda k, n: k.subsample is None or n <= k.subsample,
    "LogisticRegression": lambda lr, _: (
        lr.solver in ("lbfgs", "newton-cg", "newton-cholesky")
    ),
    "Ridge": lambda ridge, _: ridge.solver not in ("sag", "saga"),
    "RidgeClassifier": lambda ridge, _: ridge.solver not in ("sag", "saga"),
}


class NotRepeatable(Exception):  # noqa: N818 (an answer, not an error)
    """Nothing is known that makes two fits the same."""


def repeatable_identity(estimator: BaseEstimator, n_samples: int) -> str | None:
    """Return what tells a fit of this estimator from a fit of another one.

    Only classes of scikit-learn's own are known to be repeatable, and only with a fixed
    `random_state`, or where their parameters leave nothing to chance. Anyone else's may
    draw numbers, count its fits or write files. The same holds for what their
    parameters are: functions of scikit-learn, numpy and scipy, but no others.

    Parameters
    ----------
    estimator : estimator object
        With its parameters set, not fitted.
    n_samples : int
        Number of samples it is fitted to.

    Returns
    -------
    identity : str or None
        The same in all processes; None if two fits may differ.
    """
    try:
        return digest(identity(estimator, n_samples))
    except (NotRepeatable, RecursionError):
        return None


def digest(*parts: object) -> str:
    """Return a name for nested tuples of strings."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=20).hexdigest()


def identity(value: Any, n_samples: int) -> tuple[Any, ...]:
    """Return nested tuples of strings that are equal for equal values.

    Raises
    ------
    NotRepeatable
        If the value is, or holds, something of a kind that is not listed here.
    """
    kind = type(value)
    if kind in _PLAIN:
        return kind.__name__, repr(value)
    if kind in (list, tuple):
        return kind.__name__, tuple(identity(item, n_samples) for item in value)
    if isinstance(value, BaseEstimator):
        return _of_estimator(value, n_samples)
    for known, of_kind in _KINDS:
        if isinstance(value, known):
            return of_kind(value, n_samples)
    raise NotRepeatable


def identity_once_fitted(step: BaseEstimator, n_samples: int) -> tuple[Any, ...]:
    """Return the identity of a step that may have to be asked again when it is fitted.

    A PCA chooses a solver by the shape of the data, and one of them is random.
    """
    if not _decides_when_fitted(step):
        return identity(step, n_samples)
    seeded = copy.copy(step)
    seeded.random_state = 0
    return "unless random", identity(seeded, n_samples)


def left_nothing_to_chance(step: BaseEstimator) -> bool:
    """Return whether a fitted step would be the same if it were fitted again."""
    if not _decides_when_fitted(step):
        return True
    solver = getattr(step, "_fit_svd_solver", None)
    return solver in ("full", "covariance_eigh")


def _decides_when_fitted(step: Any) -> bool:
    return type(step) is PCA and step.svd_solver == "auto" and step.random_state is None


def _of_estimator(estimator: BaseEstimator, n_samples: int) -> tuple[Any, ...]:
    kind: Any = type(estimator)
    held = vars(estimator)
    if not _is_own(kind) or "_skl_callbacks" in held:
        raise NotRepeatable
    params = {name: held[name] for name in _parameters(kind) if name in held}
    _leaves_nothing_to_chance(estimator, params, n_samples)
    output = held.get("_sklearn_output_config")
    return (
        f"{kind.__module__}:{kind.__qualname__}",
        *((name, identity(item, n_samples)) for name, item in params.items()),
        identity(output, n_samples),
    )


@functools.lru_cache(maxsize=1000)
def _parameters(kind: Any) -> dict[str, None]:
    """Return the names of the parameters, as an ordered set."""
    parameters = inspect.signature(kind.__init__).parameters.values()
    names = (p.name for p in parameters if p.kind is not p.VAR_KEYWORD)
    return dict.fromkeys(names, None)


@functools.lru_cache(maxsize=1000)
def _is_own(kind: Any) -> bool:
    """Return whether the class is scikit-learn's, and cloned as all of them are."""
    return (
        kind.__module__.partition(".")[0] == "sklearn"
        and kind.__name__ not in RANDOM
        and kind.__sklearn_clone__ is BaseEstimator.__sklearn_clone__
    )


def _leaves_nothing_to_chance(
    estimator: BaseEstimator, params: Mapping[str, Any], n_samples: int
) -> None:
    for name, leaves_a_trace in TRACES.items():
        if name in params and leaves_a_trace(params[name]):
            raise NotRepeatable
    # A parameter that is to go, as that of TargetEncoder, is "deprecated" for None.
    if params.get("random_state", 0) in (None, "deprecated"):
        is_deterministic = DETERMINISTIC.get(type(estimator).__name__)
        if is_deterministic is None or not is_deterministic(estimator, n_samples):
            raise NotRepeatable


def _of_dict(value: dict[Any, Any], n_samples: int) -> tuple[Any, ...]:
    if type(value) is not dict:
        raise NotRepeatable
    return "dict", *(identity(pair, n_samples) for pair in value.items())


def _of_set(value: set[Any] | frozenset[Any], n_samples: int) -> tuple[Any, ...]:
    return type(value).__name__, *sorted(identity(item, n_samples) for item in value)


def _of_array(value: np.ndarray[Any, Any], n_samples: int) -> tuple[Any, ...]:
    if type(value) is not np.ndarray:
        raise NotRepeatable
    if value.dtype.hasobject:
        content: Any = identity(value.tolist(), n_samples)
    else:
        content = hashlib.blake2b(value.tobytes(), digest_size=20).hexdigest()
    return "array", str(value.dtype), value.shape, value.strides, content


def _of_random_state(value: np.random.RandomState, n_samples: int) -> tuple[Any, ...]:
    # Cloned with its state, so every clone draws the same.
    if type(value) is not np.random.RandomState:
        raise NotRepeatable
    return "RandomState", identity(value.get_state(legacy=True), n_samples)


def _of_selector(value: make_column_selector, n_samples: int) -> tuple[Any, ...]:
    if type(value) is not make_column_selector:
        raise NotRepeatable
    return "selector", identity(dict(vars(value)), n_samples)


def _of_callable(value: Any, n_samples: int) -> tuple[Any, ...]:
    if str(value.__module__).partition(".")[0] not in TRUSTED or not _is_known(value):
        raise NotRepeatable
    return "callable", value.__module__, value.__qualname__


@functools.lru_cache(maxsize=1000)
def _is_known(function: Any) -> bool:
    """Return whether its name finds it; what draws numbers says so in its signature."""
    module = function.__module__
    found = getattr(sys.modules.get(module), function.__qualname__, None)
    return (
        found is function
        and not module.startswith("numpy.random")
        and "random_state" not in _signature(function)
    )


def _of_ufunc(value: np.ufunc, n_samples: int) -> tuple[Any, ...]:
    if getattr(np, value.__name__, None) is not value:
        raise NotRepeatable
    return "ufunc", value.__name__


def _signature(function: Any) -> Mapping[str, Any]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # written in C
        return {}


_PLAIN = {type(None), bool, int, float, complex, str, bytes, slice, range}

_KINDS: tuple[tuple[Any, Callable[[Any, int], tuple[Any, ...]]], ...] = (
    (np.generic, lambda value, _: ("numpy", str(value.dtype), repr(value.item()))),
    (np.ndarray, _of_array),
    (np.dtype, lambda value, _: ("dtype", repr(value))),
    (dict, _of_dict),
    ((set, frozenset), _of_set),
    (np.random.RandomState, _of_random_state),
    (make_column_selector, _of_selector),
    (np.ufunc, _of_ufunc),
    ((type, type(len), type(digest), type(np.clip)), _of_callable),
)
