"""A fold that takes too long, or too much memory, costs itself only."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import sys
import threading
import time

import joblib
import numpy as np
import pytest
from scipy import linalg
from sklearn.exceptions import FitFailedWarning

from sklearn_hpo import BayesSearchCV, GridSearchCV
from sklearn_hpo.evaluation import FitTimeoutError, _limits
from tests.evaluation.probes import Probe, Sleep, evaluated, evaluator, tasks
from tests.evaluation.test_faults import EVERYWHERE, PROCESSES, statuses

needs_alarms = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="Python code is stopped by an alarm"
)
needs_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is limited on Linux only"
)
TIMEOUT = 0.3
FOREVER = 10**10  # steps of native code, minutes


def hang_in_native_code(X) -> None:
    sum(itertools.repeat(1, FOREVER))


def refuse_to_stop(X) -> None:
    end = time.monotonic() + 60.0
    while time.monotonic() < end:
        with contextlib.suppress(BaseException):
            time.sleep(60.0)


def multiply(X) -> None:
    square = np.ones((256, 256))
    linalg.lu_factor(square @ square + np.eye(256))


class Take:
    """Takes memory."""

    def __init__(self, n_bytes: int) -> None:
        self.n_bytes = n_bytes

    def __call__(self, X) -> None:
        np.empty(self.n_bytes, dtype=np.int8)


@needs_alarms
@pytest.mark.parametrize("backend", PROCESSES)
def test_python_code_is_stopped_and_its_worker_lives(backend: str) -> None:
    values = [0, Sleep(60.0), *[0] * 6, Sleep(60.0), 0]
    results = evaluated(values, backend=backend, fit_timeout=TIMEOUT)
    assert [k for k, result in enumerate(results) if result.status == "timeout"] == [
        1,
        8,
    ]
    assert results[1].fit_time == TIMEOUT
    assert "0.3 s" in results[1].error
    assert len({result.scores for result in results if result.status == "ok"}) <= 2


@pytest.mark.parametrize("backend", PROCESSES)
@pytest.mark.parametrize("hang", [hang_in_native_code, refuse_to_stop])
def test_what_does_not_stop_is_ended(backend: str, hang) -> None:
    values = [0, 0, hang, 0, 0, 0]
    results = evaluated(values, backend=backend, fit_timeout=TIMEOUT)
    assert statuses(results) == ["ok", "ok", "timeout", "ok", "ok", "ok"]


def test_beside_one_that_is_ended_nobody_is_suspect() -> None:
    # As suspects they would run one after the other.
    values = [hang_in_native_code, *[Sleep(0.2)] * 9]
    with evaluator(Probe(), np.ones((20, 2)), 2, fit_timeout=TIMEOUT) as running:
        for task in tasks(values):
            running.submit(task)
        results = [running.next_done() for _ in values]
        assert not running._executor._suspects
    assert sorted(statuses(results)) == ["ok"] * 9 + ["timeout"]


@pytest.mark.parametrize("limit", [{}, {"fit_timeout": 60.0}, {"memory_limit": 2**30}])
def test_one_job_runs_elsewhere_only_if_it_is_limited(limit) -> None:
    results = evaluated([0] * 5, n_jobs=1, **limit)
    processes = {result.scores for result in results}
    assert len(processes) == 1
    assert (processes == {os.getpid()}) == (not limit)


def test_the_only_worker_has_all_cores(monkeypatch) -> None:
    for name in [name for name in os.environ if name.endswith("_NUM_THREADS")]:
        monkeypatch.delenv(name)
    with evaluator(Probe(), np.ones((20, 2)), 1, fit_timeout=60.0) as running:
        assert running.n_workers == 1
        running._executor.submit(0, os.getenv, "OMP_NUM_THREADS")
        _, n_threads = running._executor.next_done()
    assert n_threads == str(joblib.cpu_count())


@needs_alarms
def test_one_job_may_hang_in_native_code() -> None:
    results = evaluated([0, hang_in_native_code, 0], n_jobs=1, fit_timeout=TIMEOUT)
    assert statuses(results) == ["ok", "timeout", "ok"]


@pytest.mark.parametrize("backend", EVERYWHERE)
@pytest.mark.parametrize(
    "limits",
    [
        {"fit_timeout": 60.0, "memory_limit": 2**30},
        {"fit_timeout": threading.TIMEOUT_MAX / 2.0, "memory_limit": sys.maxsize},
        {"fit_timeout": 1e300, "memory_limit": 2**70},
    ],
)
def test_in_time_nothing_changes(backend: str, limits) -> None:
    assert statuses(evaluated([0] * 40, backend=backend, **limits)) == ["ok"] * 40


def test_threads_run_to_their_end_and_then_are_late(caplog) -> None:
    _limits._warn.cache_clear()
    with caplog.at_level(logging.WARNING, "sklearn_hpo"):
        for _ in range(2):
            results = evaluated(
                [0, Sleep(2 * TIMEOUT), 0], backend="threading", fit_timeout=TIMEOUT
            )
            assert statuses(results) == ["ok", "timeout", "ok"]
    (message,) = [m for m in caplog.messages if "fit_timeout" in m]
    assert "run to its end" in message


@needs_alarms
def test_where_there_is_no_worker_the_alarm_is_given_back() -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        results = evaluated([Sleep(60.0), 0], backend="sequential", fit_timeout=TIMEOUT)
        assert statuses(results) == ["timeout", "ok"]
        signal.setitimer(signal.ITIMER_REAL, 3600.0)
        results = evaluated(
            [Sleep(2 * TIMEOUT), 0], backend="sequential", fit_timeout=TIMEOUT
        )
        assert statuses(results) == ["timeout", "ok"]
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 3000.0
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def test_a_search_in_another_thread_has_no_alarm() -> None:
    found = []

    def search() -> None:
        found.extend(evaluated([0], backend="sequential", fit_timeout=60.0))

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()
    assert statuses(found) == ["ok"]


@pytest.mark.parametrize("hang", [Sleep(60.0), hang_in_native_code])
def test_with_raise_it_is_an_error_of_its_own(hang) -> None:
    with pytest.raises(FitTimeoutError, match=r"Fold 0 of \{'a': .* 0.3 s"):
        evaluated([hang], error_score="raise", fit_timeout=TIMEOUT)


@needs_linux
@pytest.mark.parametrize("backend", PROCESSES)
def test_who_takes_too_much_gets_a_memory_error(backend: str) -> None:
    values = [0, Take(30 * 2**30), Take(2**27), Take(2**29), 0]
    results = evaluated(values, backend=backend, memory_limit=2**28)
    assert statuses(results) == [
        "ok", "out_of_memory", "ok", "out_of_memory", "ok",
    ]  # fmt: skip
    assert len({result.scores for result in results if result.status == "ok"}) <= 2
    with pytest.raises(MemoryError):
        evaluated([Take(2**30)], memory_limit=2**28, error_score="raise")


@needs_linux
def test_the_libraries_own_buffers_do_not_count() -> None:
    assert statuses(evaluated([multiply], memory_limit=2**23)) == ["ok"]


@needs_linux
def test_the_limit_of_a_worker_ends_with_its_fold() -> None:
    import resource

    with (
        joblib.parallel_config("loky"),
        evaluator(Probe(), np.ones((20, 2)), 2, memory_limit=2**28) as running,
    ):
        running.submit(tasks([Take(2**29)])[0])
        assert running.next_done().status == "out_of_memory"
        for tag in range(1, 5):
            running._executor.submit(tag, resource.getrlimit, resource.RLIMIT_DATA)
        limits = {running._executor.next_done()[1] for _ in range(4)}
    assert limits == {resource.getrlimit(resource.RLIMIT_DATA)}


def test_threads_share_their_memory(caplog) -> None:
    _limits._warn.cache_clear()
    with caplog.at_level(logging.WARNING, "sklearn_hpo"):
        results = evaluated([Take(2**20)], backend="threading", memory_limit=2**10)
    assert statuses(results) == ["ok"]
    assert "memory_limit has no effect" in caplog.text


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_identical_failures_are_one_group_of_one_warning(backend: str) -> None:
    late = Sleep(2 * TIMEOUT)
    search = GridSearchCV(
        Probe(), {"a": [late, 0, Sleep(2.5 * TIMEOUT)]}, cv=2, refit=False, n_jobs=2,
        fit_timeout=TIMEOUT, error_score=-1.0, cache=False,
    )  # fmt: skip
    with joblib.parallel_config(backend), pytest.warns(FitFailedWarning) as warned:
        search.fit(np.ones((20, 2)))
    (message,) = [str(w.message) for w in warned if w.category is FitFailedWarning]
    assert "4 fits failed out of a total of 6" in message
    assert message.count("fits failed with the following error") == 1
    assert [t.status for t in search.history_.trials] == [
        "timeout", "complete", "timeout",
    ]  # fmt: skip
    assert search.cv_results_["mean_test_score"].tolist()[::2] == [-1.0, -1.0]
    frame = search.history_.to_frame()
    assert set(frame.fold_status[frame.candidate != 1]) == {"timeout"}


class SlowBeyond(Probe):
    """Takes too long where `a` is large."""

    def fit(self, X, y=None):
        if self.a > 0.5:
            time.sleep(2 * TIMEOUT)
        return self

    def score(self, X, y=None) -> float:
        return self.a


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_no_further_fold_is_spent_on_who_was_late(backend: str) -> None:
    space = {"a": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]}
    search = BayesSearchCV(
        SlowBeyond(), space, n_iter=6, cv=3, random_state=0, refit=False,
        fit_timeout=TIMEOUT, racing=False, lookahead=1,
    )  # fmt: skip
    with joblib.parallel_config(backend), pytest.warns():
        search.fit(np.ones((20, 2)))
    frame = search.history_.to_frame()
    late = frame.param_a > 0.5
    assert set(frame.status[late]) == set(frame.fold_status[late]) == {"timeout"}
    assert frame.value[late].isna().all()
    assert late.sum() == 3
    assert search.best_score_ == pytest.approx(0.4)


def test_bytes_of() -> None:
    assert _limits.bytes_of(None) is None
    assert _limits.bytes_of(5) == 5
    assert _limits.bytes_of("1.5K") == 1536
    assert _limits.bytes_of("2G") == 2**31


@pytest.mark.parametrize("limit", ["", "2", "G", "-1G", "2 GB", "nanG", "infM", "0K"])
def test_a_string_that_is_no_size(limit: str) -> None:
    search = GridSearchCV(Probe(), {"a": [0]}, memory_limit=limit)
    with pytest.raises(ValueError, match="memory_limit: expected bytes"):
        search.fit(np.ones((20, 2)))


@pytest.mark.parametrize(
    "limit",
    [{"fit_timeout": 0}, {"fit_timeout": "1"}, {"memory_limit": 0}],
)
def test_limits_that_make_no_sense(limit) -> None:
    with pytest.raises(ValueError, match="parameter of GridSearchCV"):
        GridSearchCV(Probe(), {"a": [0]}, **limit).fit(np.ones((20, 2)))
