"""The tables as Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.compare._peers import BY_NAME, PLAIN, VARIANTS
from benchmarks.compare._records import Row
from benchmarks.compare._summary import (
    RANDOM,
    Line,
    Summary,
    bootstrap_ratio,
    is_ours,
    versions,
)

INTRODUCTION = """\
{n_tasks} tasks, {n_rows} rows, {budget} evaluations, {mode}, fixed folds. Regret is
`(best known - best so far) / (best known - median random configuration)`, at most 1,
mean over seeds, then over tasks; brackets are 95 % bootstrap intervals over tasks. The
best known is the best value of any search on record or of 200 random configurations.
Every row of these tables has searches on all {n_tasks} tasks; *seeds* is how many on
each. "Default given first": the estimator's default configuration is evaluated before
the peer's own first one, as ours does by itself. All are told the mean over the folds;
BayesSearchCV takes the scores by fold too, and estimates the noise from them.
"""
SPLITS = """\
The tasks are those of the split `report`; choices in our own code are made on the
split `tune`.
"""
PRUNED = """\
With racing or a pruner a configuration may be stopped before its last fold. Such a
search has the fits of {budget} evaluations, not their number, and what it has stopped
is never its best.
"""
MADE_BY = """\
`{command}`; {setting}.
"""
REGRET_LEGEND = """\
*x best peer*: regret at {budget} over the smallest of any peer's. *to match*:
evaluations until that peer's regret at {budget}.
"""
LEGEND = """\
*rank*, *wins*: mean rank and tasks won at {budget}, ties shared. *held out*: the same
scale for the winner on rows no search has seen; *fell*: share of searches whose winner
there is worse after {budget} evaluations than after {first}. *< default*, *< random*:
tasks more than two standard errors below the default there, and worse than random
search; a row with one seed has none. *ms*: processor time per suggestion, median and
that of the last five. *ended*: searches that broke, hung or had nothing more to
propose; they keep what they had.
"""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; columns after the first are aligned to the right."""
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def name(row: Row) -> str:
    """Return the title of a row."""
    peer, _, label = row[0].partition("-")
    title = BY_NAME[peer].title + (f" ({label})" if label else "")
    if BY_NAME[peer].kind == "ours":
        return f"**{title}**"
    return title if row[1] == PLAIN else f"{title}, {VARIANTS[row[1]]}"


def regret_table(summary: Summary, lines: Sequence[Line]) -> str:
    """Return the regret of each row at each count."""
    counts = summary.results.checkpoints
    head = ["", "seeds", *(f"at {n}" for n in counts), "x best peer", "to match"]
    rows = [
        [
            name((line.peer, line.variant)),
            span(line.n_seeds),
            *(f"{line.regret[n]:.3f} {brackets(line.interval[n], 3)}" for n in counts),
            f"{line.ratio:.2f} {brackets(line.ratio_interval, 2)}",
            "-" if line.to_match is None else str(line.to_match),
        ]
        for line in lines
    ]
    return table(head, rows)


def other_table(summary: Summary, lines: Sequence[Line]) -> str:
    """Return what else there is to say of each row."""
    head = ["", "rank", "wins", "held out", "fell", "< default", "< random"]
    rows = []
    for line in lines:
        row = (line.peer, line.variant)
        below = [
            "-" if line.n_seeds[1] < 2 else str(len(tasks))
            for tasks in (line.below_default, line.below_random)
        ]
        rows.append(
            [
                name(row),
                f"{line.rank:.1f}",
                f"{line.wins:.1f}",
                f"{line.held_out:.3f}",
                f"{line.held_out_fell:.0%}",
                *below,
                f"{line.cpu:.1f} / {line.cpu_late:.1f}",
                str(summary.n_ended(row)),
            ]
        )
    return table([*head, "ms", "ended"], rows)


def kind_table(summary: Summary, lines: Sequence[Line]) -> str:
    """Return the regret by kind of task, in the order of the main table."""
    regrets = [summary.by_kind(count) for count in late(summary)]
    number = [summary.results.tasks[task].kind for task in summary.tasks]
    kinds = regrets[-1]
    head = ["", *(f"{kind} ({number.count(kind)})" for kind in kinds)]
    rows = []
    for line in lines:
        i = summary.rows.index((line.peer, line.variant))
        cells = [" / ".join(f"{at[k][i]:.3f}" for at in regrets) for k in kinds]
        rows.append([name(summary.rows[i]), *cells])
    return table(head, rows)


def late(summary: Summary) -> list[int]:
    """Return the numbers of evaluations from 50 on, or the last one."""
    counts = summary.results.checkpoints
    return [n for n in counts if n >= min(50, counts[-1])]


def against_table(summary: Summary) -> str:
    """Return our regret over that of the best peer of each variant at each count."""
    counts = summary.results.checkpoints
    present = {row[1] for row in summary.rows if not is_ours(row)}
    rows = []
    for i, row in enumerate(summary.rows):
        for variant, title in VARIANTS.items():
            if is_ours(row) and variant in present:
                cells = [against(summary, i, variant, n) for n in counts]
                rows.append([f"{name(row)} / best peer, {title}", *cells])
    return table(["", *(f"at {n}" for n in counts)], rows)


def against(summary: Summary, i: int, variant: str, count: int) -> str:
    """Return the regret of a row over that of the best peer of a variant."""
    best, at = summary.best_at(count, [variant]), summary.at(count)
    assert best is not None  # there is a row of the variant
    ratio = at[i].mean() / at[best].mean() if at[best].any() else np.nan
    around = brackets(bootstrap_ratio(at[i], at[best]), 2)
    return f"{ratio:.2f} {around} {BY_NAME[summary.rows[best][0].split('-')[0]].title}"


def losses(summary: Summary, lines: Sequence[Line]) -> str:
    """Say where our own searches lose, task by task for the better one."""
    ours = [line for line in lines if is_ours((line.peer, line.variant))]
    best = summary.rows[summary.best_peer]
    said = []
    for line in ours:
        row = (line.peer, line.variant)
        lost = lost_tasks(summary, row, best)
        sentence = (
            f"{name(row)} is behind the best peer, {name(best)}, on {len(lost)} of "
            f"{len(summary.tasks)} tasks"
        )
        if line.n_seeds[1] < 2:
            said.append(f"{sentence}; one seed has no standard error.")
        else:
            clear = sum(summary.behind(row, best, task) for task in lost)
            said.append(
                f"{sentence}, on {clear} by more than two standard errors. Worse than "
                f"random search by that much on: {words(line.below_random)}. Below the "
                f"default on held-out rows by that much on: "
                f"{words(line.below_default)}."
            )
        if line is ours[0] and lost:
            said.append(loss_table(summary, row, best, lost))
    return "\n\n".join(said) if said else "No search of ours is in the table."


def lost_tasks(summary: Summary, row: Row, other: Row) -> list[str]:
    """Return the tasks on which a row ends behind another, the worst first."""
    i, j = summary.rows.index(row), summary.rows.index(other)
    gap = dict(zip(summary.tasks, summary.last[i] - summary.last[j], strict=True))
    return sorted((t for t in gap if gap[t] > 0), key=lambda task: -gap[task])


def loss_table(summary: Summary, row: Row, other: Row, lost: Sequence[str]) -> str:
    """Return the regret of two rows, and the least of any, on some tasks."""
    rows = []
    for task in lost:
        at = summary.last[:, summary.tasks.index(task)]
        least = summary.rows[int(at.argmin())]
        rows.append(
            [
                f"`{task}`",
                *(with_error(summary, r, task) for r in (row, other)),
                "yes" if summary.behind(row, other, task) else "",
                f"{name(least)} ({at.min():.3f})",
            ]
        )
    return table(
        ["", name(row), name(other), "beyond 2 SE", "least regret of all rows"], rows
    )


def with_error(summary: Summary, row: Row, task: str) -> str:
    """Return the regret of a row on a task with its standard error, if there is one."""
    regret = summary.last[summary.rows.index(row), summary.tasks.index(task)]
    error = summary.standard_error(row, task)
    return f"{regret:.3f}" + ("" if error is None else f" ± {error:.3f}")


def incomplete_table(summary: Summary, lines: Sequence[Line]) -> str:
    """Return the rows that lack tasks, beside others on the tasks they have."""
    counts, total = summary.results.checkpoints, len(summary.tasks)
    best = [summary.rows[summary.best_peer]]
    ours = [(line.peer, line.variant) for line in lines if line.peer == "ours_bayes"]
    beside = list(
        dict.fromkeys([*ours, *best, *(r for r in summary.rows if r == RANDOM)])
    )
    rows = []
    for row, n in summary.incomplete.items():
        if not n:
            continue
        tasks = sorted(summary.results.tasks_of(row) & set(summary.tasks))
        own = summary.regret_on(row, tasks)
        others = [summary.regret_on(r, tasks)[-1] for r in beside]
        figures = [*(own[c - 1] for c in counts), *others]
        rows.append([name(row), f"{n} of {total}", *(f"{f:.3f}" for f in figures)])
    head = [
        *(f"at {c}" for c in counts),
        *(f"{name(r)} at {counts[-1]}" for r in beside),
    ]
    return table(["", "tasks", *head], rows)


def absent(summary: Summary, problems: Mapping[str, str | None]) -> str:
    """Say which peers are not in the tables, and why."""
    ran = {row[0] for row in summary.results.rows()}
    said = []
    for peer, problem in problems.items():
        if peer not in ran:
            why = "not run" if problem is None else f"not installed: {problem}"
            said.append(f"* {BY_NAME[peer].title}: {why}")
    if not said:
        return "Every peer has been run."
    return "Not in the tables:\n\n" + "\n".join(said)


def ended(summary: Summary) -> str:
    """Say which searches did not spend their budget, and why."""
    said = []
    for row, ends in sorted(summary.results.broken.items()):
        by_reason = defaultdict(list)
        for end in ends:
            by_reason[end.reason].append(f"{end.task} after {end.n_done}")
        said += [
            f"* {name(row)}: {reason} ({', '.join(where[:6])}"
            + (f" and {len(where) - 6} more)" if len(where) > 6 else ")")
            for reason, where in by_reason.items()
        ]
    if not said:
        return "No search ended early."
    return "Searches that ended early:\n\n" + "\n".join(said)


def task_table(summary: Summary) -> str:
    """Describe the tasks and name the best row on each."""
    rows = []
    for j, task_name in enumerate(summary.tasks):
        task, fixed = (
            summary.results.tasks[task_name],
            summary.results.references[task_name],
        )
        best = summary.rows[int(summary.last[:, j].argmin())]
        n_dims = len(task.space.params)
        scale = [f"{fixed.median:.4g}", f"{fixed.default:.4g}"]
        winner = f"{name(best)} ({summary.last[:, j].min():.3f})"
        about = [f"`{task_name}`", task.kind, task.traits, task.split, str(n_dims)]
        rows.append([*about, *scale, winner])
    head = [
        "",
        "kind",
        "traits",
        "split",
        "dims",
        "median random",
        "default",
        "least regret",
    ]
    return table(head, rows)


def section(
    summary: Summary,
    problems: Mapping[str, str | None],
    command: str,
    figure: str,
    setting: str,
) -> str:
    """Return the whole section but its title."""
    lines = summary.lines()
    results = summary.results
    pending = results.pending
    mode = "sequential" if pending == 1 else f"{pending} proposals out at a time"
    about = {"n_tasks": len(summary.tasks), "n_rows": len(lines), "mode": mode}
    legend = {"budget": results.budget, "first": results.checkpoints[0]}
    parts = [
        INTRODUCTION.format(budget=results.budget, **about).strip(),
        *said_split(summary),
        *said_pruned(summary),
        MADE_BY.format(command=command, setting=setting).strip(),
        f"![regret against evaluations]({figure})",
        regret_table(summary, lines),
        REGRET_LEGEND.format(**legend).strip(),
        other_table(summary, lines),
        LEGEND.format(**legend).strip(),
        "### Ours against the best peer",
        "Regret over that of the best peer at the same number of evaluations:",
        against_table(summary),
        losses(summary, lines),
        "### What is missing",
        absent(summary, problems),
    ]
    if summary.left_out:
        parts.append(
            "Tasks left out, because they would leave fewer figures to compare: "
            f"{words(summary.left_out)}."
        )
    if summary.incomplete:
        parts += [
            "Rows with searches on some of the tasks, and others on the same tasks:",
            incomplete_table(summary, lines),
        ]
    parts += [
        ended(summary),
        "### By kind of task",
        f"Mean regret at {' / '.join(map(str, late(summary)))} (number of tasks):",
        kind_table(summary, lines),
        "### Tasks",
        task_table(summary),
        "### Versions",
        said_versions(versions(results, results.rows())),
    ]
    return "\n\n".join(parts)


def said_split(summary: Summary) -> list[str]:
    """Say what the tasks were used for, if all were only reported on."""
    splits = {summary.results.tasks[task].split for task in summary.tasks}
    return [SPLITS.strip()] if splits == {"report"} else []


def said_pruned(summary: Summary) -> list[str]:
    """Say how searches are compared that stop configurations, if there are any."""
    some = any(BY_NAME[row[0].partition("-")[0]].prunes for row in summary.rows)
    return [PRUNED.format(budget=summary.results.budget).strip()] if some else []


def said_versions(found: Mapping[str, str]) -> str:
    """Return the versions in a sentence."""
    said = []
    for peer, version in found.items():
        python = "Python " if peer == RANDOM[0] else ""  # it draws with nothing else
        said.append(f"{name((peer, PLAIN)).strip('*')} {python}{version}")
    return "; ".join(said) + "."


def words(items: Sequence[str]) -> str:
    """Return a list in words."""
    return ", ".join(items) if items else "none"


def brackets(interval: tuple[float, float], digits: int) -> str:
    """Return an interval."""
    low, high = interval
    return f"[{low:.{digits}f}, {high:.{digits}f}]"


def span(bounds: tuple[int, int]) -> str:
    """Return a range of counts."""
    low, high = bounds
    return str(low) if low == high else f"{low}-{high}"
