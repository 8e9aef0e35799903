"""Where calls run: the contract, and the executors without workers of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, TypeAlias

import joblib

from sklearn_hpo._compat import is_worker_loss

Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """What comes back of a call that ended its worker, twice, the second time alone.

    Parameters
    ----------
    reason : str
        What the backend said.
    late : bool, default=False
        Whether it was ended at once, because it took too long.
    """

    reason: str
    late: bool = False


class Executor(ABC):
    """Runs calls that were submitted and hands back the next one to finish.

    Attributes
    ----------
    n_workers : int
        Number of calls that can run at the same time.
    chunk : int
        Number of calls that had better travel to a worker together, because each takes
        so little time.
    """

    n_workers: int

    @property
    def chunk(self) -> int:
        """Number of calls that had better travel together."""
        return 1

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
        """Wait for a call to finish and return its tag and what it returned.

        Parameters
        ----------
        timeout : float or None, default=None
            Seconds to wait for a call that runs elsewhere. One that runs here, when
            its result is wanted, is run to its end.

        Returns
        -------
        tag, value : int, object
            The value is a `WorkerDied` if the call ends every worker that tries it.
            None instead of the two if the time is over.

        Raises
        ------
        Exception
            What the call raised.
        """

    def finished(self) -> list[tuple[int, Any]]:
        """Return what is finished and was not handed back, without waiting.

        Returns
        -------
        done : list of (int, object)
            As `next_done` returns them; calls that raised something are left out.
        """
        return []


class InlineExecutor(Executor):
    """Runs a call when its result is wanted, in the caller's own thread."""

    n_workers = 1

    def __init__(self) -> None:
        self._calls: deque[tuple[int, Call]] = deque()

    def submit(self, tag: int, function: Callable[..., Any], *args: Any) -> None:
        """Note the call."""
        self._calls.append((tag, (function, args)))

    def next_done(self, timeout: float | None = None) -> tuple[int, Any]:
        """Run the oldest call."""
        tag, (function, args) = self._calls.popleft()
        return tag, function(*args)


def nothing_overdue() -> Container[int]:
    """Answer that no call has been ended for taking too long."""
    return ()


class BatchExecutor(Executor):
    """Runs all waiting calls at once: for a joblib whose backends cannot stream.

    Parameters
    ----------
    parallel : joblib.Parallel
        An open one.
    overdue : callable, default=nothing_overdue
        Returns the tags of the calls that have ended their workers by taking too long,
        since it was last called.
    """

    def __init__(
        self,
        parallel: joblib.Parallel,
        overdue: Callable[[], Container[int]] = nothing_overdue,
    ) -> None:
        self._parallel = parallel
        self._overdue = overdue
        self._calls: dict[int, Call] = {}
        self._done: deque[tuple[int, Any]] = deque()
        self.n_workers = joblib.effective_n_jobs(parallel.n_jobs)

    def submit(self, tag: int, function: Callable[..., Any], *args: Any) -> None:
        """Note the call for the next batch."""
        self._calls[tag] = (function, args)

    def next_done(self, timeout: float | None = None) -> tuple[int, Any]:
        """Return a finished call, running all that wait if there is none."""
        if not self._done:
            self._done.extend(zip(self._calls, self._run_all(), strict=True))
            self._calls.clear()
        return self._done.popleft()

    def finished(self) -> list[tuple[int, Any]]:
        """Return the rest of the last batch."""
        done = list(self._done)
        self._done.clear()
        return done

    def _run_all(self) -> list[Any]:
        calls = self._calls.values()
        try:
            return list(self._parallel(joblib.delayed(f)(*args) for f, args in calls))
        except Exception as error:
            if not is_worker_loss(error):
                raise
            self._overdue()
            return [self._run_alone(tag) for tag in self._calls]

    def _run_alone(self, tag: int) -> Any:
        function, args = self._calls[tag]
        try:
            return self._parallel([joblib.delayed(function)(*args)])[0]
        except Exception as error:
            if not is_worker_loss(error):
                raise
            return WorkerDied(str(error), late=tag in self._overdue())
