"""How many threads a fit may use where several fits run in one process."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from multiprocessing.dummy import DummyProcess
from typing import Any

import joblib
from threadpoolctl import ThreadpoolController


def n_loops_around() -> int:
    """Return how many threads of a pool share this process with the current one.

    At least 1; more in a task of an outer loop over threads.
    """
    if not isinstance(threading.current_thread(), DummyProcess):
        return 1
    return sum(isinstance(thread, DummyProcess) for thread in threading.enumerate())


def share_of_cores(n_workers: int) -> int:
    """Return the cores for each of so many workers, at least 1."""
    return max(1, joblib.cpu_count() // (n_workers * n_loops_around()))


class ThreadLimits:
    """Holds the thread pools of native libraries to a number of threads, or to less.

    Parameters
    ----------
    n_threads : int
        Threads for each fit.
    nested : bool, default=False
        Whether an outer loop has already set the pools of this process to its share
        of the cores, which the workers divide.
    n_workers : int, default=1
        How many they are.
    """

    def __init__(
        self, n_threads: int, *, nested: bool = False, n_workers: int = 1
    ) -> None:
        self._pools = ThreadpoolController()
        parts = n_workers if nested else 1
        self._limits = {
            pool.prefix: max(1, min(n_threads, pool.num_threads // parts))
            for pool in self._pools.lib_controllers
        }

    def of_process(self) -> AbstractContextManager[Any]:
        """Limit the libraries whose pool belongs to the process."""
        return self._limited("blas")

    def of_thread(self) -> AbstractContextManager[Any]:
        """Limit the libraries whose pool belongs to the current thread."""
        return self._limited("openmp")

    def _limited(self, user_api: str) -> AbstractContextManager[Any]:
        return self._pools.select(user_api=user_api).limit(limits=self._limits)


def limit_this_process(n_threads: int) -> None:
    """Limit all libraries until the process ends."""
    limits = ThreadLimits(n_threads)
    limits.of_process().__enter__()
    limits.of_thread().__enter__()
