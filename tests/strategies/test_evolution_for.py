"""Which kind of evolution suits which search."""

from __future__ import annotations

import pytest

from sklearn_hpo import Integer, Real
from sklearn_hpo.contracts import check_strategy
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import (
    CMAES,
    DifferentialEvolution,
    Evolution,
    evolution_for,
)
from tests.strategies.evolving import searched

NUMBERS = {"a": Real(0, 1), "b": Integer(1, 9), "c": [1, 10, 100], "one": [7]}


@pytest.mark.parametrize(
    ("space", "n_iter", "several", "method"),
    [
        (NUMBERS, 15, False, "cma"),
        (NUMBERS, 14, False, "de"),
        (NUMBERS, 300, True, "ga"),
        ({**NUMBERS, "kind": ["p", "q"]}, 20, False, "cma"),
        ({**NUMBERS, "kind": ["p", "q"], "of": ["p", "q"]}, 900, False, "de"),
        ([NUMBERS, {"a": Real(0, 1)}], 900, False, "de"),
        ({"a": Real(0, 1), "b": Real(0, 1)}, 900, False, "de"),
    ],
)
def test_it_depends_on_space_budget_and_objectives(
    space, n_iter: int, several, method: str
) -> None:
    found = evolution_for(SearchSpace.from_user(space), n_iter, several=several)
    assert found == method


@pytest.mark.parametrize(("n_iter", "kind"), [(14, DifferentialEvolution), (40, CMAES)])
def test_evolution_is_the_kind_that_suits(n_iter: int, kind) -> None:
    check_strategy(Evolution())
    runs = [
        searched(strategy, NUMBERS, lambda a, b, c, one: a - b + c, n_iter, seed=3)
        for strategy in (Evolution(), kind())
    ]
    assert runs[0][1] == runs[1][1]
