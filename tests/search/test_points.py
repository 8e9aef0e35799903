"""`initial_params` and the estimator's own defaults."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from sklearn_hpo import BayesSearchCV, GridSearchCV, RandomizedSearchCV, Real
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


def test_defaults_from_outside_the_space_are_not_tried() -> None:
    params = tried(BayesSearchCV(SVC(), {"C": Real(10, 20)}, n_iter=3, cv=2))
    assert all(10 <= p["C"] <= 20 for p in params)


@pytest.mark.parametrize(
    ("values", "default"),
    [([0.1, 1, 10], 1.0), ([0.1, 1.0, 10], 1), ((0.1, 1, True), 1.0)],
)
def test_a_default_is_the_choice_that_is_the_same_number(values, default) -> None:
    params = tried(BayesSearchCV(SVC(C=default), {"C": values}, n_iter=1, cv=2))
    assert params[0]["C"] is values[1]


def test_a_default_that_is_no_choice_is_not_tried() -> None:
    space = SearchSpace.from_user({"shrinking": [0, 1]})  # True is no number
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
    with pytest.raises(TypeError, match="Expected"):
        search.fit(X, y)
