"""How long a fold may take, and how much memory."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from scipy.linalg import blas

from sklearn_hpo._compat import Reach
from sklearn_hpo.evaluation._fold import evaluate_fold
from sklearn_hpo.evaluation._outcome import FoldOutcome, RaisedError
from sklearn_hpo.evaluation._settings import FoldSettings, FoldShared

if sys.platform == "linux":
    import resource

logger = logging.getLogger("sklearn_hpo")

# No timer counts further than twice that: a month on Windows, a century elsewhere.
_LONGEST = threading.TIMEOUT_MAX / 2.0

T = TypeVar("T")


class FitTimeoutError(TimeoutError):
    """A fold took longer than it may."""


class TimeIsUp(BaseException):
    """Raised in a fold that takes too long.

    Not an Exception: estimators catch those.
    """


def evaluate_within_limits(
    ticket: int, X: Any, y: Any, shared: FoldShared, *task: Any
) -> FoldOutcome | RaisedError:
    """Fit and score one candidate on one fold, but not for too long.

    Parameters
    ----------
    ticket : int
        Number of the task.
    X, y, shared, *task : object
        As :func:`evaluate_fold` takes them.

    Returns
    -------
    outcome : FoldOutcome or RaisedError
        What :func:`evaluate_fold` returns, if it returns in time.
    """
    seconds = shared.settings.fit_timeout
    n_bytes = bytes_of(shared.settings.memory_limit)
    evaluate = partial(evaluate_fold, X, y, shared, *task)
    start = time.perf_counter()
    with ExitStack() as stack:
        if shared.late is not None and n_bytes is not None:
            stack.enter_context(_memory_limit(n_bytes))
        if seconds is None or seconds > _LONGEST:
            return evaluate()
        if shared.late is not None:
            evidence = Path(shared.late, str(ticket))
            stack.enter_context(_ended_after(_grace(seconds), evidence))
        try:
            outcome = _interrupted_after(seconds, evaluate)
        except TimeIsUp:
            return too_late(shared.settings)
    late = time.perf_counter() - start > seconds
    return too_late(shared.settings) if late else outcome


def too_late(settings: FoldSettings) -> FoldOutcome:
    """Return what comes of a fold that took too long."""
    seconds = settings.fit_timeout or 0.0
    error = f"Fit and score took more than {seconds:g} s, which is fit_timeout."
    return FoldOutcome(None, None, seconds, 0.0, error, "timeout")


def overdue(late: str | None) -> set[int]:
    """Return the tickets for which workers have ended, and forget them."""
    files = list(Path(late).iterdir()) if late is not None else []
    tickets = {int(file.name) for file in files if file.stat().st_size}
    for file in files:
        file.unlink()
    return tickets


def bytes_of(memory_limit: int | str | None) -> int | None:
    """Return how many bytes a limit stands for.

    Raises
    ------
    ValueError
        If a string is not a number with K, M or G behind it.
    """
    if not isinstance(memory_limit, str):
        return memory_limit
    units = {"K": 1024, "M": 1024**2, "G": 1024**3}
    try:
        n_bytes = int(float(memory_limit[:-1]) * units[memory_limit[-1]])
    except (ValueError, LookupError, OverflowError):
        n_bytes = 0
    if n_bytes < 1:
        raise ValueError(
            "memory_limit: expected bytes, or a string such as '500M' or '2G', got "
            f"{memory_limit!r}."
        )
    return n_bytes


def say_what_holds(settings: FoldSettings, reach: Reach) -> None:
    """Log to which limits the workers at hand cannot be held."""
    if settings.fit_timeout is not None and reach != "files":
        _warn(
            "fit_timeout: only worker processes of this machine (joblib's loky and "
            "multiprocessing) can be stopped. Elsewhere a fold that takes longer may "
            "run to its end before it counts as timed out."
        )
    if settings.memory_limit is not None and (
        reach != "files" or sys.platform != "linux"
    ):
        _warn(
            "memory_limit has no effect here: it holds for worker processes (joblib's "
            "loky and multiprocessing) on Linux."
        )


@cache  # once is enough
def _warn(message: str) -> None:
    logger.warning(message)


def _grace(seconds: float) -> float:
    """Return when a process is ended that did not stop after so many seconds."""
    return 1.5 * seconds + 0.5


def _interrupted_after(seconds: float, call: Callable[[], T]) -> T:
    """Call, and raise TimeIsUp in the call when the time is over, if possible.

    Signals reach the main thread alone, between two instructions of Python; and the
    alarm may be somebody else's.
    """
    if (
        sys.platform == "win32"
        or threading.current_thread() is not threading.main_thread()
        or signal.getitimer(signal.ITIMER_REAL)[0]
    ):
        return call()
    before = signal.signal(signal.SIGALRM, _ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


def _ring(*_: Any) -> None:
    raise TimeIsUp


@contextmanager
def _ended_after(seconds: float, evidence: Path) -> Iterator[None]:
    """End this process after so many seconds, leaving evidence.

    The watch is a thread that needs no lock of Python's, so native code cannot keep it
    from its work.
    """
    with evidence.open("wb") as file:
        faulthandler.dump_traceback_later(seconds, exit=True, file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
    evidence.unlink()


@contextmanager
def _memory_limit(n_bytes: int) -> Iterator[None]:
    """Have this process raise MemoryError when it takes so much more than it has.

    What is mapped from files does not count.
    """
    if sys.platform != "linux":
        yield
        return
    _have_blas_take_its_own()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [n for n in (soft, hard) if n != resource.RLIM_INFINITY]
    limit = min([_data_bytes() + n_bytes, sys.maxsize, *limits])
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@cache  # once in a process
def _have_blas_take_its_own() -> None:
    """Have numpy's and scipy's libraries of linear algebra take their buffers.

    OpenBLAS takes some 30 MB for its first product, and without it ends the process.
    """
    square = np.ones((128, 128))
    blas.dgemm(1.0, square, square @ square)


def _data_bytes() -> int:
    """Return the size of this process's data and stack."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
