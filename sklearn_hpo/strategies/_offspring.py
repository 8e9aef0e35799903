"""From told trials to members, and from genes to candidates that nobody has tried."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
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
    """Remembers what was tried, and makes candidates of what was not.

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
        if space.unmodelled:
            raise ValueError(
                "Evolution expects distributions with ppf and cdf, got parameters "
                f"{list(space.unmodelled)} that have only rvs. Give them ppf and cdf, "
                "or use RandomizedSearchCV."
            )
        self.space = space
        self.genes = Genes(space)
        self.design = Design(space, seed)
        self.has_ended = False
        self.taken: set[tuple[Hashable, ...]] = set()

    def told(self, trial: Trial) -> Member | None:
        """Remember a trial; return the member it makes, None if it lies outside."""
        point = self.space.encode(trial.candidate.params)
        if point is None:
            return None
        self.taken.add(self.space.key(*point))
        number, x = trial.candidate.number, self.genes.of(*point)
        return Member(number, point[0], x, worth(trial), trial.scores)

    def newcomer(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return a candidate without parents, None if there is none left."""
        if self.has_ended:
            return None
        taken = self.taken | self._keys(pending)
        point = self.design.first(number, taken) or self.design.untaken(taken, rng)
        return None if point is None else self._candidate(number, point, None)

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
        taken = self.taken | self._keys(pending)
        for _ in range(_TRIES):
            branch, x, note = bear(rng)
            point = self.genes.point(branch, x)
            if self.space.key(*point) not in taken:
                return self._candidate(number, point, note)
        untaken = self.design.untaken(taken, rng)
        return None if untaken is None else self._candidate(number, untaken, None)

    def _keys(self, pending: Sequence[Candidate]) -> set[tuple[Hashable, ...]]:
        points = (self.space.encode(candidate.params) for candidate in pending)
        return {self.space.key(*point) for point in points if point is not None}

    def _candidate(
        self, number: int, point: Point, note: dict[str, object] | None
    ) -> Candidate:
        branch, u = point
        return Candidate(number, self.space.decode(branch, u), branch, note)
