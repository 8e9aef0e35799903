"""The records of searches, read back and put on the scale of normalized regret.

================  =====================================================================
best              best value of a task over all searches on record and 200 random draws
median            median value of the 200 random draws
regret            ``min(1, (best - best so far) / (best - median))``; 0 is the best
                  known, 1 the median random configuration, and what is worse is not
                  punished further
curves            (n_seeds, budget) regret after the fits of each evaluation
held_out          (n_seeds, n_checkpoints) score of the winner on rows held out
cpu               (n_seeds, budget) processor seconds of the first suggestions, NaN
                  if there were fewer
================  =====================================================================
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare._memo import Memo
from benchmarks.compare._reference import Reference, number, reference
from benchmarks.compare._search import checkpoints, n_over
from benchmarks.compare._task import Task

Row = tuple[str, str]  # peer, variant
Array = NDArray[np.float64]
PATH = re.compile(r"(?<![\w.:/])(?:/[\w.+-]+)+/([\w.+-]+)")


class End(NamedTuple):
    """How a search ended before its budget was spent."""

    task: str
    n_done: int
    reason: str


@dataclass(frozen=True)
class Cell:
    """All searches of one row on one task; shapes at the head of the file."""

    curves: Array
    held_out: Array
    cpu: Array


@dataclass
class Results:
    """Everything on record at one budget.

    Parameters
    ----------
    budget, pending : int
        What was run.
    tasks : dict of str to Task
        The tasks.
    references : dict of str to Reference
        Their fixed points.
    held_out_best : dict of str to float
        Best held-out score of any winner, by task.
    cells : dict of (row, task) to Cell
        The searches.
    broken : dict of row to list of End
        How searches ended that did not spend their budget.
    seeds : set of int
        All seeds on record.
    versions : dict of row to set of str
        Versions of the peers on record.
    """

    budget: int
    pending: int
    tasks: Mapping[str, Task]
    references: Mapping[str, Reference] = field(default_factory=dict)
    held_out_best: dict[str, float] = field(default_factory=dict)
    cells: dict[tuple[Row, str], Cell] = field(default_factory=dict)
    broken: dict[Row, list[End]] = field(default_factory=lambda: defaultdict(list))
    seeds: set[int] = field(default_factory=set)
    versions: dict[Row, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def checkpoints(self) -> list[int]:
        """The numbers of evaluations in the tables."""
        return checkpoints(self.budget)

    def rows(self) -> list[Row]:
        """Return every row with a search on record."""
        return sorted({row for row, _ in self.cells})

    def tasks_of(self, row: Row) -> set[str]:
        """Return the tasks a row has searches on."""
        return {task for other, task in self.cells if other == row}


def load(
    results: Path,
    tasks: Mapping[str, Task],
    memo: Memo,
    budget: int,
    pending: int = 1,
    wanted: Callable[[Row], bool] = lambda _: True,
) -> Results:
    """Read all records of a budget; those of a task that has changed are left out.

    Rows that are not wanted count for the best value of a task alone.
    """
    folder = f"b{budget}" + (f"-p{pending}" if pending > 1 else "")
    loaded = Results(budget, pending, tasks)
    fixed = {}
    for name, task in tasks.items():
        everywhere = (results / "searches").glob(f"*/{name}/*.json")
        known = [read(path, task) for path in everywhere]
        values = [number(e["value"]) for r in known if r for e in r["evaluations"]]
        here = (results / "searches" / folder / name).glob("*.json")
        found = [record for path in here if (record := read(path, task))]
        records = [r for r in found if wanted((r["peer"], r["variant"]))]
        if not records:
            continue
        fixed[name] = reference(task, memo)
        best = max([fixed[name].best, fixed[name].default, *values])
        fill(loaded, name, records, fixed[name], best)
    loaded.references = fixed
    return loaded


def read(path: Path, task: Task) -> dict[str, Any] | None:
    """Return a record, None if the task was another one then."""
    record = json.loads(path.read_text())
    return record if record["fingerprint"] == task.fingerprint else None


def fill(
    loaded: Results,
    task: str,
    records: Sequence[Mapping[str, Any]],
    fixed: Reference,
    best: float,
) -> None:
    """Put the records of one task into the cells of their rows."""
    by_row = defaultdict(list)
    for record in records:
        row = (record["peer"], record["variant"])
        by_row[row].append(record)
        loaded.versions[row].add(record["version"])
        loaded.seeds.add(record["seed"])
        if record["status"] != "complete":
            count, reason = len(record["evaluations"]), short(record["reason"])
            loaded.broken[row].append(End(task, count, reason))
    scale = best, fixed.median, loaded.tasks[task].n_folds
    for row, searches in by_row.items():
        cell = Cell(
            np.array([curve(s, loaded.budget, *scale) for s in searches]),
            np.array([tested(s, loaded.checkpoints) for s in searches]),
            np.array([seconds(s, loaded.budget) for s in searches]),
        )
        loaded.cells[row, task] = cell
        top = max(float(cell.held_out.max()), fixed.held_out_default)
        loaded.held_out_best[task] = max(top, loaded.held_out_best.get(task, -np.inf))


def short(reason: str) -> str:
    """Return the first words and the last line of a reason, without folders."""
    lines = reason.strip().splitlines() or ["no reason given"]
    said = lines[0].split(":")[0] + ": " + lines[-1] if len(lines) > 1 else lines[0]
    return PATH.sub(r"\1", said)[:160]


def curve(
    record: Mapping[str, Any],
    budget: int,
    best: float,
    median: float,
    n_folds: int = 1,
) -> Array:
    """Return the regret after the fits of each evaluation, of shape (budget,).

    A search that ended early keeps what it had.
    """
    values = [-np.inf, *(number(e["value"]) for e in record["evaluations"])]
    over = n_over(record["evaluations"], n_folds, budget)
    so_far = np.maximum.accumulate(values)[over]
    span = best - median
    if span <= 0:
        return np.zeros(budget)
    return np.minimum(1.0, (best - so_far) / span)


def tested(record: Mapping[str, Any], checkpoints: Sequence[int]) -> Array:
    """Return the held-out score at each checkpoint, of shape (n_checkpoints,)."""
    return np.array([number(record["held_out"][str(c)]) for c in checkpoints])


def seconds(record: Mapping[str, Any], budget: int) -> Array:
    """Return the processor seconds of the first suggestions, of shape (budget,)."""
    spent = [e["cpu"] for e in record["evaluations"][:budget]]
    return np.array(spent + [np.nan] * (budget - len(spent)))
