"""How long a search may still go on."""

from __future__ import annotations

import time

import numpy as np

from sklearn_hpo.trials import History


class Deadline:
    """The end of the time for a ``fit``, counted from now.

    Parameters
    ----------
    max_time : float or None
        Seconds for all of it; None for no end.
    refits : bool
        Whether the best candidate is to be fitted again at the end, for which time is
        kept back.
    """

    def __init__(self, max_time: float | None, *, refits: bool) -> None:
        self.end = None if max_time is None else time.monotonic() + max_time
        self.refits = refits

    def count(self, seconds: float) -> None:
        """Count time that was spent before now.

        Parameters
        ----------
        seconds : float
            How much.
        """
        if self.end is not None:
            self.end -= seconds

    def time_left(self, history: History) -> float | None:
        """Return the seconds left for the search itself.

        Parameters
        ----------
        history : History
            What was tried; the fits of the best candidate tell how long the refit will
            take.

        Returns
        -------
        seconds : float or None
            None for no end: without a limit, or before a first candidate is closed.
        """
        if self.end is None or not history.n_closed:
            return None
        best = history.best
        seconds = self.end - time.monotonic()
        if self.refits and best is not None:
            seconds -= float(np.nanmean(history.fit_times[best.row]))
        return seconds
