"""Regret when candidates are proposed before the scores of others are known.

    python -m benchmarks.pending run --seeds 0-4
    python -m benchmarks.pending report

Ours on the tasks of `benchmarks.compare`, split `report`, with 1, 4 and 8 proposals out
at a time and the same number of evaluations. Those with 1 are shared with
`benchmarks.compare` if the folder of the results is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks._results import BENCHMARKS, RESULTS, setting, write_section
from benchmarks.compare.__main__ import main as compare
from benchmarks.compare._records import load
from benchmarks.compare._run import memo_here
from benchmarks.compare.tasks import all_tasks

BUDGETS = {"ours_bayes": 50, "ours_evolution": 100}
SUITES = {
    "ours_bayes": ("real", "surrogate", "real+surrogate"),
    "ours_evolution": ("surrogate",),
}
NAMES = {"ours_bayes": "BayesSearchCV", "ours_evolution": "EvolutionSearchCV"}
PENDING = (1, 4, 8)


def main(arguments: list[str]) -> None:
    """Run what is missing, or write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pending")
    parser.add_argument("command", choices=["run", "report"])
    parser.add_argument("--seeds", default="0-4", help="such as 0-4")
    parser.add_argument("--results", type=Path, default=BENCHMARKS / ".results")
    options = parser.parse_args(arguments)
    if options.command == "run":
        for peer, budget in BUDGETS.items():
            for pending in PENDING:
                run(peer, budget, pending, options)
    else:
        text = table(options.results)
        write_section(RESULTS, "pending", text)
        print(text)


def run(peer: str, budget: int, pending: int, options: argparse.Namespace) -> None:
    """Run the searches that are not on record."""
    chosen = {
        "suite": SUITES[peer][-1],
        "tasks": "report",
        "peers": peer,
        "variants": "plain",
        "budget": budget,
        "pending": pending,
        "seeds": options.seeds,
        "results": options.results,
    }
    compare(["run", *(f"--{name}={value}" for name, value in chosen.items())])


def regrets(
    results: Path, peer: str, suite: str
) -> dict[int, tuple[NDArray[np.float64], int]]:
    """Return regrets (n_tasks, budget), means over the seeds on record, by pending.

    Beside them the fewest seeds on a task.
    """
    tasks = {
        name: task
        for name, task in all_tasks().items()
        if task.suite in suite.split("+") and task.split == "report"
    }
    memo, row = memo_here(results), (peer, "plain")
    loaded = {p: load(results, tasks, memo, BUDGETS[peer], p) for p in PENDING}
    loaded = {p: r for p, r in loaded.items() if r.tasks_of(row)}
    if 1 not in loaded:
        return {}
    known = sorted(set.intersection(*(r.tasks_of(row) for r in loaded.values())))
    curves = {p: [r.cells[row, t].curves for t in known] for p, r in loaded.items()}
    return {
        pending: (np.array([some.mean(axis=0) for some in each]), min(map(len, each)))
        for pending, each in curves.items()
    }


def table(results: Path) -> str:
    """Return the section of RESULTS.md."""
    command = (
        "python -m benchmarks.pending run --seeds 0-4 && "
        "python -m benchmarks.pending report"
    )
    about = (
        "Mean regret over tasks of the split `report`, on the scale of the comparison "
        "with peers, at the same number of evaluations, with so many proposals out at "
        "a time; beside it what that is more than with one, with the standard error "
        "over tasks. *known*: the regret with one out at the evaluation whose proposal "
        "knew as many scores as the last one here, the 43rd of 50 with eight out."
    )
    lines = [
        "## Proposals that do not wait",
        "",
        f"`{command}`, {setting()}.",
        "",
        about,
        "",
        "| search | tasks | budget | seeds | out | regret | x one | more | known |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for peer, suites in SUITES.items():
        for suite in suites:
            lines += rows(peer, suite, regrets(results, peer, suite))
    return "\n".join(lines)


def rows(
    peer: str, suite: str, found: dict[int, tuple[NDArray[np.float64], int]]
) -> Iterator[str]:
    """Yield the lines of a search on some suites."""
    for pending, (curves, n_seeds) in found.items():
        regret, one = curves[:, -1], found[1][0]
        more = regret - one[:, -1]
        error = more.std(ddof=1) / np.sqrt(len(more))
        ratio = regret.mean() / one[:, -1].mean()
        known = one[:, -pending].mean()
        cells = f"{len(more)} {suite} | {BUDGETS[peer]} | {n_seeds} | {pending}"
        beside = (
            f"{regret.mean():.3f} | {ratio:.2f} | {more.mean():+.3f} ± {error:.3f}"
            f" | {known:.3f}"
        )
        yield f"| {NAMES[peer]} | {cells} | {beside} |"


if __name__ == "__main__":
    main(sys.argv[1:])
