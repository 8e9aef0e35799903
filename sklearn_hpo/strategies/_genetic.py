"""A genetic algorithm without generations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.strategies._offspring import Child
from sklearn_hpo.strategies._population import Member
from sklearn_hpo.strategies._steady_state import SteadyState
from sklearn_hpo.strategies._variation import mutated, repaired, settled_in
from sklearn_hpo.trials import Candidate

# How many members fight for each parenthood.
_TOURNAMENT = 3
# Chance that a child has two parents.
_CROSSOVER = 0.5
# Chance that the first parent is one of the elite instead.
_ELITE = 0.5


class Genetic(SteadyState):
    """Selects parents, crosses them, mutates the child: a genetic algorithm.

    The first candidates are points of a scrambled Sobol sequence. From then on each
    candidate is a child. Parents win a tournament; uniform crossover takes each gene
    from one of them; mutation changes some genes by steps whose size spans orders of
    magnitude, as no single one is right for long. A child that is no worse than the
    worst member takes its place, whenever it is told: there are no generations to wait
    for. Half of the children have the best of all, or of a branch, for a parent: so no
    branch is lost because its first candidates were poor.

    Members are compared by non-dominated sorting and crowding if there are several
    objectives, as in NSGA-II [1]_. When the scores of the members differ by no more
    than the folds disagree, the population begins anew.

    Parameters
    ----------
    population_size : int or None, default=None
        Number of members, at least 4. None for a number that grows with that of the
        parameters, from 8 to 24, but at most a sixth of the search.
    stop_when_converged : bool, default=False
        Whether nothing more is proposed when the scores of the members differ by no
        more than the folds disagree, where it else begins anew.

    References
    ----------
    .. [1] K. Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm:
       NSGA-II", IEEE Transactions on Evolutionary Computation 6(2), 2002.
    """

    def _compete(self, member: Member, candidate: Candidate) -> None:
        self.population_.add(member)

    def _child(self, pending: Sequence[Candidate], rng: np.random.Generator) -> Child:
        """Return a child, and the numbers of its parents."""
        genes = self.offspring_.genes
        first, second = self._parents(rng)
        branch, x = first.branch, first.x
        parents = [first.number]
        if rng.random() < _CROSSOVER:
            branch, x = _crossed(first, second, rng)
            parents.append(second.number)
        branch, x = mutated(genes, branch, x, rng)
        x = settled_in(genes, branch, x, [first.x, second.x], rng)
        return branch, repaired(x, first.x, rng), {"parents": parents}

    def _parents(self, rng: np.random.Generator) -> tuple[Member, Member]:
        first, second = self._winner(rng), self._winner(rng)
        if rng.random() < _ELITE:
            first = self.population_.elite(rng)
        return first, second

    def _winner(self, rng: np.random.Generator) -> Member:
        """Return the winner of a tournament: the first of those drawn."""
        n = len(self.population_)
        return self.population_[int(rng.integers(n, size=_TOURNAMENT).min())]


def _crossed(
    first: Member, second: Member, rng: np.random.Generator
) -> tuple[int, NDArray[np.float64]]:
    """Return branch and genes of a child that has each from one of its parents."""
    from_second = rng.random(len(first.x)) < 0.5
    branch = second.branch if rng.random() < 0.5 else first.branch
    return branch, np.where(from_second & ~np.isnan(second.x), second.x, first.x)
