from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sklearn_hpo.space import Integer

ALPHA = 1e-6  # false-alarm rate of each statistical test


@st.composite
def linear_and_index(draw: st.DrawFn) -> tuple[Integer, int]:
    """Ranges of up to 2**50 values, anywhere."""
    low = draw(st.integers(-(2**60), 2**60))
    n_values = draw(st.one_of(st.integers(1, 50), st.integers(1, 2**50)))
    return Integer(low, low + n_values - 1), draw(st.integers(0, n_values - 1))


@st.composite
def log_and_index(draw: st.DrawFn) -> tuple[Integer, int]:
    """Ranges below 2**40."""
    low = draw(st.one_of(st.integers(1, 50), st.integers(1, 2**40)))
    high = draw(st.integers(low, 2**40))
    return Integer(low, high, log=True), draw(st.integers(0, high - low))


cases = st.one_of(linear_and_index(), log_and_index())


@settings(deadline=None, max_examples=500)
@given(cases)
def test_round_trips_are_exact(case: tuple[Integer, int]) -> None:
    integer, i = case
    integer.validate()
    value = integer.low + i
    assert integer.decode(integer.encode(value)) == value
    assert integer.index(integer.level(i)) == i
    assert integer.encode(value) == integer.level(i)


@settings(deadline=None)
@given(cases)
def test_the_last_index_comes_back(case: tuple[Integer, int]) -> None:
    integer, _ = case
    last = integer.n_values - 1
    assert integer.index(integer.level(last)) == last
    assert integer.decode(1.0) == integer.high


@settings(deadline=None)
@given(cases, st.floats(0, 1))
def test_every_coordinate_decodes_to_an_int_between_the_bounds(
    case: tuple[Integer, int], u: float
) -> None:
    value = case[0].decode(u)
    assert type(value) is int
    assert case[0].low <= value <= case[0].high


@settings(deadline=None)
@given(cases, st.lists(st.floats(0, 1), min_size=1))
def test_place_is_the_middle_of_the_cell(
    case: tuple[Integer, int], u: list[float]
) -> None:
    integer, _ = case
    placed = integer.place(np.array(u))
    assert placed.tolist() == [integer.encode(integer.decode(x)) for x in u]
    assert ((placed >= 0) & (placed <= 1)).all()


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("low", [1, 3, 90])
def test_rvs_follow_the_prior(low: int, log: bool) -> None:
    n_draws = 5000
    draws = Integer(low, 100, log=log).rvs(size=n_draws, random_state=1)
    values = np.arange(low, 101)
    edges = np.arange(low - 0.5, 101)
    mass = np.diff(np.log(edges) if log else edges)
    observed = (draws[:, None] == values).sum(axis=0)
    expected = n_draws * mass / mass.sum()
    assert stats.chisquare(observed, expected).pvalue > ALPHA


def test_log_cells_shrink_with_the_value() -> None:
    integer = Integer(1, 1000, log=True)
    assert [integer.decode(u) for u in (0, 0.1, 0.5, 0.9, 1)] == [1, 1, 22, 468, 1000]


@pytest.mark.parametrize("log", [False, True])
def test_a_constant(log: bool) -> None:
    integer = Integer(7, 7, log=log)
    integer.validate()
    assert integer.n_values == 1
    assert {integer.decode(u) for u in (0.0, 0.3, 1.0)} == {7}
    assert integer.encode(7) == integer.level(0) == 0.5


@pytest.mark.parametrize("value", [0, 11, 5.0, np.float64(5), True, "5", None, [5]])
def test_what_is_no_integer_between_the_bounds_has_no_coordinate(
    value: object,
) -> None:
    assert Integer(1, 10).encode(value) is None


def test_bounds_and_values_may_be_scalars_of_numpy() -> None:
    integer = Integer(np.int8(-100), np.int8(100))
    integer.validate()
    assert integer.n_values == 201
    assert integer.decode(integer.encode(np.int8(99))) == 99
    assert type(integer.decode(0.3)) is int


@pytest.mark.parametrize(
    ("integer", "error", "message"),
    [
        (Integer(2, 1), ValueError, "low must not be above high, got low=2 and high=1"),
        (Integer(1, 1e6), TypeError, "high must be an integer, got 1000000.0 of type"),
        (Integer(1, np.nan), TypeError, "high must be an integer, got nan"),
        (Integer("1", 2), TypeError, "low must be an integer, got '1' of type str"),
        (Integer(True, 2), TypeError, "low must be an integer, got True"),
        (Integer(0, 9, log=True), ValueError, "low must be at least 1 with log=True"),
        (Integer(1, 9, "uniform"), TypeError, "log must be True or False, got 'unif"),
        (Integer(0, 2**53), ValueError, r"at most 2\*\*50 integers fit"),
        (Integer(0, 10**400), ValueError, "high must be a finite number"),
        (Integer(1, 2**41, log=True), ValueError, r"high must be at most 2\*\*40"),
    ],
)
def test_bad_bounds(integer: Integer, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        integer.validate()


def test_tokens_tell_ranges_apart() -> None:
    assert Integer(1, 10).token() == Integer(np.int64(1), 10).token()
    assert Integer(1, 10).token() != Integer(1, 10, log=True).token()
    assert Integer(1, 10).token() != Integer(1, 11).token()
