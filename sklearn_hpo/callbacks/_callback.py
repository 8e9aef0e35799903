"""The contract of everything that watches a search."""

from __future__ import annotations

from typing import TypeVar

from sklearn_hpo.trials import FoldResult, History, Trial

CallbackT = TypeVar("CallbackT", bound="Callback")


class Callback:
    """Watches a search from the main process; every method may be left out.

    Methods are called in the order in which results are told, which does not depend on
    which worker was faster. A callback may stop the search: what was told up to then is
    kept, what comes later is not.

    ``clone(search)`` keeps the callback object itself.
    """

    def begin(self, history: History) -> None:
        """See the history before the first task.

        Parameters
        ----------
        history : History
            The one that will be filled, with `n_iter` and `n_folds`. It is empty but
            for the trials that `initial_history` has told.
        """

    def fold(self, result: FoldResult, history: History) -> bool | None:
        """See the result of a fold.

        Parameters
        ----------
        result : FoldResult
            What came of the fold.
        history : History
            All trials so far, this result included.

        Returns
        -------
        stop : bool or None
            True to stop the search.
        """

    def trial(self, trial: Trial, history: History) -> bool | None:
        """See a closed trial.

        Parameters
        ----------
        trial : Trial
            Complete, discarded or failed; its `status` says which.
        history : History
            All trials so far, this one included.

        Returns
        -------
        stop : bool or None
            True to stop the search.
        """

    def end(self, history: History) -> None:
        """See the final history, also after an error or an interruption.

        Parameters
        ----------
        history : History
            All trials; those that were open are unfinished.
        """

    def __sklearn_clone__(self: CallbackT) -> CallbackT:
        return self
