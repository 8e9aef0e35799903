"""BayesSearchCV on spaces of every kind, and on scores of every kind."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import loguniform, randint
from sklearn.base import BaseEstimator, RegressorMixin

from sklearn_hpo import BayesSearchCV, Categorical, Integer, Real
from sklearn_hpo.space import SearchSpace

X, y = np.zeros((6, 1)), np.zeros(6)


class Anything(RegressorMixin, BaseEstimator):
    """Takes any parameters; scores by those that are numbers, and by `score`."""

    def __init__(self, **params):
        self.params = params

    def get_params(self, deep=True):
        return dict(self.params)

    def set_params(self, **params):
        self.params |= params
        return self

    def __sklearn_clone__(self):
        return Anything(**self.params)

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))


def height(model, X, y) -> float:
    values = [v for v in model.params.values() if isinstance(v, (int, float))]
    return -sum(abs(math.atan(v) - 0.4) for v in values)


def run(space, score=height, **options):
    names = SearchSpace.from_user(space).names
    estimator = Anything(**dict.fromkeys(names))
    options = {"n_iter": 14, "cv": 2, "random_state": 0, "refit": False} | options
    return BayesSearchCV(estimator, space, scoring=score, **options).fit(X, y)


def reals(d: int) -> dict:
    return {f"x{i}": Real(0, 1) for i in range(d)}


SPACES = {
    "continuous": reals(2),
    "log": {"x": Real(1e-9, 1e9, log=True), "y": loguniform(1e-3, 1)},
    "integer": {"n": Integer(1, 1000), "m": Integer(1, 500, log=True)},
    "few integers": {"n": randint(0, 5), "m": Integer(0, 4)},
    "ordinal": {"n": [1, 10, 100, 1000], "x": [0.1, 0.2, 0.3, 0.4, 0.5]},
    "choices": {"k": Categorical(list("abcde")), "b": [True, False, None]},
    "1000 choices": {"k": Categorical([f"c{i}" for i in range(1000)])},
    "objects": {"k": [Anything(), Anything(a=1), "passthrough"], "x": Real(0, 1)},
    "3 points": {"k": ["a", "b", "c"]},
    "one point": {"k": ["a"], "n": Integer(4, 4)},
    "fixed values": {**reals(2), "k": ["only"], "n": Integer(7, 7), "c": [0.5]},
    "branches": [
        {"kind": ["a"], "x": Real(0, 1), "n": Integer(1, 9)},
        {"kind": ["b"], "x": Real(0, 1), "y": Real(1e-3, 1, log=True)},
        {"kind": ["c", "d"]},
    ],
    "branches that overlap": [{"x": Real(0, 1)}, {"x": Real(0.5, 2), "y": [1, 2]}],
    "narrow": {"x": Real(1.0, 1.0 + 1e-15), "y": Real(0, 1)},
    "1 dim": reals(1),
    "5 dims": reals(5),
    "30 dims": reals(30),
    "30 dims mixed": {
        **reals(10),
        **{f"n{i}": Integer(1, 20) for i in range(10)},
        **{f"k{i}": ["a", "b", "c"] for i in range(10)},
    },
}


@pytest.mark.parametrize("name", SPACES)
def test_a_search_runs_never_repeats_and_stays_in_the_space(name) -> None:
    fitted = run(SPACES[name])
    space = SearchSpace.from_user(SPACES[name])
    places = [space.encode(params) for params in fitted.cv_results_["params"]]
    assert None not in places
    assert len({space.key(*place) for place in places}) == len(places)
    assert len(places) == min(14, space.size) or name == "narrow"
    assert np.isfinite(fitted.cv_results_["mean_test_score"]).all()


PLANE = reals(2)
SCORES = {
    "all equal": lambda x: 0.5,
    "all equal and huge": lambda x: -1e300,
    "huge": lambda x: 1e300 * (x - 0.5),
    "of both signs": lambda x: -1e300 if x < 0.5 else 1e300,
    "tiny": lambda x: 1e-300 * x,
    "heavy tail": lambda x: -(10.0 ** (300 * x)),
}


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("refit", [True, "posterior"])
def test_scores_of_any_size(name, refit) -> None:
    fitted = run(
        PLANE,
        lambda model, X, y: SCORES[name](model.params["x0"]),
        racing=False,
        refit=refit,
        stop_when_converged=True,
    )
    params = fitted.cv_results_["params"]
    assert len({(p["x0"], p["x1"]) for p in params}) == len(params) == 14
    if refit is True:
        assert fitted.best_score_ == fitted.cv_results_["mean_test_score"].max()


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_all_but_one_failed() -> None:
    first = iter([1.0, 1.0])
    fitted = run(PLANE, lambda model, X, y: next(first, np.nan), refit=True)
    assert fitted.best_index_ == 0
    assert (fitted.cv_results_["status"][1:] == "failed").all()
    assert len(fitted.cv_results_["params"]) == 14


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_a_score_that_is_now_and_then_nan() -> None:
    def score(model, X, y) -> float:
        x = model.params["x0"]
        return np.nan if x < 0.3 else -abs(x - 0.5)

    fitted = run(PLANE, score, n_iter=20, refit=True)
    assert abs(fitted.best_params_["x0"] - 0.5) < 0.1


def test_one_candidate() -> None:
    fitted = run(PLANE, n_iter=1, refit=True)
    assert fitted.best_index_ == 0


def test_equal_initial_points_are_evaluated_once() -> None:
    point = {"x0": 0.5, "x1": 0.5}
    fitted = run(PLANE, initial_params=[point, dict(point), {"x0": 0.1, "x1": 0.5}])
    params = fitted.cv_results_["params"]
    assert [p["x0"] for p in params[:2]] == [0.5, 0.1]
    assert len({(p["x0"], p["x1"]) for p in params}) == len(params) == 14


def test_initial_points_that_differ_by_rounding() -> None:
    points = [{"x0": 0.5, "x1": 0.5}, {"x0": 0.5 + 1e-15, "x1": 0.5}]
    fitted = run(PLANE, initial_params=points)
    assert fitted.cv_results_["params"][:2] == points
    assert len(fitted.cv_results_["params"]) == 14
