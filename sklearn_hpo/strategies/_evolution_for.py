"""Which kind of evolution suits a search."""

from __future__ import annotations

from collections.abc import Mapping

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._cmaes import CMAES
from sklearn_hpo.strategies._differential_evolution import DifferentialEvolution
from sklearn_hpo.strategies._genetic import Genetic

EVOLUTIONS: Mapping[str, type[DifferentialEvolution | CMAES | Genetic]] = {
    "de": DifferentialEvolution,
    "cma": CMAES,
    "ga": Genetic,
}


# CMA-ES needs so many candidates for each number before it is ahead: on turned
# ellipsoids it is so from 50 on, on surrogates of nets with 7 numbers not yet with 71.
_CANDIDATES_PER_NUMBER = 100
_FEWEST_NUMBERS = 3


def evolution_for(space: SearchSpace, n_iter: int, *, several: bool = False) -> str:
    """Return the kind of evolution that suits a search.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    n_iter : int
        Number of candidates.
    several : bool, default=False
        Whether there are several objectives.

    Returns
    -------
    method : {"de", "cma", "ga"}
        ``"ga"`` for several objectives; ``"cma"`` for at least 3 numbers, no choices
        and no branches, and at least 100 candidates for each number; else ``"de"``.
    """
    if several:
        return "ga"
    laws = [law for _, law in space.coordinates if law.n_values > 1]
    numeric = space.n_branches == 1 and all(law.ordered for law in laws)
    enough = n_iter >= _CANDIDATES_PER_NUMBER * len(laws)
    return "cma" if numeric and enough and len(laws) >= _FEWEST_NUMBERS else "de"
