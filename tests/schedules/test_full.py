from __future__ import annotations

import math

import numpy as np
import pytest

from sklearn_hpo.schedules import Full
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Listed, Strategy
from sklearn_hpo.trials import Candidate, FoldResult, History, Task


class Counts(Strategy):
    """Looks back, and proposes its own number."""

    def start(self, space, n_iter, seed) -> None:
        self.pending_ = None

    def ask(self, number, pending, rng) -> Candidate:
        self.pending_ = list(pending)
        return Candidate(number, {"a": number})

    def tell(self, trial) -> None: ...


def started(strategy: Strategy, n_iter: int = 2, n_folds: int = 2) -> Full:
    schedule = Full()
    schedule.start(strategy, SearchSpace([{}]), n_iter, 0, n_folds, width=1)
    return schedule


def issue_all(schedule: Full, history: History) -> list[Task]:
    tasks = []
    while (proposal := schedule.ask(history, None)) is not None:
        tasks.append(Task(len(tasks), *proposal))
        history.issue(tasks[-1])
    return tasks


def tell(schedule: Full, history: History, task: Task, score: float | None):
    error = "Traceback" if score is None else None
    result = FoldResult(task, score, None, 0.0, 0.0, "failed" if error else "ok", error)
    trial = history.record(result)
    return schedule.tell(result, trial, history)


def test_the_oldest_open_candidate_comes_first() -> None:
    tasks = issue_all(started(Counts()), History(2, 2))
    assert [(t.candidate.number, t.fold) for t in tasks] == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]


def test_it_counts_the_candidates() -> None:
    assert len(issue_all(started(Counts(), n_iter=5), History(2, 5))) == 10


def test_a_strategy_sees_open_candidates_even_without_a_task_in_flight() -> None:
    strategy = Counts()
    issue_all(started(strategy), History(2, 2))
    assert [c.number for c in strategy.pending_] == [0]


def test_a_candidate_is_closed_with_the_mean_of_its_folds() -> None:
    schedule, history = started(Counts()), History(2, 2)
    first, second, *_ = issue_all(schedule, history)
    assert tell(schedule, history, first, 1.0) is None
    status, value, noise = tell(schedule, history, second, 2.0)
    assert (status, value) == ("complete", 1.5)
    assert noise == pytest.approx(np.var([1.0, 2.0], ddof=1) / 2)


def test_a_failed_fold_closes_at_once_if_the_search_looks_back() -> None:
    schedule, history = started(Counts()), History(2, 2)
    first, *_ = issue_all(schedule, history)
    status, value, _ = tell(schedule, history, first, None)
    assert status == "failed"
    assert math.isnan(value)


def test_a_list_runs_all_folds_of_a_failing_candidate() -> None:
    schedule, history = started(Listed([{}])), History(2, 1)
    first, second = issue_all(schedule, history)
    assert tell(schedule, history, first, None) is None
    assert tell(schedule, history, second, 1.0)[0] == "failed"


@pytest.mark.parametrize("score", [math.inf, -math.inf, math.nan])
def test_a_score_that_is_no_number_is_a_failure(score: float) -> None:
    schedule, history = started(Counts()), History(2, 2)
    (first, *_) = issue_all(schedule, history)
    assert tell(schedule, history, first, score)[0] == "failed"
    # A list has all its folds.
    schedule, history = started(Listed([{}])), History(2, 1)
    first, second = issue_all(schedule, history)
    assert tell(schedule, history, first, score) is None
    assert tell(schedule, history, second, 1.0)[0] == "failed"


def test_scores_of_any_size_are_taken() -> None:
    schedule, history = started(Counts()), History(2, 2)
    first, second, *_ = issue_all(schedule, history)
    tell(schedule, history, first, 1e300)
    assert tell(schedule, history, second, -1e300)[:2] == ("complete", 0.0)
