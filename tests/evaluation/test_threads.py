"""Fits that share a process share its cores."""

from __future__ import annotations

from contextlib import ExitStack
from multiprocessing.pool import ThreadPool

import joblib
import numpy as np
import pytest
import threadpoolctl

from sklearn_hpo.evaluation._threads import (
    ThreadLimits,
    n_loops_around,
    share_of_cores,
)
from tests.evaluation.probes import Probe, evaluator


def in_force() -> set[int]:
    return {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}


@pytest.mark.parametrize(("allowed", "expected"), [(1, 1), (2, 2), (100, 4)])
def test_pools_are_limited_and_never_raised(allowed: int, expected: int) -> None:
    with threadpoolctl.threadpool_limits(4):
        limits = ThreadLimits(allowed)
        with limits.of_process(), limits.of_thread():
            assert in_force() == {expected}
        assert in_force() == {4}


def test_nested_workers_divide_what_the_outer_loop_has_left() -> None:
    with threadpoolctl.threadpool_limits(4):
        limits = ThreadLimits(100, nested=True, n_workers=2)
        with limits.of_process(), limits.of_thread():
            assert in_force() == {2}


def test_cores_are_shared_with_the_loops_around(monkeypatch) -> None:
    monkeypatch.setattr(joblib, "cpu_count", lambda: 16)
    assert n_loops_around() == 1
    assert share_of_cores(4) == 4
    assert share_of_cores(32) == 1
    with ThreadPool(2) as pool:
        assert pool.apply(n_loops_around) == 2
        assert pool.apply(share_of_cores, (4,)) == 2


@pytest.mark.parametrize(
    ("backend", "n_jobs", "expected"),
    [("sequential", 1, 4), ("threading", 2, 2), ("threading", 4, 1)],
)
def test_a_fit_alone_has_the_machine_and_threads_share_it(
    monkeypatch, backend: str, n_jobs: int, expected: int
) -> None:
    monkeypatch.setattr(joblib, "cpu_count", lambda: 4)
    with ExitStack() as stack:
        stack.enter_context(threadpoolctl.threadpool_limits(4))
        stack.enter_context(joblib.parallel_config(backend))
        with evaluator(Probe(), np.ones((20, 2)), n_jobs):
            blas = threadpoolctl.ThreadpoolController().select(user_api="blas")
            assert {pool["num_threads"] for pool in blas.info()} == {expected}
        assert in_force() == {4}


class SeesThreads(Probe):
    def score(self, X, y=None) -> float:
        return float(max(in_force()))


def test_processes_of_multiprocessing_share_the_cores(monkeypatch) -> None:
    monkeypatch.setattr(joblib, "cpu_count", lambda: 4)
    from tests.evaluation.probes import evaluated

    with threadpoolctl.threadpool_limits(4):
        results = evaluated([0, 1], backend="multiprocessing", estimator=SeesThreads())
    assert {result.scores for result in results} == {2.0}
