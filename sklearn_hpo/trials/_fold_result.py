"""What came of one task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from sklearn_hpo.trials._candidate import Task

Failure: TypeAlias = Literal["failed", "out_of_memory", "timeout", "crashed"]
FoldStatus: TypeAlias = Literal["ok"] | Failure
Scores: TypeAlias = float | Mapping[str, float] | None


@dataclass(frozen=True, eq=False, slots=True)
class FoldResult:
    """Scores and times of one fold.

    Parameters
    ----------
    task : Task
        The task that was run.
    scores : float or dict of str to float or None
        Test scores, greater is better: a number for a single metric, a dict by metric
        for several, None if the fold failed.
    train_scores : float or dict of str to float or None
        The same on the training part; None if not asked for.
    fit_time, score_time : float
        Seconds spent in ``fit`` and in scoring the test part.
    status : {"ok", "failed", "out_of_memory", "timeout", "crashed"}
        Whether the fold succeeded, raised an exception, raised a MemoryError, took too
        long, or ended its worker process.
    error : str or None
        Traceback of the failure, or what is known of it.
    shared_time : float, default=0.0
        Seconds of these times that were spent in the task of another candidate: what
        was fitted there was not fitted again.
    best_iteration : int or None, default=None
        How many iterations the model scored has, None if it was not stopped early.
    """

    task: Task
    scores: Scores
    train_scores: Scores
    fit_time: float
    score_time: float
    status: FoldStatus = "ok"
    error: str | None = None
    shared_time: float = 0.0
    best_iteration: int | None = None

    def shared_with(self, task: Task) -> FoldResult:
        """Return the result of a task that has the same without being run.

        Parameters
        ----------
        task : Task
            The same fold of a candidate that is the same.

        Returns
        -------
        result : FoldResult
            A result whose time was spent here.
        """
        seconds = self.fit_time + self.score_time
        return replace(self, task=task, shared_time=seconds)


def worst(statuses: Iterable[Failure]) -> Failure:
    """Return what is the most dangerous of some failures; one is at least "failed"."""
    return max(statuses, key=get_args(Failure).index, default="failed")


def by_metric(scores: Scores) -> Mapping[str, float]:
    """Return scores by metric; that of a single one is named "score"."""
    if scores is None:
        return {}
    return scores if isinstance(scores, Mapping) else {"score": scores}
