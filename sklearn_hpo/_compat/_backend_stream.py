"""joblib's backends, beneath ``Parallel``: calls one by one."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.pool import TERMINATE
from typing import Any

import joblib
from joblib._parallel_backends import MultiprocessingBackend, ParallelBackendBase

DESERTED = 120.0  # seconds without a worker until a cluster is given up
SHIPPED_FROM = 1000  # bytes


class BackendStream:
    """Calls handed to joblib's backend one by one.

    ``Parallel`` itself takes an iterable and pulls it ahead of the results, so whoever
    decides the next task by the last result must go beneath it.

    Parameters
    ----------
    parallel : joblib.Parallel
        An open one, see :meth:`supports`.

    Attributes
    ----------
    n_workers : int
        Number of calls that run at the same time.
    loses_all : bool
        Whether the end of one worker ends all calls, not only its own.
    shares_queue : bool
        Whether a call that waits goes to the first worker that is free.
    keeps_workers : bool
        Whether the workers outlive the search.
    """

    @staticmethod
    def supports(parallel: joblib.Parallel) -> bool:
        """Return whether the private names used here exist."""
        backend = getattr(parallel, "_backend", None)
        return (
            hasattr(joblib.parallel, "BatchedCalls")
            and hasattr(parallel, "_id")
            and (hasattr(backend, "submit") or hasattr(backend, "apply_async"))
        )

    def __init__(self, parallel: joblib.Parallel) -> None:
        self._id = parallel._id
        self._backend = parallel._backend
        self._submit = _submitter(self._backend)
        self._is_dask = type(self._backend).__name__ == "DaskDistributedBackend"
        self.n_workers: int = self._backend.effective_n_jobs(parallel.n_jobs)
        self.loses_all = not self._is_dask
        self.shares_queue = not self._actors()
        self.keeps_workers = hasattr(self._backend, "_workers")
        self._backend.start_call()
        # In a worker of dask: frees its place for the calls we are going to wait for.
        self._waiting = self._backend.retrieval_context()
        self._waiting.__enter__()
        self._pids = self._pool_pids()
        self._last_seen = time.monotonic()
        self._shipped: dict[int, tuple[Any, Any]] = {}
        self._actor_of: dict[Any, int] = {}

    def submit(
        self,
        calls: Iterable[tuple[Callable[..., Any], tuple[Any, ...]]],
        callback: Callable[[Any], None],
    ) -> Any:
        """Start calls in a worker, one after the other, and return their handle.

        `callback` gets a token for :meth:`retrieve` from whatever thread.
        """
        ship = self._ship if self._is_dask else _as_it_is
        batch = joblib.parallel.BatchedCalls(
            [(function, tuple(map(ship, args)), {}) for function, args in calls],
            self._backend.get_nested_backend(),
            self._remember_temp_folder,
        )
        actor = self._idlest_actor()
        job = self._submit(batch, callback=callback)
        if actor is not None:
            self._actor_of[job] = actor
        if self._is_dask:  # calls back on success only
            job.add_done_callback(lambda future: _tell_error(future, callback))
        return job

    def retrieve(self, token: Any, job: Any) -> list[Any]:
        """Return what the calls returned, or raise what stopped one."""
        self._actor_of.pop(job, None)
        if self._backend.supports_retrieve_callback:
            values = self._backend.retrieve_result_callback(token)
        else:
            # Older versions have it not.
            wait = getattr(self._backend, "retrieve_result", lambda job: job.get())
            values = wait(job)
            error = getattr(values, "exc", None)
            if isinstance(error, BaseException):
                raise error
        return list(values)

    def has_lost_a_worker(self) -> bool:
        """Return whether a worker has gone without a word, as multiprocessing's do.

        Raises
        ------
        RuntimeError
            If dask has no worker left.
        """
        if self._is_dask:
            self._is_deserted()
        return self._pool_pids() != self._pids

    def _is_deserted(self) -> bool:
        now = time.monotonic()
        if self._backend.client.ncores():
            self._last_seen = now
        elif now - self._last_seen > DESERTED:
            raise RuntimeError(
                f"The dask cluster has had no worker for {DESERTED:.0f} s. Start new "
                "ones, with more memory if that is why they ended, and fit again."
            )
        return self._last_seen < now

    def recover(self) -> None:
        """Have working workers again after a loss; what was in flight is lost."""
        if self._is_dask:
            # The worker that is gone may have held the only copy of the data.
            self._shipped.clear()
            while self._is_deserted():
                time.sleep(0.1)
            return
        self._unlock_pool()
        self._actor_of.clear()
        self._backend.abort_everything(ensure_ready=True)
        self._pids = self._pool_pids()

    def close(self, *, abort: bool) -> None:
        """Leave the backend; `abort` stops what still runs."""
        self._waiting.__exit__(None, None, None)
        self._backend.stop_call()
        self._shipped.clear()
        if abort:
            # A pool that ends a worker with a lock in its hands waits for it forever.
            self._unlock_pool()
            self._backend.abort_everything(ensure_ready=False)

    def _ship(self, thing: Any) -> Any:
        """Return a large argument as what dask keeps of it in its workers.

        joblib would do so too, but from another thread, where an error is lost.
        """
        if sys.getsizeof(thing) < SHIPPED_FROM or isinstance(thing, bytes):
            return thing
        if id(thing) not in self._shipped:
            self._shipped[id(thing)] = (thing, self._scatter(thing))
        return self._shipped[id(thing)][1]

    def _scatter(self, thing: Any) -> Any:
        end = time.monotonic() + DESERTED
        while time.monotonic() < end:
            # Fails if it meets a worker that has just died.
            with suppress(OSError, asyncio.TimeoutError):
                return self._backend.client.scatter(thing, hash=False)
            time.sleep(0.5)
        return self._backend.client.scatter(thing, hash=False)

    def _actors(self) -> list[Any]:
        """Return the workers of a pool of ray's, each of which has its own queue."""
        return getattr(getattr(self._backend, "_pool", None), "_actor_pool", [])

    def _idlest_actor(self) -> int | None:
        """Have ray's pool, which takes turns, use the actor with the fewest calls."""
        actors = self._actors()
        if not actors:
            return None
        calls = Counter(self._actor_of.values())
        idlest = min(range(len(actors)), key=calls.__getitem__)
        self._backend._pool._current_index = (idlest - 1) % len(actors)
        return idlest

    def _pool_processes(self) -> list[Any]:
        if not isinstance(self._backend, MultiprocessingBackend):
            return []
        return list(getattr(self._backend._pool, "_pool", ()))

    def _pool_pids(self) -> set[int]:
        return {process.pid for process in self._pool_processes()}

    def _unlock_pool(self) -> None:
        """Kill the processes of a pool and open the locks that a dead one may hold."""
        if not self._pool_processes():
            return
        pool = self._backend._pool
        # New processes would take the locks, or be in the way of those who wait.
        pool._worker_handler._state = TERMINATE
        pool._change_notifier.put(None)
        pool._worker_handler.join()
        for process in pool._pool:
            process.kill()
        for process in pool._pool:
            process.join()
        for lock in (pool._inqueue._rlock, pool._outqueue._wlock):
            if lock is not None:  # Windows needs no lock for writing
                lock.acquire(timeout=0.2)
                lock.release()

    def _remember_temp_folder(self) -> None:
        # loky dumps large arrays into the folder of the current context; without this
        # they would outlive the search.
        executor = getattr(self._backend, "_workers", None)
        manager = getattr(executor, "_temp_folder_manager", None)
        if manager is not None:
            manager.set_current_context(self._id)


def _as_it_is(thing: Any) -> Any:
    return thing


def _submitter(backend: Any) -> Callable[..., Any]:
    # `submit` came with joblib 1.5; before, and in older backends, `apply_async` did
    # the same.
    base = getattr(ParallelBackendBase, "submit", None)
    if getattr(type(backend), "submit", None) in {None, base}:
        return backend.apply_async
    return backend.submit


def _tell_error(future: Any, callback: Callable[[Any], None]) -> None:
    if not future.cancelled() and future.exception() is not None:
        callback(future.exception())
