"""The table of seconds and fits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compare._markdown import table
from benchmarks.time_to_quality._searches import SEARCHES
from benchmarks.time_to_quality._tasks import TASKS

Record = Mapping[str, Any]
WITHIN = 0.01
LEGEND = """
Seconds and fits, medians over the repeats, until the first candidate within 1 % of the
best known score (in the head) had all its folds; in parentheses how many repeats got
there. After `>` the figures are those of the whole search, for half of them or more did
not. 5 folds, 50 candidates (a grid of about as many), `n_jobs=2`, searches alternating.
"""


def read(results: Path) -> dict[tuple[str, str], list[Record]]:
    """Return the records by task and search."""
    found = defaultdict(list)
    for path in sorted(results.glob("*.json")):
        record = json.loads(path.read_text())
        found[record["task"], record["search"]].append(record)
    return found


def best_known(records: Mapping[tuple[str, str], Sequence[Record]], task: str) -> float:
    """Return the best score of any search of a task."""
    scores = [
        candidate["score"]
        for (name, _), some in records.items()
        if name == task
        for record in some
        for candidate in record.get("found", [])
    ]
    return max(scores, default=np.nan)


def reached(record: Record, target: float) -> tuple[float, float, bool]:
    """Return seconds and fits until the target, and whether it was reached at all."""
    for candidate in record["found"]:
        if candidate["score"] >= target:
            return candidate["seconds"], candidate["fits"], True
    return record["seconds"], record["fits"], False


def cell(records: Sequence[Record], target: float) -> str:
    """Return the medians over the repeats; ``>`` if half of them never got there."""
    ran = [record for record in records if record["problem"] is None]
    if not ran:
        return records[0]["problem"][:40] if records else "not run"
    times = [reached(record, target) for record in ran]
    seconds, fits = np.median([t[0] for t in times]), np.median([t[1] for t in times])
    got_there = sum(t[2] for t in times)
    more = ">" if got_there <= len(times) / 2 else ""
    return f"{more}{seconds:.1f} s, {more}{fits:.0f} ({got_there}/{len(times)})"


def text(
    records: Mapping[tuple[str, str], Sequence[Record]], command: str, setting: str
) -> str:
    """Return the section of RESULTS.md."""
    tasks = [name for name in TASKS if any(task == name for task, _ in records)]
    best = {task: best_known(records, task) for task in tasks}
    head = ["", *(f"{task} ({TASKS[task].scoring} {best[task]:.4f})" for task in tasks)]
    rows = []
    for search in SEARCHES:
        cells = []
        for task in tasks:
            target = best[task] - WITHIN * abs(best[task])
            cells.append(cell(records.get((task, search), []), target))
        rows.append([search, *cells])
    said = sorted(
        {
            f"{r['search']} {r['version']} on scikit-learn {r['scikit-learn']}"
            for some in records.values()
            for r in some
            if r["problem"] is None
        }
    )
    return "\n\n".join(
        [
            "## Time to quality",
            LEGEND.strip(),
            f"`{command}`, {setting}.",
            table(head, rows),
            "Versions: " + "; ".join(said) + ".",
        ]
    )
