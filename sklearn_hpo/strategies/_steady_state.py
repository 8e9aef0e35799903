"""What evolution without generations does, whatever its children are like."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial

import numpy as np

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._offspring import Child, Offspring
from sklearn_hpo.strategies._population import (
    Member,
    Population,
    checked_size,
    usual_size,
)
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.trials import Candidate, Trial


class SteadyState(Strategy):
    """A population that changes with every trial told; its kinds say more."""

    def __init__(
        self, population_size: int | None = None, *, stop_when_converged: bool = False
    ) -> None:
        self.population_size = population_size
        self.stop_when_converged = stop_when_converged

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Forget everything and prepare for a search.

        Raises
        ------
        ValueError
            If the space has a distribution that can only be drawn from, or the
            population is too small.
        """
        self.offspring_ = Offspring(space, seed)
        usual = usual_size(self.offspring_.genes.n_genes, n_iter)
        self.population_ = Population(checked_size(self.population_size, usual))

    def tell(self, trial: Trial) -> None:
        """Let the candidate compete for a place in the population."""
        member = self.offspring_.told(trial)
        if member is None:
            return
        self._compete(member, trial.candidate)
        if self.population_.is_settled:
            self.offspring_.has_ended = self.stop_when_converged
            self.population_.clear()

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return the next candidate, None if there is none left to propose."""
        if self.population_.waits(len(pending)):
            return self.offspring_.newcomer(number, pending, rng)
        bear = partial(self._child, pending)
        return self.offspring_.child(number, pending, rng, bear)

    @abstractmethod
    def _compete(self, member: Member, candidate: Candidate) -> None:
        """Let a new member have the place it deserves."""

    @abstractmethod
    def _child(self, pending: Sequence[Candidate], rng: np.random.Generator) -> Child:
        """Return another child at each call."""
