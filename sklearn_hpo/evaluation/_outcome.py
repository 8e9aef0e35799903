"""What a worker sends back."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass
from typing import Any

from sklearn_hpo.trials import FoldStatus, Scores


@dataclass(frozen=True, eq=False, slots=True)
class FoldOutcome:
    """What a worker sends back: a fold result but for its task.

    Of the times, `shared_time` seconds passed in another candidate's task.
    """

    scores: Scores
    train_scores: Scores
    fit_time: float
    score_time: float
    error: str | None = None
    status: FoldStatus = "ok"
    shared_time: float = 0.0
    best_iteration: int | None = None

    @classmethod
    def failed(
        cls, trace: str, fit_time: float = 0.0, score_time: float = 0.0
    ) -> FoldOutcome:
        """Return what comes of a fold that raised an exception with this traceback."""
        exception = trace.rstrip().rpartition("\n")[2].partition(":")[0]
        no_memory = exception.endswith("MemoryError")
        status: FoldStatus = "out_of_memory" if no_memory else "failed"
        return cls(None, None, fit_time, score_time, trace, status)


def failed_or_raised(
    error: Exception, error_score: str | float
) -> FoldOutcome | RaisedError:
    """Return what comes of a fold whose parameters did not reach a worker."""
    trace = traceback.format_exc()
    if error_score == "raise":
        return RaisedError(error, trace)
    return FoldOutcome.failed(trace)


class RaisedError:
    """An exception on its way from a worker to the caller.

    One that does not survive pickling travels as a RuntimeError with its traceback.

    Parameters
    ----------
    exception : Exception or SystemExit
        What was raised.
    trace : str
        Its formatted traceback.
    """

    def __init__(self, exception: Exception | SystemExit, trace: str) -> None:
        self.exception = exception
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.loads(pickle.dumps(self.exception))  # noqa: S301 (made just here)
        except Exception:  # noqa: BLE001 (an exception may do anything when pickled)
            return RaisedError, (RuntimeError(self.trace), self.trace)
        return RaisedError, (self.exception, self.trace)
