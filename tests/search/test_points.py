"""`initial_params` and the estimator's own defaults."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_iris
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    Integer,
    RandomizedSearchCV,
    Real,
)
from sklearn_hpo.search._points import first_points
from sklearn_hpo.space import SearchSpace

X, y = load_iris(return_X_y=True)


def tried(search) -> list[dict]:
    return search.fit(X, y).cv_results_["params"]


def test_the_defaults_come_first_where_they_lie_in_the_space() -> None:
    space = {"C": Real(0.1, 10), "kernel": ["linear", "rbf"]}
    params = tried(BayesSearchCV(SVC(C=2.5), space, n_iter=4, cv=2))
    assert params[0] == {"C": 2.5, "kernel": "rbf"}
    assert len(params) == 4


@pytest.mark.parametrize(
    ("values", "default"),
    [([0.1, 1, 10], 1.0), ([0.1, 1.0, 10], 1), ((0.1, 1, True), 1.0)],
)
def test_a_default_is_the_choice_that_is_the_same_number(values, default) -> None:
    params = tried(BayesSearchCV(SVC(C=default), {"C": values}, n_iter=1, cv=2))
    assert params[0]["C"] is values[1]


@pytest.mark.parametrize(
    ("space", "near"),
    [
        ({"C": Real(10, 20)}, {"C": 10}),
        ({"C": Real(1e-4, 1e-2, log=True)}, {"C": 1e-2}),
        ({"C": [30, 5, 10]}, {"C": 5}),
        ({"gamma": Real(1e-4, 1, log=True)}, {"gamma": pytest.approx(1e-2)}),
        ({"gamma": [1, 5, 10]}, {"gamma": 5}),
        (
            {"kernel": ["poly", "linear"], "degree": [1, 3]},
            {"kernel": "poly", "degree": 3},
        ),
    ],
)
def test_a_default_from_outside_the_space_is_moved_into_it(space, near) -> None:
    assert first_points([], SearchSpace.from_user(space), SVC()) == [near]
    assert tried(BayesSearchCV(SVC(), space, n_iter=2, cv=2))[0] == near


@pytest.mark.parametrize("values", [Integer(1, 9), [2, 9, 5]])
def test_no_limit_is_the_highest(values) -> None:
    space = SearchSpace.from_user({"tree__max_depth": values})
    pipeline = Pipeline([("tree", DecisionTreeClassifier())])
    assert first_points([], space, pipeline) == [{"tree__max_depth": 9}]


def test_defaults_are_tried_in_the_branch_that_has_most_of_them() -> None:
    space = [
        {"kernel": ["poly"], "C": Real(10, 20)},
        {"kernel": ["linear"], "C": Real(0.1, 20)},
        {"kernel": ["sigmoid"], "C": Real(0.1, 20)},
        {"no_such_parameter": [1, 2]},
    ]
    points = first_points([], SearchSpace.from_user(space), SVC())
    assert points == [{"kernel": "linear", "C": 1.0}]


def test_without_defaults_there_is_no_first_point() -> None:
    space = SearchSpace.from_user({"no_such_parameter": [1, 2]})
    assert first_points([], space, SVC()) == []


def test_defaults_are_tried_in_the_first_branch_they_fit() -> None:
    space = [
        {"kernel": ["poly"], "degree": [2, 3]},
        {"kernel": ["rbf"], "C": Real(0.1, 10)},
    ]
    assert tried(BayesSearchCV(SVC(), space, n_iter=2, cv=2))[0] == {
        "kernel": "rbf",
        "C": 1.0,
    }


def test_missing_names_come_from_the_estimator() -> None:
    space = {"C": Real(0.1, 10), "kernel": ["linear", "rbf"]}
    search = BayesSearchCV(
        SVC(C=3.0), space, n_iter=3, cv=2, initial_params=[{"kernel": "linear"}]
    )
    assert tried(search)[:2] == [
        {"C": 3.0, "kernel": "linear"},
        {"C": 3.0, "kernel": "rbf"},
    ]


def test_a_point_from_outside_the_space_is_evaluated() -> None:
    search = BayesSearchCV(
        SVC(), {"C": Real(0.1, 10)}, n_iter=4, cv=2, initial_params=[{"C": 1000}]
    )
    params = tried(search)
    assert params[0] == {"C": 1000}
    assert len(params) == 4


def test_repeated_points_are_evaluated_once() -> None:
    points = [{"C": 1.0}, {"C": 2.0}, {"C": 1.0}, {"C": 2}]
    search = BayesSearchCV(
        SVC(), {"C": Real(0.1, 10)}, n_iter=5, cv=2, initial_params=points
    )
    params = tried(search)
    assert [p["C"] for p in params[:2]] == [1.0, 2.0]
    assert len({p["C"] for p in params}) == 5


@pytest.mark.parametrize(
    "search",
    [
        GridSearchCV(SVC(), {"C": [1, 2]}, initial_params=[{"gamma": 0.5}]),
        RandomizedSearchCV(
            SVC(), {"C": [1, 2]}, n_iter=2, initial_params=[{"gamma": 0.5}]
        ),
    ],
)
def test_in_a_list_points_come_in_addition(search) -> None:
    params = tried(search)
    assert params[0] == {"gamma": 0.5}
    assert sorted(p["C"] for p in params[1:]) == [1, 2]


@pytest.mark.parametrize("points", ["C", {"C": 1}, [1.0], [["C", 1]]])
def test_points_that_are_no_list_of_dicts(points) -> None:
    search = GridSearchCV(SVC(), {"C": [1]}, initial_params=points)
    with pytest.raises(TypeError, match="initial_params: expected"):
        search.fit(X, y)
