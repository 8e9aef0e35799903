"""Non-dominated sorting and crowding, against definitions written out."""

from __future__ import annotations

import numpy as np
import pytest

from sklearn_hpo.strategies import _dominance, front_numbers
from sklearn_hpo.strategies._dominance import best_first, crowding


def dominates(a, b) -> bool:
    return all(x >= y for x, y in zip(a, b, strict=True)) and any(
        x > y for x, y in zip(a, b, strict=True)
    )


def peeled(values) -> list[int]:
    """Take front after front away, by the definition."""
    left, front = set(range(len(values))), [0] * len(values)
    number = 0
    while left:
        top = {
            i for i in left if not any(dominates(values[j], values[i]) for j in left)
        }
        for i in top:
            front[i] = number
        left -= top
        number += 1
    return front


@pytest.mark.parametrize("at_a_time", [10**6, 60])
@pytest.mark.parametrize("m", [1, 2, 3])
def test_fronts_are_those_of_the_definition(m: int, at_a_time, monkeypatch) -> None:
    monkeypatch.setattr(_dominance, "_AT_A_TIME", at_a_time)
    rng = np.random.default_rng(m)
    for _ in range(20):
        values = rng.integers(6, size=(25, m)).astype(float)
        assert front_numbers(values).tolist() == peeled(values)


def test_a_nan_is_dominated_by_every_number() -> None:
    values = np.array([[1.0, np.nan], [-9.0, -9.0], [np.nan, np.nan]])
    assert front_numbers(values).tolist() == [1, 0, 1]


def test_crowding_is_the_sum_of_the_sides_of_the_cuboid() -> None:
    values = np.array([[0.0, 10.0], [1.0, 6.0], [3.0, 5.0], [4.0, 0.0]])
    room = crowding(values)
    assert np.isinf(room[[0, 3]]).all()
    np.testing.assert_allclose(room[1:3], [3 / 4 + 5 / 10, 3 / 4 + 6 / 10])


def test_equal_values_have_no_room_between_them() -> None:
    assert crowding(np.ones((4, 2))).tolist() == [np.inf, 0.0, 0.0, np.inf]


def test_one_objective_is_sorted_by_value_equals_in_their_order() -> None:
    values = np.array([[1.0], [3.0], [np.nan], [3.0], [-np.inf]])
    assert best_first(values)[:3].tolist() == [1, 3, 0]


def test_fronts_come_before_room() -> None:
    values = np.array([[0.0, 0.0], [1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [-1.0, 9.0]])
    order = best_first(values).tolist()
    assert order[-1] == 0
    assert set(order[:2]) == {3, 4}  # the ends of the front
