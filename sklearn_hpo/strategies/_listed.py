"""Candidates known in advance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.trials import Candidate, Trial


class Listed(Strategy):
    """Tries the candidates of a list in order: grid, random and manual search.

    Parameters
    ----------
    candidates : sequence of dict of str to object
        Settings to try, duplicates included.
    """

    looks_back = False

    def __init__(self, candidates: Sequence[Mapping[str, Any]]) -> None:
        self.candidates = candidates

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Do nothing: the list is all there is."""

    def ask(
        self,
        number: int,
        pending: Sequence[Candidate],
        rng: np.random.Generator,
    ) -> Candidate | None:
        """Return the candidate of that number, None after the last one."""
        if number >= len(self.candidates):
            return None
        return Candidate(number, self.candidates[number])

    def tell(self, trial: Trial) -> None:
        """Do nothing: a list does not look back."""
