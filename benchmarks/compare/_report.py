"""Figures on record to JSON, pictures and a section of RESULTS.md."""

from __future__ import annotations

import json
import platform
import re
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn

from benchmarks.compare._curves import draw
from benchmarks.compare._envs import Environments
from benchmarks.compare._markdown import section
from benchmarks.compare._summary import Summary, versions

BENCHMARKS = Path(__file__).resolve().parents[1]
RESULTS = BENCHMARKS / "RESULTS.md"


def report(
    summary: Summary, environments: Environments, suite: str, command: str, into: Path
) -> str:
    """Write everything into a folder; return the section of its RESULTS.md."""
    results = summary.results
    name = f"compare-{suite}-{results.budget}"
    name += f"-pending-{results.pending}" if results.pending > 1 else ""
    folder = figures(into)
    draw(summary, folder / name)
    numbers = json.dumps(as_json(summary, command), indent=1)
    (folder / f"{name}.json").write_text(numbers + "\n")
    text = section(summary, environments, command, f"figures/{name}.svg", setting())
    title = f"## Comparison with peers: {suite} tasks, {results.budget} evaluations"
    if results.pending > 1:
        title += f", {results.pending} pending"
    write_section(into / RESULTS.name, name, f"{title}\n\n{text}")
    return text


def figures(into: Path) -> Path:
    """Return the folder of pictures and figures beside RESULTS.md."""
    folder = into / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def as_json(summary: Summary, command: str) -> dict[str, Any]:
    """Return all figures as plain objects."""
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
        "ended": {".".join(row): some for row, some in summary.results.broken.items()},
    }


def setting() -> str:
    """Say on what the figures were taken."""
    return (
        f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, "
        f"scipy {scipy.__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, one thread"
    )


def write_section(path: Path, name: str, text: str) -> None:
    """Replace what stands between the markers of a section, or append it.

    Parameters
    ----------
    path : Path
        A Markdown file; made if it is not there.
    name : str
        Name in the markers ``<!-- name:begin -->`` and ``<!-- name:end -->``.
    text : str
        The new text between them.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    whole = path.read_text() if path.is_file() else "# Results\n"
    new = f"{begin}\n{text}\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(whole):
        path.write_text(pattern.sub(lambda _: new, whole))
    else:
        path.write_text(f"{whole.rstrip()}\n\n{new}\n")
