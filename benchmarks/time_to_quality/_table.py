"""The tables of seconds and fits."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.compare._markdown import table
from benchmarks.compare._records import short
from benchmarks.time_to_quality._runs import Job
from benchmarks.time_to_quality._searches import (
    ALL,
    N_ITER,
    N_MANY,
    N_SURVEY,
    SEARCHES,
    SURVEYS,
)
from benchmarks.time_to_quality._tasks import TASKS

Record = Mapping[str, Any]
Records = Mapping[tuple[str, str], Sequence[Record]]
WITHIN = 0.01
RANDOM, BAYES = "scikit-learn RandomizedSearchCV", "sklearn_hpo BayesSearchCV"
LEGEND = f"""\
Seconds and fits until the first candidate within 1 % of the best known score (in the
head) had all its folds: medians over the repeats, the fewest seconds in bold; in
parentheses how many repeats got there. A repeat that never got there counts as longer
than any other; where the median is one of those, the figures after `>` are those of the
whole search. The best known score is the best of two long searches, by Optuna and by
BayesSearchCV, of {N_SURVEY} candidates each. The tasks are such that a random candidate
is seldom that good. 5 folds, up to {N_ITER} candidates (as many as fit for GridSearchCV
and GASearchCV), up to {N_MANY} for {RANDOM},
OptunaSearchCV and {BAYES}, `n_jobs=2`, one process for each search,
ended when it is there, searches alternating. All have the same ranges and the same
priors, logarithmic where it makes sense, but for integers of GASearchCV, which knows no
such prior. BayesSearchCV of sklearn_hpo tries the defaults of the estimator first. A
candidate of a halving search counts when the last round has scored it, by its score on
all rows; a fit on fewer rows is a fit.
"""
MEAN = """\
Geometric mean of the seconds over the tasks, a lower bound after `>`, and how many
searches got there:
"""


class Cell(NamedTuple):
    """The medians of a search on a task; of whole searches if it is censored."""

    seconds: float
    fits: float
    censored: bool
    got_there: int
    n: int

    def __str__(self) -> str:
        more = ">" if self.censored else ""
        figures = f"{more}{self.seconds:.1f} s, {more}{self.fits:.0f}"
        return f"{figures} ({self.got_there}/{self.n})"


def read(results: Path) -> dict[tuple[str, str], list[Record]]:
    """Return the records by task and search, those of another task left out."""
    found = defaultdict(list)
    for path in sorted(results.glob("*.json")):
        record = json.loads(path.read_text())
        key = record["task"], record["search"]
        is_known = key[0] in TASKS and key[1] in ALL
        if is_known and record["fingerprint"] == Job(*key, 0).fingerprint:
            found[key].append(record)
    return found


def best_known(records: Records, task: str) -> float:
    """Return the best score of any survey of a task."""
    scores = [
        candidate["score"]
        for (name, search), some in records.items()
        if name == task and search in SURVEYS
        for record in some
        for candidate in record["found"]
    ]
    return max(scores, default=np.nan)


def target_of(records: Records, task: str) -> float:
    """Return the score at which a search is good."""
    best = best_known(records, task)
    return best - WITHIN * abs(best)


def reached(record: Record, target: float) -> tuple[float, float]:
    """Return seconds and fits until the target, infinite if it was never reached."""
    for candidate in record["found"]:
        if candidate["score"] >= target:
            return candidate["seconds"], candidate["fits"]
    return math.inf, math.inf


def cell(records: Sequence[Record], target: float) -> Cell | None:
    """Return the medians over the repeats, None if every search broke."""
    broke = all(r["problem"] and not r["found"] for r in records)
    if broke:
        return None
    times = [reached(record, target) for record in records]
    seconds, fits = (float(np.median([t[i] for t in times])) for i in (0, 1))
    censored = math.isinf(seconds)
    if censored:
        seconds, fits = (
            float(np.median([r[key] for r in records])) for key in ("seconds", "fits")
        )
    got_there = sum(math.isfinite(t[0]) for t in times)
    return Cell(seconds, fits, censored, got_there, len(times))


def text(
    records: Records, problems: Mapping[str, str], command: str, setting: str
) -> str:
    """Return the section of RESULTS.md.

    Parameters
    ----------
    records : mapping of (task, search) to sequence of dict
        What is on record.
    problems : mapping of str to str
        Why a search cannot be run here.
    command, setting : str
        How the records are made, and on what.
    """
    tasks = [name for name in TASKS if any(task == name for task, _ in records)]
    best = {task: best_known(records, task) for task in tasks}
    cells = {
        (task, search): cell(some, target_of(records, task))
        for (task, search), some in records.items()
        if search in SEARCHES
    }
    head = ["", *(f"{task} ({TASKS[task].scoring} {best[task]:.4f})" for task in tasks)]
    rows = []
    for search in SEARCHES:
        ran = [said(cells, task, search) for task in tasks]
        rows.append([search, *ran])
    parts = [
        "## Time to quality",
        LEGEND.strip(),
        f"`{command}`, {setting} in each of two workers.",
        table(head, rows),
        MEAN.strip(),
        mean_table(cells, tasks),
        against_random(cells, tasks),
        missing(records, problems, tasks),
        versions(records),
    ]
    return "\n\n".join(parts)


def said(cells: Mapping[tuple[str, str], Cell | None], task: str, search: str) -> str:
    """Return what stands in the table for a search on a task."""
    if (task, search) not in cells:
        return "not run"
    found = cells[task, search]
    if found is None:
        return "broke"
    fewest = min(
        (
            c.seconds
            for (t, _), c in cells.items()
            if t == task and c and not c.censored
        ),
        default=-1.0,
    )
    is_best = not found.censored and found.seconds == fewest
    return f"**{found}**" if is_best else str(found)


def mean_table(
    cells: Mapping[tuple[str, str], Cell | None], tasks: Sequence[str]
) -> str:
    """Return the means of the searches that have a figure for every task."""
    rows = []
    for search in SEARCHES:
        each = [cells.get((task, search)) for task in tasks]
        full = [c for c in each if c is not None]
        if not full or len(full) < len(each):
            rows.append([search, "-", "-"])
            continue
        mean = math.exp(np.mean([math.log(c.seconds) for c in full]))
        more = ">" if any(c.censored for c in full) else ""
        got_there, n = sum(c.got_there for c in full), sum(c.n for c in full)
        rows.append([search, f"{more}{mean:.1f} s", f"{got_there}/{n}"])
    return table(["", "mean", "got there"], rows)


def against_random(
    cells: Mapping[tuple[str, str], Cell | None], tasks: Sequence[str]
) -> str:
    """Say how many times faster ours is than random search, at least, by task.

    A task where ours did not get there has no such figure, and is counted.
    """
    ratios = []
    for task in tasks:
        random, ours = (cells.get((task, search)) for search in (RANDOM, BAYES))
        if random and ours and not ours.censored:
            ratios.append((random.seconds / ours.seconds, random.censored))
    if not ratios:
        return f"No task has figures of both {RANDOM} and {BAYES}."
    each = ", ".join(f"{'>' if more else ''}{ratio:.1f}" for ratio, more in ratios)
    median = float(np.median([ratio for ratio, _ in ratios]))
    return (
        f"Seconds of {RANDOM} over those of {BAYES} on the tasks where the latter got "
        f"there in the median, {len(ratios)} of {len(tasks)}: {each}; median "
        f"{median:.1f}, lower bounds after `>` taken as they are."
    )


def missing(records: Records, problems: Mapping[str, str], tasks: Sequence[str]) -> str:
    """Say which searches were not run or broke, and why."""
    lines = []
    for search in SEARCHES:
        lacks = [task for task in tasks if (task, search) not in records]
        if lacks:
            why = problems.get(search, "not run")
            lines.append(f"* {search}: {why} ({', '.join(lacks)})")
    for (task, search), some in records.items():
        lines += [
            f"* {search}, {task}, repeat {r['seed']}: {short(r['problem'])}, "
            f"{len(r['found'])} candidates found"
            for r in some
            if r["problem"]
        ]
    if not lines:
        return "Every search was run to its end."
    return "Not run, or not to the end:\n\n" + "\n".join(lines)


def versions(records: Records) -> str:
    """Return the versions in a sentence."""
    names = sorted(
        {
            f"{r['search']} {r['version']} on scikit-learn {r['scikit-learn']}"
            for some in records.values()
            for r in some
            if r["problem"] is None
        }
    )
    return "Versions: " + "; ".join(names) + "."
