"""The same on clusters: backends that a user may have chosen."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator
from sklearn.model_selection import cross_val_score

from sklearn_hpo import GridSearchCV, SearchCV
from tests.evaluation.probes import Die, Probe, Sleep, Warn, evaluated, evaluator, tasks
from tests.search.test_tickets import Climbing, assert_same, outcome

pytestmark = pytest.mark.slow

N_CPUS = 2


@pytest.fixture(scope="module", params=["dask", "ray"])
def backend(request):
    if request.param == "dask":
        distributed = pytest.importorskip("distributed")
        with distributed.Client(
            n_workers=N_CPUS, threads_per_worker=1, dashboard_address=None
        ):
            yield "dask"
        return
    ray = pytest.importorskip("ray")
    register = pytest.importorskip("ray.util.joblib").register_ray
    ray.init(num_cpus=N_CPUS, include_dashboard=False)
    register()
    yield "ray"
    ray.shutdown()


@pytest.mark.parametrize(
    "X", [np.ones((20, 20_000)), ["text"] * 20], ids=["array", "text"]
)
def test_every_result_comes_back(backend: str, X) -> None:
    results = evaluated(range(9), X, backend=backend)
    assert [result.status for result in results] == ["ok"] * 9


def test_there_is_no_barrier(backend: str, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    with (
        joblib.parallel_config(backend),
        evaluator(Probe(), np.ones((20, 2)), N_CPUS) as running,
    ):
        first, *others = tasks([WaitFor(flag), *range(4)])
        running.submit(first)
        order = []
        for task in others:
            running.submit(task)
            order.append(running.next_done().task.ticket)
        flag.touch()
        last = running.next_done()
    assert order == [1, 2, 3, 4]
    assert (last.task.ticket, last.status) == (0, "ok")


class WaitFor:
    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __call__(self, X) -> None:
        deadline = time.monotonic() + 60
        while not self.flag.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)


class Text(str):
    """A string that says in a file when, and where, it is pickled."""

    __slots__ = ("log",)

    def __reduce__(self):
        with Path(self.log).open("a") as file:
            file.write(f"{os.getpid()}\n")
        return make_text, (str(self), self.log)


def make_text(text: str, log: str) -> Text:
    made = Text(text)
    made.log = log
    return made


def test_the_data_are_pickled_once(backend: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    X = [make_text("a", str(log)), *["b"] * 19]
    results = evaluated(range(12), X, backend=backend)
    assert [result.status for result in results] == ["ok"] * 12
    assert log.read_text() == f"{os.getpid()}\n"


def sees_configuration(X) -> None:
    assert sklearn.get_config()["assume_finite"]


def test_workers_run_under_the_callers_configuration(backend: str) -> None:
    def status(value) -> str:
        return evaluated([value], backend=backend)[0].status

    assert status(sees_configuration) == "failed"
    with sklearn.config_context(assume_finite=True):
        assert status(sees_configuration) == "ok"
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        assert status(Warn()) == "failed"
        warnings.simplefilter("ignore")
        assert status(Warn()) == "ok"


def test_a_dying_worker_costs_nobody_else_his_result(backend: str) -> None:
    results = evaluated([0, 1, Die(), 3, 4], backend=backend)
    assert [result.status for result in results] == ["ok", "ok", "crashed", "ok", "ok"]
    assert [r.status for r in evaluated([0, 1], backend=backend)] == ["ok"] * 2


def test_a_worker_killed_from_outside_costs_nobody_his_result(backend: str) -> None:
    with (
        joblib.parallel_config(backend),
        evaluator(Probe(), np.ones((20, 2)), N_CPUS) as running,
    ):
        first, *others = tasks([0, *[Sleep(2.0)] * 4])
        running.submit(first)
        victim = int(running.next_done().scores)
        for task in others:
            running.submit(task)
        threading.Timer(1.0, os.kill, (victim, signal.SIGKILL)).start()
        results = [running.next_done() for _ in others]
    assert [result.status for result in results] == ["ok"] * 4
    assert victim not in {int(result.scores) for result in results}


@pytest.mark.parametrize("delay", ["any", "a fold"])
def test_with_a_lookahead_a_cluster_does_not_change_the_search(
    backend: str, delay: str
) -> None:
    options = {"strategy": Climbing(), "n_iter": 12, "lookahead": 5, "racing": True}
    expected = outcome(SearchCV, "none", "sequential", 1, **options)
    assert "discarded" in expected["status"]
    assert_same(outcome(SearchCV, delay, backend, N_CPUS, **options), expected)


class Spans(BaseEstimator):
    """Notes in a file from when to when it was fitted."""

    def __init__(self, folder: str = "", a: int = 0) -> None:
        self.folder = folder
        self.a = a

    def fit(self, X, y=None):
        start = time.time()
        time.sleep(0.2)
        name = f"{os.getpid()}-{threading.get_ident()}-{time.time_ns()}"
        Path(self.folder, name).write_text(f"{start} {time.time()}")
        return self

    def score(self, X, y=None) -> float:
        return float(self.a)


def most_at_once(folder: Path) -> int:
    spans = [map(float, file.read_text().split()) for file in folder.iterdir()]
    events = sorted(
        (t, change) for span in spans for t, change in zip(span, (1, -1), strict=True)
    )
    return int(np.max(np.cumsum([change for _, change in events])))


def test_searches_on_a_cluster_in_a_loop_on_the_same_cluster(
    backend: str, tmp_path: Path
) -> None:
    search = GridSearchCV(Spans(str(tmp_path)), {"a": [0, 1, 2]}, cv=2)
    with joblib.parallel_config(backend, n_jobs=N_CPUS):
        scores = cross_val_score(search, np.zeros((60, 3)), cv=3)
    np.testing.assert_array_equal(scores, [2.0, 2.0, 2.0])
    assert len(list(tmp_path.iterdir())) == 3 * (3 * 2 + 1)
    assert most_at_once(tmp_path) <= N_CPUS
