"""How good a candidate is, fold by fold, wherever the folds run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo._compat import bind_configuration
from sklearn_hpo.evaluation._executor import Executor, open_executor
from sklearn_hpo.evaluation._fold import FoldSettings, RaisedError, evaluate_fold
from sklearn_hpo.trials import FoldResult, Task


class WorkerTraceback(Exception):  # noqa: N818 (a cause to be shown, not an error)
    """Traceback of an exception that was raised in another process."""


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

    def __enter__(self) -> Evaluator:
        self._exit = ExitStack()
        self._executor: Executor = self._exit.enter_context(open_executor(self.n_jobs))
        self._evaluate = bind_configuration(evaluate_fold)
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

    def submit(self, task: Task) -> None:
        """Start a task.

        Parameters
        ----------
        task : Task
            One that is not in flight.
        """
        self._tasks[task.ticket] = task
        number, fold = task.candidate.number, task.fold
        train, test = self.splits[fold]
        self._executor.submit(
            task.ticket,
            self._evaluate,
            self.X,
            self.y,
            train,
            test,
            task.candidate.params,
            (number, fold),
            self.settings,
            self.listener.evaluation(number * self.settings.n_folds + fold),
        )

    def next_done(self, timeout: float | None = None) -> FoldResult | None:
        """Wait for a task to finish and return its result.

        Parameters
        ----------
        timeout : float or None, default=None
            Seconds to wait; None for as long as it takes.

        Returns
        -------
        result : FoldResult or None
            The next one to arrive, of any task in flight; None if none did in time.

        Raises
        ------
        Exception
            What user code raised where it may: a fit under ``error_score="raise"``, or
            anything but a fit.
        """
        done = self._executor.next_done(timeout)
        if done is None:
            return None
        ticket, outcome = done
        task = self._tasks.pop(ticket)
        if isinstance(outcome, RaisedError):
            _raise(outcome)
        return FoldResult(
            task,
            outcome.scores,
            outcome.train_scores,
            outcome.fit_time,
            outcome.score_time,
            "ok" if outcome.error is None else "failed",
            outcome.error,
        )


def _raise(raised: RaisedError) -> None:
    if raised.exception.__traceback__ is None:
        raise raised.exception from WorkerTraceback(f"\n{raised.trace}")
    raise raised.exception
