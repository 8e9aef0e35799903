"""Random draws: from the distributions, none twice, until nothing is left."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo import Real
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Random
from sklearn_hpo.strategies._design import Design
from sklearn_hpo.trials import Candidate
from tests.fakes import OnlyRvs, completed


def drawn(space, n, strategy=None):
    strategy = strategy or Random()
    strategy.start(space, n, 0)
    found = []
    for number in range(n):
        candidate = strategy.ask(number, (), np.random.default_rng([3, number]))
        if candidate is None:
            break
        found.append(candidate)
        strategy.tell(completed(candidate, 0.0))
    return found


def test_draws_are_from_the_distributions() -> None:
    """A distance above 0.103 has a chance below 1 in 1,000 with 350 draws or more."""
    space = SearchSpace.from_user(
        [{"x": Real(1e-3, 1e3, log=True)}, {"x": Real(1e-3, 1e3, log=True), "b": [1]}]
    )
    found = drawn(space, 400)
    u = [(np.log10(c.params["x"]) + 3) / 6 for c in found]
    assert stats.kstest(u, "uniform").statistic < 0.103
    # Each branch is as likely: 200 of 400, give or take 3.3 standard deviations.
    assert abs(sum("b" in c.params for c in found) - 200) < 33


def test_nothing_is_drawn_twice_and_everything_once() -> None:
    space = SearchSpace.from_user({"a": list("abcdefg"), "b": [1, 2, 3]})
    found = drawn(space, 100)
    assert len(found) == len({tuple(c.params.items()) for c in found}) == 21


def test_something_is_left_where_there_are_too_many_points_to_count() -> None:
    space = SearchSpace.from_user({f"s{i}": [True, False] for i in range(64)})
    design = Design(space, 0)
    branch, u = design.untaken(set(), np.random.default_rng(0))
    assert space.key(branch, u) is not None
    taken = {space.key(branch, u)}
    other = design.untaken(taken, np.random.default_rng(0))
    assert space.key(*other) not in taken


def test_what_is_pending_is_taken() -> None:
    space = SearchSpace.from_user({"a": ["x", "y"]})
    strategy = Random()
    strategy.start(space, 2, 0)
    for a, other in (("x", "y"), ("y", "x")):
        pending = [Candidate(0, {"a": a}, 0)]
        answer = strategy.ask(1, pending, np.random.default_rng(0))
        assert answer.params == {"a": other}


def test_what_cannot_be_laid_out_is_refused() -> None:
    space = SearchSpace.from_user({"a": OnlyRvs()})
    with pytest.raises(ValueError, match=r"\['a'\] that have only rvs"):
        Random().start(space, 3, 0)
