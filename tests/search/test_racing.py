"""Racing through the searches: the table, the choice, the same search anywhere."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GroupKFold,
    PredefinedSplit,
    RepeatedStratifiedKFold,
    StratifiedKFold,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    Integer,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
)
from sklearn_hpo.schedules import PairedTRule

X, y = load_wine(return_X_y=True)
SPACE = {"max_depth": Integer(1, 8), "min_samples_leaf": Integer(1, 60)}
GRID = {"max_depth": [8, 1, 2, 3], "min_samples_leaf": [1, 5, 20, 60]}


# One table of many; benchmarks/racing.py measures how often racing loses the best.
def tree():
    return DecisionTreeClassifier(random_state=1)


@pytest.fixture(scope="module")
def raced():
    scoring = ["accuracy", "neg_log_loss"]
    search = GridSearchCV(tree(), GRID, racing=True, scoring=scoring, refit="accuracy")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return search.fit(X, y)


@pytest.fixture(scope="module")
def full():
    search = GridSearchCV(
        tree(), GRID, scoring=["accuracy", "neg_log_loss"], refit="accuracy"
    )
    return search.fit(X, y)


def folds(results, metric="accuracy"):
    return np.array([results[f"split{i}_test_{metric}"] for i in range(5)]).T


def test_some_candidates_lose_and_the_best_one_wins(raced, full) -> None:
    lost = raced.cv_results_["status"] == "discarded"
    assert 3 <= lost.sum() < len(lost)
    assert raced.best_params_ == full.best_params_
    assert raced.best_score_ == full.best_score_
    assert raced.history_.n_fits < full.history_.n_fits


def test_folds_that_were_run_are_those_of_full_cross_validation(raced, full) -> None:
    for metric in ("accuracy", "neg_log_loss"):
        mine, theirs = folds(raced.cv_results_, metric), folds(full.cv_results_, metric)
        seen = ~np.isnan(mine)
        np.testing.assert_array_equal(mine[seen], theirs[seen])
        counted = raced.cv_results_["n_folds_evaluated"]
        np.testing.assert_array_equal(seen.sum(axis=1), counted)


def test_the_mean_is_adjusted_for_the_folds_seen(raced) -> None:
    results, history = raced.cv_results_, raced.history_
    for row, trial in enumerate(history.closed):
        scores = folds(results)[row]
        seen = ~np.isnan(scores)
        if trial.status != "discarded":
            assert seen.all()
            continue
        best = trial.lost_to.scores
        expected = best.mean() + (scores - best)[seen].mean()
        assert results["mean_test_accuracy"][row] == pytest.approx(expected)
        assert trial.value == pytest.approx(expected)
        assert expected < best.mean() <= raced.best_score_
        deviation = results["std_test_accuracy"][row]
        assert deviation == pytest.approx(scores[seen].std())
        loss = folds(results, "neg_log_loss")[row]
        rival = history.scores("neg_log_loss")[trial.lost_to.row]
        expected = rival.mean() + (loss - rival)[seen].mean()
        assert results["mean_test_neg_log_loss"][row] == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss"])
def test_discarded_candidates_rank_after_all_complete_ones(raced, metric) -> None:
    results = raced.cv_results_
    lost = results["status"] == "discarded"
    ranks, means = results[f"rank_test_{metric}"], results[f"mean_test_{metric}"]
    assert ranks[~lost].max() <= (~lost).sum() < ranks[lost].min()
    for group in (lost, ~lost):
        order = np.argsort(ranks[group], kind="stable")
        assert (np.diff(means[group][order]) <= 0).all()


def test_times_are_those_of_the_folds_that_were_run(raced) -> None:
    times = raced.history_.fit_times
    for row, trial in enumerate(raced.history_.closed):
        seen = times[trial.row][: trial.n_told]
        assert raced.cv_results_["mean_fit_time"][row] == pytest.approx(seen.mean())
        assert raced.cv_results_["std_fit_time"][row] == pytest.approx(seen.std())


def test_without_racing_a_list_has_scikit_learns_columns_only(full) -> None:
    assert not {"status", "n_folds_evaluated", "error"} & set(full.cv_results_)


@pytest.mark.parametrize("racing", [True, False])
def test_an_adaptive_search_has_its_own_columns(racing) -> None:
    search = BayesSearchCV(tree(), SPACE, n_iter=8, random_state=0, racing=racing)
    results = search.fit(X, y).cv_results_
    columns = list(results)
    assert columns[-3:] == ["status", "n_folds_evaluated", "error"]
    assert set(results["error"]) == {""}
    if not racing:
        assert set(results["status"]) == {"complete"}
        assert set(results["n_folds_evaluated"]) == {5}


def test_the_error_of_a_failed_candidate_is_in_the_table() -> None:
    space = {"C": [-1.0, 0.1, 1.0, 10.0]}
    search = BayesSearchCV(SVC(), space, n_iter=4, random_state=0)
    with pytest.warns(UserWarning, match="1 fits failed|non-finite"):
        results = search.fit(X, y).cv_results_
    failed = results["status"] == "failed"
    assert failed.sum() == 1
    assert "InvalidParameterError" in results["error"][failed][0]
    assert results["rank_test_score"][failed][0] == 4


def test_a_callable_refit_may_not_choose_an_estimate() -> None:
    def worst(results):
        return int(np.argmax(results["status"] == "discarded"))

    search = GridSearchCV(tree(), GRID, racing=PairedTRule(), refit=worst)
    with pytest.raises(ValueError, match="which lost a race"):
        search.fit(X, y)
    # The work is not lost for that.
    assert "discarded" in search.cv_results_["status"]
    assert not hasattr(search, "best_index_")


def test_beside_a_callable_refit_nothing_is_discarded() -> None:
    def last(results):
        return len(results["params"]) - 1

    search = GridSearchCV(tree(), GRID, racing=True, refit=last).fit(X, y)
    splits = [
        search.cv_results_[f"split{k}_test_score"] for k in range(search.n_splits_)
    ]
    assert np.isfinite(splits).all()
    assert search.best_index_ == len(search.cv_results_["params"]) - 1


@pytest.mark.parametrize(
    "cv",
    [
        2,
        20,
        RepeatedStratifiedKFold(n_splits=3, n_repeats=3, random_state=0),
        GroupKFold(4),
        PredefinedSplit(np.arange(len(y)) % 3),
        list(StratifiedKFold(3).split(X, y)),
    ],
    ids=["2", "20", "repeated", "grouped", "predefined", "a list"],
)
def test_any_split_can_be_raced(cv) -> None:
    groups = np.arange(len(y)) // 5
    make = {"scoring": "accuracy", "cv": cv}
    raced = GridSearchCV(tree(), GRID, racing=True, **make).fit(X, y, groups=groups)
    full = GridSearchCV(tree(), GRID, **make).fit(X, y, groups=groups)
    assert raced.best_score_ == full.best_score_
    assert raced.history_.n_fits < full.history_.n_fits
    assert np.isfinite(raced.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("n_iter", [1, 2, 3, 4])
def test_few_candidates_are_raced_by_the_exact_bound_alone(n_iter) -> None:
    candidates = [{"min_samples_leaf": 5 * 3**i} for i in range(n_iter)]
    # No bound is known of this scorer: so nothing at all is discarded.
    search = ManualSearchCV(
        tree(), candidates, racing=True, scoring=lambda e, X, y: e.score(X, y)
    )
    assert set(search.fit(X, y).cv_results_["status"]) == {"complete"}


def test_a_rule_object_is_used_and_cloned() -> None:
    rule = PairedTRule(delta=0.0)
    search = RandomizedSearchCV(
        tree(), SPACE, n_iter=10, random_state=0, racing=rule, scoring="accuracy"
    )
    search.fit(X, y)
    assert not hasattr(rule, "variances_")
    assert "discarded" in search.cv_results_["status"]  # by the exact bound


def test_racing_must_be_a_flag_or_a_rule() -> None:
    search = BayesSearchCV(tree(), SPACE, racing="yes")
    with pytest.raises(ValueError, match="'racing' parameter of BayesSearchCV"):
        search.fit(X, y)


class Dawdling(LogisticRegression):
    """Takes a time that depends on its parameters, to spite the order of results."""

    def fit(self, X, y):
        time.sleep(0.02 * (hash(round(np.log(self.C), 6)) % 4))
        return super().fit(X, y)


def signature(search):
    return [
        (trial.candidate.params["C"], trial.status, trial.scores.tolist())
        for trial in search.history_.trials
    ]


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_law_4_a_race_is_the_same_for_any_number_of_workers(n_jobs) -> None:
    import joblib

    X, y = load_iris(return_X_y=True)
    make = {"n_iter": 12, "random_state": 0, "lookahead": 4, "scoring": "neg_log_loss"}
    space = {"C": Real(1e-4, 1e4, log=True)}
    alone = BayesSearchCV(Dawdling(), space, **make).fit(X, y)
    assert "discarded" in alone.cv_results_["status"]
    with joblib.parallel_config("threading"):
        other = BayesSearchCV(Dawdling(), space, n_jobs=n_jobs, **make).fit(X, y)
    assert str(signature(alone)) == str(signature(other))


def test_a_pipeline_whose_last_step_is_searched_has_no_bound() -> None:
    pipeline = make_pipeline(StandardScaler(), SVC())
    grid = {"svc": [SVC(), LogisticRegression()], "standardscaler": ["passthrough"]}
    search = GridSearchCV(pipeline, grid, racing=True).fit(X, y)
    assert set(search.cv_results_["status"]) == {"complete"}
