"""Everything that was tried, merged in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space import Distribution
from sklearn_hpo.trials._candidate import Candidate, Task
from sklearn_hpo.trials._fold_records import FoldRecords
from sklearn_hpo.trials._fold_result import Failure, FoldResult
from sklearn_hpo.trials._fold_table import FoldTable
from sklearn_hpo.trials._frame import frame_of
from sklearn_hpo.trials._journal_events import read_records, repeat
from sklearn_hpo.trials._trial import Trial, TrialStatus


class History:
    """All trials of a search, in the order in which they were begun.

    Parameters
    ----------
    n_folds : int
        Number of train-test splits.
    n_iter : int
        Number of candidates the search may have.
    objective : str or None, default=None
        Metric the search optimizes; None for the only one, or for the first of several.
    seed : int, default=0
        Seed of the search.
    objectives : sequence of str, default=()
        Metrics, ``"fit_time"`` and ``"score_time"`` if several of them are optimized.

    Attributes
    ----------
    trials : list of Trial
        Every trial, open ones included.
    n_candidates : int
        Number of candidates begun.
    n_fits : int
        Number of fold results recorded, those of closed trials included.
    n_expected : int
        About how many there are to be in the end.
    identity : dict of str to str, or None
        Names of what its results depend on, such as the data and the folds; None if
        that is not known.
    """

    def __init__(
        self,
        n_folds: int,
        n_iter: int,
        objective: str | None = None,
        seed: int = 0,
        objectives: Sequence[str] = (),
    ) -> None:
        self.n_folds = n_folds
        self.n_iter = n_iter
        self.objective = objective
        self.seed = seed
        self.trials: list[Trial] = []
        self.n_candidates = 0
        self.n_fits = 0
        self.n_expected = n_iter * n_folds
        self.identity: Mapping[str, str | None] | None = None
        self._table = FoldTable(n_folds, objectives)
        self._records = FoldRecords(self._table, objective)
        self._by_key: dict[tuple[int, float | None], Trial] = {}
        self._open: dict[int, Trial] = {}
        self._unissued: dict[int, Trial] = {}
        self._incumbents: dict[float | None, Trial] = {}

    def __len__(self) -> int:
        return len(self.trials)

    @classmethod
    def read(
        cls, path: str | Path, branches: Sequence[Mapping[str, Distribution]] = ()
    ) -> History:
        """Return the history that a journal holds.

        Parameters
        ----------
        path : str or Path
            A journal; the search may be running.
        branches : sequence of dict of str to Distribution, default=()
            Branches of a space, in which choices are looked for that are neither
            numbers nor strings.

        Returns
        -------
        history : History
            What was finished when it was read. Choices that are not found in the
            branches are there as they look.

        Raises
        ------
        JournalError
            If it is no journal, was changed, or is of a newer format.
        """
        header, events = read_records(path, branches)
        parts = ("n_folds", "n_iter", "objective", "seed", "objectives")
        history = cls(**{part: header[part] for part in parts if part in header})
        history.identity = {**header["search"], "folds": header["folds"]}
        repeat(events, history)
        history.end()
        return history

    def issue(self, task: Task) -> Trial:
        """Note that a task exists, beginning its trial if it is the first one.

        Parameters
        ----------
        task : Task
            A fold that was not issued before.

        Returns
        -------
        trial : Trial
            The trial the task belongs to.
        """
        key = (task.candidate.number, task.resource)
        trial = self._by_key.get(key) or self._begin(task)
        trial.mark_issued(task.fold)
        if trial.n_issued == self.n_folds:
            self._unissued.pop(trial.row, None)
        return trial

    def trial_of(self, task: Task) -> Trial:
        """Return the trial a task belongs to.

        Parameters
        ----------
        task : Task
            One that was issued.

        Returns
        -------
        trial : Trial
            Its trial, open or closed.
        """
        return self._by_key[task.candidate.number, task.resource]

    def record(self, result: FoldResult) -> Trial:
        """Write a result into its trial; a closed trial only counts the fit.

        Parameters
        ----------
        result : FoldResult
            What came of an issued task.

        Returns
        -------
        trial : Trial
            The trial the result belongs to.
        """
        trial = self.trial_of(result.task)
        self.n_fits += 1
        if trial.is_open:
            trial.mark_told(result.task.fold)
            self._records.write(trial.row, result)
        return trial

    def close(
        self, trial: Trial, status: TrialStatus, value: float, noise: float
    ) -> None:
        """Give a trial its final state.

        Parameters
        ----------
        trial : Trial
            An open one.
        status : TrialStatus
            How it ended.
        value : float
            The objective, greater is better; NaN for a failed trial.
        noise : float
            Variance of the value; NaN where unknown.
        """
        trial.status, trial.value, trial.noise = status, value, noise
        self._open.pop(trial.row)
        self._unissued.pop(trial.row, None)
        best = self._incumbents.get(trial.resource)
        if status == "discarded":
            trial.lost_to = best
        if status == "complete" and (best is None or value > best.value):
            self._incumbents[trial.resource] = trial

    def end(self) -> None:
        """Mark what is still open as unfinished."""
        for trial in self._open.values():
            trial.status = "unfinished"
        self._open.clear()
        self._unissued.clear()

    @property
    def multimetric(self) -> bool | None:
        """Whether scores come by metric; None before the first successful fold."""
        return self._records.multimetric

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics, ``("score",)`` for a single one; first empty."""
        return self._records.metrics

    @property
    def errors(self) -> dict[tuple[int, int], str]:
        """What is known of each failure, by (row of the trial, fold)."""
        return self._records.errors

    @property
    def pending(self) -> list[Candidate]:
        """Candidates of the open trials, also of those with no task in flight."""
        return [trial.candidate for trial in self._open.values()]

    @property
    def unissued(self) -> Iterator[Trial]:
        """Open trials with folds that were not issued, oldest first."""
        return iter(self._unissued.values())

    @property
    def n_closed(self) -> int:
        """Number of trials that are not open any more."""
        return len(self.trials) - len(self._open)

    @property
    def closed(self) -> list[Trial]:
        """Trials that were closed before the search ended, in order of beginning."""
        return [t for t in self.trials if t.status not in ("open", "unfinished")]

    @property
    def best(self) -> Trial | None:
        """The incumbent of the highest resource that has one, None before any."""
        incumbents = self._incumbents.values()
        return max(incumbents, key=lambda trial: trial.resource or 0.0, default=None)

    def incumbent(self, resource: float | None = None) -> Trial | None:
        """Return the best complete trial at a resource.

        Parameters
        ----------
        resource : float or None, default=None
            How much was spent on each fit; None for everything there is.

        Returns
        -------
        trial : Trial or None
            None if no trial is complete.
        """
        return self._incumbents.get(resource)

    def scores(self, metric: str) -> NDArray[np.float64]:
        """Return test scores.

        Parameters
        ----------
        metric : str
            One of `metrics`.

        Returns
        -------
        scores : ndarray of shape (n_trials, n_folds)
            NaN where there is none.
        """
        return self._table.column(f"test_{metric}")

    def train_scores(self, metric: str) -> NDArray[np.float64]:
        """Return train scores.

        Parameters
        ----------
        metric : str
            One of `metrics`.

        Returns
        -------
        scores : ndarray of shape (n_trials, n_folds)
            NaN where there is none.
        """
        return self._table.column(f"train_{metric}")

    @property
    def fit_times(self) -> NDArray[np.float64]:
        """Seconds in ``fit``, of shape (n_trials, n_folds)."""
        return self._table.column("fit_time")

    @property
    def score_times(self) -> NDArray[np.float64]:
        """Seconds of scoring, of shape (n_trials, n_folds)."""
        return self._table.column("score_time")

    @property
    def best_iterations(self) -> NDArray[np.float64]:
        """Iterations of the models scored, (n_trials, n_folds); NaN if not stopped."""
        return self._table.column("best_iteration")

    def result(self, trial: Trial, fold: int) -> FoldResult:
        """Return what was told of a fold.

        Parameters
        ----------
        trial : Trial
            One of this history.
        fold : int
            Index of the train-test split.

        Returns
        -------
        result : FoldResult
            Without scores if the fold failed or was not run. Its ticket is -1.
        """
        task = Task(-1, trial.candidate, fold, trial.resource)
        return self._records.read(trial.row, task, told=trial.was_told(fold))

    def find(self, task: Task) -> FoldResult | None:
        """Return what was told of a task.

        Parameters
        ----------
        task : Task
            Any, whatever its ticket.

        Returns
        -------
        result : FoldResult or None
            None if its result was not told.
        """
        trial = self._by_key.get((task.candidate.number, task.resource))
        if trial is None or not trial.was_told(task.fold):
            return None
        return self.result(trial, task.fold)

    def failure(self, trial: Trial) -> Failure:
        """Return how the folds of a trial failed.

        Parameters
        ----------
        trial : Trial
            One that has no value.

        Returns
        -------
        status : {"failed", "out_of_memory", "timeout", "crashed"}
            The last of these that one of its folds has.
        """
        return self._records.worst(trial.row, trial.told)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with a row for each fold that was told.

        Returns
        -------
        frame : pandas.DataFrame
            Columns ``candidate``, ``resource``, ``fold``, ``status`` (of the trial),
            ``value``, ``noise``, ``fold_status``, ``fit_time``, ``score_time``,
            ``shared_time``, ``test_*`` and ``train_*`` by metric, ``error``,
            ``param_*`` by parameter, and ``note_*``, what the strategy noted; with
            early stopping ``best_iteration`` too.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return frame_of(self)

    def _begin(self, task: Task) -> Trial:
        trial = Trial(task.candidate, task.resource, self._table)
        self.trials.append(trial)
        self._by_key[task.candidate.number, task.resource] = trial
        self._open[trial.row] = self._unissued[trial.row] = trial
        self.n_candidates = max(self.n_candidates, task.candidate.number + 1)
        return trial
