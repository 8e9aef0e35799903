"""Calls go to the workers one by one, on every backend that can stream."""

from __future__ import annotations

import time
from pathlib import Path

import joblib
import pytest

from sklearn_hpo._compat import BackendStream
from sklearn_hpo.evaluation import open_executor

BACKENDS = [
    ("sequential", None, "InlineExecutor", 1),
    ("loky", 2, "StreamExecutor", 2),
    ("threading", 3, "StreamExecutor", 3),
]
each_backend = pytest.mark.parametrize(("backend", "n_jobs", "kind", "n"), BACKENDS)


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


@each_backend
def test_every_backend_returns_every_result(backend, n_jobs, kind, n) -> None:
    with joblib.parallel_config(backend), open_executor(n_jobs) as executor:
        assert (type(executor).__name__, executor.n_workers) == (kind, n)
        for tag in range(7):
            executor.submit(tag, square, float(tag))
        assert results(executor, 7) == {tag: tag**2 for tag in range(7)}


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_there_is_no_barrier(backend: str, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    with joblib.parallel_config(backend), open_executor(2) as executor:
        executor.submit(0, wait_for, flag)
        order = []
        for tag in range(1, 5):
            executor.submit(tag, square, float(tag))
            order.append(executor.next_done()[0])
        flag.touch()
        assert executor.next_done() == (0, True)
    assert order == [1, 2, 3, 4]


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential"])
def test_what_a_call_raises_is_raised_where_its_result_is_wanted(backend: str) -> None:
    with joblib.parallel_config(backend), open_executor(2) as executor:
        executor.submit(0, fail, 3.0)
        with pytest.raises(ArithmeticError, match=r"cannot take 3\.0"):
            executor.next_done()


def test_without_the_private_names_calls_run_in_batches(monkeypatch) -> None:
    monkeypatch.setattr(BackendStream, "supports", staticmethod(lambda parallel: False))
    with joblib.parallel_config("threading"), open_executor(2) as executor:
        assert type(executor).__name__ == "BatchExecutor"
        assert executor.n_workers == 2
        for tag in range(5):
            executor.submit(tag, square, float(tag))
        assert results(executor, 5) == {tag: tag**2 for tag in range(5)}


@pytest.mark.parametrize("name", ["BatchedCalls"])
def test_a_joblib_without_the_private_names_is_recognized(monkeypatch, name) -> None:
    with joblib.Parallel(2, backend="threading") as parallel:
        assert BackendStream.supports(parallel)
        monkeypatch.delattr(joblib.parallel, name)
        assert not BackendStream.supports(parallel)


def test_calls_in_flight_are_stopped_at_the_end() -> None:
    start = time.monotonic()
    with joblib.parallel_config("loky"):
        with open_executor(2) as executor:
            executor.submit(0, sleep, 60.0)
            time.sleep(0.5)
        assert time.monotonic() - start < 30
        # The pool is usable again.
        with open_executor(2) as executor:
            executor.submit(0, square, 2.0)
            assert executor.next_done() == (0, 4.0)


def test_no_pool_is_killed_at_a_normal_end() -> None:
    import os

    def pids() -> set[int]:
        with open_executor(2) as executor:
            for tag in range(6):
                executor.submit(tag, os.getpid)
            return set(results(executor, 6).values())

    with joblib.parallel_config("loky"):
        first = pids()
        assert pids() & first
