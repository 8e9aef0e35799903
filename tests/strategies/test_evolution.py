"""What all kinds of evolution have in common."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo import Categorical, Integer, Real
from sklearn_hpo.contracts import check_strategy
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import CMAES, EVOLUTIONS, DifferentialEvolution, Genetic
from tests.fakes import OnlyRvs
from tests.strategies.evolving import searched, told

EACH = pytest.mark.parametrize("kind", EVOLUTIONS.values())
NUMBERS = {f"x{i}": Real(0, 1) for i in range(4)}
MIXED = [
    {
        "kind": ["a"],
        "x": Real(1e-3, 1e3, log=True),
        "n": Integer(1, 20),
        "c": ["p", "q", "r"],
    },
    {"kind": ["b"], "x": Real(1e-3, 1e3, log=True), "c": ["p", "q", "r"]},
]


def sphere(**params) -> float:
    return -sum((x - 0.3) ** 2 for x in params.values())


def mixed(kind, x, c, n=10) -> float:
    far = abs(math.log10(x) - 1) + abs(n - 7) / 5
    return -far - (c != "q") - (kind != "a")


@EACH
def test_it_keeps_the_contract_with_a_small_population(kind) -> None:
    check_strategy(kind(population_size=4))


@EACH
@pytest.mark.parametrize(("space", "score"), [(NUMBERS, sphere), (MIXED, mixed)])
def test_it_is_ahead_of_chance(kind, space, score) -> None:
    """Each of 60 searches would beat the best of as many draws with a chance of 1/2.

    At least 45 do: a chance of 7 in 100,000 if there was nothing in it, and a false
    alarm in 1 of 400 for a strategy that beats them 7 times in 8.
    """
    wins = 0
    for seed in range(60):
        _, values = searched(kind(), space, score, 80, seed=seed)
        rng = np.random.default_rng(seed)
        points = SearchSpace.from_user(space)
        branch, u = points.from_unit(rng.random((80, 1 + points.n_dims)))
        drawn = [
            score(**points.decode(b, row)) for b, row in zip(branch, u, strict=True)
        ]
        wins += max(values) > max(drawn)
    assert wins >= 45


@EACH
def test_nothing_is_tried_twice_and_a_finite_space_is_exhausted(kind) -> None:
    space = {"a": [0, 1, 2], "b": Categorical(["p", "q"]), "n": Integer(1, 4)}
    candidates, _ = searched(kind(), space, lambda a, b, n: a * n, 100, n_pending=3)
    assert len(candidates) == 24
    assert len({json.dumps(dict(c.params)) for c in candidates}) == 24


@EACH
def test_the_order_of_choices_means_nothing(kind) -> None:
    """The neighbours of a good choice are tried no more often than others.

    A t-test over seeds, as children copy choices: a false alarm in a thousand.
    """
    space = {"c": list("abcdefghi"), **NUMBERS}
    differences = []
    for seed in range(25):
        candidates, _ = searched(
            kind(), space, lambda c, **x: sphere(**x) + (c == "e"), 70, seed=seed
        )
        chosen = [candidate.params["c"] for candidate in candidates]
        counts = np.array([chosen.count(letter) for letter in "abcdefghi"])
        differences.append(counts[[3, 5]].mean() - counts[[0, 1, 2, 6, 7, 8]].mean())
    assert stats.ttest_1samp(differences, 0.0).pvalue > 1e-3


@EACH
def test_no_pile_on_the_bounds(kind) -> None:
    """With the best at a corner children come near the bounds, but not onto them."""
    candidates, values = searched(kind(), NUMBERS, lambda **x: -sum(x.values()), 200)
    x = np.array([list(c.params.values()) for c in candidates])
    assert ((x == 0.0) | (x == 1.0)).mean() < 0.01
    assert max(values) > -0.4


@EACH
def test_a_best_value_at_the_bound_of_a_logarithm_is_found(kind) -> None:
    space = {"x": Real(1e-6, 1e6, log=True)}
    _, values = searched(kind(), space, lambda x: -math.log10(x), 150)
    assert max(values) > 5.5


@EACH
def test_only_choices(kind) -> None:
    space = {f"c{i}": list("abcde") for i in range(6)}
    _, values = searched(
        kind(), space, lambda **c: sum(v == "d" for v in c.values()), 300
    )
    assert max(values) >= 5


@EACH
def test_thousands_of_choices(kind) -> None:
    space = {"word": [f"w{i}" for i in range(3000)], **NUMBERS}
    candidates, _ = searched(
        kind(), space, lambda word, **numbers: sphere(**numbers) + (word < "w2"), 60
    )
    assert len({tuple(c.params.values()) for c in candidates}) == 60


@EACH
def test_one_dimension(kind) -> None:
    _, values = searched(kind(), {"x": Real(0, 1)}, lambda x: -abs(x - 0.7), 60)
    assert max(values) > -0.01


@EACH
def test_fifty_dimensions(kind) -> None:
    space = {f"x{i}": Real(0, 1) for i in range(50)}
    _, values = searched(kind(), space, sphere, 300)
    assert max(values) > np.max(values[:20])


@EACH
def test_all_scores_equal(kind) -> None:
    candidates, _ = searched(kind(), MIXED, lambda **_: 1.0, 100)
    assert len(candidates) == 100


@EACH
@pytest.mark.parametrize("share", [2, 1])
def test_failures_have_no_children(kind, share: int) -> None:
    """With every second candidate failing, and with all of them."""
    strategy = kind()
    strategy.start(SearchSpace.from_user(NUMBERS), 80, 0)
    failed = set()
    for number in range(80):
        candidate = strategy.ask(number, [], np.random.default_rng([0, number]))
        parents = (candidate.note or {}).get("parents", [])
        assert not failed.intersection(parents)
        value = math.nan if number % share == 0 else sphere(**candidate.params)
        if math.isnan(value):
            failed.add(number)
        strategy.tell(told(candidate, value))


@EACH
def test_a_child_notes_what_it_comes_of_as_json(kind) -> None:
    candidates, _ = searched(kind(), MIXED, mixed, 60)
    notes = [c.note for c in candidates if c.note]
    assert len(notes) > 30
    for candidate in candidates:
        note = json.loads(json.dumps(candidate.note))
        assert note == candidate.note
        for parent in (note or {}).get("parents", []):
            assert 0 <= parent < candidate.number


@EACH
def test_eight_pending_children_are_different(kind) -> None:
    strategy = kind()
    searched(strategy, MIXED, mixed, 60)
    pending = []
    for number in range(60, 68):
        rng = np.random.default_rng([0, number])
        pending.append(strategy.ask(number, pending, rng))
    assert len({json.dumps(dict(c.params)) for c in pending}) == 8
    assert all(c.note for c in pending)


@EACH
@pytest.mark.parametrize("other", EVOLUTIONS.values())
def test_it_goes_on_from_where_another_kind_came(kind, other) -> None:
    """As a journal with more candidates than before may want."""
    candidates, values = searched(other(), MIXED, mixed, 40)
    strategy = kind()
    strategy.start(SearchSpace.from_user(MIXED), 80, 0)
    for candidate, value in zip(candidates[:-3], values, strict=False):
        strategy.tell(told(candidate, value))
    rng = np.random.default_rng(0)
    assert strategy.ask(40, candidates[-3:], rng) is not None


@EACH
def test_a_distribution_with_rvs_only_is_refused(kind) -> None:
    with pytest.raises(ValueError, match="only rvs"):
        kind().start(SearchSpace.from_user({"x": OnlyRvs()}), 10, 0)


@EACH
@pytest.mark.parametrize("size", [0, 3, -4, 6.5, "many"])
def test_a_population_that_cannot_be_one_is_refused(kind, size) -> None:
    with pytest.raises(ValueError, match="expected None or an integer from 4 on, got"):
        kind(population_size=size).start(SearchSpace.from_user(NUMBERS), 30, 0)


@pytest.mark.parametrize("kind", [DifferentialEvolution, Genetic])
def test_several_objectives_spread_along_the_front(kind) -> None:
    """The front is x0 from 0 to 1, all others 0.5."""

    def score(x0, **rest) -> tuple[float, float]:
        off = 1 + sum((x - 0.5) ** 2 for x in rest.values())
        return -x0 * off, -(1 - x0) * off

    strategy = kind()
    searched(strategy, NUMBERS, score, 250)
    values = np.array([member.values for member in strategy.population_])
    assert -values.sum(axis=1).mean() < 1.1
    assert np.ptp(values[:, 0]) > 0.6
    assert np.diff(np.sort(values[:, 0])).max() < 0.4


def test_the_mean_of_cma_es_follows_values_that_are_rounded() -> None:
    strategy = CMAES()
    space = {"n": Integer(0, 99), "k": Integer(0, 99)}
    searched(strategy, space, lambda n, k: -abs(n - 80) - abs(k - 10), 120)
    assert strategy.gaussian_ is not None
    np.testing.assert_allclose(strategy.gaussian_.m, [0.105, 0.805], atol=0.05)
