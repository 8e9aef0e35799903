from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sklearn_hpo.space import as_distribution
from sklearn_hpo.space._frozen import Frozen

ALPHA = 1e-6  # false-alarm rate of each statistical test


class Triangle(stats.rv_continuous):
    def _pdf(self, x: Any) -> Any:
        return 2 * x


FAMILIES = {
    "uniform": stats.uniform(-3, 7),
    "loguniform": stats.loguniform(1e-6, 1e6),
    "expon": stats.expon(scale=3),
    "norm": stats.norm(2, 5),
    "lognorm": stats.lognorm(1.5, scale=3),
    "beta": stats.beta(0.5, 2),
    "beta at 1": stats.beta(5, 0.2),
    "gamma": stats.gamma(9, scale=2),
    "gamma at 0": stats.gamma(0.05),
    "truncnorm": stats.truncnorm(-2, 3, loc=1),
    "truncnorm in a tail": stats.truncnorm(8, 12),
    "cauchy": stats.cauchy(),
    "pareto": stats.pareto(0.1),
    "histogram": stats.rv_histogram(np.histogram([1, 2, 2, 5], bins=3)),
    "halfnorm": stats.halfnorm(),
    "without quantiles of its own": Triangle(a=0, b=1)(),
    "no parameters": stats.expon,
}
each_family = pytest.mark.parametrize("family", FAMILIES)


class Own:
    """Only what is asked for: uniform on [2, 4]."""

    def ppf(self, q: Any) -> Any:
        return 2 + 2 * q

    def cdf(self, x: Any) -> Any:
        return np.clip((x - 2) / 2, 0, 1)

    def rvs(self, size: Any = None, random_state: Any = None) -> Any:
        return np.random.default_rng(random_state).uniform(2, 4, size)


@each_family
@settings(deadline=None, max_examples=30)
@given(q=st.floats(1e-4, 1 - 1e-4))
def test_round_trips_are_exact_to_1e_12(family: str, q: float) -> None:
    frozen = as_distribution(FAMILIES[family])
    value = float(frozen.dist.ppf(q))
    spread = frozen.dist.ppf(0.75) - frozen.dist.ppf(0.25)
    assert frozen.decode(frozen.encode(value)) == pytest.approx(
        value, rel=1e-12, abs=1e-12 * spread
    )


@each_family
@pytest.mark.parametrize(
    "u", [0, 5e-324, 1e-300, 2**-53, 1e-5, 1 - 1e-5, 1 - 2**-53, 1]
)
def test_the_ends_are_finite_and_inside_the_support(family: str, u: float) -> None:
    frozen = as_distribution(FAMILIES[family])
    value = frozen.decode(u)
    lowest, highest = frozen.dist.support()
    assert type(value) is float
    assert math.isfinite(value)
    assert lowest <= value <= highest
    assert 0 <= frozen.encode(value) <= 1


@each_family
def test_coordinates_grow_with_the_value(family: str) -> None:
    frozen = as_distribution(FAMILIES[family])
    values = [frozen.decode(u) for u in np.linspace(0, 1, 101)]
    assert (np.diff(values) >= 0).all()
    assert (np.diff([frozen.encode(value) for value in values]) >= 0).all()


@pytest.mark.parametrize("family", ["norm", "beta", "truncnorm", "no parameters"])
def test_rvs_follow_the_family(family: str) -> None:
    frozen = as_distribution(FAMILIES[family])
    draws = frozen.rvs(size=1000, random_state=0)
    assert stats.kstest(draws, frozen.dist.cdf).pvalue > ALPHA


def test_the_upper_half_is_reckoned_from_above() -> None:
    frozen = as_distribution(stats.norm())
    for u in (2**-2, 2**-10, 2**-20):
        assert frozen.decode(1 - u) == -frozen.decode(u)
        assert frozen.encode(frozen.decode(1 - u)) == 1 - frozen.encode(
            frozen.decode(u)
        )


@each_family
def test_the_ends_are_true_quantiles(family: str) -> None:
    frozen = as_distribution(FAMILIES[family])
    assert frozen.dist.cdf(frozen.decode(0)) < 1e-7
    assert frozen.dist.sf(frozen.decode(1)) < 1e-7


@pytest.mark.parametrize("value", [1.9, 4.1, math.nan, math.inf, True, "3", None])
@pytest.mark.parametrize("dist", [stats.uniform(2, 2), Own()], ids=["scipy", "own"])
def test_what_is_not_supported_has_no_coordinate(dist: Any, value: object) -> None:
    assert as_distribution(dist).encode(value) is None


def test_methods_beyond_ppf_and_cdf_are_not_needed() -> None:
    frozen = as_distribution(Own())
    frozen.validate()
    assert isinstance(frozen, Frozen)
    for value in (2.001, 2.5, 3.9, 3.999):
        assert frozen.decode(frozen.encode(value)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("dist", [stats.uniform(2, 2), Own()], ids=["scipy", "own"])
def test_finite_bounds_come_back_nearly(dist: Any) -> None:
    frozen = as_distribution(dist)
    for bound in (2.0, 4.0):
        assert frozen.decode(frozen.encode(bound)) == pytest.approx(bound, abs=1e-7)


def test_place_is_the_coordinate() -> None:
    u = np.array([0.0, 0.3, 1.0])
    np.testing.assert_array_equal(as_distribution(stats.norm()).place(u), u)


@pytest.mark.parametrize(
    "dist", [stats.norm(scale=-1), stats.beta(-1, 2), stats.uniform(0, math.nan)]
)
def test_arguments_that_do_not_fit(dist: Any) -> None:
    with pytest.raises(ValueError, match=r"support without NaN, got .*Check its arg"):
        as_distribution(dist).validate()


def test_tokens_tell_distributions_apart() -> None:
    token = as_distribution(stats.norm(1, 2)).token()
    assert as_distribution(stats.norm(1, 2)).token() == token
    assert as_distribution(stats.norm(1, 3)).token() != token
    assert as_distribution(stats.cauchy(1, 2)).token() != token
