"""The figures of the tables, from the regret curves of complete rows.

A mean over tasks is taken of means over seeds. Intervals are 95 % bootstrap intervals
over tasks, not over seeds: the question is what happens on the next task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmarks.compare._peers import BY_NAME, PLAIN, VARIANTS
from benchmarks.compare._records import Results, Row

Array = NDArray[np.float64]
N_BOOTSTRAP = 4000
RANDOM: Row = ("random", PLAIN)
TIE = 1e-9


@dataclass(frozen=True)
class Line:
    """One row of the main table.

    Parameters
    ----------
    peer, variant : str
        Who.
    n_seeds : tuple of int
        Fewest and most seeds on a task.
    regret : dict of int to float
        Mean normalized regret at each checkpoint.
    interval : dict of int to tuple of float
        Its bootstrap interval.
    ratio, ratio_interval : float, tuple of float
        Regret at the last checkpoint over the best peer's, ours not counted as peers.
    to_match : int or None
        Evaluations until the best peer's last regret is reached; None if never.
    rank, wins : float
        Mean rank and number of tasks won at the last checkpoint; a tie is shared.
    held_out : float
        Normalized regret of the winner on the rows held out, at most 1 on a task.
    held_out_fell : float
        Share of searches whose winner at the end is worse there than that at the first
        checkpoint.
    below_default, below_random : list of str
        Tasks on which the winner is worse there than the default, or the regret larger
        than that of random search, by more than two standard errors over the seeds.
    cpu, cpu_late : float
        Median milliseconds per suggestion over the search, and over its last five;
        the mean would be that of the first, which imports libraries.
    """

    peer: str
    variant: str
    n_seeds: tuple[int, int]
    regret: dict[int, float]
    interval: dict[int, tuple[float, float]]
    ratio: float
    ratio_interval: tuple[float, float]
    to_match: int | None
    rank: float
    wins: float
    held_out: float
    held_out_fell: float
    below_default: list[str]
    below_random: list[str]
    cpu: float
    cpu_late: float

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dict."""
        return asdict(self)


class Summary:
    """All figures of the rows that have searches on the same tasks.

    While searches are missing, the tasks are those of one of the rows, chosen so that
    the table has most cells; a row that lacks one of them is not compared with the
    others. The number of seeds may differ, for the seeds of two rows have nothing in
    common: a mean over fewer is as fair and only less certain.

    Parameters
    ----------
    results : Results
        What is on record.

    Attributes
    ----------
    tasks : list of str
        The tasks compared.
    left_out : list of str
        The other tasks with searches on record.
    rows : list of Row
        The rows compared.
    incomplete : dict of Row to int
        The other rows, and on how many of these tasks they have been run.
    curves : ndarray of shape (n_rows, n_tasks, budget)
        Mean regret over the seeds.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        ran = {row: results.tasks_of(row) for row in results.rows()}

        def n_cells(tasks: set[str]) -> int:
            return len(tasks) * sum(others >= tasks for others in ran.values())

        shared = max(ran.values(), key=n_cells, default=set())
        self.tasks = sorted(shared)
        self.left_out = sorted(set().union(*ran.values()) - shared)
        self.rows = [row for row, tasks in ran.items() if tasks >= shared]
        self.incomplete = {
            row: len(tasks & shared)
            for row, tasks in ran.items()
            if not tasks >= shared
        }
        self.curves = np.array(
            [
                [results.cells[r, t].curves.mean(axis=0) for t in self.tasks]
                for r in self.rows
            ]
        )

    @property
    def last(self) -> Array:
        """Regret at the end, of shape (n_rows, n_tasks)."""
        return self.at(self.results.budget)

    @property
    def best_peer(self) -> int:
        """Index of the row that is not ours with the least mean regret at the end."""
        best = self.best_at(self.results.budget)
        return 0 if best is None else best  # there is nobody else

    def best_at(
        self, count: int, variants: Sequence[str] = tuple(VARIANTS)
    ) -> int | None:
        """Return the row, not ours, with the least mean regret after some evaluations.

        None if there is no such row.

        Parameters
        ----------
        count : int
            How many evaluations.
        variants : sequence of str
            Rows that are compared.
        """
        means = self.at(count).mean(axis=1)
        others = [
            i
            for i, row in enumerate(self.rows)
            if row[1] in variants and not is_ours(row)
        ]
        return min(others, key=lambda i: means[i], default=None)

    def at(self, count: int) -> Array:
        """Return the regret after some evaluations, of shape (n_rows, n_tasks)."""
        return self.curves[:, :, count - 1]

    def lines(self) -> list[Line]:
        """Return the rows of the main table, the best first."""
        ranks = rankdata(np.round(self.last / TIE), axis=0).mean(axis=1)
        lowest = self.last <= self.last.min(axis=0) + TIE
        wins = (lowest / lowest.sum(axis=0)).sum(axis=1)
        lines = [self._line(i, ranks[i], wins[i]) for i in range(len(self.rows))]
        return sorted(lines, key=lambda line: line.regret[self.results.budget])

    def by_kind(self, count: int) -> dict[str, Array]:
        """Return mean regrets (n_rows,) after some evaluations, by kind of task."""
        kinds = [self.results.tasks[task].kind for task in self.tasks]
        return {
            kind: self.at(count)[:, [k == kind for k in kinds]].mean(axis=1)
            for kind in sorted(set(kinds))
        }

    def standard_error(self, row: Row, task: str) -> float | None:
        """Return that of the mean regret at the end, None for a single seed."""
        last = self.results.cells[row, task].curves[:, -1]
        return float(last.std(ddof=1) / np.sqrt(len(last))) if len(last) > 1 else None

    def behind(self, row: Row, other: Row, task: str) -> bool:
        """Whether the regret at the end is larger by more than two standard errors."""
        cells = self.results.cells
        return below(-cells[row, task].curves[:, -1], -cells[other, task].curves[:, -1])

    def n_ended(self, row: Row) -> int:
        """Return how many searches on the tasks compared ended early."""
        return sum(end.task in self.tasks for end in self.results.broken.get(row, []))

    def regret_on(self, row: Row, tasks: Sequence[str]) -> Array:
        """Return the mean regret of any row on some of its tasks, shape (budget,)."""
        each = [self.results.cells[row, task].curves.mean(axis=0) for task in tasks]
        return np.mean(each, axis=0)

    def _line(self, i: int, rank: float, wins: float) -> Line:
        row = self.rows[i]
        counts = self.results.checkpoints
        cells = [self.results.cells[row, task] for task in self.tasks]
        top = self.last[self.best_peer]
        mean = self.curves[i].mean(axis=0)
        reached = np.flatnonzero(mean <= top.mean() + TIE)
        cpu = np.concatenate([cell.cpu for cell in cells]) * 1e3
        seeds = [len(cell.curves) for cell in cells]
        fell = np.concatenate([c.held_out[:, -1] < c.held_out[:, 0] for c in cells])
        return Line(
            *row,
            (min(seeds), max(seeds)),
            {n: float(mean[n - 1]) for n in counts},
            {n: bootstrap(self.curves[i, :, n - 1]) for n in counts},
            float(mean[-1] / top.mean()),
            bootstrap_ratio(self.last[i], top),
            int(reached[0]) + 1 if len(reached) else None,
            float(rank),
            float(wins),
            float(np.mean([self._held_out(row, task) for task in self.tasks])),
            float(fell.mean()),
            [task for task in self.tasks if self._below_default(row, task)],
            [task for task in self.tasks if self._below_random(row, task)],
            float(np.nanmedian(cpu)),
            float(np.nanmedian(cpu[:, -5:])),
        )

    def _held_out(self, row: Row, task: str) -> float:
        fixed, best = self.results.references[task], self.results.held_out_best[task]
        span = best - fixed.held_out_median
        if not span > 0:
            return 0.0
        regret = (best - self.results.cells[row, task].held_out[:, -1]) / span
        return float(np.minimum(1.0, regret).mean())

    def _below_default(self, row: Row, task: str) -> bool:
        default = self.results.references[task].held_out_default
        if not np.isfinite(default):
            return False
        return below(self.results.cells[row, task].held_out[:, -1], np.array([default]))

    def _below_random(self, row: Row, task: str) -> bool:
        if RANDOM not in self.rows or row == RANDOM:
            return False
        return self.behind(row, RANDOM, task)


def is_ours(row: Row) -> bool:
    """Whether a row is one of our own searches, in any variant."""
    return BY_NAME[row[0].split("-")[0]].kind == "ours"


def below(ours: Array, others: Array) -> bool:
    """Whether a mean is lower by more than two standard errors, from (n_seeds,) each.

    With a single seed there is no standard error, and the answer is no.
    """
    if len(ours) < 2:
        return False
    variance = sum(x.var(ddof=1) / len(x) for x in (ours, others) if len(x) > 1)
    return bool(ours.mean() < others.mean() - 2 * np.sqrt(variance) - TIE)


def bootstrap(values: Array) -> tuple[float, float]:
    """Return the 95 % interval of a mean over tasks, from (n_tasks,)."""
    return interval(values[resampled(len(values))].mean(axis=1))


def bootstrap_ratio(values: Array, others: Array) -> tuple[float, float]:
    """Return the 95 % interval of a ratio of means over the same tasks."""
    index = resampled(len(values))
    ours, theirs = values[index].mean(axis=1), others[index].mean(axis=1)
    some = theirs > 0  # without regret there is nothing to divide by
    return interval(ours[some] / theirs[some])


def resampled(n: int) -> NDArray[np.int64]:
    """Return indices of shape (n_bootstrap, n), the same for all rows."""
    return np.random.default_rng(0).integers(n, size=(N_BOOTSTRAP, n))


def interval(values: Array) -> tuple[float, float]:
    """Return the middle 95 %, NaN for no values."""
    if not len(values):
        return np.nan, np.nan
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def versions(results: Results, rows: Sequence[Row]) -> Mapping[str, str]:
    """Return the versions on record of each peer."""
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row[0], set()).update(v for v in results.versions[row] if v)
    return {peer: ", ".join(sorted(some)) for peer, some in found.items()}
