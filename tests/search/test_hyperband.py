"""HyperbandSearchCV: the face of a search over rungs, and what users get wrong."""

from __future__ import annotations

import logging
import math
import pickle
import time
import warnings
import zlib

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from sklearn_hpo import BayesSearchCV, HyperbandSearchCV, Integer, Real, SearchCV
from sklearn_hpo.callbacks import TargetScore
from sklearn_hpo.schedules import Hyperband
from sklearn_hpo.strategies import Evolution, Random
from sklearn_hpo.trials import History

X, y = load_iris(return_X_y=True)
SPACE = {"a": Real(0, 1), "b": Real(0, 1)}


class Tries(BaseEstimator):
    """Scores (a, b), the more exactly the more effort; time is another matter."""

    def __init__(self, a=0.5, b=0.5, effort=27, delay="none") -> None:
        self.a = a
        self.b = b
        self.effort = effort
        self.delay = delay

    def fit(self, X, y=None):
        if 0.2 < self.b < 0.3:
            msg = "b is bad"
            raise ValueError(msg)
        self.fold_ = float(X.sum())
        seconds = {
            "none": 0.0,
            "any": 0.02 * self._chance("time"),
            "the top": 0.03 * (self.effort == 27),
            "the bottom": 0.03 * (self.effort == 1),
            "a fold": 0.04 * (self.fold_ > 1560),
        }
        time.sleep(seconds[self.delay])
        return self

    def score(self, X, y=None) -> float:
        noise = self._chance("score") * 0.2 / self.effort + 0.01 * (self.fold_ % 7)
        return -((self.a - 0.3) ** 2) - (self.b - 0.6) ** 2 - 1 / self.effort + noise

    def _chance(self, of: str) -> float:
        where = repr((of, self.a, self.b, self.fold_, self.effort)).encode()
        return zlib.crc32(where) / 2**32


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def search(estimator=None, **options) -> HyperbandSearchCV:
    options = {
        "n_iter": 24,
        "resource": "effort",
        "min_resources": 1,
        "cv": 3,
        "random_state": 2,
        **options,
    }
    return HyperbandSearchCV(estimator or Tries(), SPACE, **options)


STRATEGIES = {"Bayes": None, "random": Random(), "evolution": Evolution()}
each_strategy = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)


def outcome(found) -> list:
    kept = ["iter", "n_resources", "status", "mean_test_score", "rank_test_score"]
    columns = [found.cv_results_[key].tolist() for key in kept]
    return [found.cv_results_["params"], *columns, found.best_index_]


@each_strategy
@pytest.mark.parametrize("racing", [False, True])
def test_neither_backend_nor_workers_nor_timing_matter(strategy, racing) -> None:
    options = {"strategy": strategy, "racing": racing, "lookahead": 4, "n_iter": 16}
    expected = outcome(search(**options).fit(X))
    for delay in ("any", "the top", "the bottom", "a fold"):
        with joblib.parallel_config("threading"):
            found = search(Tries(delay=delay), n_jobs=3, **options).fit(X)
        np.testing.assert_equal(outcome(found), expected)


@each_strategy
@pytest.mark.parametrize("racing", [False, True])
def test_cut_anywhere_it_goes_on_as_if_it_was_not(strategy, racing, tmp_path) -> None:
    path = tmp_path / "journal.jsonl"
    options = {"strategy": strategy, "racing": racing, "journal": path, "n_iter": 16}
    whole = search(**options).fit(X)
    lines = path.read_bytes().splitlines(keepends=True)
    notes = [trial.candidate.note for trial in whole.history_.trials]
    for n_lines in (1, 2, len(lines) // 3, len(lines) // 2, len(lines) - 2):
        path.write_bytes(b"".join(lines[:n_lines]))
        again = search(**options).fit(X)
        np.testing.assert_equal(outcome(again), outcome(whole))
        assert [trial.candidate.note for trial in again.history_.trials] == notes
        np.testing.assert_equal(again.rank_correlations_, whole.rank_correlations_)
    read = History.read(path)
    assert [(t.resource, t.status) for t in read.trials] == [
        (t.resource, t.status) for t in whole.history_.trials
    ]


@pytest.mark.parametrize("racing", [False, True])
@pytest.mark.parametrize("given", [None, [{"a": 0.99, "b": 0.01}]])
def test_what_comes_first_rises_to_the_top(given, racing) -> None:
    # As defaults they are bad too.
    estimator = Tries(a=0.98, b=0.02)
    found = search(estimator, initial_params=given, racing=racing).fit(X)
    risen = [t for t in found.history_.trials if t.candidate.number == 0]
    assert [trial.resource for trial in risen] == found.n_resources_
    assert risen[0].candidate.params == (given[0] if given else {"a": 0.98, "b": 0.02})
    schedule = Hyperband(1, 27, first_rises=True)
    correlations = schedule.rank_correlations(found.history_)
    np.testing.assert_equal(found.rank_correlations_, correlations)
    without = Hyperband(1, 27).rank_correlations(found.history_)
    assert not np.array_equal(found.rank_correlations_, without)


def test_the_table_has_a_row_for_each_candidate_at_each_rung() -> None:
    found = search().fit(X)
    results = found.cv_results_
    assert found.n_resources_ == [1, 3, 9, 27]
    assert (found.min_resources_, found.max_resources_) == (1, 27)
    assert list(results)[:2] == ["iter", "n_resources"]
    amounts = np.array(found.n_resources_)
    np.testing.assert_array_equal(amounts[results["iter"]], results["n_resources"])
    assert found.n_candidates_ == np.bincount(results["iter"]).tolist()
    assert all(
        params["effort"] == amount
        for params, amount in zip(
            results["params"], results["n_resources"], strict=True
        )
    )
    assert found.history_.n_candidates == 24


def test_the_best_candidate_had_everything() -> None:
    found = search(Tries(delay="none"), racing=False).fit(X)
    results = found.cv_results_
    top = results["n_resources"] == 27
    assert top[found.best_index_]
    assert found.best_score_ == np.nanmax(results["mean_test_score"][top])
    assert found.best_params_["effort"] == found.best_estimator_.effort == 27
    assert pickle.loads(pickle.dumps(found)).best_params_ == found.best_params_
    assert clone(found).get_params()["eta"] == 3


def test_a_callable_refit_may_not_choose_a_lower_rung() -> None:
    with pytest.raises(ValueError, match="highest rung"):
        search(refit=lambda results: int(np.argmin(results["iter"]))).fit(X)


def test_several_metrics() -> None:
    found = HyperbandSearchCV(
        SVC(),
        {"C": Real(0.1, 10, log=True)},
        n_iter=8,
        min_resources=16,
        cv=3,
        scoring=["accuracy", "f1_macro"],
        refit="f1_macro",
        random_state=0,
    ).fit(X, y)
    top = found.cv_results_["n_resources"] == 150
    assert found.n_resources_ == [16, 50, 150]
    scores = found.cv_results_["mean_test_f1_macro"]
    complete = found.cv_results_["status"] == "complete"
    assert found.best_score_ == scores[top & complete].max()
    assert np.isfinite(found.cv_results_["mean_test_accuracy"]).all()


class Backwards(Tries):
    """Little effort ranks the wrong way round."""

    def score(self, X, y=None) -> float:
        return self.a if self.effort >= 9 else -self.a


def test_drift_is_in_the_log_the_history_and_an_attribute(caplog) -> None:
    caplog.set_level(logging.INFO, logger="sklearn_hpo")
    found = search(Backwards(), n_iter=60, strategy=Random(), racing=False).fit(X)
    assert found.rank_correlations_.shape == (3,)
    assert found.rank_correlations_[1] < 0.6
    assert "new candidates start with resources of at least 9" in caplog.text
    moved = [t for t in found.history_.trials if "drift" in (t.candidate.note or {})]
    assert moved
    assert all(t.resource >= 9 for t in moved)
    pytest.importorskip("pandas")
    assert found.history_.to_frame()["note_drift"].min() < 0.6


def test_a_target_is_one_of_the_highest_rung() -> None:
    class Sinks(Tries):
        def score(self, X, y=None) -> float:
            return 1.0 if self.effort < 27 else self.a

    found = search(Sinks(), target_score=0.5, n_iter=60, racing=False).fit(X)
    scores = found.cv_results_["mean_test_score"]
    top = found.cv_results_["n_resources"] == 27
    assert found.history_.n_candidates < 60
    assert (scores[top] >= 0.5).sum() == 1
    assert found.best_score_ >= 0.5
    with_callback = search(
        Sinks(), callbacks=[TargetScore(0.5, 27)], n_iter=60, racing=False
    ).fit(X)
    np.testing.assert_equal(outcome(with_callback), outcome(found))


def test_no_improvement_counts_the_highest_rung() -> None:
    found = search(n_iter_no_change=1, n_iter=60, strategy=Random()).fit(X)
    assert found.history_.n_candidates < 60
    top = [t for t in found.history_.closed if t.resource == 27]
    assert found.history_.closed[-1] is top[-1]
    assert not top[-1].value > max(t.value for t in top[:-1])


def test_out_of_time_the_best_is_of_the_highest_rung_reached() -> None:
    found = search(Tries(delay="the top"), max_time=0.05, n_iter=400).fit(X)
    complete = found.cv_results_["status"] == "complete"
    highest = found.cv_results_["iter"][complete].max()
    assert found.cv_results_["iter"][found.best_index_] == highest


def test_of_an_earlier_search_the_best_of_its_top_are_tried_first() -> None:
    first = search(racing=False).fit(X)
    top = [t for t in first.history_.closed if t.resource == 27]
    best = max(top, key=lambda t: t.value if math.isfinite(t.value) else -math.inf)
    for given in (first.history_, first.cv_results_):
        second = search(initial_history=given, n_iter=10).fit(X)
        wanted = dict(best.candidate.params)
        # The estimator's own defaults come after.
        assert dict(second.history_.trials[0].candidate.params) == wanted
        assert second.history_.trials[0].resource < 27
    bayes = BayesSearchCV(
        Tries(), SPACE, n_iter=5, cv=3, initial_history=first.history_, random_state=0
    ).fit(X)
    assert len(bayes.cv_results_["params"]) == 5  # tried, not told


def test_a_search_with_all_it_needs_has_one_rung() -> None:
    found = search(min_resources=27, racing=False, n_iter=8).fit(X)
    assert found.n_resources_ == [27]
    assert found.rank_correlations_.shape == (0,)
    expected = BayesSearchCV(
        Tries(), SPACE, n_iter=8, cv=3, random_state=2, racing=False
    ).fit(X)
    params = [{k: p[k] for k in "ab"} for p in found.cv_results_["params"]]
    assert params == expected.cv_results_["params"]


@pytest.mark.parametrize("n_iter", [1, 2, 3, 5, 9])
def test_short_searches(n_iter: int) -> None:
    found = search(n_iter=n_iter).fit(X)
    assert found.history_.n_candidates == n_iter
    assert found.cv_results_["n_resources"][found.best_index_] == 27


@pytest.mark.parametrize("n_iter", [3, 5, 9, 20])
def test_what_comes_first_takes_nobodys_place(n_iter: int) -> None:
    worst = Tries(a=1.0, b=0.0)
    found = search(worst, n_iter=n_iter, random_state=1).fit(X)
    assert found.best_params_["a"] < 1.0


def test_amounts_are_not_chosen_too_small() -> None:
    found = search(min_resources="auto", max_resources=1000, n_iter=4).fit(X)
    assert found.n_resources_ == [37, 111, 333, 1000]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"eta": 1}, "'eta'"),
        ({"strategy": 3}, "'strategy'"),
        ({"min_resources": 0}, "'min_resources'"),
        ({"min_resources": "smallest"}, "'min_resources'"),
        ({"min_resources": 28}, "min_resources_=28 is greater than max_resources_=27"),
        ({"resource": "efort"}, "Did you mean 'effort'"),
        ({"resource": "n_folds"}, "it is racing that spares folds"),
        ({"resource": "a"}, "part of the searched parameters"),
        ({"initial_params": [{"effort": 3}]}, "part of the searched parameters"),
        ({"resource": "delay"}, "Give max_resources"),
        ({"refit": "posterior"}, "has no model to ask"),
    ],
)
def test_a_bad_argument_is_named_before_any_fit(options, match: str) -> None:
    class NeverFit(Tries):
        def fit(self, X, y=None):
            pytest.fail("a model was trained")

    with pytest.raises((TypeError, ValueError), match=match):
        search(NeverFit(), **options).fit(X, y)


def test_rungs_need_a_resource() -> None:
    plain = SearchCV(
        Tries(), SPACE, strategy=Random(), schedule=Hyperband(1, 27), n_iter=3
    )
    with pytest.raises(ValueError, match="schedule: expected one without rungs"):
        plain.fit(X)


def test_integers_and_branches() -> None:
    space = [{"a": Real(0, 1)}, {"b": Real(0, 1), "a": [0.2, 0.4]}]
    found = HyperbandSearchCV(
        Tries(), space, n_iter=16, resource="effort", cv=2, random_state=0
    ).fit(X)
    assert found.best_score_ > -0.2
    space = {"max_iter": Integer(10, 100)}
    few = HyperbandSearchCV(SVC(), space, n_iter=4, cv=2, random_state=0).fit(X, y)
    assert few.n_resources_ == [150]  # 20 of each class leave room for one rung
