"""What is to be tried: a setting of the parameters, and one fold of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """One setting of the searched parameters.

    Parameters
    ----------
    number : int
        Position among the candidates of the search, from 0. A promotion to a higher
        resource keeps the number.
    params : dict of str to object
        Arguments of ``estimator.set_params``; choices are the very objects the user
        gave.
    branch : int or None, default=None
        Branch of the search space the candidate was made in, None if it was not made
        by a space.
    note : dict or None, default=None
        What the strategy wants to read back when it is told the candidate. JSON-able.
    """

    number: int
    params: Mapping[str, Any]
    branch: int | None = None
    note: Mapping[str, Any] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """One fold of one candidate at one resource: the unit of work.

    Parameters
    ----------
    ticket : int
        Position in the order in which the tasks of a search are decided, from 0.
    candidate : Candidate
        What is fitted.
    fold : int
        Index of the train-test split, ``0 <= fold < n_folds``.
    resource : float or None, default=None
        How much may be spent on the fit; None for everything there is.
    """

    ticket: int
    candidate: Candidate
    fold: int
    resource: float | None = None
