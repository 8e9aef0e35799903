"""Calls go to the workers one by one, on every backend that can stream."""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path
from threading import Thread

import joblib
import pytest
from joblib._parallel_backends import ParallelBackendBase

from sklearn_hpo._compat import BackendStream
from sklearn_hpo.evaluation import _open_executor, _stream, open_executor

BACKENDS = [
    ("sequential", None, "InlineExecutor", 1),
    ("loky", 2, "StreamExecutor", 2),
    ("multiprocessing", 2, "StreamExecutor", 2),
    ("threading", 3, "StreamExecutor", 3),
    ("older", 2, "StreamExecutor", 2),
]
STREAMING = ["loky", "multiprocessing", "threading", "older"]


class OlderBackend(ParallelBackendBase):
    """What a backend looked like before it could retrieve results by callback."""

    supports_sharedmem = True
    uses_threads = True

    def effective_n_jobs(self, n_jobs: int) -> int:
        return n_jobs

    def configure(self, n_jobs=1, parallel=None, **options) -> int:
        self.parallel = parallel
        self.pool = ThreadPool(n_jobs)
        return n_jobs

    def apply_async(self, func, callback=None):
        return self.pool.apply_async(func, (), {}, callback, callback)

    def terminate(self) -> None:
        self.pool.terminate()

    def abort_everything(self, ensure_ready=True) -> None:
        self.terminate()


joblib.register_parallel_backend("older", OlderBackend)


@contextmanager
def opened(backend: str, n_jobs: int | None = 2):
    with (
        joblib.parallel_config(backend),
        joblib.Parallel(n_jobs, batch_size=1) as parallel,
        open_executor(parallel) as executor,
    ):
        yield executor


def square(x: float) -> float:
    return x * x


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def wait_for(flag: Path) -> bool:
    deadline = time.monotonic() + 60
    while not flag.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return flag.exists()


def fail(x: float) -> float:
    msg = f"cannot take {x}"
    raise ArithmeticError(msg)


def results(executor, n: int) -> dict[int, float]:
    return dict(executor.next_done() for _ in range(n))


@pytest.mark.parametrize(("backend", "n_jobs", "kind", "n"), BACKENDS)
def test_every_backend_returns_every_result(backend, n_jobs, kind, n) -> None:
    with opened(backend, n_jobs) as executor:
        assert (type(executor).__name__, executor.n_workers) == (kind, n)
        for tag in range(7):
            executor.submit(tag, square, float(tag))
        assert results(executor, 7) == {tag: tag**2 for tag in range(7)}


@pytest.mark.parametrize("backend", STREAMING)
def test_there_is_no_barrier(backend: str, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    with opened(backend) as executor:
        executor.submit(0, wait_for, flag)
        order = []
        for tag in range(1, 5):
            executor.submit(tag, square, float(tag))
            order.append(executor.next_done()[0])
        flag.touch()
        assert executor.next_done() == (0, True)
    assert order == [1, 2, 3, 4]


@pytest.mark.parametrize("backend", STREAMING)
def test_nothing_comes_back_when_the_time_is_over(backend: str) -> None:
    with opened(backend) as executor:
        executor.submit(0, square, 2.0)
        assert executor.next_done() == (0, 4.0)
        executor.submit(1, sleep, 0.7)
        start = time.monotonic()
        assert executor.next_done(timeout=0.1) is None
        assert time.monotonic() - start < 0.6
        assert executor.next_done(timeout=60) == (1, 0.7)


@pytest.mark.parametrize("backend", STREAMING)
def test_what_came_while_nobody_waited_is_there(backend: str) -> None:
    with opened(backend) as executor:
        executor.submit(0, fail, 3.0)
        executor.submit(1, square, 3.0)
        found = executor.finished()
        while not found:
            time.sleep(0.01)
            found = executor.finished()
        assert found == [(1, 9.0)]
        assert executor.finished() == []


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading", "older"])
def test_what_a_call_raises_is_raised_where_its_result_is_wanted(backend: str) -> None:
    with opened(backend) as executor:
        executor.submit(0, fail, 3.0)
        with pytest.raises(ArithmeticError, match=r"cannot take 3\.0"):
            executor.next_done()
        executor.submit(1, square, 3.0)
        assert executor.next_done() == (1, 9.0)


def test_a_call_that_cannot_be_pickled_is_an_error_not_a_dead_worker() -> None:
    with opened("loky") as executor:
        executor.submit(0, square, (x for x in "abc"))
        with pytest.raises(Exception, match=r"pickle"):
            executor.next_done()


def test_without_the_private_names_calls_run_in_batches_and_the_log_says_so(
    monkeypatch, caplog
) -> None:
    _open_executor._say_batches.cache_clear()
    monkeypatch.setattr(BackendStream, "supports", staticmethod(lambda parallel: False))
    for _ in range(2):
        with opened("threading") as executor:
            assert type(executor).__name__ == "BatchExecutor"
            assert executor.n_workers == 2
            for tag in range(5):
                executor.submit(tag, square, float(tag))
            assert results(executor, 5) == {tag: tag**2 for tag in range(5)}
    said = [record for record in caplog.records if record.name == "sklearn_hpo"]
    assert [record.levelno for record in said] == [logging.WARNING]
    assert "batches" in said[0].getMessage()


@pytest.mark.parametrize("name", ["BatchedCalls"])
def test_a_joblib_without_the_private_names_is_recognized(monkeypatch, name) -> None:
    with joblib.Parallel(2, backend="threading") as parallel:
        assert BackendStream.supports(parallel)
        monkeypatch.delattr(joblib.parallel, name)
        assert not BackendStream.supports(parallel)


def test_calls_in_flight_are_stopped_at_the_end() -> None:
    start = time.monotonic()
    with opened("loky") as executor:
        executor.submit(0, sleep, 60.0)
        time.sleep(0.5)
    assert time.monotonic() - start < 30
    # The pool is usable again.
    with opened("loky") as executor:
        executor.submit(0, square, 2.0)
        assert executor.next_done() == (0, 4.0)


def test_a_pool_whose_worker_ended_with_a_lock_can_be_aborted() -> None:
    with joblib.Parallel(2, backend="multiprocessing") as parallel:
        stream = BackendStream(parallel)
        stream.submit([(sleep, (60.0,))], callback=lambda token: None)
        # Whoever holds it, it is held when the pool wants it.
        assert stream._backend._pool._outqueue._wlock.acquire(timeout=30)
        assert can_be_aborted(stream)


def test_a_pool_that_has_hardly_started_can_be_aborted() -> None:
    for _ in range(10):
        with joblib.Parallel(2, backend="multiprocessing") as parallel:
            stream = BackendStream(parallel)
            for _ in range(2):
                stream.submit([(sleep, (60.0,))], callback=lambda token: None)
            assert can_be_aborted(stream)


def can_be_aborted(stream: BackendStream) -> bool:
    end = Thread(target=stream.close, kwargs={"abort": True}, daemon=True)
    end.start()
    end.join(60)
    return not end.is_alive()


def pids() -> set[int]:
    """Return all processes of the pool; one may do all the work."""
    with opened("loky") as executor:
        executor.submit(0, os.getpid)
        _, pid = executor.next_done()
        pool = set(executor._stream._backend._workers._processes)
    assert pid in pool
    return pool


def test_no_pool_is_killed_at_a_normal_end() -> None:
    assert pids() & pids()


def test_no_pool_is_killed_for_a_call_that_is_about_to_end(monkeypatch) -> None:
    monkeypatch.setattr(_stream, "GRACE", 60.0)
    before = pids()
    with opened("loky") as executor:
        executor.submit(0, sleep, 0.1)
    assert pids() & before


@pytest.mark.parametrize("backend", STREAMING)
def test_what_takes_no_time_travels_together(backend: str) -> None:
    with opened(backend) as executor:
        assert executor.chunk == 1
        executor.submit(0, sleep, 0.05)
        executor.next_done()
        assert executor.chunk == 1
        for tag in range(1, 40):
            executor.submit(tag, square, float(tag))
            executor.next_done()
        assert executor.chunk == 20
        loads = []
        start = executor._stream.submit
        executor._stream.submit = lambda calls, tell: (
            loads.append(len(calls)),
            start(calls, tell),
        )[1]
        for tag in range(100):
            executor.submit(tag, square, float(tag))
        assert results(executor, 100) == {tag: tag**2 for tag in range(100)}
    assert max(loads) == 20
    assert sum(loads) == 100


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_an_error_of_one_call_is_raised_and_no_other_is_waited_for(backend) -> None:
    with opened(backend) as executor:
        for tag in range(40):
            executor.submit(tag, square, float(tag))
            executor.next_done()
        for tag in range(30):
            executor.submit(tag, fail if tag == 25 else square, float(tag))
        with pytest.raises(ArithmeticError, match=r"cannot take 25\.0"):
            results(executor, 30)
