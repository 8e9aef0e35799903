"""Halving: who is promoted, when, and what a race may not do."""

from __future__ import annotations

import numpy as np
import pytest

from sklearn_hpo.schedules import Halving, PairedTRule
from sklearn_hpo.search import Loop
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Listed
from sklearn_hpo.trials import History
from tests.fakes import FakeEvaluator

N_FOLDS = 4
EFFECTS = np.array([0.0, 0.02, -0.03, 0.01])


def run(schedule, score, *, n=27, workers=1, duration=lambda task: 1.0, history=None):
    history = History(N_FOLDS, n) if history is None else history
    strategy = Listed([{"a": number} for number in range(n)])
    space = SearchSpace.from_user({"a": list(range(n))})
    schedule.start(strategy, space, n, 0, N_FOLDS, max(1, workers))
    lookahead = 1 if workers == 1 else 2 * workers
    evaluator = FakeEvaluator(score, duration)
    Loop(
        schedule,
        history,
        evaluator,
        capacity=lambda: workers,
        lookahead=lookahead,
    ).run()
    return history


def score_of(task):
    """Later candidates are better; folds and amounts shift all of them alike."""
    return task.candidate.number / 100 + EFFECTS[task.fold] + task.resource / 1000


def by_rung(history):
    found = {}
    for trial in history.trials:
        found.setdefault(trial.resource, []).append(trial.candidate.number)
    return found


def test_the_best_third_of_each_rung_is_promoted_best_first() -> None:
    history = run(Halving([1, 3, 9, 27]), score_of)
    rungs = by_rung(history)
    assert rungs[1] == list(range(27))
    assert rungs[3] == list(range(26, 17, -1))
    assert rungs[9] == [26, 25, 24]
    assert rungs[27] == [26]
    assert {trial.status for trial in history.trials} == {"complete"}


class ReadOnce(list):
    """Trials that are not looked through again for each candidate."""

    n_read = 0

    def __iter__(self):
        self.n_read += len(self)
        return super().__iter__()

    def __getitem__(self, index):
        if isinstance(index, slice):
            self.n_read += len(range(*index.indices(len(self))))
        return super().__getitem__(index)


@pytest.mark.parametrize("races", [False, True])
def test_the_trials_are_read_once(races) -> None:
    history = History(N_FOLDS, 27)
    history.trials = ReadOnce()
    run(Halving([1, 3, 9, 27], races=races), score_of, history=history)
    assert history.trials.n_read <= 2 * len(history.trials)


def test_the_rest_of_a_division_is_promoted_too() -> None:
    rungs = by_rung(run(Halving([1, 2, 4], factor=2), score_of, n=7))
    assert [len(rungs[amount]) for amount in (1, 2, 4)] == [7, 4, 2]


def test_equal_candidates_are_promoted_in_their_order() -> None:
    rungs = by_rung(run(Halving([1, 3]), lambda task: 0.5, n=6))
    assert rungs[3] == [0, 1]


def test_an_amount_that_is_repeated_is_not_evaluated_again() -> None:
    history = run(Halving([20, 20, 60, 180]), score_of, n=60)
    rungs = by_rung(history)
    assert [len(rungs[amount]) for amount in (20, 60, 180)] == [60, 7, 3]
    assert history.n_fits == 70 * N_FOLDS


def test_a_failed_candidate_is_not_promoted() -> None:
    def score(task):
        return None if task.candidate.number > 3 else score_of(task)

    rungs = by_rung(run(Halving([1, 3, 9]), score, n=18))
    assert rungs == {1: list(range(18)), 3: [3, 2, 1, 0], 9: [3, 2]}


def test_where_all_have_failed_the_search_ends() -> None:
    def score(task):
        return None if task.resource == 3 else score_of(task)

    history = run(Halving([1, 3, 9]), score, n=9)
    assert set(by_rung(history)) == {1, 3}
    assert not history.pending


def test_should_all_of_a_rung_have_failed_the_next_best_go_on() -> None:
    def score(task):
        failed = task.resource == 9 and task.candidate.number > 6
        return None if failed else score_of(task)

    rungs = by_rung(run(Halving([1, 3, 9]), score, n=9))
    assert rungs == {1: list(range(9)), 3: [8, 7, 6], 9: [8, 7, 6]}


@pytest.mark.parametrize("races", [False, True])
@pytest.mark.parametrize("workers", [2, 5])
def test_the_speed_of_workers_decides_nothing(workers, races) -> None:
    def slow(task):
        return 1.0 + (task.candidate.number * 7 + task.fold) % 5

    schedule = Halving([1, 3, 9], races=races)
    even = run(schedule, score_of, workers=workers)
    uneven = run(schedule, score_of, workers=workers, duration=slow)
    for one, other in zip(even.trials, uneven.trials, strict=True):
        assert one.candidate.number == other.candidate.number
        assert (one.resource, one.status) == (other.resource, other.status)
        np.testing.assert_equal(one.value, other.value)


def test_a_race_ends_those_with_no_chance_of_promotion() -> None:
    def score(task):  # the best come first
        return 1 - task.candidate.number / 30 + EFFECTS[task.fold]

    full = run(Halving([1, 3, 9]), score)
    race = run(Halving([1, 3, 9], races=True), score)
    assert race.n_fits < full.n_fits
    assert by_rung(race) == by_rung(full)
    lost = [trial for trial in race.trials if trial.status == "discarded"]
    assert min(t.candidate.number for t in lost if t.resource == 1) >= 9


def test_who_leads_does_not_end_who_would_be_promoted() -> None:
    """Far behind the leader is good enough below the highest rung."""

    def score(task):
        leads = task.candidate.number == 0
        return 1.0 if leads else 0.5 + score_of(task) / 10

    race = run(Halving([1, 3], races=True), score, n=9)
    assert by_rung(race)[3] == [0, 8, 7]
    assert all(t.status == "complete" for t in race.trials if t.resource == 1)


def test_the_estimate_of_who_lost_is_that_of_the_table() -> None:
    def score(task):
        return 1 - task.candidate.number / 30 + EFFECTS[task.fold]

    race = run(Halving([1, 3], races=True, rule=PairedTRule(0.1)), score)
    lost = [trial for trial in race.trials if trial.status == "discarded"]
    assert lost
    for trial in lost:
        assert trial.value == pytest.approx(1 - trial.candidate.number / 30)
        assert trial.lost_to.resource == trial.resource


@pytest.mark.parametrize(
    "schedule", [Halving([]), Halving([3, 1]), Halving([1, 2], factor=1)], ids=repr
)
def test_amounts_must_rise(schedule) -> None:
    with pytest.raises(ValueError, match="expected rising amounts"):
        run(schedule, score_of)
