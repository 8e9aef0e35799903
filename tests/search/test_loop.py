"""The loop, with a fake evaluator in place of scikit-learn."""

from __future__ import annotations

import pytest

from sklearn_hpo.callbacks import Callback
from sklearn_hpo.schedules import Full
from sklearn_hpo.search import Loop
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Listed
from sklearn_hpo.trials import History
from tests.fakes import FakeEvaluator


def run(
    score=lambda task: 1.0, *, n=6, n_folds=3, capacity=2, duration=None, **options
):
    strategy, schedule = Listed([{"a": i} for i in range(n)]), Full()
    schedule.start(strategy, SearchSpace([{}]), n, 0, n_folds, width=1)
    evaluator = FakeEvaluator(score, duration or (lambda task: 1.0))
    history = History(n_folds, n)
    loop = Loop(schedule, history, evaluator, capacity=lambda: capacity, **options)
    return loop.run(), evaluator


def test_every_fold_of_every_candidate_is_run_once() -> None:
    history, evaluator = run()
    done = [(t.candidate.number, t.fold) for t in evaluator.submitted]
    assert done == [(number, fold) for number in range(6) for fold in range(3)]
    assert history.n_fits == len(done)
    assert all(trial.status == "complete" for trial in history.trials)


def test_tickets_count_up() -> None:
    _, evaluator = run()
    assert [task.ticket for task in evaluator.submitted] == list(range(18))


@pytest.mark.parametrize("capacity", [1, 2, 5, float("inf")])
def test_no_more_tasks_in_flight_than_the_capacity(capacity: float) -> None:
    _, evaluator = run(capacity=capacity)
    assert evaluator.most_in_flight == min(capacity, 18)


def test_a_worker_does_not_wait_for_the_slowest() -> None:
    slow_first = lambda task: 100.0 if task.ticket == 0 else 1.0  # noqa: E731
    _, evaluator = run(duration=slow_first, capacity=2)
    # 17 tasks of 1 run beside the one of 100; with a barrier it would be more.
    assert evaluator.clock == 100.0


class Recorder(Callback):
    def __init__(self, stop_at=None) -> None:
        self.events = []
        self.stop_at = stop_at

    def begin(self, history) -> None:
        self.events.append("begin")

    def fold(self, result, history) -> bool:
        self.events.append(result.task.ticket)
        return result.task.ticket == self.stop_at

    def trial(self, trial, history) -> None:
        self.events.append(f"trial {trial.candidate.number}")

    def end(self, history) -> None:
        self.events.append("end")


def test_callbacks_see_results_in_the_order_of_the_tickets() -> None:
    recorder = Recorder()
    backwards = lambda task: 100.0 - task.ticket  # noqa: E731
    run(n=2, capacity=6, duration=backwards, callbacks=[recorder])
    expected = ["begin", 0, 1, 2, "trial 0", 3, 4, 5, "trial 1", "end"]
    assert recorder.events == expected


def test_a_stop_keeps_the_results_up_to_it() -> None:
    recorder = Recorder(stop_at=4)
    history, _ = run(capacity=6, callbacks=[recorder])
    assert recorder.events[-2:] == [4, "end"]
    assert [trial.status for trial in history.trials[:2]] == ["complete", "unfinished"]
    assert history.trials[1].n_told == 2


def test_callbacks_end_also_after_an_error() -> None:
    recorder = Recorder()

    def broken(task):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        run(broken, callbacks=[recorder])
    assert recorder.events == ["begin", "end"]


def test_an_interruption_keeps_what_arrived() -> None:
    recorder = Recorder()

    def interrupted(task):
        if task.ticket == 4:
            raise KeyboardInterrupt
        return 0.0

    history, _ = run(interrupted, capacity=1, n=2, callbacks=[recorder])
    assert recorder.events == ["begin", 0, 1, 2, "trial 0", 3, "end"]
    assert [trial.n_told for trial in history.trials] == [3, 1]


def test_known_results_are_not_run() -> None:
    first, _ = run(lambda task: task.candidate.number + task.fold / 10)

    def known(task):
        trial = first.trials[task.candidate.number]
        return first.result(trial, task.fold) if task.candidate.number < 4 else None

    from dataclasses import replace

    second, evaluator = run(
        lambda task: task.candidate.number + task.fold / 10,
        known=lambda task: (r := known(task)) and replace(r, task=task),
    )
    assert {task.candidate.number for task in evaluator.submitted} == {4, 5}
    assert [t.value for t in second.trials] == [t.value for t in first.trials]
