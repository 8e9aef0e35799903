"""Two objectives at once: quality and cost of surrogates of real models.

``python -m benchmarks.two_objectives`` compares `EvolutionSearchCV` with Optuna's
NSGA-II and random search by the hypervolume after 200 candidates: the part of the
rectangle between the best known values and the median ones of random configurations
that a search dominates. Costs are on a logarithmic axis.

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
from benchmarks.compare._peers import BY_NAME
from benchmarks.compare._proxy import Proxy
from benchmarks.compare._run import be_nice
from benchmarks.compare._space import Config
from benchmarks.compare.tasks import all_tasks
from benchmarks.compare.tasks._surrogates import SurrogateTask

# Task: places of the quality and of the cost among the outputs of its model.
TASKS = {
    "rbv2_svm_1220": ("errors", 0, "training time", 4),
    "rbv2_svm_54": ("errors", 0, "prediction time", 5),
    "rbv2_xgboost_1478": ("log loss", 5, "memory", 8),
    "rbv2_xgboost_12": ("log loss", 5, "training time", 6),
}
PEERS = ("ours_evolution", "optuna_nsga2", "random")
BUDGET = 200
N_RANDOM = 500


def values(task: SurrogateTask, config: Config) -> list[float]:
    """Return both objectives of a configuration, greater is better."""
    _, quality, _, cost = TASKS[task.name]
    repeats = task.model.repeats
    raw = [[abs(task.predict(config, r, p)) for r in repeats] for p in (quality, cost)]
    loss, dear = (float(np.mean(one)) for one in raw)
    return [-loss, -float(np.log10(max(dear, 1e-6)))]


def found(task: SurrogateTask, peer: str, seed: int) -> NDArray[np.float64]:
    """Return the objectives (BUDGET, 2) of the candidates of one search."""
    chosen = BY_NAME[peer]
    python = Environments().python(chosen.environment)
    what = {
        "space": task.space.to_json(),
        "seed": seed,
        "budget": BUDGET,
        "n_folds": 1,
        "first": None,
        "options": {**chosen.options, "n_objectives": 2},
    }
    told = []
    with (
        Path("/dev/null").open("ab") as log,
        Proxy(python, chosen.runner, log, timeout=120.0) as proxy,
    ):
        proxy.start(what)
        for number in range(BUDGET):
            config = proxy.ask(number)["config"]
            told.append(values(task, config))
            proxy.tell(number, told[-1], told[-1])  # type: ignore[arg-type]
    return np.array(told)


def hypervolume(points: NDArray[np.float64]) -> float:
    """Return the area that points (n, 2) dominate above (0, 0)."""
    area, height = 0.0, 0.0
    for x, y in sorted(points.clip(min=0.0).tolist(), reverse=True):
        area += x * max(y - height, 0.0)
        height = max(height, y)
    return area


def table(seeds: Sequence[int]) -> str:
    """Run all searches and return the table."""
    lines = [
        "| task | objectives | " + " | ".join(BY_NAME[p].title for p in PEERS) + " |",
        "|---|---|" + "--:|" * len(PEERS),
    ]
    tasks: dict[str, Any] = all_tasks()
    n_higher = 0
    for name, (quality, _, cost, _) in TASKS.items():
        task = tasks[name]
        rng = random.Random(0)
        drawn = np.array(
            [values(task, task.space.sample(rng)) for _ in range(N_RANDOM)]
        )
        searches = {p: [found(task, p, seed) for seed in seeds] for p in PEERS}
        every = np.concatenate([drawn, *(s for one in searches.values() for s in one)])
        best, median = every.max(axis=0), np.median(drawn, axis=0)
        cells, middles = [], []
        for peer in PEERS:
            scaled = [(s - median) / (best - median) for s in searches[peer]]
            areas = [hypervolume(points) for points in scaled]
            low, middle, high = np.quantile(areas, [0.25, 0.5, 0.75])
            cells.append(f"{middle:.3f} [{low:.3f}, {high:.3f}]")
            middles.append(middle)
        n_higher += middles[0] > middles[1]
        lines.append(f"| `{name}` | {quality}, {cost} | " + " | ".join(cells) + " |")
    ours, theirs = (BY_NAME[peer].title for peer in PEERS[:2])
    said = f"{ours} is higher than {theirs} in the median, before rounding, on"
    return "\n".join([*lines, "", f"{said} {n_higher} of {len(TASKS)} tasks."])


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
