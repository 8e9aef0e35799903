"""The tables as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.compare._envs import Environments
from benchmarks.compare._peers import BY_NAME, PEERS, VARIANTS
from benchmarks.compare._records import Row
from benchmarks.compare._summary import (
    Line,
    Summary,
    bootstrap_ratio,
    is_ours,
    versions,
)

INTRODUCTION = """\
{n_tasks} tasks, {n_peers} rows, {budget} evaluations, {mode}, fixed folds. Regret is
`(best known - best so far) / (best known - median random configuration)`, at most 1,
mean over seeds, then over tasks; brackets are 95 % bootstrap intervals over tasks. The
best known is the best value of any search on record or of 200 random configurations.
"""
LEGEND = """\
*x best peer*: regret at {budget} over the smallest of any peer's. *to match*:
evaluations until that peer's regret at {budget}. *held out*: the same scale for the
winner on rows no search has seen; *fell*: share of searches whose winner there is worse
after {budget} evaluations than after {first}. *< default*, *< random*: tasks more than
two standard errors below the default there, and worse than random search. *ms*:
processor time per suggestion, median and that of the last five. *ended*: searches that
broke, hung or had nothing more to propose; they keep what they had.
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
    return title if row[1] == "plain" else f"{title}, {VARIANTS[row[1]]}"


def main_table(summary: Summary, lines: Sequence[Line]) -> str:
    """Return the main table."""
    counts = summary.results.checkpoints
    budget = summary.results.budget
    head = [
        "",
        *(f"at {n}" for n in counts),
        "x best peer",
        "to match",
        "rank",
        "wins",
        "held out",
        "fell",
        "< default",
        "< random",
        "ms",
        "seeds",
        "ended",
    ]
    rows = []
    for line in lines:
        row = (line.peer, line.variant)
        figures = [f"{line.regret[n]:.3f}" for n in counts]
        figures[-1] += f" {brackets(line.interval[budget], 3)}"
        rows.append(
            [
                name(row),
                *figures,
                f"{line.ratio:.2f} {brackets(line.ratio_interval, 2)}",
                "-" if line.to_match is None else str(line.to_match),
                f"{line.rank:.1f}",
                f"{line.wins:.1f}",
                f"{line.held_out:.3f}",
                f"{line.held_out_fell:.0%}",
                str(len(line.below_default)),
                str(len(line.below_random)),
                f"{line.cpu:.1f} / {line.cpu_late:.1f}",
                span(line.n_seeds),
                str(len(summary.results.broken.get(row, []))),
            ]
        )
    return table(head, rows)


def kind_table(summary: Summary, lines: Sequence[Line]) -> str:
    """Return the regret by kind of task, in the order of the main table."""
    kinds = summary.by_kind()
    number = [summary.results.tasks[task].kind for task in summary.tasks]
    head = ["", *(f"{kind} ({number.count(kind)})" for kind in kinds)]
    rows = []
    for line in lines:
        i = summary.rows.index((line.peer, line.variant))
        rows.append([name(summary.rows[i]), *(f"{v[i]:.3f}" for v in kinds.values())])
    return table(head, rows)


def against_table(summary: Summary) -> str:
    """Return our regret over that of the best peer of each variant at each count."""
    counts = summary.results.checkpoints
    rows = []
    for i, row in enumerate(summary.rows):
        for variant, title in VARIANTS.items() if is_ours(row) else ():
            cells = []
            for n in counts:
                best, at = summary.best_at(n, [variant]), summary.at(n)
                ratio = at[i].mean() / at[best].mean()
                around = brackets(bootstrap_ratio(at[i], at[best]), 2)
                peer = BY_NAME[summary.rows[best][0]].title
                cells.append(f"{ratio:.2f} {around} {peer}")
            rows.append([f"{name(row)} / best peer, {title}", *cells])
    return table(["", *(f"at {n}" for n in counts)], rows)


def losses(summary: Summary, lines: Sequence[Line]) -> str:
    """Say where our own searches lose, task by task."""
    said = []
    best = summary.rows[summary.best_peer]
    for line in lines:
        if not is_ours((line.peer, line.variant)):
            continue
        i = summary.rows.index((line.peer, line.variant))
        gap = summary.last[i] - summary.last[summary.best_peer]
        lost = [
            f"{t} (+{g:.3f})" for t, g in zip(summary.tasks, gap, strict=True) if g > 0
        ]
        said.append(
            f"{name(summary.rows[i])} is behind {name(best)} on: {words(lost)}."
        )
        said.append(f"Worse than random by 2 SE on: {words(line.below_random)}.")
        said.append(
            f"Below the default on held-out rows on: {words(line.below_default)}.\n"
        )
    return "\n".join(said)


def absent(summary: Summary, environments: Environments) -> str:
    """Say which peers are not in the table, and why."""
    said = []
    for peer in PEERS:
        problem = environments.problem(peer.environment)
        if problem is not None:
            said.append(f"* {peer.title}: not installed. {problem}")
        elif not any(row[0] == peer.name for row in summary.results.rows()):
            said.append(f"* {peer.title}: not run.")
    total = len(summary.tasks)
    for row, count in summary.incomplete.items():
        said.append(f"* {name(row)}: only {count} of {total} tasks so far.")
    return (
        "Not in the table:\n\n" + "\n".join(said)
        if said
        else "Every peer is in the table."
    )


def ended(summary: Summary) -> str:
    """Say which searches did not spend their budget."""
    said = [
        f"* {name(row)}: {len(reasons)} searches, the first: {reasons[0]}"
        for row, reasons in sorted(summary.results.broken.items())
        if row in summary.rows
    ]
    return "Ended early:\n\n" + "\n".join(said) if said else "No search ended early."


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
    environments: Environments,
    command: str,
    figure: str,
    setting: str,
) -> str:
    """Return the whole section."""
    lines = summary.lines()
    results = summary.results
    pending = results.pending
    mode = "sequential" if pending == 1 else f"{pending} proposals out at a time"
    about = {"n_tasks": len(summary.tasks), "n_peers": len(lines), "mode": mode}
    legend = LEGEND.format(budget=results.budget, first=results.checkpoints[0])
    return "\n\n".join(
        [
            INTRODUCTION.format(budget=results.budget, **about).strip(),
            f"`{command}`, {setting}.",
            main_table(summary, lines),
            legend.strip(),
            f"![regret against evaluations]({figure})",
            f"Mean regret at {results.budget} by kind of task (number of tasks):",
            kind_table(summary, lines),
            "Regret over that of the best peer at the same number of evaluations:",
            against_table(summary),
            losses(summary, lines).strip(),
            absent(summary, environments),
            ended(summary),
            "Versions: " + said_versions(versions(results, summary.rows)),
            task_table(summary),
        ]
    )


def said_versions(found: Mapping[str, str]) -> str:
    """Return the versions in a sentence."""
    titled = (f"{name((peer, 'plain')).strip('*')} {v}" for peer, v in found.items())
    return "; ".join(titled) + "."


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
