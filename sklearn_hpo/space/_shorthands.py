"""What a user may write for a distribution: the one table of shorthands."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from sklearn_hpo.space._categorical import Categorical
from sklearn_hpo.space._choices import MOST_CHOICES, is_listing
from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._frozen import Frozen
from sklearn_hpo.space._frozen_discrete import FrozenDiscrete
from sklearn_hpo.space._integer import Integer
from sklearn_hpo.space._numbers import is_integer, is_real
from sklearn_hpo.space._ordinal import Ordinal, is_ordinal
from sklearn_hpo.space._real import Real
from sklearn_hpo.space._sampled import Sampled
from sklearn_hpo.space._tabulated import Tabulated, has_no_quantiles

_LOG_OF_PRIOR = {"uniform": False, "log-uniform": True, "loguniform": True}


def as_distribution(value: object) -> Distribution:
    """Return the distribution that `value` stands for.

    Parameters
    ----------
    value : Distribution, tuple, list, range, ndarray of shape (n,), Series or object
        What a user gave for one hyperparameter. See the table in the code, the first
        line that fits counts.

    Returns
    -------
    Distribution
        `value` itself if it is one.

    Raises
    ------
    TypeError
        If no line fits, or if a distribution lacks its arguments.
    ValueError
        If it is a range but for a misspelt prior.
    """
    if getattr(value, "numargs", 0) and hasattr(value, "freeze"):
        name, arguments = getattr(value, "name", ""), getattr(value, "shapes", "")
        raise TypeError(
            f"expected a frozen distribution, got {name} without arguments. Give them: "
            f"{name}({arguments})."
        )
    if isinstance(value, type) and issubclass(value, Distribution):
        raise TypeError(
            f"expected a distribution, got the class {value.__name__}. Call it: "
            f"{value.__name__}(...)."
        )
    for is_kind, make in _TABLE:
        if is_kind(value):
            return make(value)
    raise TypeError(
        "expected a list of choices, a range (low, high, 'uniform') or (low, high, "
        "'log-uniform'), Real, Integer, Categorical or an object with rvs, got "
        f"{value!r} of type {type(value).__name__}. Wrap a single value in a list."
    )


def for_sampler(value: Any) -> Any:
    """Return what stands for a value in scikit-learn's `ParameterSampler`.

    Parameters
    ----------
    value : object
        What a user gave for one hyperparameter.

    Returns
    -------
    object
        `Real` or `Integer` for a range, a list for `Categorical`, else `value` itself.
    """
    if _is_range(value):
        return _range(value)
    return _without_categorical(value)


def as_choices(value: Any) -> Any:
    """Return what stands for a value in scikit-learn's `ParameterGrid`.

    Parameters
    ----------
    value : object
        What a user gave for one hyperparameter.

    Returns
    -------
    object
        A list for `Categorical`, else `value` itself, a tuple that looks like a range
        included: a grid knows no ranges.

    Raises
    ------
    TypeError
        If `value` is a distribution.
    """
    if hasattr(value, "rvs") and not isinstance(value, Categorical):
        raise TypeError(
            "a grid expects a list of values, got the distribution "
            f"{value!r}. Give the values to try, or use RandomizedSearchCV."
        )
    return _without_categorical(value)


def _without_categorical(value: Any) -> Any:
    return list(value.choices) if isinstance(value, Categorical) else value


def _is_range(value: Any) -> bool:
    if not (isinstance(value, tuple) and len(value) == 3):
        return False
    low, high, prior = value
    return (
        is_real(low)
        and is_real(high)
        and isinstance(prior, str)
        and prior in _LOG_OF_PRIOR
    )


def _range(value: tuple[Any, Any, str]) -> Real | Integer:
    low, high, prior = value
    kind = Integer if is_integer(low) and is_integer(high) else Real
    return kind(low, high, log=_LOG_OF_PRIOR[prior])


def _is_long(value: Any) -> bool:
    return isinstance(value, range) and value.step == 1 and len(value) > MOST_CHOICES


def _check_prior(low: Any, high: Any, prior: Any) -> None:
    if not (is_real(low) and is_real(high) and isinstance(prior, str)):
        return
    meant = get_close_matches(prior.lower(), _LOG_OF_PRIOR, n=1, cutoff=0.7)
    if meant:
        raise ValueError(
            "expected (low, high, 'uniform') or (low, high, 'log-uniform'), got "
            f"{(low, high, prior)!r}. Did you mean {meant[0]!r}? Put choices in a list."
        )


def _has(*methods: str) -> Any:
    return lambda value: all(hasattr(value, method) for method in methods)


def _choices(value: Any) -> Ordinal | Categorical:
    if isinstance(value, tuple) and len(value) == 3:
        _check_prior(*value)
    return (Ordinal if is_ordinal(value) else Categorical)(value)


_TABLE: tuple[tuple[Any, Any], ...] = (
    (lambda value: isinstance(value, Distribution), lambda value: value),
    (_is_range, _range),
    (_is_long, lambda value: Integer(value[0], value[-1])),
    (has_no_quantiles, Tabulated),
    (_has("ppf", "cdf", "rvs", "pmf"), FrozenDiscrete),
    (_has("ppf", "cdf", "rvs"), Frozen),
    (_has("rvs"), Sampled),
    (is_listing, _choices),
)
