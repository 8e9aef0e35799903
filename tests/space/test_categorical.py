from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hpo.space import Categorical

ALPHA = 1e-6  # false-alarm rate of each statistical test


class Prickly:
    """Can neither be compared nor hashed."""

    def __eq__(self, other: object) -> NoReturn:
        raise RuntimeError("compared")

    def __hash__(self) -> NoReturn:
        raise RuntimeError("hashed")

    def __bool__(self) -> NoReturn:
        raise RuntimeError("asked for its truth")


def odd_choices() -> list[Any]:
    return [
        None,
        (1, 2),
        [1, 2],
        {"a": 1},
        {1, 2},
        len,
        np.log1p,
        odd_choices,
        lambda x: x + 1,
        lambda x: x + 2,
        LogisticRegression(),
        LogisticRegression(C=2),
        make_pipeline(StandardScaler(), LogisticRegression()),
        LogisticRegression,
        "passthrough",
        np.zeros(2),
        np.zeros((2, 3)),
        np.array([None, "a"], dtype=object),
        pd.DataFrame({"a": [1]}),
        Prickly(),
        threading.Lock(),
        float("nan"),
        1,
        1.0,
        True,
        "1",
        b"1",
        slice(1),
        range(3),
        Ellipsis,
    ]


def test_anything_comes_back_as_the_very_object() -> None:
    choices = odd_choices()
    categorical = Categorical(choices)
    categorical.validate()
    for index, choice in enumerate(choices):
        u = categorical.encode(choice)
        assert categorical.index(u) == index
        assert categorical.decode(u) is choice


def test_anything_is_drawn_as_the_very_object() -> None:
    choices = odd_choices()
    drawn = Categorical(choices).rvs(size=(10, 20), random_state=0)
    assert drawn.shape == (10, 20)
    identities = {id(choice) for choice in choices}
    assert all(id(value) in identities for value in drawn.flat)


def test_a_copy_is_found_by_its_token() -> None:
    # A lock cannot be copied, and that of a prickly object is found by its pickle.
    choices = [c for c in odd_choices() if not isinstance(c, type(threading.Lock()))]
    categorical = Categorical(choices)
    for index, choice in enumerate(choices):
        assert categorical.index(categorical.encode(copy.deepcopy(choice))) == index


def test_types_are_told_apart() -> None:
    categorical = Categorical([1, 1.0, True, "1"])
    found = [categorical.index(categorical.encode(v)) for v in ("1", True, 1.0, 1)]
    assert found == [3, 2, 1, 0]
    assert categorical.index(categorical.encode(np.float64(1))) == 1
    assert categorical.index(categorical.encode(np.int32(1))) == 0


def test_nan_is_found() -> None:
    categorical = Categorical([0, float("nan"), None])
    assert categorical.index(categorical.encode(np.float32("nan"))) == 1


@pytest.mark.parametrize("value", [None, "c", 0, ["a"], Prickly(), threading.Lock()])
def test_what_is_no_choice_has_no_coordinate(value: object) -> None:
    assert Categorical(["a", "b"]).encode(value) is None


def test_of_equal_choices_the_first_is_found() -> None:
    first, second = [1], [1]
    categorical = Categorical([[0], first, second])
    assert categorical.n_values == 3
    assert categorical.index(categorical.encode([1])) == 1
    assert categorical.index(categorical.encode(second)) == 2
    assert categorical.decode(categorical.level(2)) is second


def test_one_choice() -> None:
    categorical = Categorical(["a"])
    categorical.validate()
    assert categorical.encode("a") == 0.5
    assert {categorical.decode(u) for u in (0.0, 0.3, 1.0)} == {"a"}


@settings(deadline=None)
@given(st.integers(1, 10**4), st.data())
def test_levels_come_back(n: int, data: st.DataObject) -> None:
    categorical = Categorical(range(n))
    i = data.draw(st.integers(0, n - 1))
    assert categorical.index(categorical.level(i)) == i


OTHERS = (np.int8(5), np.bool_(1), np.timedelta64(5, "ns"), IntEnum("Few", "a b").b)


@pytest.mark.parametrize(
    "value", [2, 5, 3, 8, -1, 2**70, 2.0, True, False, "2", None, *OTHERS]
)
def test_a_range_finds_what_the_list_of_it_does(value) -> None:
    steps = range(8, -2, -3)
    assert Categorical(steps).encode(value) == Categorical([*steps]).encode(value)


@settings(deadline=None)
@given(st.integers(1, 100), st.lists(st.floats(0, 1), min_size=1))
def test_place_is_the_middle_of_the_cell(n: int, u: list[float]) -> None:
    categorical = Categorical(range(n))
    placed = categorical.place(np.array(u))
    assert placed.tolist() == [categorical.level(categorical.index(x)) for x in u]


def test_rvs_are_all_as_likely() -> None:
    draws = Categorical(["a", "b", "c"]).rvs(size=3000, random_state=0)
    observed = [(draws == choice).sum() for choice in "abc"]
    assert stats.chisquare(observed).pvalue > ALPHA


@pytest.mark.parametrize("make", [list, tuple, np.array, pd.Series, pl.Series])
def test_lists_of_every_kind(make: Callable[[list[int]], Any]) -> None:
    categorical = Categorical(make([10, 20, 30]))
    categorical.validate()
    assert categorical.n_values == 3
    assert categorical.index(categorical.encode(20)) == 1
    assert categorical.decode(0.5) == 20


def test_choices_of_an_array_are_its_scalars() -> None:
    array = np.array([0.5, 1.5], dtype=np.float32)
    value = Categorical(array).decode(0.9)
    assert type(value) is np.float32
    assert value == array[1]


def test_choices_of_a_shuffled_series_go_by_position() -> None:
    assert Categorical(pd.Series(["a", "b"], index=[1, 0])).decode(0.1) == "a"


@pytest.mark.parametrize(
    ("choices", "error", "message"),
    [
        ([], ValueError, "choices must hold from 1 to 10000000 values, got 0"),
        (np.array([]), ValueError, "got 0"),
        (range(2**40), ValueError, r"got 1099511627776\. .* Integer\(low, high\)"),
        ("abc", TypeError, "choices must be a list, .*, got 'abc' of type str"),
        ({"a", "b"}, TypeError, "of type set. Make a list"),
        ({"a": 1}, TypeError, "of type dict. Make a list"),
        (np.eye(2), TypeError, "1-d array or Series, got"),
        (pd.DataFrame({"a": [1]}), TypeError, "of type DataFrame"),
        (pl.DataFrame({"a": [1]}), TypeError, "of type DataFrame"),
        (3, TypeError, "got 3 of type int"),
        (iter([1]), TypeError, "of type list_iterator"),
        (LogisticRegression(), TypeError, "of type LogisticRegression"),
        (make_pipeline(StandardScaler()), TypeError, "of type Pipeline"),
    ],
)
def test_bad_choices(choices: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Categorical(choices).validate()


def test_it_is_not_ordered() -> None:
    assert not Categorical([1, 2, 3]).ordered


def test_pickle_leaves_out_what_was_looked_up() -> None:
    categorical = Categorical([[1], [2]])
    fresh = len(pickle.dumps(categorical))
    categorical.encode([2])
    assert len(pickle.dumps(categorical)) == fresh
    assert pickle.loads(pickle.dumps(categorical)).encode([2]) == 0.75


def test_it_is_compared_by_identity() -> None:
    # Comparing choices could raise, or answer with an array.
    assert Categorical([np.zeros(2)]) != Categorical([np.zeros(2)])
    assert len({Categorical([[1]]), Categorical([[1]])}) == 2
