"""EvolutionSearchCV: one objective or several, and what users get wrong."""

from __future__ import annotations

import math
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import Categorical, EvolutionSearchCV, Integer, Real
from sklearn_hpo.schedules import PairedTRule
from sklearn_hpo.trials import History
from tests.search.test_converged import Folds
from tests.search.test_tickets import Delayed, assert_same, outcome

X, y = load_iris(return_X_y=True)
SPACE = {"max_depth": Integer(1, 10), "min_samples_leaf": Integer(1, 40)}
METHODS = ["de", "cma", "ga"]


def n_leaves(tree) -> int:
    return tree.get_n_leaves()


def search(space=SPACE, **options) -> EvolutionSearchCV:
    options = {"n_iter": 12, "cv": 3, "random_state": 0, **options}
    return EvolutionSearchCV(DecisionTreeClassifier(random_state=0), space, **options)


def several(**options) -> EvolutionSearchCV:
    return search(**{"objectives": ["accuracy", n_leaves], "n_iter": 25, **options})


@pytest.mark.parametrize("method", [*METHODS, "auto"])
def test_it_finds_a_good_tree_and_says_how(method: str) -> None:
    found = search(method=method, n_iter=30).fit(X, y)
    assert found.best_score_ > 0.94
    assert found.method_ == (method if method != "auto" else found.method_)
    assert found.method_ in METHODS
    assert found.score(X, y) > 0.94
    assert pickle.loads(pickle.dumps(found)).best_params_ == found.best_params_


def noisy(spread: float):
    """Return a scorer of depth, with noise of each fold and candidate of its own."""

    def scorer(tree, X, y) -> float:
        rng = np.random.default_rng([len(X), tree.max_depth, tree.min_samples_leaf])
        return tree.max_depth + spread * rng.normal()

    return scorer


@pytest.mark.parametrize("method", METHODS)
def test_it_may_end_when_the_population_differs_by_noise_alone(method: str) -> None:
    options = {"method": method, "n_iter": 80, "racing": False, "cv": Folds()}
    space = {"max_depth": Integer(1, 10), "min_samples_leaf": Integer(1, 1000)}

    def n_candidates(spread: float, **more) -> int:
        found = search(space, scoring=noisy(spread), **options, **more).fit(X, y)
        return len(found.cv_results_["params"])

    assert n_candidates(1e3, stop_when_converged=True) < 80
    assert n_candidates(1e3) == 80
    assert n_candidates(1e-3, stop_when_converged=True) > 20


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("racing", [True, False])
def test_neither_workers_nor_timing_matter(method: str, racing) -> None:
    options = {"n_iter": 30, "lookahead": 4, "method": method, "racing": racing}
    expected = outcome(EvolutionSearchCV, "none", "sequential", 1, **options)
    for delay in ("any", "a fold"):
        found = outcome(EvolutionSearchCV, delay, "threading", 2, **options)
        assert_same(found, expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("after", [3, 20, 61])
def test_a_search_that_is_killed_goes_on_as_if_it_was_not(
    method: str, after: int, tmp_path
) -> None:
    """The population is made of the journal, the notes of the children included."""
    options = {
        "n_iter": 30,
        "cv": 4,
        "method": method,
        "refit": False,
        "random_state": 3,
        "racing": False,
    }
    space = {"a": (0.0, 1.0, "uniform"), "b": (0.0, 1.0, "uniform")}
    whole = EvolutionSearchCV(Delayed(), space, **options).fit(X)
    path = tmp_path / "journal.jsonl"
    EvolutionSearchCV(Delayed(), space, journal=path, **options).fit(X)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: 2 * after]))
    again = EvolutionSearchCV(Delayed(), space, journal=path, **options).fit(X)
    assert again.cv_results_["params"] == whole.cv_results_["params"]
    notes = [t.candidate.note for t in again.history_.trials]
    assert notes == [t.candidate.note for t in whole.history_.trials]
    assert any(notes)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (
            {"population_size": 13},
            "population_size: expected at most n_iter=12, got 13",
        ),
        ({"population_size": 1}, "'population_size'"),
        ({"population_size": -5}, "'population_size'"),
        ({"population_size": "many"}, "'population_size'"),
        ({"method": "es"}, "'method'"),
        ({"objectives": "accuracy"}, "'objectives'"),
        ({"objectives": ["accuracy"]}, "at least two"),
        ({"objectives": ["accuracy", "accuracy"]}, "different names"),
        ({"objectives": ["fit_time", "score_time"]}, "expected a score"),
        ({"objectives": {"a": "accuracy", "index": n_leaves}}, r"got \['index'\]"),
        ({"objectives": [n_leaves, "score_time"]}, "expected a score"),
        ({"objectives": ["accuracy", 3]}, "expected names of scorers"),
        ({"objectives": {"accuracy": "accuracy", "t": "fit_time"}}, "own names"),
        ({"objectives": ["accuracy", "speed"]}, "speed"),
        (
            {"objectives": ["accuracy", n_leaves], "scoring": "accuracy"},
            "scoring: expected None",
        ),
        (
            {"objectives": ["accuracy", n_leaves], "refit": "roc_auc"},
            r"refit: expected one of the objectives \['accuracy', 'n_leaves'\]",
        ),
        (
            {"objectives": ["accuracy", n_leaves], "racing": PairedTRule()},
            "racing: expected a bool",
        ),
        (
            {"objectives": ["accuracy", n_leaves], "method": "cma"},
            'method: expected "auto", "de" or "ga"',
        ),
    ],
)
def test_a_bad_argument_is_named_before_any_fit(options, match: str) -> None:
    class NeverFit(DecisionTreeClassifier):
        def fit(self, X, y, check_input=True):
            pytest.fail("a model was trained")

    with pytest.raises((TypeError, ValueError), match=match):
        EvolutionSearchCV(NeverFit(), SPACE, **{"n_iter": 12, **options}).fit(X, y)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_iter", [1, 2, 3, 5])
def test_short_searches(method: str, n_iter: int) -> None:
    found = search(method=method, n_iter=n_iter).fit(X, y)
    assert len(found.cv_results_["params"]) == n_iter


@pytest.mark.parametrize("method", METHODS)
def test_a_population_as_large_as_the_search(method: str) -> None:
    found = search(method=method, population_size=12).fit(X, y)
    assert all(trial.candidate.note is None for trial in found.history_.trials)


class Sometimes(BaseEstimator):
    """Scores x; every second candidate fails, as does whatever is not a number."""

    def __init__(self, x=0.5, kind="a") -> None:
        self.x = x
        self.kind = kind

    def fit(self, X, y=None):
        if int(self.x * 1e6) % 2:
            raise ValueError("an odd x")
        return self

    def score(self, X, y=None) -> float:
        return self.x


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_every_second_candidate_fails(method: str) -> None:
    space = {"x": Real(0, 1), "kind": Categorical(["a", "b"])}
    found = EvolutionSearchCV(
        Sometimes(), space, n_iter=60, method=method, random_state=1, cv=2
    ).fit(X)
    status = list(found.cv_results_["status"])
    assert 10 < status.count("failed") < 50
    assert found.best_score_ > 0.7


@pytest.mark.parametrize("method", METHODS)
def test_only_categorical_dimensions_are_exhausted(method: str) -> None:
    space = {"criterion": ["gini", "entropy"], "splitter": ["best", "random"]}
    found = search(space, method=method).fit(X, y)
    assert len(found.cv_results_["params"]) == 4


def test_a_race_is_run() -> None:
    found = search(n_iter=40, cv=8).fit(X, y)
    assert "discarded" in found.cv_results_["status"]


def test_the_front_has_what_no_other_dominates() -> None:
    found = several().fit(X, y)
    results, front = found.cv_results_, found.pareto_front_
    points = np.column_stack(
        [results["mean_test_accuracy"], -results["mean_test_n_leaves"]]
    )
    for row, point in enumerate(points):
        better = (points >= point).all(axis=1) & (points > point).any(axis=1)
        assert (row in front["index"]) is not better.any()
        assert (results["rank_pareto"][row] == 1) is not better.any()
    assert list(front) == ["index", "params", "accuracy", "n_leaves"]
    for name in ("accuracy", "n_leaves"):
        np.testing.assert_array_equal(
            front[name], results[f"mean_test_{name}"][front["index"]]
        )
        assert (np.diff(front[name]) <= 0).all()
    assert (front["n_leaves"] >= 1).all()
    assert len(front["index"]) > 1
    assert set(results["status"]) == {"complete"}


def test_costs_are_shown_as_they_are_and_rank_from_the_least() -> None:
    results = several().fit(X, y).cv_results_
    smallest = results["mean_test_n_leaves"] == results["mean_test_n_leaves"].min()
    assert (results["rank_test_n_leaves"][smallest] == 1).all()
    split = [results[f"split{fold}_test_n_leaves"] for fold in range(3)]
    np.testing.assert_allclose(np.mean(split, axis=0), results["mean_test_n_leaves"])


@pytest.mark.parametrize(
    ("refit", "column"),
    [(True, "accuracy"), ("accuracy", "accuracy"), ("n_leaves", "n_leaves")],
)
def test_refit_by_name_chooses_an_end_of_the_front(refit, column: str) -> None:
    found = several(refit=refit).fit(X, y)
    front = found.pareto_front_
    end = 0 if column == "accuracy" else -1
    assert found.best_index_ in front["index"]
    assert found.best_score_ == front[column][end]
    assert (
        found.best_score_ == found.cv_results_[f"mean_test_{column}"][found.best_index_]
    )
    assert found.best_params_ == found.cv_results_["params"][found.best_index_]
    expected = accuracy_score(y, found.predict(X))
    if column == "accuracy":
        assert found.score(X, y) == expected
    else:
        assert found.score(X, y) == -found.best_estimator_.get_n_leaves()


def test_refit_by_a_callable() -> None:
    def smallest_good(results) -> int:
        accuracy, leaves = results["mean_test_accuracy"], results["mean_test_n_leaves"]
        return int(np.lexsort([-accuracy, np.where(accuracy > 0.9, leaves, np.inf)])[0])

    found = several(refit=smallest_good).fit(X, y)
    assert found.best_index_ in found.pareto_front_["index"]
    assert found.best_index_ == smallest_good(found.cv_results_)


def test_no_refit() -> None:
    found = several(refit=False).fit(X, y)
    assert not hasattr(found, "best_index_")
    assert found.pareto_front_["index"].size


def test_times_and_scorers_of_all_kinds() -> None:
    def error(model, X, y) -> float:
        return float(np.mean(model.predict(X) == y))

    objectives = [
        "fit_time",
        make_scorer(accuracy_score),
        error,
        "score_time",
        lambda model: model.get_depth(),
    ]
    found = search(objectives=objectives, refit="fit_time", n_iter=15).fit(X, y)
    front = found.pareto_front_
    names = ["fit_time", "accuracy_score", "error", "score_time", "<lambda>"]
    assert list(front)[2:] == names
    assert found.best_score_ == found.cv_results_["mean_fit_time"].min()
    assert (np.diff(front["fit_time"]) >= 0).all()
    assert (front["<lambda>"] >= 0).all()
    assert 0.3 < found.score(X, y) <= 1.0  # the first score, as times have no scorer


def test_names_from_a_dict() -> None:
    objectives = {"quality": "accuracy", "size": n_leaves, "fit_time": "fit_time"}
    found = search(objectives=objectives, refit="size").fit(X, y)
    assert list(found.pareto_front_)[2:] == ["quality", "size", "fit_time"]


def test_a_name_that_ends_like_a_cost_stays_a_score() -> None:
    objectives = {"size": n_leaves, "f_test_size": "accuracy"}
    found = search(objectives=objectives, refit="f_test_size").fit(X, y)
    assert found.best_score_ == found.cv_results_["mean_test_f_test_size"].max() > 0


def sometimes_nan(tree) -> float:
    return math.nan if tree.get_depth() > 3 else tree.get_depth()


def never(tree) -> float:
    return math.nan


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_a_candidate_with_a_nan_failed() -> None:
    found = several(objectives=["accuracy", sometimes_nan]).fit(X, y)
    bad = np.isnan(found.cv_results_["mean_test_sometimes_nan"])
    assert bad.any()
    assert (found.cv_results_["status"][bad] == "failed").all()
    assert not bad[found.pareto_front_["index"]].any()


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_an_objective_that_is_never_a_number() -> None:
    with pytest.raises(ValueError, match="objectives: expected a candidate"):
        several(objectives=["accuracy", never]).fit(X, y)
    found = several(objectives=["accuracy", never], refit=False).fit(X, y)
    assert not found.pareto_front_["index"].size


def raises(tree) -> float:
    raise RuntimeError("no size")


@pytest.mark.filterwarnings("ignore:Scoring failed")
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_an_objective_that_raises_is_a_score_that_failed() -> None:
    found = several(objectives=["accuracy", raises], refit=False).fit(X, y)
    assert np.isnan(found.cv_results_["mean_test_raises"]).all()
    with pytest.raises(RuntimeError, match="no size"):
        several(objectives=["accuracy", raises], error_score="raise").fit(X, y)


@pytest.mark.parametrize("method", ["de", "ga"])
def test_several_objectives_resume_and_can_be_read(method: str, tmp_path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = several(method=method, journal=path).fit(X, y)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    again = several(method=method, journal=path).fit(X, y)
    assert again.cv_results_["params"] == whole.cv_results_["params"]
    history = History.read(path)
    values = [trial.values for trial in history.trials]
    assert values == [trial.values for trial in again.history_.trials]
    assert np.shape(values) == (25, 2)


def test_the_history_of_the_same_objectives_is_told_of_others_it_is_a_hint() -> None:
    before = several().fit(X, y).history_
    same = several(initial_history=before, refit="n_leaves").fit(X, y)
    assert len(same.cv_results_["params"]) == 50
    assert [t.values for t in same.history_.trials[:25]] == [
        t.values for t in before.trials
    ]
    other = search(n_iter=25, initial_history=before).fit(X, y)
    assert len(other.cv_results_["params"]) == 25


def test_of_a_table_with_a_cost_the_best_by_the_score_are_tried_first() -> None:
    objectives = {"leaves": n_leaves, "accuracy": "accuracy"}
    before = several(objectives=objectives).fit(X, y).cv_results_
    best = before["params"][before["rank_test_accuracy"].argmin()]
    for options in ({"objectives": objectives}, {"scoring": "accuracy"}):
        found = search(n_iter=5, initial_history=before, **options).fit(X, y)
        assert found.cv_results_["params"][0] == best


def test_workers_get_the_objectives() -> None:
    with joblib.parallel_config("threading"):
        one = several(lookahead=4).fit(X, y)
        two = several(lookahead=4, n_jobs=2).fit(X, y)
    assert one.cv_results_["params"] == two.cv_results_["params"]


def test_clone_and_weights() -> None:
    found = clone(several()).fit(X, y, sample_weight=np.ones(len(y)))
    assert found.best_score_ > 0.7


def test_stops_look_at_the_first_score() -> None:
    found = several(target_score=0.9, objectives=[n_leaves, "accuracy"]).fit(X, y)
    assert found.cv_results_["mean_test_accuracy"][-1] >= 0.9
    assert len(found.cv_results_["params"]) < 25
