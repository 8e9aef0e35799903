"""Points drawn from the space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sklearn_hpo.acquisition import canonical
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._design import Design
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.trials import Candidate, Trial

# Draws before a point that is not taken is looked for in another way.
_TRIES = 20


class Random(Strategy):
    """Draws each candidate from the distributions of the space, and none twice.

    For schedules that want candidates one by one without learning from them, and to
    compare other strategies with.
    """

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Forget everything and prepare for a search.

        Raises
        ------
        ValueError
            If the space has a distribution without ppf and cdf.
        """
        self.space_ = space
        self.design_ = Design(space, seed)

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return the next candidate, None if the space is exhausted."""
        taken = self.design_.taken(pending)
        draws = rng.random((_TRIES, 1 + self.space_.n_dims))
        drawn = (
            canonical(self.space_, int(branch), u)
            for branch, u in zip(*self.space_.from_unit(draws), strict=True)
        )
        point = next((p for p in drawn if self.space_.key(*p) not in taken), None)
        point = point or self.design_.untaken(taken, rng)
        if point is None:
            return None
        branch, u = point
        return Candidate(number, self.space_.decode(branch, u), branch)

    def tell(self, trial: Trial) -> None:
        """Remember what was tried."""
        self.design_.tell(trial.candidate)
