from __future__ import annotations

import math
import pickle
import sys
import tracemalloc

import numpy as np
import pytest

from sklearn_hpo.trials import Candidate, FoldResult, History, Task


def told(history, number, fold, scores, *, ticket=0, error=None, train=None):
    candidate = Candidate(number, {"a": number})
    task = Task(ticket, candidate, fold)
    history.issue(task)
    status = "ok" if error is None else "failed"
    return history.record(FoldResult(task, scores, train, 1.0, 0.5, status, error))


def test_a_trial_begins_with_its_first_task() -> None:
    history = History(n_folds=3, n_iter=2)
    trial = history.issue(Task(0, Candidate(0, {}), fold=0))
    assert trial.is_open
    assert (trial.next_fold, trial.n_issued, trial.n_told) == (1, 1, 0)
    assert history.n_candidates == 1


def test_next_fold_is_none_when_all_are_issued() -> None:
    history = History(n_folds=2, n_iter=1)
    for fold in range(2):
        trial = history.issue(Task(fold, Candidate(0, {}), fold))
    assert trial.next_fold is None
    assert list(history.unissued) == []


def test_scores_are_nan_where_not_told() -> None:
    history = History(n_folds=3, n_iter=1)
    trial = told(history, 0, 1, 0.5)
    np.testing.assert_array_equal(trial.scores, [np.nan, 0.5, np.nan])


def test_scores_before_any_success_are_nan() -> None:
    history = History(n_folds=2, n_iter=1)
    trial = told(history, 0, 0, None, error="Traceback")
    assert np.isnan(trial.scores).all()
    assert history.errors == {(0, 0): "Traceback"}


def test_the_objective_of_several_metrics_is_the_one_named() -> None:
    history = History(n_folds=1, n_iter=1, objective="b")
    trial = told(history, 0, 0, {"a": 1.0, "b": 2.0})
    assert trial.scores == [2.0]
    assert history.multimetric
    assert history.metrics == ("a", "b")


def test_the_objective_of_several_metrics_is_the_first_otherwise() -> None:
    history = History(n_folds=1, n_iter=1)
    assert told(history, 0, 0, {"a": 1.0, "b": 2.0}).scores == [1.0]


def test_a_result_for_a_closed_trial_only_counts_as_a_fit() -> None:
    history = History(n_folds=2, n_iter=1)
    trial = told(history, 0, 0, 1.0)
    history.close(trial, "failed", math.nan, math.nan)
    told(history, 0, 1, 2.0)
    assert history.n_fits == 2
    assert trial.told == [0]
    assert math.isnan(trial.scores[1])


def test_the_incumbent_is_the_best_complete_trial() -> None:
    history = History(n_folds=1, n_iter=4)
    statuses = ["complete", "complete", "failed", "complete"]
    for number, (status, value) in enumerate(
        zip(statuses, [1.0, 3.0, 9.0, 2.0], strict=True)
    ):
        history.close(told(history, number, 0, value), status, value, 0.0)
    assert history.incumbent().candidate.number == 1
    assert history.incumbent(resource=0.5) is None


def test_the_best_is_the_incumbent_of_the_highest_rung_that_has_one() -> None:
    history = History(n_folds=1, n_iter=3)
    assert history.best is None
    for ticket, (number, resource) in enumerate([(0, 1), (1, 1), (0, 3), (1, 9)]):
        task = Task(ticket, Candidate(number, {}), 0, resource)
        trial = history.issue(task)
        if resource < 9:
            history.close(trial, "complete", float(number), 0.0)
    assert (history.best.candidate.number, history.best.resource) == (0, 3)


def test_what_is_open_at_the_end_is_unfinished() -> None:
    history = History(n_folds=2, n_iter=1)
    trial = told(history, 0, 0, 1.0)
    history.end()
    assert trial.status == "unfinished"
    assert history.closed == []
    assert history.pending == []


def test_a_promotion_is_a_new_trial_of_the_same_candidate() -> None:
    history = History(n_folds=1, n_iter=1)
    candidate = Candidate(0, {})
    low = history.issue(Task(0, candidate, 0, resource=0.5))
    high = history.issue(Task(1, candidate, 0, resource=1.0))
    assert low is not high
    assert (len(history), history.n_candidates) == (2, 1)


def test_result_gives_back_what_was_told() -> None:
    history = History(n_folds=2, n_iter=1)
    trial = told(history, 0, 1, {"a": 0.25}, train={"a": 0.75})
    result = history.result(trial, 1)
    assert (result.scores, result.train_scores) == ({"a": 0.25}, {"a": 0.75})
    assert (result.fit_time, result.score_time) == (1.0, 0.5)
    assert history.result(trial, 0).scores is None


def test_to_frame_has_a_row_for_each_fold_told() -> None:
    pytest.importorskip("pandas")
    history = History(n_folds=2, n_iter=2)
    told(history, 0, 0, 0.5)
    told(history, 0, 1, None, error="Traceback: no")
    told(history, 1, 0, 0.7)
    frame = history.to_frame()
    assert list(frame["candidate"]) == [0, 0, 1]
    assert list(frame["param_a"]) == [0, 0, 1]
    assert list(frame["error"].fillna("")) == ["", "Traceback: no", ""]
    np.testing.assert_array_equal(frame["test_score"], [0.5, np.nan, 0.7])


def test_to_frame_without_pandas_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        History(1, 1).to_frame()


def test_a_history_pickles() -> None:
    history = History(n_folds=2, n_iter=1)
    told(history, 0, 0, 0.5)
    copy = pickle.loads(pickle.dumps(history))
    np.testing.assert_array_equal(copy.trials[0].scores, history.trials[0].scores)


def test_memory_per_fold_stays_below_200_bytes() -> None:
    n_candidates, n_folds = 4_000, 5
    params = [{"a": number} for number in range(n_candidates)]
    tracemalloc.start()
    history = History(n_folds, n_candidates)
    for number in range(n_candidates):
        candidate = Candidate(number, params[number])
        for fold in range(n_folds):
            task = Task(number * n_folds + fold, candidate, fold)
            history.issue(task)
            trial = history.record(FoldResult(task, 0.5, None, 0.1, 0.1))
        history.close(trial, "complete", float(number), 0.1)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / (n_candidates * n_folds) < 200
