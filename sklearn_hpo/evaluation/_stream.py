"""Calls that run in the workers of a joblib backend, each as soon as it comes.

A worker may die: killed, out of memory, or of an error in native code. Then whatever
was in flight is suspect and is run again, each call alone. What dies alone is guilty,
all others have their results, and whoever waits for results sees nothing of it. If it
was a worker that ended because its call took too long, there is nobody to suspect.

Calls that take less time than their journey travel together.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Container
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

import joblib

from sklearn_hpo._compat import BackendStream, is_worker_loss
from sklearn_hpo.evaluation._executor import (
    Call,
    Executor,
    WorkerDied,
    nothing_overdue,
)

Load: TypeAlias = tuple[int, ...]  # tags of calls that travel together

LOAD_SECONDS = 0.025
LARGEST_LOAD = 20
MEMORY = 0.2  # weight of the newest duration in their mean
WATCH = 0.5  # seconds between two looks at the workers while nothing arrives
GRACE = 0.5  # seconds; to start new workers takes about as long


class StreamExecutor(Executor):
    """Runs calls in the workers of a joblib backend.

    Each worker has at most one load waiting beside the one it runs, so few calls are
    suspect when one dies, and none where it could not go to another worker.

    Parameters
    ----------
    parallel : joblib.Parallel
        An open one whose backend streams.
    n_workers : int or None, default=None
        How many of its workers to use, None for all.
    overdue : callable, default=nothing_overdue
        Returns the tags of the calls that have ended their workers by taking too long,
        since it was last called.
    """

    def __init__(
        self,
        parallel: joblib.Parallel,
        n_workers: int | None = None,
        overdue: Callable[[], Container[int]] = nothing_overdue,
    ) -> None:
        self._stream = BackendStream(parallel)
        self.n_workers = n_workers or self._stream.n_workers
        self._overdue = overdue
        self._calls: dict[int, Call] = {}
        self._waiting: deque[int] = deque()
        self._in_flight: dict[Load, Any] = {}  # with their handles
        self._arrived: SimpleQueue[tuple[Load, Any]] = SimpleQueue()
        self._finished: deque[tuple[int, Any]] = deque()
        self._suspects: deque[int] = deque()
        self._alone: int | None = None
        # One that waits beside the one that runs; but not for a worker left out, nor
        # behind one of several while another is free.
        spared = self.n_workers < self._stream.n_workers
        waits = self._stream.shares_queue and not spared
        self._most_in_flight = self.n_workers * (2 if waits else 1)
        self._seconds = LOAD_SECONDS  # that a call takes, on the average

    @property
    def chunk(self) -> int:
        """Number of calls that make a load."""
        return max(1, min(LARGEST_LOAD, int(LOAD_SECONDS / self._seconds)))

    def submit(self, tag: int, function: Callable[..., Any], *args: Any) -> None:
        """Start the call, or let it wait for a worker."""
        self._calls[tag] = (function, args)
        self._waiting.append(tag)
        self._hand_over()

    def next_done(self, timeout: float | None = None) -> tuple[int, Any] | None:
        """Return the first call to arrive from any worker."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self._finished:
            wait = WATCH if end is None else min(WATCH, end - time.monotonic())
            try:
                self._settle(*self._arrived.get(timeout=max(0.0, wait)))
            except Empty:
                if self._stream.has_lost_a_worker():
                    self._lose(None, "It ended without a word.")
                    self._hand_over()
                elif end is not None and time.monotonic() >= end:
                    return None
        return self._finished.popleft()

    def finished(self) -> list[tuple[int, Any]]:
        """Return what has arrived and was not handed back."""
        while not self._arrived.empty():
            load, token = self._arrived.get()
            # Ctrl-C reaches workers too, and comes back from them.
            with suppress(Exception, KeyboardInterrupt):
                self._finish(load, self._stream.retrieve(token, self._in_flight[load]))
        done = list(self._finished)
        self._finished.clear()
        return done

    def close(self) -> None:
        """Leave the workers, if need be without waiting for what they do.

        Workers that outlive the search have half a second to finish; those that do not
        are killed. Threads cannot be killed: what runs in one runs to its end, and its
        result is dropped.
        """
        for job in self._in_flight.values():
            if hasattr(job, "cancel"):
                job.cancel()
        if self._stream.keeps_workers:
            self._wait_for_running()
        self._stream.close(abort=bool(self._in_flight))

    def _hand_over(self) -> None:
        while load := self._next_load():
            self._start(load)

    def _next_load(self) -> Load:
        if self._alone is not None or (self._suspects and self._in_flight):
            return ()
        if self._suspects:
            self._alone = self._suspects.popleft()
            return (self._alone,)
        if len(self._in_flight) >= self._most_in_flight:
            return ()
        n_calls = min(self.chunk, len(self._waiting))
        return tuple(self._waiting.popleft() for _ in range(n_calls))

    def _start(self, load: Load) -> None:
        arrived = self._arrived
        told: list[Load] = []

        def tell(token: Any) -> None:
            if not told:  # a backend may tell of an error twice
                told.append(load)
                arrived.put((load, token))

        self._in_flight[load] = None
        calls = [(_timed, (f, *args)) for f, args in map(self._calls.__getitem__, load)]
        try:
            job = self._stream.submit(calls, tell)
        except Exception as error:
            if not is_worker_loss(error):
                raise
            self._lose(load, str(error))
        else:
            self._in_flight[load] = job

    def _settle(self, load: Load, token: Any) -> None:
        try:
            values = self._stream.retrieve(token, self._in_flight[load])
        except BaseException as error:
            if not is_worker_loss(error):
                self._forget(load)
                raise
            self._lose(load, str(error))
        else:
            self._finish(load, values)
        self._hand_over()

    def _finish(self, load: Load, values: list[tuple[float, Any]]) -> None:
        self._forget(load)
        for tag, (seconds, value) in zip(load, values, strict=True):
            self._seconds += MEMORY * (seconds - self._seconds)
            self._finished.append((tag, value))
        if self._alone in load:
            self._alone = None

    def _forget(self, load: Load) -> None:
        del self._in_flight[load]
        for tag in load:
            del self._calls[tag]

    def _lose(self, load: Load | None, reason: str) -> None:
        """Make suspects of the calls that were lost, or a verdict of the only one."""
        self._stream.recover()
        if load is None or self._stream.loses_all:
            self._salvage()
            lost = list(self._in_flight)
        else:
            lost = [load]
        if self._blame(lost, reason):
            return
        if self._alone is not None and lost == [(self._alone,)]:
            self._finish((self._alone,), [(self._seconds, WorkerDied(reason))])
            # The others were in bad company.
            self._waiting.extendleft(reversed(self._suspects))
            self._suspects.clear()
            return
        for suspects in lost:
            del self._in_flight[suspects]
            self._suspects.extend(suspects)
        self._alone = None

    def _blame(self, lost: list[Load], reason: str) -> bool:
        """Finish the calls that took too long and have the others run again."""
        overdue = self._overdue()
        if not any(tag in overdue for load in lost for tag in load):
            return False
        for load in lost:
            del self._in_flight[load]
            for tag in reversed(load):
                if tag in overdue:
                    del self._calls[tag]
                    self._finished.append((tag, WorkerDied(reason, late=True)))
                else:
                    self._waiting.appendleft(tag)
        self._alone = None
        return True

    def _salvage(self) -> None:
        """Keep what arrived before the loss; nothing older arrives from now on."""
        arrived, self._arrived = self._arrived, SimpleQueue()
        while not arrived.empty():
            load, token = arrived.get()
            try:
                values = self._stream.retrieve(token, self._in_flight[load])
            except Exception as error:
                if not is_worker_loss(error):
                    raise
            else:
                self._finish(load, values)

    def _wait_for_running(self) -> None:
        end = time.monotonic() + GRACE
        while self._in_flight and time.monotonic() < end:
            try:
                load, _ = self._arrived.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                break
            del self._in_flight[load]


def _timed(function: Callable[..., Any], *args: Any) -> tuple[float, Any]:
    """Return how many seconds a call took, and what it returned."""
    start = time.perf_counter()
    value = function(*args)
    return time.perf_counter() - start, value
