from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sklearn_hpo.space import (
    Categorical,
    Integer,
    Real,
    as_choices,
    as_distribution,
    for_sampler,
)
from sklearn_hpo.space._frozen import Frozen
from sklearn_hpo.space._frozen_discrete import FrozenDiscrete
from sklearn_hpo.space._ordinal import Ordinal
from sklearn_hpo.space._sampled import Sampled
from tests.fakes import OnlyRvs
from tests.ids import stable


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((0.5, 2, "uniform"), Real(0.5, 2)),
        ((1e-6, 1e2, "log-uniform"), Real(1e-6, 1e2, log=True)),
        ((1e-6, 1e2, "loguniform"), Real(1e-6, 1e2, log=True)),
        ((1, 9, "uniform"), Integer(1, 9)),
        ((1, 9, "log-uniform"), Integer(1, 9, log=True)),
        ((np.int64(1), 9, "uniform"), Integer(1, 9)),
        ((1, 9.0, "uniform"), Real(1, 9.0)),
        ((np.float32(1), 9, "uniform"), Real(1, 9)),
    ],
)
def test_ranges(value: Any, expected: Any) -> None:
    distribution = as_distribution(value)
    assert distribution == expected
    assert distribution.token() == expected.token()


@pytest.mark.parametrize(
    "value",
    [
        (0.1, 1.0, "log"),
        (0.1, 1.0),
        (1, 2),
        ("l1", "l2"),
        ((1, 1), (1, 2)),
        ("a", "b", "uniform"),
        (True, 2, "uniform"),
        (1, False, "uniform"),
        (1, 2, 3, "uniform"),
        (0.3, 0.5, "sqrt"),
        (None, 2, "uniform"),
        [1, 2, "uniform"],
        (1, 2, ["uniform"]),
    ],
)
def test_other_tuples_are_choices(value: Any) -> None:
    distribution = as_distribution(value)
    assert isinstance(distribution, Categorical)
    assert distribution.choices is value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ((0.1, 1.0, 10.0), Ordinal),
        ([0.01, 0.1, 1, 10], Ordinal),
        (range(5), Ordinal),
        (range(2**31), Integer),
        (np.logspace(-3, 3, 7), Ordinal),
        (pd.Series([1, 2, 3]), Ordinal),
        (pl.Series([1, 2, 3]), Ordinal),
        ([1, 2], Categorical),
        (["a", "b", "c"], Categorical),
        ([1, 2, None], Categorical),
        (np.array(["a", "b"]), Categorical),
        (pd.Series(["a", "b"]), Categorical),
        ([LogisticRegression(), "passthrough"], Categorical),
        ([[1, 2], [3, 4]], Categorical),
        (Categorical([1, 2, 3]), Categorical),
        (stats.norm(), Frozen),
        (stats.expon, Frozen),
        (stats.randint(1, 9), FrozenDiscrete),
        (stats.dirichlet([1, 2]), Sampled),
        (OnlyRvs(), Sampled),
    ],
    ids=stable,
)
def test_kinds(value: Any, kind: type) -> None:
    assert type(as_distribution(value)) is kind


def test_an_empty_list_is_a_list() -> None:
    # So that the error comes with the name of the parameter.
    assert as_distribution([]).n_values == 0


def test_distributions_stand_for_themselves() -> None:
    real = Real(0, 1)
    assert as_distribution(real) is real


@pytest.mark.parametrize(
    "value",
    ["rbf", b"rbf", 1, None, {"a": 1}, {1, 2}, iter([1]), np.eye(2), LogisticRegression,
     RandomForestClassifier(), pd.DataFrame({"a": [1]})],
    ids=stable,
)  # fmt: skip
def test_anything_else_stands_for_nothing(value: Any) -> None:
    with pytest.raises(
        TypeError, match=r"(?s)expected a list of choices.*, got .*list"
    ):
        as_distribution(value)


@pytest.mark.parametrize(
    "value",
    [[1, 2], (1, 2), (1, 2, "b"), range(3), stats.norm(), Real(0, 1), "abc", OnlyRvs()],
    ids=stable,
)
def test_a_sampler_is_handed_the_same_object(value: Any) -> None:
    assert for_sampler(value) is value


def test_a_sampler_is_handed_ranges_as_distributions() -> None:
    assert for_sampler((0.1, 1, "log-uniform")) == Real(0.1, 1, log=True)
    assert for_sampler((1, 9, "uniform")) == Integer(1, 9)


def test_categorical_is_a_list_to_samplers_and_grids() -> None:
    choices = [None, LogisticRegression()]
    for handed in (for_sampler(Categorical(choices)), as_choices(Categorical(choices))):
        assert type(handed) is list
        assert all(a is b for a, b in zip(handed, choices, strict=True))


@pytest.mark.parametrize(
    "value",
    [[1, 2], (0.1, 1, "log-uniform"), range(3), np.arange(3), "abc", 3, None],
    ids=stable,
)
def test_a_grid_is_handed_the_same_object(value: Any) -> None:
    assert as_choices(value) is value


@pytest.mark.parametrize(
    "value", [Real(0, 1), Integer(1, 2), stats.norm(), stats.expon, OnlyRvs()]
)
def test_a_grid_takes_no_distributions(value: Any) -> None:
    with pytest.raises(TypeError, match="a grid expects a list of values, got the dis"):
        as_choices(value)
