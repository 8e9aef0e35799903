"""Figures on record to JSON, pictures and a section of RESULTS.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks._results import RESULTS, figures, setting, write_section
from benchmarks.compare._curves import draw
from benchmarks.compare._markdown import absent, section
from benchmarks.compare._summary import Summary, versions


def report(
    summary: Summary,
    problems: Mapping[str, str | None],
    suite: str,
    command: str,
    into: Path,
) -> str:
    """Write everything into a folder; return the section of its RESULTS.md.

    Parameters
    ----------
    summary : Summary
        The figures.
    problems : mapping of str to str or None
        Why a peer cannot be used here, by name, for each peer that belongs here.
    suite : str
        Name of the tasks in titles and files.
    command : str
        What makes the searches.
    into : Path
        The folder.
    """
    results = summary.results
    name = f"compare-{suite}-{results.budget}"
    name += f"-pending-{results.pending}" if results.pending > 1 else ""
    kind, _, more = suite.partition("-")
    title = f"## Comparison with peers: {kind} tasks"
    title += f" ({more}), " if more else ", "
    title += f"{results.budget} evaluations"
    if results.pending > 1:
        title += f", {results.pending} pending"
    if summary.rows:
        folder = figures(into)
        draw(summary, folder / name)
        numbers = json.dumps(as_json(summary, command), separators=(",", ":"))
        (folder / f"{name}.json").write_text(numbers + "\n")
        text = section(summary, problems, command, f"figures/{name}.svg", setting())
    else:
        text = "\n\n".join(["No search on record.", absent(summary, problems)])
    text = f"{title}\n\n{text}"
    write_section(into / RESULTS.name, name, text)
    return text


def as_json(summary: Summary, command: str) -> dict[str, Any]:
    """Return all figures as plain objects; rows are named peer.variant."""
    rows = summary.rows
    return {
        "command": command,
        "setting": setting(),
        "versions": dict(versions(summary.results, rows)),
        "budget": summary.results.budget,
        "tasks": summary.tasks,
        "lines": [line.to_json() for line in summary.lines()],
        "curves": {
            ".".join(row): summary.curves[i].mean(axis=0).round(5).tolist()
            for i, row in enumerate(rows)
        },
        "regret_by_task": {
            ".".join(row): dict(
                zip(summary.tasks, summary.last[i].round(5).tolist(), strict=True)
            )
            for i, row in enumerate(rows)
        },
        "incomplete": {".".join(row): n for row, n in summary.incomplete.items()},
        "ended": {
            ".".join(row): [
                f"{end.task} after {end.n_done}: {end.reason}" for end in some
            ]
            for row, some in summary.results.broken.items()
        },
    }
