"""The tables of costs and of scores on the rows held out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare._markdown import table, words
from benchmarks.compare._records import short
from benchmarks.cost._account import BUDGET
from benchmarks.cost._runs import Job, Record
from benchmarks.cost._searches import FULL, OURS, SEARCHES, YARDSTICK
from benchmarks.cost._sklearn import N_ITER
from benchmarks.cost._tasks import TASKS

Records = Mapping[tuple[str, str], Sequence[Record]]
LEGEND = f"""\
CPU seconds inside the fits until a search first held a candidate whose score with
everything, on all folds, is that of the best of {N_ITER} random ones; over the CPU
seconds of all fits of RandomizedSearchCV({N_ITER}). Medians over the seeds; in
parentheses how many seeds got there, where not all did. A search that had spent what
stands after `>` and was not there counts as dearer than any other. What a search holds
is the best candidate, by its own measure, at the highest resource that any has
completed; one that ends by itself is started again with another seed. {OURS} and {FULL}
begin with the defaults of the estimator, as near as the space has them; Optuna is given
them where the space has them all. Both halving searches start from {N_ITER} candidates.
dask-ml scores on one part held out and pays one fit for each candidate, the others
three. *first*: tasks on which a search is the cheapest. *all / fits*: CPU seconds of
the whole search over those of its fits.
"""
HELD_OUT = f"""\
Score of the winner on rows that no search has seen, each search having spent as much as
RandomizedSearchCV({N_ITER}): means over the seeds, and mean differences to random
search with their standard errors. The last line is the mean difference over the tasks,
in percent of the score.
"""


def text(records: Sequence[Record], setting: str) -> str:
    """Return the section of RESULTS.md, on what all searches have done."""
    found = comparable(records)
    tasks = [
        task
        for task in TASKS
        if any("cost" in record for record in found.get((task, YARDSTICK), ()))
    ]
    n_seeds = [len(found[task, YARDSTICK]) for task in tasks]
    fewest, most = min(n_seeds, default=0), max(n_seeds, default=0)
    command = f"python -m benchmarks.cost run --seeds {most}"
    seeds = f"seeds: {fewest} to {most}" if fewest < most else f"seeds: {most}"
    parts = [
        "## Cost to find what random search finds",
        LEGEND.strip(),
        f"Tasks: {len(tasks)}, {seeds} on each. `{command}`; {setting}.",
        cost_table(found, tasks),
        losses(found, tasks),
        HELD_OUT.strip(),
        test_table(found, tasks),
        problems(found),
        versions(found),
    ]
    return "\n\n".join(part for part in parts if part)


def line(record: Record) -> str:
    """Return a record in a line."""
    about = f"{record['task']}, {record['search']}, seed {record['seed']}: "
    if "cost" not in record:
        return about + str(record["problem"])
    reached = record["reached"] and record["reached"] / record["whole"]
    return (
        f"{about}reached at {reached}, {record['cost']:.1f} s in fits, "
        f"{record['cpu']:.1f} s in all, runs: {record['n_runs']}, "
        f"score {record['score']}, test {record['test']}, {record['problem']}"
    )


def comparable(records: Sequence[Record]) -> dict[tuple[str, str], list[Record]]:
    """Return by task and search the records of seeds that all searches have done."""
    current = [r for r in records if r["task"] in TASKS and r["search"] in SEARCHES]
    current = [r for r in current if r["fingerprint"] == TASKS[r["task"]].fingerprint]
    searches = {r["search"] for r in current}
    done: dict[tuple[str, int], set[str]] = {}
    for r in current:
        done.setdefault((r["task"], r["seed"]), set()).add(r["search"])
    found: dict[tuple[str, str], list[Record]] = {}
    for r in current:
        wanted = {s for s in searches if Job(r["task"], s, 0).is_possible}
        if done[r["task"], r["seed"]] >= wanted:
            found.setdefault((r["task"], r["search"]), []).append(r)
    return found


def ratios(records: Sequence[Record]) -> NDArray[np.float64]:
    """Return the cost over that of random search, infinite where it never got there."""
    reached = [r.get("reached") for r in records]
    each = [
        math.inf if cost is None else cost / record["whole"]
        for cost, record in zip(reached, records, strict=True)
    ]
    return np.array(each)


def cell(records: Sequence[Record]) -> str:
    """Return the median of the ratios, or what was spent if it is not known."""
    each = ratios(records)
    n_there = int(np.isfinite(each).sum())
    there = "" if n_there == len(each) else f" ({n_there}/{len(each)})"
    median = np.median(each)
    if np.isfinite(median):
        return f"{median:.2f}{there}"
    spent = [r["cost"] / r["whole"] for r in records if not r["problem"]]
    return (f"> {np.median(spent):.1f}" if spent else "broke") + there


def medians(records: Records, tasks: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return by search and task the median of the ratios."""
    return {
        search: {
            task: float(np.median(ratios(records[task, search])))
            for task in tasks
            if (task, search) in records
        }
        for search in SEARCHES
        if search != YARDSTICK and any((task, search) in records for task in tasks)
    }


def cost_table(records: Records, tasks: Sequence[str]) -> str:
    """Return the costs by task and search."""
    each = medians(records, tasks)
    rows = [[task, unit(records[task, YARDSTICK])] for task in tasks]
    for row in rows:
        for search, of in each.items():
            is_known = row[0] in of
            row.append(cell(records[row[0], search]) if is_known else "no partial_fit")
    over = [float(np.median(list(of.values()))) for of in each.values()]
    firsts = first(each, tasks)
    rows += [
        ["**median**", "", *(figure(m) for m in over)],
        ["first", "", *(f"{firsts[s]} of {len(of)}" for s, of in each.items())],
        ["all / fits", *(overhead(records, s) for s in (YARDSTICK, *each))],
    ]
    return table(["", "random, s", *each], rows)


def unit(records: Sequence[Record]) -> str:
    """Return the seconds that random search took."""
    return f"{np.median([r['cost'] for r in records if 'cost' in r]):.0f}"


def figure(ratio: float) -> str:
    """Return a median over tasks."""
    return f"**{ratio:.2f}**" if math.isfinite(ratio) else f"**> {BUDGET}**"


def first(each: Mapping[str, Mapping[str, float]], tasks: Sequence[str]) -> Any:
    """Return by search the number of tasks on which it is the cheapest, ties shared."""
    count = dict.fromkeys(each, 0)
    for task in tasks:
        least = min(of.get(task, math.inf) for of in each.values())
        for search, of in each.items():
            count[search] += math.isfinite(least) and of.get(task) == least
    return count


def overhead(records: Records, search: str) -> str:
    """Return the median of the whole CPU seconds over those of the fits."""
    each = [
        record["cpu"] / record["cost"]
        for (_, name), some in records.items()
        for record in some
        if name == search and record.get("cost")
    ]
    return f"{np.median(each):.2f}" if each else "-"


def losses(records: Records, tasks: Sequence[str]) -> str:
    """Say where ours is dearer than random search, and than others."""
    each = medians(records, tasks)
    ours = each.get(OURS, {})
    above = [task for task, ratio in ours.items() if ratio > 1]
    lines = [f"{OURS} costs more than random search on: {words(above)}."]
    for search, of in each.items():
        lost = [task for task in of if of[task] < ours.get(task, math.inf)]
        if search != OURS:
            lines.append(f"It is dearer than {search} on: {words(lost)}.")
    return "\n".join(lines)


def test_table(records: Records, tasks: Sequence[str]) -> str:
    """Return the scores on the rows held out, and where ours is clearly worse."""
    searches = [s for s in (OURS, FULL) if any((t, s) in records for t in tasks)]
    rows: list[list[str]] = []
    relative: dict[str, list[float]] = {search: [] for search in searches}
    worse: list[str] = []
    for task in tasks:
        base = tests(records, task, YARDSTICK)
        row = [task, TASKS[task].scoring, f"{np.mean(list(base.values())):.4f}"]
        for search in searches:
            mine = tests(records, task, search)
            gaps = np.array([mine[seed] - base[seed] for seed in mine])
            row += [f"{np.mean(list(mine.values())):.4f}", with_error(gaps, 4)]
            relative[search].append(
                100 * gaps.mean() / abs(np.mean(list(base.values())))
            )
            if search == OURS and gaps.mean() < -2 * standard_error(gaps):
                worse.append(task)
        rows.append(row)
    last = ["**mean, %**", "", ""]
    for search in searches:
        last += ["", with_error(np.array(relative[search]), 2)]
    head = ["", "metric", "random"]
    for search in searches:
        head += [search, "difference"]
    said = f"{OURS} is worse by more than two standard errors on: {words(worse)}."
    return f"{table(head, [*rows, last])}\n\n{said}"


def tests(records: Records, task: str, search: str) -> dict[int, float]:
    """Return by seed the score on the rows held out."""
    some = records.get((task, search), ())
    return {r["seed"]: r["test"] for r in some if r.get("test") is not None}


def standard_error(values: NDArray[np.float64]) -> float:
    """Return the standard error of a mean, infinite for one value."""
    if len(values) < 2:
        return math.inf
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def with_error(values: NDArray[np.float64], digits: int) -> str:
    """Return a mean with its standard error, if there is one."""
    error = standard_error(values)
    more = f" ± {error:.{digits}f}" if math.isfinite(error) else ""
    return f"{values.mean():+.{digits}f}{more}"


def problems(records: Records) -> str:
    """Say which searches broke, and why."""
    lines = [
        f"* {search}, {task}, seed {record['seed']}: {short(record['problem'])}"
        for (task, search), some in records.items()
        for record in some
        if record["problem"]
    ]
    return "Broke:\n\n" + "\n".join(lines) if lines else ""


def versions(records: Records) -> str:
    """Return the versions in a sentence."""
    names = {
        f"{record['search']} {record['version']} on scikit-learn "
        f"{record['scikit-learn']}"
        for some in records.values()
        for record in some
        if "version" in record
    }
    return "Versions: " + "; ".join(sorted(names)) + "."
