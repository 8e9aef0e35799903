"""The executor that fits the joblib backend the user has chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from functools import cache

import joblib

from sklearn_hpo._compat import BackendStream, is_sequential
from sklearn_hpo.evaluation._executor import (
    BatchExecutor,
    Executor,
    InlineExecutor,
    nothing_overdue,
)
from sklearn_hpo.evaluation._stream import StreamExecutor

logger = logging.getLogger("sklearn_hpo")


@contextmanager
def open_executor(
    parallel: joblib.Parallel,
    n_workers: int | None = None,
    overdue: Callable[[], Container[int]] = nothing_overdue,
) -> Iterator[Executor]:
    """Open the executor for the backend of an open ``Parallel``.

    Parameters
    ----------
    parallel : joblib.Parallel
        Opened by ``with``.
    n_workers : int or None, default=None
        How many of its workers to use, None for all.
    overdue : callable, default=nothing_overdue
        Returns the tags of the calls that have ended their workers by taking too long,
        since it was last called.

    Yields
    ------
    executor : Executor
        Closed at the end; calls still running are then stopped where they can be.
    """
    if is_sequential(parallel):
        yield InlineExecutor()
    elif BackendStream.supports(parallel):
        executor = StreamExecutor(parallel, n_workers, overdue)
        try:
            yield executor
        finally:
            executor.close()
    else:
        _say_batches(type(getattr(parallel, "_backend", parallel)).__name__)
        yield BatchExecutor(parallel, overdue)


@cache  # once is enough
def _say_batches(backend: str) -> None:
    logger.warning(
        "joblib %s: %s cannot take tasks one by one. They run in batches, and workers "
        "wait for the slowest task of each.",
        joblib.__version__,
        backend,
    )
