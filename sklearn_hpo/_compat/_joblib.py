"""Private and version-dependent names of joblib."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal, TypeAlias

import joblib
import numpy as np
from joblib._memmapping_reducer import (
    _get_backing_memmap,
    _get_temp_dir,
    _reduce_memmap_backed,
)
from joblib._parallel_backends import LokyBackend
from joblib._utils import eval_expr
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.backend import resource_tracker
from joblib.externals.loky.backend.reduction import get_loky_pickler

Reach: TypeAlias = Literal["memory", "files", "ray", "arguments"]

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
