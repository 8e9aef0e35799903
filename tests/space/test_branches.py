"""What a user may give for a whole space."""

from __future__ import annotations

import logging
import math
from typing import Any

import pytest
from scipy import stats

from sklearn_hpo.space import Categorical, SearchSpace
from tests.fakes import OnlyRvs

C = (1e-3, 1e3, "log-uniform")


@pytest.mark.parametrize(
    ("user", "error", "message"),
    [
        ("C", TypeError, "must be a dict .*, got 'C' of type str. Write for instance"),
        (None, TypeError, "must be a dict .*, got None"),
        (3, TypeError, "must be a dict .*, got 3"),
        ({"C"}, TypeError, "must be a dict .* of type set"),
        (["C"], TypeError, "must be a dict .*, got 'C' of type str"),
        ([{}, [1]], TypeError, r"must be a dict .*, got \[1\] of type list"),
        ([], ValueError, "at least one dict, got an empty list. Give {}"),
        ({1: [2]}, TypeError, "names of parameters must be strings, got 1 of type int"),
        ({"C": []}, ValueError, "Parameter 'C': choices must hold .*, got 0"),
        ({"C": "rbf"}, TypeError, "Parameter 'C': expected a list .*, got 'rbf'"),
        ({"C": 1.0}, TypeError, "Parameter 'C': expected a list .*, got 1.0"),
        ({"C": (2, 1, "uniform")}, ValueError, "Parameter 'C': low must not be above"),
        ({"C": (0, 1, "log-uniform")}, ValueError, "Parameter 'C': low must be at"),
        ({"C": (0.0, 1, "log-uniform")}, ValueError, "Parameter 'C': low must be abo"),
        (
            {"C": (math.nan, 1, "uniform")},
            ValueError,
            "Parameter 'C': low must be a fi",
        ),
        (
            {"a": [1], "C": stats.norm(0, -1)},
            ValueError,
            "Parameter 'C': a distributio",
        ),
        ({"C": stats.beta}, TypeError, "Parameter 'C': .*without arguments"),
        ([{}, {"C": Categorical("ab")}], TypeError, "Parameter 'C': choices must be"),
    ],
)
def test_bad_spaces(user: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        SearchSpace.from_user(user)
    assert type(caught.value) is error


def test_the_dict_of_a_grid_search_works_at_once() -> None:
    space = SearchSpace.from_user({"C": [0.01, 0.1, 1, 10]})
    assert space.size == 4
    assert [space.decode(*space.point(i))["C"] for i in range(4)] == [0.01, 0.1, 1, 10]


def test_the_users_dict_is_left_alone() -> None:
    user = {"b": [1, 2], "a": C}
    SearchSpace.from_user(user)
    assert user == {"b": [1, 2], "a": C}
    assert list(user) == ["b", "a"]


def test_parameters_with_only_rvs_are_named() -> None:
    user = {"x": OnlyRvs(), "C": C, "a": OnlyRvs()}
    assert SearchSpace.from_user(user).unmodelled == ("a", "x")
    assert SearchSpace.from_user({"C": C}).unmodelled == ()


def test_parameters_with_only_rvs_have_no_coordinates() -> None:
    space = SearchSpace.from_user({"x": OnlyRvs()})
    with pytest.raises(TypeError, match="use RandomizedSearchCV"):
        space.encode({"x": 1})


def test_pairs_of_numbers_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    user = [{"C": (0.1, 10), "a": [1, 2]}, {"C": (0.1, 10), "b": (1, 2)}]
    with caplog.at_level(logging.INFO, logger="sklearn_hpo"):
        space = SearchSpace.from_user(user, adaptive=True)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    message = caplog.records[0].getMessage()
    assert "read as two choices" in message
    assert "C, b. For a range write (low, high, 'uniform')" in message
    assert space.size == 2 * 2 + 2 * 2


@pytest.mark.parametrize(
    ("value", "adaptive"),
    [((0.1, 10), False), (("a", 10), True), ([0.1, 10], True), ((1, 2, 3), True),
     ((True, 2), True), (C, True)],
)  # fmt: skip
def test_nothing_else_is_logged(
    value: Any, adaptive: bool, caplog: pytest.LogCaptureFixture
) -> None:
    SearchSpace.from_user({"C": value}, adaptive=adaptive)
    assert not caplog.records
