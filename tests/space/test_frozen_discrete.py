from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo.space import as_distribution
from sklearn_hpo.space._frozen_discrete import FrozenDiscrete
from sklearn_hpo.space._tabulated import Tabulated

ALPHA = 1e-6  # false-alarm rate of each statistical test

FINITE = {
    "randint": (stats.randint(-4, 9), range(-4, 9)),
    "binom": (stats.binom(10, 0.3), range(11)),
    "binom of p=0": (stats.binom(10, 0), [0]),
    "bernoulli": (stats.bernoulli(0.3), [0, 1]),
    "hypergeom": (stats.hypergeom(20, 7, 12), range(8)),
    "betabinom": (stats.betabinom(20, 2, 3), range(21)),
    "nhypergeom": (stats.nhypergeom(20, 7, 12), range(8)),
    "shifted": (stats.randint(0, 3, loc=5), [5, 6, 7]),
    "values": (stats.rv_discrete(values=([1, 5, 9], [0.2, 0.3, 0.5])), [1, 5, 9]),
}
INFINITE = {
    "poisson": stats.poisson(5),
    "poisson, wide": stats.poisson(1e6),
    "geom": stats.geom(0.2),
    "nbinom": stats.nbinom(3, 0.2),
    "skellam": stats.skellam(3, 4),
    "zipf": stats.zipf(3),
    "many": stats.randint(0, 2**31 - 1),
}
FAMILIES = {name: dist for name, (dist, _) in FINITE.items()} | INFINITE

each_family = pytest.mark.parametrize("family", FAMILIES)
each_finite_family = pytest.mark.parametrize("family", FINITE)


@each_family
def test_round_trips_are_exact(family: str) -> None:
    frozen = as_distribution(FAMILIES[family])
    for value in np.unique(frozen.dist.ppf(np.linspace(1e-4, 1 - 1e-4, 99))):
        decoded = frozen.decode(frozen.encode(int(value)))
        assert decoded == value
        assert type(decoded) is int


@each_family
@pytest.mark.parametrize("u", [0, 5e-324, 2**-53, 1e-5, 1 - 1e-5, 1 - 2**-53, 1])
def test_the_ends_are_inside_the_support(family: str, u: float) -> None:
    frozen = as_distribution(FAMILIES[family])
    value = frozen.decode(u)
    assert frozen.dist.pmf(value) > 0
    assert frozen.decode(frozen.encode(value)) == value


@each_family
def test_place_is_the_coordinate_of_the_value(family: str) -> None:
    frozen = as_distribution(FAMILIES[family])
    u = np.random.default_rng(0).uniform(size=50)
    placed = frozen.place(u)
    assert placed.tolist() == [frozen.encode(frozen.decode(x)) for x in u]
    assert ((placed >= 0) & (placed <= 1)).all()


@each_finite_family
def test_values_are_listed(family: str) -> None:
    dist, values = FINITE[family]
    frozen = as_distribution(dist)
    frozen.validate()
    levels = [frozen.level(i) for i in range(frozen.n_values)]
    assert [frozen.decode(u) for u in levels] == list(values)
    assert [frozen.index(u) for u in levels] == list(range(frozen.n_values))
    assert levels == [frozen.encode(value) for value in values]


@pytest.mark.parametrize("family", INFINITE)
def test_what_cannot_be_listed_is_infinite(family: str) -> None:
    frozen = as_distribution(INFINITE[family])
    frozen.validate()
    assert frozen.n_values == math.inf
    with pytest.raises(TypeError, match="finite number of values"):
        frozen.level(0)
    with pytest.raises(TypeError, match="finite number of values"):
        frozen.index(0.5)


@each_family
def test_cells_tell_values_apart(family: str) -> None:
    frozen = as_distribution(FAMILIES[family])
    u = np.linspace(0, 1, 50)
    values = {frozen.decode(x) for x in u}
    assert len({frozen.cell(x) for x in u}) == len(values)


def test_values_too_rare_to_have_a_coordinate_are_none() -> None:
    frozen = as_distribution(stats.binom(1000, 0.5))
    assert frozen.encode(0) is None  # its probability is 2**-1000
    assert frozen.n_values < 300
    assert frozen.decode(0) == frozen.decode(frozen.level(0))


def test_rvs_follow_the_family() -> None:
    draws = as_distribution(stats.binom(10, 0.3)).rvs(size=1000, random_state=0)
    expected = 1000 * stats.binom(10, 0.3).pmf(np.arange(11))
    observed = np.bincount(draws, minlength=11)
    # The tail from 6 on is one class, as chi-square asks for five or more in each.
    observed, expected = (np.r_[x[:6], x[6:].sum()] for x in (observed, expected))
    assert stats.chisquare(observed, expected).pvalue > ALPHA


@pytest.mark.parametrize("value", [-1, 9, 2.0, True, "2", None, 10**400])
def test_what_is_no_value_has_no_coordinate(value: object) -> None:
    assert as_distribution(stats.randint(0, 9)).encode(value) is None


def test_gaps_have_no_coordinate() -> None:
    dist = stats.rv_discrete(values=([1, 5, 9], [0.2, 0.3, 0.5]))
    assert as_distribution(dist).encode(2) is None


@pytest.mark.parametrize(
    "dist",
    [
        stats.rv_discrete(values=([0.5, 1.5], [0.5, 0.5])),
        stats.rv_discrete(values=([0, 0.5, 1], [0.2, 0.3, 0.5])),
        stats.rv_discrete(values=([0, 0.5, 1], [0.2, 0.3, 0.5]))(),
        stats.randint(0, 3, loc=0.5),
    ],
)
def test_values_must_be_integers(dist: Any) -> None:
    with pytest.raises(ValueError, match=r"integer values, got .*\.5"):
        as_distribution(dist).validate()


def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="support without NaN"):
        as_distribution(stats.randint(5, 2)).validate()


@pytest.mark.parametrize(
    "dist",
    [
        stats.hypergeom(20, 7, 12),
        stats.betabinom(2000, 2, 3),
        stats.zipf(3),
        # With these scipy's own search may end in an error.
        stats.zipf(2),
        stats.logser(0.999),
        stats.skellam(1000, 900),
    ],
)
def test_a_table_has_the_quantiles_of_the_family(dist: Any) -> None:
    frozen = as_distribution(dist)
    assert isinstance(frozen, Tabulated)
    for u in np.linspace(0.005, 0.995, 34):
        k = frozen.decode(u)
        below, above = dist.cdf([k - 1, k])
        assert below - 1e-5 < u <= above + 1e-5  # what the table leaves out
        assert frozen.encode(k) == pytest.approx((below + above) / 2, abs=1e-5)
        assert frozen.decode(frozen.encode(k)) == k


def test_a_tail_too_long_for_a_table_is_refused_by_who_needs_quantiles() -> None:
    frozen = as_distribution(stats.zipf(a=1.5))
    frozen.validate()
    assert frozen.n_values == math.inf
    with pytest.raises(ValueError, match=r"65536 values, got zipf with .*'a': 1\.5"):
        frozen.decode(0.5)


def test_a_pmf_makes_the_difference() -> None:
    assert isinstance(as_distribution(stats.poisson(3)), FrozenDiscrete)
    assert not isinstance(as_distribution(stats.norm()), FrozenDiscrete)
