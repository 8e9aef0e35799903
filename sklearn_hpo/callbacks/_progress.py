"""A bar that fills, with the best score so far."""

from __future__ import annotations

import importlib
from typing import Any

from sklearn_hpo.callbacks._callback import Callback
from sklearn_hpo.trials import FoldResult, History, Trial


class Progress(Callback):
    """Shows how many folds are done, the time left and the best score so far.

    A fold that a candidate no longer needs, because it lost a race or failed, is done.

    Parameters
    ----------
    description : str, default="search"
        Text in front of the bar.

    Raises
    ------
    ImportError
        When the search begins, if rich is not installed.
    """

    def __init__(self, description: str = "search") -> None:
        self.description = description

    def begin(self, history: History) -> None:
        """Draw an empty bar."""
        try:
            rich = importlib.import_module("rich.progress")
        except ImportError as missing:
            raise ImportError(
                "The Progress callback needs rich. Install it with "
                "pip install 'sklearn-hpo[progress]'"
            ) from missing
        self._bar = rich.Progress(
            rich.TextColumn("{task.description}"),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TimeElapsedColumn(),
            rich.TimeRemainingColumn(),
            rich.TextColumn("best {task.fields[best]}"),
        )
        done, total = history.n_fits, history.n_expected
        self._task = self._bar.add_task(
            self.description, total=total, completed=done, best="-"
        )
        self._bar.start()

    def fold(self, result: FoldResult, history: History) -> None:
        """Move on by one fold."""
        self._bar.advance(self._task)

    def trial(self, trial: Trial, history: History) -> None:
        """Show the best score, and count the folds that are not needed."""
        if trial.resource is None:
            self._bar.advance(self._task, history.n_folds - trial.n_told)
        best = history.incumbent(trial.resource)
        if best is not None:
            self._bar.update(self._task, best=f"{best.value:.4g}")

    def end(self, history: History) -> None:
        """Leave the bar as it is."""
        self._bar.stop()
        del self._bar

    def __getstate__(self) -> dict[str, Any]:
        return {"description": self.description}
