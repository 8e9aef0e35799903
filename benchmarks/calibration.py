"""Whether BayesSearchCV knows what it does not know.

    python -m benchmarks.calibration

Before a candidate is evaluated the model notes the mean and the deviation it expects.
Counted is how many outcomes lie inside the interval that should hold 90 % of them, on
the surrogate tasks and the quick real ones of `benchmarks.compare`, all folds each.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from benchmarks._results import RESULTS, setting, write_section
from benchmarks.compare._memo import Memo
from benchmarks.compare._run import memo_here
from benchmarks.compare._task import Outcome, Task
from benchmarks.compare.runners._ours_bayes import Peer
from benchmarks.compare.runners._runner import ExhaustedError
from benchmarks.compare.tasks import all_tasks
from sklearn_hpo.trials import Candidate

BUDGET = 50
Z = norm.ppf(0.95)


def evaluated(task: Task, memo: Memo, seed: int) -> Iterator[tuple[Candidate, Outcome]]:
    """Run a search; yield what it has proposed and what came of it, one by one."""
    peer = Peer(task.space, seed, BUDGET, task.n_folds, None, {})
    for _ in range(BUDGET):
        try:
            handle, config = peer.ask()
        except ExhaustedError:
            break
        outcome = memo.evaluate(task, config)
        peer.tell(handle, outcome.value, outcome.scores)
        yield handle[0].candidate, outcome


def deviations(task: Task, memo: Memo, seed: int) -> list[float]:
    """Return (outcome - mean) / sd of each proposal that did not fail."""
    return [
        (outcome.value - candidate.note["mean"]) / candidate.note["sd"]
        for candidate, outcome in evaluated(task, memo, seed)
        if candidate.note is not None and outcome.value is not None
    ]


def row(name: str, z: NDArray[np.float64]) -> str:
    """Return the line of a table: number, shares inside, below and above."""
    shares = (np.abs(z) < Z).mean(), (z <= -Z).mean(), (z >= Z).mean()
    return f"| {name} | {len(z)} | " + " | ".join(f"{s:.2f}" for s in shares) + " |"


def table(tasks: Sequence[Task], memo: Memo, seeds: range) -> list[str]:
    """Return the lines, one for each task, then for the two splits."""
    lines = ["| task | proposals | inside | below | above |", "|---|--:|--:|--:|--:|"]
    by_split: dict[str, list[float]] = {"tune": [], "report": []}
    for task in tasks:
        z = [z for seed in seeds for z in deviations(task, memo, seed)]
        by_split[task.split] += z
        lines.append(row(f"{task.name} ({task.split})", np.array(z)))
        print(lines[-1], flush=True)
    for split, z in by_split.items():
        lines.append(row(f"all of {split}", np.array(z)))
    return lines


def main() -> None:
    """Print the table and write it into RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    n_seeds = parser.parse_args().seeds
    tasks = [t for t in all_tasks().values() if t.suite == "surrogate" or t.quick]
    memo = memo_here(RESULTS.parent / ".results")
    lines = table(tasks, memo, range(n_seeds))
    text = (
        "## Calibration of BayesSearchCV\n\n"
        f"`python -m benchmarks.calibration --seeds {n_seeds}`, {setting()}. Outcomes "
        f"of the model's proposals in {BUDGET} evaluations: share inside the predicted "
        "90 % interval, below and above it.\n\n" + "\n".join(lines)
    )
    print(*lines[-2:], sep="\n")
    write_section(RESULTS, "calibration", text)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
