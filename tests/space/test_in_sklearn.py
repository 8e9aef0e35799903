"""Our distributions in scikit-learn's own searches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    ParameterGrid,
    ParameterSampler,
    RandomizedSearchCV,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hpo.space import (
    Categorical,
    Integer,
    Real,
    SearchSpace,
    as_choices,
    for_sampler,
)

SPACE = {
    "scale": Categorical(["passthrough", StandardScaler()]),
    "model__C": Real(1e-3, 1e3, log=True),
    "model__max_iter": Integer(50, 100),
}
PIPELINE = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())])


def test_randomized_search_fits() -> None:
    X, y = make_classification(60, random_state=0)
    search = RandomizedSearchCV(PIPELINE, SPACE, n_iter=4, cv=3, random_state=0)
    search.fit(X, y)
    space = SearchSpace.from_user(SPACE)
    assert all(space.encode(p) is not None for p in search.cv_results_["params"])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_search_that_holds_them_can_be_cloned_and_shown() -> None:
    search = clone(RandomizedSearchCV(LogisticRegression(), {"C": Real(1, 9)}))
    assert "Real(low=1, high=9, log=False)" in repr(search)


def test_the_sampler_draws_what_rvs_draws() -> None:
    space = {"a": Real(0, 1), "b": Integer(1, 9)}
    drawn = list(ParameterSampler(space, 5, random_state=0))
    rng = np.random.RandomState(0)
    for params in drawn:
        rng.choice([space])
        assert params == {name: space[name].rvs(random_state=rng) for name in "ab"}


def test_shorthands_for_the_sampler_stay_in_the_space() -> None:
    user: dict[str, Any] = {
        "a": (0.1, 10, "log-uniform"),
        "b": Categorical([1, 2, 3]),
        "c": ["x", None],
        "d": (1, 2),
    }
    handed = {name: for_sampler(value) for name, value in user.items()}
    space = SearchSpace.from_user(user)
    for params in ParameterSampler(handed, 20, random_state=0):
        assert space.encode(params) is not None


def test_lists_alone_are_drawn_without_replacement() -> None:
    handed = {"a": for_sampler(Categorical([1, 2, 3])), "b": for_sampler((1, 2))}
    drawn = list(ParameterSampler(handed, 6, random_state=0))
    assert len({tuple(params.values()) for params in drawn}) == 6


def test_what_a_grid_lists_stays_in_the_space() -> None:
    model = RandomForestClassifier()
    user: dict[str, Any] = {"a": (0.1, 1, "uniform"), "b": Categorical([model])}
    handed = {name: as_choices(value) for name, value in user.items()}
    space = SearchSpace.from_user({name: list(v) for name, v in handed.items()})
    listed = list(ParameterGrid(handed))
    assert [params["a"] for params in listed] == [0.1, 1, "uniform"]
    assert all(space.encode(params) is not None for params in listed)
    assert all(params["b"] is model for params in listed)


def test_an_empty_range_is_an_error_there_too() -> None:
    with pytest.raises(ValueError, match="low must not be above high"):
        list(ParameterSampler({"a": Real(2, 1)}, 1))
