"""What is asked of the two bounds of a range and of its `log`."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklearn_hpo.space._numbers import is_finite


def check_bounds(low: Any, high: Any) -> None:
    """Check two real numbers: finite, and in order."""
    for name, bound in (("low", low), ("high", high)):
        if not is_finite(bound):
            raise ValueError(
                f"{name} must be a finite number, got {bound!r}. Give the least and "
                "the greatest value worth a trial."
            )
    if low > high:
        raise ValueError(
            f"low must not be above high, got low={low!r} and high={high!r}. "
            "Exchange them."
        )


def check_log(log: object, low: Any, least: str) -> None:
    """Check `log`, and that it leaves room for `low`.

    Parameters
    ----------
    log : object
        What was given as `log`.
    low : number
        The lower bound.
    least : str
        What a message says `low` must be.
    """
    if not isinstance(log, (bool, np.bool_)):
        raise TypeError(
            f"log must be True or False, got {log!r}. Write log=True for a log-uniform "
            "prior, log=False for a uniform one."
        )
    if log and low <= 0:
        raise ValueError(
            f"low must be {least} with log=True, got {low!r}. Raise low, or leave "
            "log=False."
        )
