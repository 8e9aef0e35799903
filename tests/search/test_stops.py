"""The ends of a search before its budget: time, score, no improvement."""

from __future__ import annotations

import time
from contextlib import suppress

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
)
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.schedules import Full
from sklearn_hpo.search import Loop
from sklearn_hpo.search._deadline import Deadline
from sklearn_hpo.search._record import Record
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Listed
from sklearn_hpo.trials import History
from tests.fakes import FakeEvaluator

X, y = load_iris(return_X_y=True)
LEAVES = {"min_samples_leaf": [70, 60, 1, 2, 3, 4, 5]}


class Slow(LogisticRegression):
    def fit(self, X, y):
        time.sleep(0.05)
        return super().fit(X, y)


SEARCHES = {
    "grid": lambda **more: GridSearchCV(Slow(), {"C": [1.0] * 400}, **more),
    "random": lambda **more: RandomizedSearchCV(
        Slow(), {"C": Real(0.9, 1.1)}, n_iter=400, **more
    ),
    "manual": lambda **more: ManualSearchCV(Slow(), [{"C": 1.0}] * 400, **more),
    "Bayes": lambda **more: BayesSearchCV(
        Slow(), {"C": Real(0.9, 1.1)}, n_iter=400, racing=False, **more
    ),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_max_time_ends_a_search_with_what_is_done(name) -> None:
    # 400 candidates x 3 folds would sleep for a minute.
    search = SEARCHES[name](max_time=1.0, cv=3).fit(X, y)
    assert 1 <= len(search.cv_results_["params"]) < 200
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.predict(X).shape == (150,)


def test_max_time_ends_a_search_while_workers_are_busy() -> None:
    with joblib.parallel_config("threading", n_jobs=2):
        search = SEARCHES["Bayes"](max_time=1.0, cv=3, random_state=0).fit(X, y)
    assert 1 <= len(search.cv_results_["params"]) < 200


def test_one_candidate_is_always_finished() -> None:
    search = SEARCHES["grid"](max_time=1e-6, cv=3).fit(X, y)
    assert len(search.cv_results_["params"]) == 1


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("max_time", 0),
        ("max_time", -1.0),
        ("n_iter_no_change", 0),
        ("target_score", ""),
    ],
)
def test_limits_must_make_sense(argument, value) -> None:
    search = SEARCHES["grid"](**{argument: value})
    with pytest.raises(ValueError, match=f"'{argument}' parameter of GridSearchCV"):
        search.fit(X, y)


def tree_search(**more):
    tree = DecisionTreeClassifier(random_state=0)
    return GridSearchCV(tree, LEAVES, **more).fit(X, y)


def test_target_score_ends_the_search_at_the_first_to_reach_it() -> None:
    search = tree_search(target_score=0.9)
    assert search.cv_results_["param_min_samples_leaf"].tolist() == [70, 60, 1]
    assert search.best_score_ >= 0.9


def test_a_target_out_of_reach_changes_nothing() -> None:
    assert len(tree_search(target_score=1.1).cv_results_["params"]) == 7


@pytest.mark.parametrize("n", [1, 2, 3])
def test_no_change_counts_candidates_since_the_last_improvement(n) -> None:
    search = tree_search(n_iter_no_change=n)
    scores = tree_search().cv_results_["mean_test_score"]
    best, waited = -np.inf, 0
    for count, score in enumerate(scores, 1):  # noqa: B007
        waited = 0 if score > best else waited + 1
        best = max(best, score)
        if waited == n:
            break
    assert len(search.cv_results_["params"]) == count


class Clock:
    """Time that passes when a task is done."""

    def __init__(self, evaluator, end) -> None:
        self.evaluator, self.end = evaluator, end

    def __call__(self) -> float:
        return self.end - self.evaluator.clock


class Patient(FakeEvaluator):
    """Answers None if the next task takes longer than the timeout."""

    def next_done(self, timeout=None):
        if timeout is not None and self.running[0][0] > self.clock + timeout:
            return None
        return super().next_done()


def test_at_the_deadline_what_arrived_is_told_across_the_gaps() -> None:
    schedule, history = Full(), History(1, 10)
    listed = Listed([{"a": i} for i in range(10)])
    schedule.start(listed, SearchSpace([{}]), 10, 0, 1, width=1)
    # The first task never ends; the others take a second each.
    evaluator = Patient(lambda task: 1.0, lambda task: 1e9 if task.ticket == 0 else 1.0)
    clock = Clock(evaluator, end=5.5)
    Loop(schedule, history, evaluator, capacity=lambda: 2, time_left=clock).run()
    assert [t.candidate.number for t in history.closed] == [1, 2, 3, 4, 5]
    assert history.trials[0].status == "unfinished"


class Ends(Callback):
    """Takes four seconds at the third fold, and then ends the search in some way."""

    def __init__(self, evaluator, how) -> None:
        self.evaluator, self.how, self.n_folds = evaluator, how, 0

    def fold(self, result, history):
        self.n_folds += 1
        if self.n_folds != 3:
            return None
        self.evaluator.clock += 4.0
        if isinstance(self.how, BaseException):
            raise self.how
        return self.how


class Noted(Record):
    def __init__(self) -> None:
        self.tickets = []

    def done(self, result) -> None:
        self.tickets.append(result.task.ticket)


@pytest.mark.parametrize(
    ("end", "n_told"),
    [(None, 6), (True, 3), (KeyboardInterrupt(), 6), (RuntimeError(), 3)],
)
def test_what_is_finished_when_the_search_ends_is_not_lost(end, n_told) -> None:
    schedule, history = Full(), History(1, 10)
    listed = Listed([{"a": i} for i in range(10)])
    schedule.start(listed, SearchSpace([{}]), 10, 0, 1, width=1)
    evaluator = Patient(lambda task: 1.0, lambda task: 1.0 + (task.ticket == 6))

    def finished():
        while evaluator.running and evaluator.running[0][0] <= evaluator.clock:
            clock = evaluator.clock
            yield evaluator.next_done()
            evaluator.clock = clock

    record = Noted()
    loop = Loop(
        schedule,
        history,
        evaluator,
        capacity=lambda: 4,
        time_left=Clock(evaluator, end=5.0),
        callbacks=[Ends(evaluator, end)],
        record=record,
        finished=finished,
    )
    with suppress(RuntimeError):
        loop.run()
    assert record.tickets == [0, 1, 2, 3, 4, 5]
    assert history.n_fits == n_told


def test_the_refit_has_a_time_of_its_own(monkeypatch) -> None:
    search = tree_search()
    monkeypatch.setattr("sklearn_hpo.search._deadline.time.monotonic", lambda: 0.0)
    with_refit = Deadline(100.0, refits=True).time_left(search.history_)
    without = Deadline(100.0, refits=False).time_left(search.history_)
    best = search.history_.incumbent()
    fit_time = search.history_.fit_times[best.row].mean()
    assert without - with_refit == pytest.approx(fit_time)
