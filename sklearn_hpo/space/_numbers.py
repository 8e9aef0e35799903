"""What counts as a number in a search space."""

from __future__ import annotations

import math
import numbers
from typing import Any, TypeGuard


def is_real(value: object) -> TypeGuard[numbers.Real]:
    """Return whether `value` is a real number: no boolean, but numpy's scalars."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def is_ordered_number(value: Any) -> bool:
    """Return whether `value` is real and below, at or above others: not NaN."""
    return is_real(value) and value == value  # noqa: PLR0124 (as large as they come)


def is_integer(value: object) -> TypeGuard[numbers.Integral]:
    """Return whether `value` is of an integer type: neither a boolean nor 1.0."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def as_float(value: object) -> float | None:
    """Return a finite real number as a float; None for anything else."""
    return float(value) if is_real(value) and is_finite(value) else None


def is_finite(value: Any) -> bool:
    """Return whether a real number is finite as a float; 10**400 is not."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
