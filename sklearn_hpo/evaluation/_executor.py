"""Where the calls run: the one place that knows joblib."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

import joblib

from sklearn_hpo._compat import BackendStream, is_sequential


class Executor(ABC):
    """Runs calls that were submitted and hands back the next one to finish.

    Attributes
    ----------
    n_workers : int
        Number of calls that can run at the same time.
    """

    n_workers: int

    @abstractmethod
    def submit(self, tag: int, function: Callable[..., Any], *args: Any) -> None:
        """Start a call, or note it for later.

        Parameters
        ----------
        tag : int
            Name of the call; it must not be in flight.
        function : callable
            What is called. It and its arguments must pickle if a worker is a process.
        *args : object
            Its arguments.
        """

    @abstractmethod
    def next_done(self, timeout: float | None = None) -> tuple[int, Any] | None:
        """Wait for a call to finish.

        Parameters
        ----------
        timeout : float or None, default=None
            Seconds to wait; None for as long as it takes.

        Returns
        -------
        done : (int, object) or None
            Name of the call and what it returned; None if none finished in time.
        """


class InlineExecutor(Executor):
    """Runs a call when its result is wanted, in the caller's own thread."""

    n_workers = 1

    def __init__(self) -> None:
        self._calls: deque[tuple[int, Callable[..., Any], tuple[Any, ...]]] = deque()

    def submit(self, tag: int, function: Callable[..., Any], *args: Any) -> None:
        """Note the call."""
        self._calls.append((tag, function, args))

    def next_done(self, timeout: float | None = None) -> tuple[int, Any] | None:
        """Run the oldest call."""
        tag, function, args = self._calls.popleft()
        return tag, function(*args)


class StreamExecutor(Executor):
    """Runs calls in the workers of a joblib backend, each as soon as it comes."""

    def __init__(self, parallel: joblib.Parallel) -> None:
        self._stream = BackendStream(parallel)
        self._done: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._in_flight: set[int] = set()
        self.n_workers = self._stream.n_workers

    def submit(self, tag: int, function: Callable[..., Any], *args: Any) -> None:
        """Start the call in a worker."""
        self._in_flight.add(tag)
        self._stream.submit(function, args, lambda out: self._done.put((tag, out)))

    def next_done(self, timeout: float | None = None) -> tuple[int, Any] | None:
        """Return the first call to arrive from any worker."""
        try:
            tag, out = self._done.get(timeout=timeout)
        except Empty:
            return None
        value = self._stream.retrieve(out)
        self._in_flight.remove(tag)
        return tag, value

    def close(self) -> None:
        """Stop what still runs, if anything does."""
        self._stream.close(abort=bool(self._in_flight))


class BatchExecutor(Executor):
    """Runs all waiting calls at once: for a joblib whose backend cannot stream."""

    def __init__(self, parallel: joblib.Parallel) -> None:
        self._parallel = parallel
        self._calls: dict[int, tuple[Callable[..., Any], tuple[Any, ...]]] = {}
        self._done: deque[tuple[int, Any]] = deque()
        self.n_workers = joblib.effective_n_jobs(parallel.n_jobs)

    def submit(self, tag: int, function: Callable[..., Any], *args: Any) -> None:
        """Note the call for the next batch."""
        self._calls[tag] = (function, args)

    def next_done(self, timeout: float | None = None) -> tuple[int, Any] | None:
        """Return a finished call, running all that wait if there is none."""
        if not self._done:
            calls = (joblib.delayed(f)(*args) for f, args in self._calls.values())
            self._done.extend(zip(self._calls, self._parallel(calls), strict=True))
            self._calls.clear()
        return self._done.popleft()


@contextmanager
def open_executor(n_jobs: int | None) -> Iterator[Executor]:
    """Open the executor that fits the active joblib backend.

    Parameters
    ----------
    n_jobs : int or None
        As in :class:`joblib.Parallel`.

    Yields
    ------
    executor : Executor
        Closed at the end; calls still running are then stopped.
    """
    with joblib.Parallel(n_jobs=n_jobs, batch_size=1) as parallel:
        if is_sequential(parallel):
            yield InlineExecutor()
        elif BackendStream.supports(parallel):
            executor = StreamExecutor(parallel)
            try:
                yield executor
            finally:
                executor.close()
        else:
            yield BatchExecutor(parallel)
