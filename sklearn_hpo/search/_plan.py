"""What a search is going to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.evaluation import Resource
from sklearn_hpo.schedules import Schedule
from sklearn_hpo.search._loop import nothing_known
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import FoldResult, Task, Trial

Splits: TypeAlias = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


@dataclass(frozen=True, eq=False)
class Plan:
    """What a search is going to do, settled before any model is trained.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    strategy : Strategy
        What to try next.
    n_iter : int
        Number of candidates the search may have.
    schedule : Schedule or None, default=None
        How much to spend on each; None for all folds, or a race if the search has one.
    seed : int, default=0
        Seed of the search.
    lookahead : int or None, default=None
        By how many tickets the results told may lag behind the decisions; None for 1
        with one worker, else twice the number of workers.
    as_they_come : bool, default=False
        Whether results are told in the order of their arrival.
    splits : list of (train, test) or None, default=None
        Folds to use instead of those of the splitter.
    objectives : tuple of str, default=()
        What is optimized, if it is more than one thing; see :class:`History`.
    objective : str or None, default=None
        The one of them that is the value of a trial.
    known : callable
        Returns the result of a task if it need not be run, else None.
    told : list of (Trial, list of FoldResult)
        Trials of earlier searches, and what their folds have brought, that are to be
        the first of this one. The strategy has their points first.
    resource : Resource or None, default=None
        What rungs spend more of, if there are any.
    n_fits : int or None, default=None
        About how many fits the search has; None for all folds of all candidates.
    """

    space: SearchSpace
    strategy: Strategy
    n_iter: int
    schedule: Schedule | None = None
    seed: int = 0
    lookahead: int | None = None
    as_they_come: bool = False
    splits: Splits | None = None
    objectives: tuple[str, ...] = ()
    objective: str | None = None
    known: Callable[[Task], FoldResult | None] = nothing_known
    told: Sequence[tuple[Trial, list[FoldResult]]] = ()
    resource: Resource | None = None
    n_fits: int | None = None
