"""The kind of evolution that suits the search, as a strategy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._evolution_for import EVOLUTIONS, evolution_for
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.trials import Candidate, Trial


class Evolution(Strategy):
    """Lets the best candidates have children, in the way that suits the search.

    That is :class:`CMAES` where most parameters are numbers and candidates are many,
    else :class:`DifferentialEvolution`: the choice of
    :class:`~sklearn_hpo.EvolutionSearchCV` with ``method="auto"``.
    """

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Forget everything, choose and prepare for a search."""
        self.strategy_: Strategy = EVOLUTIONS[evolution_for(space, n_iter)]()
        self.strategy_.start(space, n_iter, seed)

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return the next candidate, None if the space is exhausted."""
        return self.strategy_.ask(number, pending, rng)

    def tell(self, trial: Trial) -> None:
        """Learn from a closed trial."""
        self.strategy_.tell(trial)
