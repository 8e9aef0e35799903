"""How good a candidate is, fold by fold, wherever the folds run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo._compat import is_no_number, open_parallel, reach_of
from sklearn_hpo.evaluation._executor import Executor, WorkerDied
from sklearn_hpo.evaluation._limits import (
    FitTimeoutError,
    bytes_of,
    overdue,
    say_what_holds,
    too_late,
)
from sklearn_hpo.evaluation._open_executor import open_executor
from sklearn_hpo.evaluation._outcome import (
    FoldOutcome,
    RaisedError,
    failed_or_raised,
)
from sklearn_hpo.evaluation._placement import Placement, place
from sklearn_hpo.evaluation._settings import FoldSettings, FoldShared
from sklearn_hpo.evaluation._store import Store
from sklearn_hpo.evaluation._twins import Twins
from sklearn_hpo.trials import Candidate, FoldResult, Task


class WorkerTraceback(Exception):  # noqa: N818 (a cause to be shown, not an error)
    """Traceback of an exception that was raised in another process."""


class WorkerDiedError(RuntimeError):
    """A candidate ended the process that evaluated it."""


_ERRORS: Mapping[str, type[Exception]] = {
    "timeout": FitTimeoutError,
    "crashed": WorkerDiedError,
}


class ListensToEvaluations(Protocol):
    """Who tells scikit-learn's callbacks of an evaluation."""

    def evaluation(self, task_id: int) -> Mapping[str, Any]:
        """Return keyword arguments for the evaluation of that number."""


class Evaluator:
    """Runs the folds of a search in the workers of the active joblib backend.

    Used as a context: workers are opened on entry and left on exit.

    Parameters
    ----------
    X, y : object
        The data, as the user gave it.
    splits : list of (train, test)
        Index arrays of shape (n_train,) and (n_test,), one pair a fold.
    settings : FoldSettings
        What all folds have in common.
    listener : object with ``evaluation(task_id)``
        Who is told of each evaluation.
    n_jobs : int or None, default=None
        As in :class:`joblib.Parallel`.

    Attributes
    ----------
    n_workers : int
        Number of folds that can run at the same time.

    Raises
    ------
    ValueError
        If the memory limit is a string that is no size.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        splits: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]],
        settings: FoldSettings,
        listener: ListensToEvaluations,
        n_jobs: int | None = None,
    ) -> None:
        bytes_of(settings.memory_limit)  # raises an error now if ever
        self.X = X
        self.y = y
        self.splits = splits
        self.settings = settings
        self.listener = listener
        self.n_jobs = n_jobs
        self._tasks: dict[int, Task] = {}
        self._late: str | None = None
        self._twins = None
        if settings.cache:
            n_samples = max((len(train) for train, _ in splits), default=0)
            self._twins = Twins(settings, n_samples)

    def __enter__(self) -> Evaluator:
        with ExitStack() as stack:
            limited = self.settings.fit_timeout or self.settings.memory_limit
            parallel, n_workers = stack.enter_context(
                open_parallel(self.n_jobs, isolated=limited is not None)
            )
            say_what_holds(self.settings, reach_of(parallel))
            self._executor: Executor = stack.enter_context(
                open_executor(parallel, n_workers, lambda: overdue(self._late))
            )
            self._placement: Placement = stack.enter_context(
                place(parallel, self.n_workers, self.X, self.y, self._shared)
            )
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exit.__exit__(kind, error, trace)

    @property
    def n_workers(self) -> int:
        """Number of folds that can run at the same time."""
        return self._executor.n_workers

    @property
    def chunk(self) -> int:
        """Number of folds that travel to a worker together, more than 1 if cheap."""
        return self._executor.chunk

    def twin(self, candidate: Candidate) -> Candidate | None:
        """Return an earlier candidate whose scores this one would have.

        Parameters
        ----------
        candidate : Candidate
            One that is going to be evaluated.

        Returns
        -------
        twin : Candidate or None
            None if there is none, or if callbacks want to see every evaluation.
        """
        if self._twins is None or self.listener.evaluation(0):
            return None
        return self._twins.first(candidate)

    def submit(self, task: Task) -> None:
        """Start a task.

        Parameters
        ----------
        task : Task
            One that is not in flight.
        """
        self._tasks[task.ticket] = task
        number, fold = task.candidate.number, task.fold
        # Tickets count all tasks; those of one candidate come at several resources.
        callbacks = self.listener.evaluation(task.ticket)
        params, progress = task.candidate.params, (number, fold)
        try:
            function, args = self._placement.call(
                task.ticket, fold, params, progress, callbacks, task.resource
            )
        except Exception as error:  # noqa: BLE001 (a parameter cannot be pickled)
            outcome = failed_or_raised(error, self.settings.error_score)
            function, args = _as_it_is, (outcome,)
        self._executor.submit(task.ticket, function, *args)

    def next_done(self, timeout: float | None = None) -> FoldResult | None:
        """Wait for a task to finish and return its result.

        Parameters
        ----------
        timeout : float or None, default=None
            Seconds to wait, for ever if None. A fold that runs in this very thread is
            not interrupted.

        Returns
        -------
        result : FoldResult or None
            None if the time is over.

        Raises
        ------
        Exception
            What user code raised where it may: a fit under ``error_score="raise"``, or
            anything but a fit. Under ``error_score="raise"`` the death of a worker is
            a :class:`WorkerDiedError`, and a fold that takes too long a
            :class:`FitTimeoutError`.
        """
        done = self._executor.next_done(timeout)
        return None if done is None else self._result(*done)

    def finished(self) -> list[FoldResult]:
        """Return the results that came while nobody waited for them.

        Returns
        -------
        results : list of FoldResult
            Without those that `next_done` would raise.
        """
        results = []
        for ticket, outcome in self._executor.finished():
            with suppress(Exception):
                results.append(self._result(ticket, outcome))
        return results

    def _result(self, ticket: int, outcome: Any) -> FoldResult:
        task = self._tasks.pop(ticket)
        if outcome is None:
            raise RuntimeError(
                "The temporary folder of the search was removed while it went on, so "
                "that its workers do not find the data any more. JOBLIB_TEMP_FOLDER "
                "names a folder that nobody clears."
            )
        if isinstance(outcome, RaisedError):
            # Who scores what is no number costs itself alone, like any other failure.
            if self.settings.error_score == "raise" or not is_no_number(
                outcome.exception
            ):
                _raise(outcome)
            outcome = FoldOutcome.failed(outcome.trace)
        if isinstance(outcome, WorkerDied):
            outcome = too_late(self.settings) if outcome.late else _crashed(outcome)
        if self.settings.error_score == "raise" and outcome.status in _ERRORS:
            where = f"Fold {task.fold} of {dict(task.candidate.params)!r}"
            raise _ERRORS[outcome.status](f"{where}: {outcome.error}")
        return FoldResult(
            task,
            outcome.scores,
            outcome.train_scores,
            outcome.fit_time,
            outcome.score_time,
            outcome.status,
            outcome.error,
            outcome.shared_time,
            outcome.best_iteration,
        )

    def _shared(self, folder: Path | None) -> FoldShared:
        store = None
        if folder is not None:
            store, self._late = str(folder / "store"), str(folder / "late")
            Path(store).mkdir()
            Path(self._late).mkdir()
        return FoldShared(self.settings, list(self.splits), Store(store), self._late)


def _as_it_is(outcome: Any) -> Any:
    return outcome


def _crashed(death: WorkerDied) -> FoldOutcome:
    error = (
        "The fold ended its worker process twice, the second time alone: it was "
        "killed, ran out of memory, or met an error in native code. Use less memory "
        "for it, fewer jobs (n_jobs), or leave its parameters out of the space.\n"
        f"{death.reason}"
    )
    return FoldOutcome(None, None, 0.0, 0.0, error, "crashed")


def _raise(raised: RaisedError) -> None:
    if raised.exception.__traceback__ is None:
        raise raised.exception from WorkerTraceback(f"\n{raised.trace}")
    raise raised.exception
