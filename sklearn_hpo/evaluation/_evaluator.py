"""How good a candidate is, fold by fold, wherever the folds run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Protocol

import joblib
import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.evaluation._executor import Executor, WorkerDied
from sklearn_hpo.evaluation._fold import FoldSettings, FoldShared, RaisedError
from sklearn_hpo.evaluation._open_executor import open_executor
from sklearn_hpo.evaluation._placement import Placement, place
from sklearn_hpo.evaluation._store import Store
from sklearn_hpo.evaluation._twins import Twins
from sklearn_hpo.trials import Candidate, FoldResult, Task


class WorkerTraceback(Exception):  # noqa: N818 (a cause to be shown, not an error)
    """Traceback of an exception that was raised in another process."""


class WorkerDiedError(RuntimeError):
    """A candidate ended the process that evaluated it."""


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
        self.X = X
        self.y = y
        self.splits = splits
        self.settings = settings
        self.listener = listener
        self.n_jobs = n_jobs
        self._tasks: dict[int, Task] = {}
        self._twins = None
        if settings.cache:
            n_samples = max((len(train) for train, _ in splits), default=0)
            self._twins = Twins(settings, n_samples)

    def __enter__(self) -> Evaluator:
        with ExitStack() as stack:
            parallel = stack.enter_context(
                joblib.Parallel(n_jobs=self.n_jobs, batch_size=1)
            )
            self._executor: Executor = stack.enter_context(open_executor(parallel))
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
        function, args = self._placement.call(
            fold,
            task.candidate.params,
            (number, fold),
            self.listener.evaluation(number * self.settings.n_folds + fold),
        )
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
            a :class:`WorkerDiedError`.
        """
        done = self._executor.next_done(timeout)
        if done is None:
            return None
        ticket, outcome = done
        task = self._tasks.pop(ticket)
        if isinstance(outcome, RaisedError):
            _raise(outcome)
        if isinstance(outcome, WorkerDied):
            return self._crashed(task, outcome.reason)
        return FoldResult(
            task,
            outcome.scores,
            outcome.train_scores,
            outcome.fit_time,
            outcome.score_time,
            "ok" if outcome.error is None else "failed",
            outcome.error,
            outcome.shared_time,
        )

    def _shared(self, folder: str | None) -> FoldShared:
        return FoldShared(self.settings, list(self.splits), Store(folder))

    def _crashed(self, task: Task, reason: str) -> FoldResult:
        error = (
            f"Fold {task.fold} of {dict(task.candidate.params)!r} ended its worker "
            "process twice, the second time alone: it was killed, ran out of memory, "
            "or met an error in native code. Use less memory for it, fewer jobs "
            f"(n_jobs), or leave its parameters out of the space.\n{reason}"
        )
        if self.settings.error_score == "raise":
            raise WorkerDiedError(error)
        return FoldResult(task, None, None, 0.0, 0.0, "crashed", error)


def _raise(raised: RaisedError) -> None:
    if raised.exception.__traceback__ is None:
        raise raised.exception from WorkerTraceback(f"\n{raised.trace}")
    raise raised.exception
