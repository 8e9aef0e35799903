"""Private and version-dependent names of joblib."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias

import joblib
import numpy as np
from joblib._memmapping_reducer import (
    _get_backing_memmap,
    _get_temp_dir,
    _reduce_memmap_backed,
)
from joblib._parallel_backends import (
    LokyBackend,
    MultiprocessingBackend,
    ParallelBackendBase,
)
from joblib._utils import eval_expr
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.backend import resource_tracker
from joblib.externals.loky.backend.reduction import get_loky_pickler

__all__ = [
    "BackendStream",
    "DataPickler",
    "Reach",
    "is_nested",
    "is_sequential",
    "is_worker_loss",
    "limits_threads",
    "n_dispatched",
    "open_parallel",
    "reach_of",
    "temporary_path",
    "track_folder",
    "untrack_folder",
]

Reach: TypeAlias = Literal["memory", "files", "ray", "arguments"]

DESERTED = 120.0  # seconds without a worker until a cluster is given up
SHIPPED_FROM = 1000  # bytes

# What a backend raises for a call whose worker is gone; the packages are optional.
_LOSSES = {
    "TerminatedWorkerError",  # loky
    "CancelledError",  # dask: the worker held the data
    "KilledWorker",  # dask
    "RayActorError",
    "WorkerCrashedError",  # ray
    "OutOfMemoryError",  # ray
}


def n_dispatched(pre_dispatch: int | str, n_jobs: int) -> float:
    """Return how many tasks may be in flight by joblib's `pre_dispatch`.

    Raises
    ------
    ValueError
        If a string is neither "all" nor an arithmetic expression of ``n_jobs``.
    """
    if pre_dispatch == "all":
        return float("inf")
    return max(1, int(eval_expr(str(pre_dispatch).replace("n_jobs", str(n_jobs)))))


@contextmanager
def open_parallel(
    n_jobs: int | None, *, isolated: bool
) -> Iterator[tuple[joblib.Parallel, int | None]]:
    """Open a ``Parallel`` for single tasks.

    Parameters
    ----------
    n_jobs : int or None
        As in :class:`joblib.Parallel`.
    isolated : bool
        Whether one job, too, is to run in a process of its own, if that can be.

    Yields
    ------
    parallel : joblib.Parallel
        Closed at the end.
    n_workers : int or None
        How many of its workers to use, None for all.
    """
    with joblib.Parallel(n_jobs=n_jobs, batch_size=1) as parallel:
        if not (isolated and is_sequential(parallel)):
            yield parallel, None
            return
    # joblib runs one job here, but one of two in a process.
    with _all_threads(), joblib.Parallel(n_jobs=2, batch_size=1) as pair:
        if reach_of(pair) == "files" and not is_sequential(pair):
            if isinstance(pair._backend, LokyBackend):
                get_reusable_executor(max_workers=1, reuse=True)
            yield pair, 1
            return
    with joblib.Parallel(n_jobs=n_jobs, batch_size=1) as parallel:
        yield parallel, None


def _all_threads() -> AbstractContextManager[Any]:
    """Have a process of loky's use all cores, if the user has not said otherwise."""
    backend, _ = joblib.parallel.get_active_backend()
    if (
        not isinstance(backend, LokyBackend)
        or backend.inner_max_num_threads
        or any(name in os.environ for name in backend.MAX_NUM_THREADS_VARS)
    ):
        return nullcontext()
    return joblib.parallel_config("loky", inner_max_num_threads=joblib.cpu_count())


def is_sequential(parallel: joblib.Parallel) -> bool:
    """Return whether an open ``Parallel`` runs its tasks where it stands."""
    backend = getattr(parallel, "_backend", None)
    if backend is None:
        return joblib.effective_n_jobs(parallel.n_jobs) == 1
    return type(backend).__name__ == "SequentialBackend"


def is_nested(parallel: joblib.Parallel) -> bool:
    """Return whether an open ``Parallel`` stands in a task of another one."""
    backend = getattr(parallel, "_backend", None)
    return bool(getattr(backend, "nesting_level", None))


def limits_threads(parallel: joblib.Parallel) -> bool:
    """Return whether a backend limits the threads of native libraries by itself."""
    backend = getattr(parallel, "_backend", None)
    return bool(getattr(backend, "supports_inner_max_num_threads", False))


def is_worker_loss(error: BaseException) -> bool:
    """Return whether a call ended because its worker is gone."""
    return any(kind.__name__ in _LOSSES for kind in type(error).__mro__)


def reach_of(parallel: joblib.Parallel) -> Reach:
    """Return how data come to the workers of an open ``Parallel``.

    Returns
    -------
    reach : {"memory", "files", "ray", "arguments"}
        By "memory" where workers are threads, by "files" where they are processes of
        this machine, through the object store of "ray"; elsewhere as "arguments" of
        each call, of which dask ships the large ones once.
    """
    backend = getattr(parallel, "_backend", None)
    if getattr(backend, "supports_sharedmem", False):
        return "memory"
    module = type(backend).__module__
    if module == "joblib._parallel_backends":
        return "files"
    return "ray" if module.startswith("ray.") else "arguments"


class DataPickler(get_loky_pickler()._loky_pickler_cls):  # type: ignore[misc]
    """The pickler of joblib's workers; a memory-mapped array is pickled as its file."""

    def reducer_override(self, obj: Any) -> Any:
        """Reduce arrays that stand on a memory map."""
        if isinstance(obj, np.ndarray):
            mapped = _get_backing_memmap(obj)
            if getattr(mapped, "filename", None) is not None:
                return _reduce_memmap_backed(obj, mapped)
        override = getattr(super(), "reducer_override", None)
        return NotImplemented if override is None else override(obj)


def temporary_path(parallel: joblib.Parallel, name: str) -> Path:
    """Return the path of a folder where joblib would make its own."""
    # Named `_backend_args` before joblib 1.5.
    options = getattr(parallel, "_backend_kwargs", None) or getattr(
        parallel, "_backend_args", {}
    )
    return Path(_get_temp_dir(name, options.get("temp_folder"))[0])


def track_folder(folder: Path) -> None:
    """Have joblib's resource tracker remove a folder when all processes are gone.

    The tracker is a process of its own: it removes the folder if this one is killed.
    """
    resource_tracker.register(str(folder), "folder")


def untrack_folder(folder: Path) -> None:
    """Tell the tracker that a folder is removed."""
    resource_tracker.unregister(str(folder), "folder")


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
        self.keeps_workers = hasattr(self._backend, "_workers")
        self._backend.start_call()
        # In a worker of dask: frees its place for the calls we are going to wait for.
        self._waiting = self._backend.retrieval_context()
        self._waiting.__enter__()
        self._pids = self._pool_pids()
        self._last_seen = time.monotonic()
        self._shipped: dict[int, tuple[Any, Any]] = {}

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
        job = self._submit(batch, callback=callback)
        if self._is_dask:  # calls back on success only
            job.add_done_callback(lambda future: _tell_error(future, callback))
        return job

    def retrieve(self, token: Any, job: Any) -> list[Any]:
        """Return what the calls returned, or raise what stopped one."""
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
        self._backend.abort_everything(ensure_ready=True)
        self._pids = self._pool_pids()

    def close(self, *, abort: bool) -> None:
        """Leave the backend; `abort` stops what still runs."""
        self._waiting.__exit__(None, None, None)
        self._backend.stop_call()
        self._shipped.clear()
        if abort:
            if self._pool_pids() != self._pids:
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

    def _pool_processes(self) -> list[Any]:
        if not isinstance(self._backend, MultiprocessingBackend):
            return []
        return list(getattr(self._backend._pool, "_pool", ()))

    def _pool_pids(self) -> set[int]:
        return {process.pid for process in self._pool_processes()}

    def _unlock_pool(self) -> None:
        """Kill the processes of a pool and open the locks that a dead one may hold."""
        processes = self._pool_processes()
        for process in processes:
            process.kill()
        if processes:
            pool = self._backend._pool
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
