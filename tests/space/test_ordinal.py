from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_hpo.space._ordinal import Ordinal, is_ordinal

numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**9), 10**9)
)
lists_of_numbers = st.lists(numbers, min_size=3, max_size=30, unique=True)


def places(*choices: Any) -> np.ndarray:
    """Place of each choice."""
    ordinal = Ordinal(choices)
    return ordinal.place(np.array([ordinal.level(i) for i in range(len(choices))]))


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 3],
        (3, 1.5, 2),
        range(3),
        np.arange(3),
        np.float32([0.1, 0.2, 0.3]),
        pd.Series([1, 2, 3]),
        [-1, 0, Fraction(1, 3)],
        [2**53, 2**53 + 1, 0],
    ],
)
def test_three_distinct_numbers_are_ordinal(values: Any) -> None:
    assert is_ordinal(values)


@pytest.mark.parametrize(
    "values",
    [
        [1, 2],
        range(2),
        [],
        [1, 2, 2],
        [1, 1.0, 2],
        [1, 2, True],
        [1, 2, None],
        [1, 2, "3"],
        [1, 2, float("nan")],
        [1, 2, float("inf")],
        [1, 2, 10**400],
        [1, 2, 3j],
        [1, 2, [3]],
        ["a", "b", "c"],
        np.array([True, False, True]),
        [np.zeros(2), np.zeros(2), np.zeros(3)],
    ],
)
def test_anything_else_is_not(values: Any) -> None:
    assert not is_ordinal(values)


def test_near_values_have_near_places() -> None:
    np.testing.assert_allclose(places(1, 2, 5), [0, 0.25, 1])


def test_two_decades_of_positive_values_are_placed_by_logarithm() -> None:
    np.testing.assert_allclose(places(0.01, 0.1, 1), [0, 0.5, 1])
    np.testing.assert_allclose(places(0.0007, 0.007, 0.07), [0, 0.5, 1])
    np.testing.assert_allclose(places(1, 50, 99), [0, 0.5, 1])
    np.testing.assert_allclose(places(0, 500, 1000), [0, 0.5, 1])


def test_the_order_of_the_list_does_not_matter() -> None:
    np.testing.assert_allclose(places(5, 1, 2), [1, 0, 0.25])


def test_values_are_all_as_likely_as_the_next() -> None:
    ordinal = Ordinal([1, 2, 1000])
    assert [ordinal.decode(u) for u in (0.3, 0.4, 0.7)] == [1, 2, 1000]


@settings(deadline=None)
@given(lists_of_numbers)
def test_places_fill_the_unit_interval(values: list[float]) -> None:
    placed = places(*values)
    assert (placed.min(), placed.max()) == (0, 1)


@settings(deadline=None)
@given(lists_of_numbers)
def test_places_are_in_the_order_of_the_values(values: list[float]) -> None:
    placed = places(*values)
    assert (np.diff(placed[np.argsort(np.array(values, dtype=float))]) >= 0).all()


@settings(deadline=None)
@given(lists_of_numbers)
def test_round_trips_are_exact(values: list[float]) -> None:
    ordinal = Ordinal(values)
    for index, value in enumerate(values):
        assert ordinal.index(ordinal.encode(value)) == index
        assert ordinal.decode(ordinal.level(index)) is value


def test_the_extremes_of_floats() -> None:
    np.testing.assert_allclose(places(-1.7e308, 0, 1.7e308), [0, 0.5, 1])


def test_it_is_ordered() -> None:
    assert Ordinal([1, 2, 3]).ordered
