"""Two objectives at once: quality and cost of surrogates of real models.

``python -m benchmarks.two_objectives`` compares `EvolutionSearchCV` with Optuna's
NSGA-II, as it comes and with the default given first, and random search by the
hypervolume after 200 candidates: the part of the rectangle between the best known
values and the median ones of random configurations that a search dominates. Costs are
on a logarithmic axis.

It needs onnxruntime, the environment of Optuna, see `benchmarks.compare`, and the
surrogates.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._results import RESULTS, setting, write_section
from benchmarks.compare._envs import Environments
from benchmarks.compare._markdown import name as title
from benchmarks.compare._markdown import said_versions
from benchmarks.compare._peers import BY_NAME, GIVEN, PLAIN
from benchmarks.compare._proxy import Proxy
from benchmarks.compare._records import Row
from benchmarks.compare._run import be_nice
from benchmarks.compare._space import Config
from benchmarks.compare.tasks import all_tasks
from benchmarks.compare.tasks._surrogates import SurrogateTask

# Task: places of the quality and of the cost among the outputs of its model.
TASKS = {
    "rbv2_svm_1220": ("errors", 0, "training time", 4),
    "rbv2_svm_54": ("errors", 0, "prediction time", 5),
    "rbv2_xgboost_1478": ("Brier score", 3, "training time", 6),
    "rbv2_xgboost_12": ("log loss", 5, "training time", 6),
}
OURS: Row = ("ours_evolution", PLAIN)
NSGA2: tuple[Row, ...] = (("optuna_nsga2", PLAIN), ("optuna_nsga2", GIVEN))
ROWS: tuple[Row, ...] = (OURS, *NSGA2, ("random", PLAIN))
BUDGET = 200
N_RANDOM = 500


def values(task: SurrogateTask, config: Config) -> list[float]:
    """Return both objectives of a configuration, greater is better."""
    _, quality, _, cost = TASKS[task.name]
    repeats = task.model.repeats
    loss = float(np.mean([abs(task.predict(config, r, quality)) for r in repeats]))
    dear = float(np.mean([task.output(config, r, cost) for r in repeats]))
    return [-loss, -float(np.log10(max(dear, 1e-6)))]


def found(task: Any, row: Row, seed: int) -> tuple[NDArray[np.float64], str]:
    """Return the objectives (BUDGET, 2) of the candidates, and the peer's version."""
    peer, variant = row
    chosen = BY_NAME[peer]
    python = Environments().python(chosen.environment)
    what = {
        "space": task.space.to_json(),
        "seed": seed,
        "budget": BUDGET,
        "n_folds": 1,
        "first": task.space.default() if variant == GIVEN else None,
        "options": {**chosen.options, "n_objectives": 2},
    }
    told = []
    with (
        Path("/dev/null").open("ab") as log,
        Proxy(python, chosen.runner, log, timeout=120.0) as proxy,
    ):
        version = proxy.start(what)["version"]
        for number in range(BUDGET):
            config = proxy.ask(number)["config"]
            told.append(values(task, config))
            proxy.tell(number, told[-1], told[-1])  # type: ignore[arg-type]
    return np.array(told), version


def hypervolume(points: NDArray[np.float64]) -> float:
    """Return the area that points (n, 2) dominate above (0, 0)."""
    area, height = 0.0, 0.0
    for x, y in sorted(points.clip(min=0.0).tolist(), reverse=True):
        area += x * max(y - height, 0.0)
        height = max(height, y)
    return area


def areas_of(task: Any, seeds: Sequence[int]) -> tuple[dict[Row, Any], dict[str, str]]:
    """Return the hypervolumes (n_seeds,) by row on a task, and the versions by peer."""
    rng = random.Random(0)
    drawn = np.array([values(task, task.space.sample(rng)) for _ in range(N_RANDOM)])
    searches, versions = {}, {}
    for row in ROWS:
        ended = [found(task, row, seed) for seed in seeds]
        searches[row] = [points for points, _ in ended]
        versions[row[0]] = ended[0][1]
    every = np.concatenate([drawn, *(s for one in searches.values() for s in one)])
    best, median = every.max(axis=0), np.median(drawn, axis=0)
    return {
        row: np.array([hypervolume((s - median) / (best - median)) for s in some])
        for row, some in searches.items()
    }, versions


def table(seeds: Sequence[int]) -> str:
    """Run all searches and return the table."""
    lines = [
        "| task | objectives | " + " | ".join(map(title, ROWS)) + " |",
        "|---|---|" + "--:|" * len(ROWS),
    ]
    tasks, versions = all_tasks(), dict[str, str]()
    n_higher = dict.fromkeys(NSGA2, 0)
    for name, (quality, _, cost, _) in TASKS.items():
        areas, versions = areas_of(tasks[name], seeds)
        cells = []
        for row in ROWS:
            low, middle, high = np.quantile(areas[row], [0.25, 0.5, 0.75])
            cells.append(f"{middle:.3f} [{low:.3f}, {high:.3f}]")
        for row in NSGA2:
            n_higher[row] += np.median(areas[OURS]) > np.median(areas[row])
        lines.append(f"| `{name}` | {quality}, {cost} | " + " | ".join(cells) + " |")
    said = "; ".join(f"than {title(r)} on {n}" for r, n in n_higher.items())
    lines += [
        "",
        (
            f"{title(OURS)}, which begins with the default by itself, is higher in the "
            f"median, before rounding, {said}, of {len(TASKS)} tasks."
        ),
        "",
        f"Versions: {said_versions(versions)}",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all tasks, print the table and write it down."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    n_seeds = parser.parse_args(arguments).seeds
    be_nice()
    text = (
        "## Two objectives at once\n\n"
        f"`python -m benchmarks.two_objectives --seeds {n_seeds}`, {setting()}. "
        f"Hypervolume after {BUDGET} candidates, 1 for a search that reaches the best "
        f"known of both objectives in one candidate, median of {n_seeds} seeds with "
        f"quartiles.\n\n{table(range(n_seeds))}"
    )
    print(text)
    write_section(RESULTS, "two-objectives", text)


if __name__ == "__main__":
    main()
