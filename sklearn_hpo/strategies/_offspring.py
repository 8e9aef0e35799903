"""From told trials to members, and from genes to candidates that nobody has tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._design import Design, Point
from sklearn_hpo.strategies._genes import Genes
from sklearn_hpo.strategies._population import Member, worth
from sklearn_hpo.trials import Candidate, Trial

# A child: its branch, its genes, and what its candidate notes.
Child: TypeAlias = tuple[int, NDArray[np.float64], dict[str, object] | None]

# Children tried before one that is not new is given up for a random point.
_TRIES = 20


class Offspring:
    """Makes members of what was tried, and candidates of what was not.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    seed : int
        Seed of the search.

    Attributes
    ----------
    has_ended : bool
        Whether nothing more is made; to be set.

    Raises
    ------
    ValueError
        If the space has a distribution that can only be drawn from.
    """

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self.space = space
        self.design = Design(space, seed)
        self.genes = Genes(space)
        self.has_ended = False

    def told(self, trial: Trial) -> Member | None:
        """Remember a trial; return the member it makes, None if it lies outside."""
        point = self.design.tell(trial.candidate)
        if point is None:
            return None
        number, x = trial.candidate.number, self.genes.of(*point)
        return Member(number, point[0], x, worth(trial), trial.scores)

    def newcomer(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return a candidate without parents, None if there is none left."""
        if self.has_ended:
            return None
        taken = self.design.taken(pending)
        point = self.design.first(number, taken) or self.design.untaken(taken, rng)
        return self._candidate(number, point)

    def child(
        self,
        number: int,
        pending: Sequence[Candidate],
        rng: np.random.Generator,
        bear: Callable[[np.random.Generator], Child],
    ) -> Candidate | None:
        """Return the first of some children that is new, else any candidate.

        Parameters
        ----------
        number : int
            Number of the candidate.
        pending : sequence of Candidate
            Candidates that are open.
        rng : Generator
            Where draws come from.
        bear : callable
            Returns another child at each call.

        Returns
        -------
        candidate : Candidate or None
            None if there is none left.
        """
        if self.has_ended:
            return None
        taken = self.design.taken(pending)
        for _ in range(_TRIES):
            branch, x, note = bear(rng)
            point = self.genes.point(branch, x)
            if self.space.key(*point) not in taken:
                return self._candidate(number, point, note)
        return self._candidate(number, self.design.untaken(taken, rng))

    def _candidate(
        self, number: int, point: Point | None, note: dict[str, object] | None = None
    ) -> Candidate | None:
        if point is None:
            return None
        branch, u = point
        return Candidate(number, self.space.decode(branch, u), branch, note)
