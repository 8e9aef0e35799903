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


# With 7 parameters CMA-ES is ahead of differential evolution on surrogates of nets from
# 25 candidates on.
_FEWEST_NUMBERS, _CANDIDATES_PER_PARAMETER = 3, 5


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
        ``"ga"`` for several objectives; ``"cma"`` for at least 3 numbers, at most half
        as many choices, no branches, and at least 5 candidates for each parameter; else
        ``"de"``.
    """
    if several:
        return "ga"
    laws = [law for _, law in space.coordinates if law.n_values > 1]
    n_numbers = sum(law.ordered for law in laws)
    numeric = n_numbers >= max(_FEWEST_NUMBERS, 2 * (len(laws) - n_numbers))
    enough = n_iter >= _CANDIDATES_PER_PARAMETER * len(laws)
    return "cma" if space.n_branches == 1 and numeric and enough else "de"
