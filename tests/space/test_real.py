from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sklearn_hpo.space import Real

ALPHA = 1e-6  # false-alarm rate of each statistical test

u_in_unit = st.floats(0, 1)
magnitudes = st.floats(-1e6, 1e6)


@st.composite
def linear_and_value(draw: st.DrawFn) -> tuple[Real, float]:
    low, width = draw(magnitudes), draw(st.floats(1e-3, 1e6))
    real = Real(low, low + width)
    return real, draw(st.floats(real.low, real.high))


@st.composite
def log_and_value(draw: st.DrawFn) -> tuple[Real, float]:
    """Up to 12 decades, somewhere from 1e-30 to 1e30."""
    exponent, decades = draw(st.floats(-30, 18)), draw(st.floats(0.01, 12))
    real = Real(10**exponent, 10 ** (exponent + decades), log=True)
    return real, draw(st.floats(real.low, real.high))


@settings(deadline=None)
@given(linear_and_value())
def test_a_linear_round_trip_is_exact_to_1e_12_of_the_range(
    case: tuple[Real, float],
) -> None:
    real, value = case
    # Beside a large offset the floats themselves are further apart than that.
    spacing = np.spacing(max(abs(real.low), abs(real.high)))
    atol = max(1e-12 * (real.high - real.low), spacing)
    assert abs(real.decode(real.encode(value)) - value) <= atol


@settings(deadline=None)
@given(log_and_value())
def test_a_log_round_trip_is_exact_to_1e_12_of_the_value(
    case: tuple[Real, float],
) -> None:
    real, value = case
    assert real.decode(real.encode(value)) == pytest.approx(value, rel=1e-12, abs=0)


@settings(deadline=None)
@given(st.one_of(linear_and_value(), log_and_value()), u_in_unit)
def test_every_coordinate_decodes_to_a_float_between_the_bounds(
    case: tuple[Real, float], u: float
) -> None:
    value = case[0].decode(u)
    assert type(value) is float
    assert case[0].low <= value <= case[0].high


@settings(deadline=None)
@given(st.one_of(linear_and_value(), log_and_value()))
def test_bounds_come_back_to_the_last_bit(case: tuple[Real, float]) -> None:
    real, _ = case
    assert (real.encode(real.low), real.encode(real.high)) == (0, 1)
    assert (real.decode(0), real.decode(1)) == (real.low, real.high)


@settings(deadline=None)
@given(st.one_of(linear_and_value(), log_and_value()))
def test_coordinates_of_values_lie_in_the_unit_interval(
    case: tuple[Real, float],
) -> None:
    real, value = case
    assert 0 <= real.encode(value) <= 1


@pytest.mark.parametrize("log", [False, True])
def test_rvs_follow_the_prior(log: bool) -> None:
    draws = Real(0.01, 100, log=log).rvs(size=5000, random_state=0)
    prior = stats.loguniform(0.01, 100) if log else stats.uniform(0.01, 99.99)
    assert stats.kstest(draws, prior.cdf).pvalue > ALPHA


def test_place_is_the_coordinate() -> None:
    u = np.array([0.0, 0.3, 1.0])
    np.testing.assert_array_equal(Real(1, 10).place(u), u)


@pytest.mark.parametrize(
    "value", [0.5, 10.5, math.nan, math.inf, True, "5", None, [5.0], 5j, 10**400]
)
def test_what_is_not_between_the_bounds_has_no_coordinate(value: object) -> None:
    assert Real(1, 10).encode(value) is None


@pytest.mark.parametrize("number", [5, 5.0, np.int8(5), np.float32(5), np.float64(5)])
def test_every_type_of_number_has_a_coordinate(number: object) -> None:
    assert Real(0, 10).encode(number) == 0.5


def test_a_rounded_bound_of_single_precision_is_not_outside_the_cube() -> None:
    assert Real(0, 0.1).encode(np.float32(0.1)) is None  # 0.10000000149


def test_a_constant_has_one_value() -> None:
    real = Real(2.5, 2.5)
    real.validate()
    assert real.n_values == 1
    assert real.encode(2.5) == real.level(0) == 0.5
    assert {real.decode(u) for u in (0.0, 0.3, 1.0)} == {2.5}
    assert {real.index(u) for u in (0.0, 0.3, 1.0)} == {0}
    np.testing.assert_array_equal(real.place(np.array([0.0, 1.0])), [0.5, 0.5])


def test_a_range_has_no_levels() -> None:
    with pytest.raises(TypeError, match="finite number of values"):
        Real(0, 1).level(0)
    with pytest.raises(TypeError, match="finite number of values"):
        Real(0, 1).index(0.5)


@pytest.mark.parametrize(
    ("real", "error", "message"),
    [
        (Real(2, 1), ValueError, "low must not be above high, got low=2 and high=1"),
        (Real(math.nan, 1), ValueError, "low must be a finite number, got nan"),
        (Real(0, math.inf), ValueError, "high must be a finite number, got inf"),
        (Real(0, 10**400), ValueError, "high must be a finite number, got 1000"),
        (Real("0", 1), TypeError, "low must be a real number, got '0' of type str"),
        (Real(0, None), TypeError, "high must be a real number, got None"),
        (Real(False, 1), TypeError, "low must be a real number, got False"),
        (Real(0, 1, log=True), ValueError, "low must be above 0 with log=True, got 0"),
        (Real(-1, 1, log=True), ValueError, "low must be above 0 with log=True"),
        (Real(1, 9, "log-uniform"), TypeError, "log must be True or False, got 'log"),
        (Real(-1e308, 1e308), ValueError, "high - low must be a finite float"),
        (Real(1e-310, 1e308, log=True), ValueError, "above 0 and below 1400"),
        (Real(1e3, 1e3 + 1e-13, log=True), ValueError, "above 0 and below 1400"),
    ],
    ids=str,
)
def test_bad_bounds(real: Real, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        real.validate()


def test_a_constructor_checks_nothing() -> None:
    assert Real("a", None).low == "a"


def test_tokens_tell_ranges_apart() -> None:
    assert Real(1, 10).token() == Real(1.0, np.float64(10)).token()
    assert Real(1, 10).token() != Real(1, 10, log=True).token()
    assert Real(1, 10).token() != Real(1, 10 + 1e-14).token()
