"""Differential evolution without generations, for any space.

Notation, after [1]_
--------------------
target    the member whose place the child wants
x         (n_dims,) genes of a member
F, CR     scale of the differences, chance of each gene to change
best      one of the best members
r1, r2    two different members; not as in [2]_, one of them may be the target
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.strategies._offspring import Child
from sklearn_hpo.strategies._population import Member
from sklearn_hpo.strategies._steady_state import SteadyState
from sklearn_hpo.strategies._variation import mutated, repaired, settled_in
from sklearn_hpo.trials import Candidate

Array = NDArray[np.float64]

# Location and scale of F and CR: [2], section III-B, without the adaptation, which
# needs more candidates than a search has.
_F, _CR, _SPREAD = 0.5, 0.5, 0.1
# Part of the members that are drawn as the best one.
_P = 0.2
# Chance of a child that is a mutant of the best; chosen on the split `tune` of the
# comparison with peers.
_MUTANT = 0.8


class DifferentialEvolution(SteadyState):
    """Moves by the differences between the members of a population.

    The first candidates are points of a scrambled Sobol sequence. From then on a child
    is born at each ask. Four in five are mutants of the best, by a step of a size
    between some thousandths and the third part of a range: with a few hundred
    candidates a search must be greedy. The fifth is made by differential evolution
    [1]_ with the mutation current-to-pbest/1 [2]_, ``x + F (best - x) + F (r1 - r2)``,
    and binomial crossover. A child that is no worse than the member whose place it
    wants takes it when it is told; there are no generations to wait for.

    Choices are copied from a member or drawn, never reckoned with. A gene that becomes
    active is inherited from another member or drawn. What leaves its range comes back
    near the bound. The best of each branch of the space has children too.

    With several objectives a child takes the place of the worst by non-dominated
    sorting and crowding. When the scores of the members differ by no more than the
    folds disagree, the population begins anew.

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
    .. [1] R. Storn and K. Price, "Differential Evolution - A Simple and Efficient
       Heuristic for Global Optimization over Continuous Spaces", Journal of Global
       Optimization 11, 1997.
    .. [2] J. Zhang and A. C. Sanderson, "JADE: Adaptive Differential Evolution with
       Optional External Archive", IEEE Transactions on Evolutionary Computation 13(5),
       2009.
    """

    def _compete(self, member: Member, candidate: Candidate) -> None:
        self.population_.fight(member, _target(candidate))

    def _child(self, pending: Sequence[Candidate], rng: np.random.Generator) -> Child:
        """Return a child that wants a place nobody else wants, if there is one."""
        wanted = {_target(candidate) for candidate in pending}
        free = [m for m in self.population_ if m.number not in wanted]
        targets = free or list(self.population_)
        target = targets[int(rng.integers(len(targets)))]
        if rng.random() < _MUTANT:
            return self._mutant(target, rng)
        return self._moved(target, rng)

    def _moved(self, target: Member, rng: np.random.Generator) -> Child:
        """Return a child by current-to-pbest/1 and binomial crossover."""
        genes, members = self.offspring_.genes, self.population_
        best = members[int(rng.integers(max(2, round(_P * len(members)))))]
        r1, r2 = (members[int(i)] for i in rng.choice(len(members), 2, replace=False))
        F = np.clip(_F + _SPREAD * rng.standard_cauchy(), 0.05, 1.0)  # [2], eq. 17
        CR = np.clip(rng.normal(_CR, _SPREAD), 0.0, 1.0)  # [2], eq. 16
        crossed = rng.random(len(target.x)) < CR
        crossed[rng.integers(len(crossed))] = True
        step = _known(best.x - target.x) + _known(r1.x - r2.x)
        x = np.where(crossed & ~genes.is_choice, target.x + F * step, target.x)
        branch = target.branch
        for dim in np.flatnonzero(crossed & genes.is_choice):
            x[dim] = (best, r1, r2)[int(rng.integers(3))].x[dim]
        if rng.random() < CR:
            branch = (best, r1, r2)[int(rng.integers(3))].branch
        x = settled_in(genes, branch, x, [best.x, r1.x, r2.x, target.x], rng)
        note = _note(target, best, r1, r2)
        return branch, repaired(x, target.x, rng), note

    def _mutant(self, target: Member, rng: np.random.Generator) -> Child:
        """Return a child that differs little from one of the best."""
        genes, parent = self.offspring_.genes, self.population_.elite(rng)
        branch, x = mutated(genes, parent.branch, parent.x, rng)
        x = settled_in(genes, branch, x, [target.x], rng)
        return branch, repaired(x, parent.x, rng), _note(target, parent)


def _known(step: Array) -> Array:
    """Return a step without what one of its ends does not have."""
    return np.nan_to_num(step, nan=0.0)


def _note(target: Member, *parents: Member) -> dict[str, object]:
    """Return what is to be read back when the child is told."""
    return {"target": target.number, "parents": [p.number for p in parents]}


def _target(candidate: Candidate) -> Any:
    """Return the number of the member whose place a candidate wants, if any."""
    return (candidate.note or {}).get("target")
