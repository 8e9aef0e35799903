"""What it saves that models go on from rung to rung instead of being fitted anew.

    python -m benchmarks.continued

27 candidates are halved over three rungs of an iteration parameter, once with what
lower rungs have fitted and once without (``cache=False``). Counted are CPU seconds
inside the fits of the estimators, ``partial_fit`` too, and those of the whole search,
in which models are kept and read. If all iterations cost the same, 0.78 of the fits is
left: each of the higher two rungs makes two thirds of its iterations.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
from scipy.stats import loguniform, randint
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.neural_network import MLPClassifier

from benchmarks._results import RESULTS, setting, write_section
from benchmarks.cost._meter import Meter
from sklearn_hpo import HalvingRandomSearchCV

N_ROWS, N_CANDIDATES, SEEDS = 1200, 27, (0, 1, 2)
TREES = {"max_depth": randint(2, 12), "min_samples_leaf": randint(1, 20)}
RATE = {"learning_rate": loguniform(0.01, 0.5)}

# Estimator, space, resource and its largest amount.
TASKS: list[tuple[BaseEstimator, dict[str, Any], str, int]] = [
    (RandomForestClassifier(random_state=0), TREES, "n_estimators", 90),
    (ExtraTreesClassifier(random_state=0), TREES, "n_estimators", 90),
    (
        GradientBoostingClassifier(random_state=0),
        {**RATE, "max_depth": randint(1, 5)},
        "n_estimators",
        45,
    ),
    (
        HistGradientBoostingClassifier(random_state=0),
        {**RATE, "max_leaf_nodes": randint(4, 32)},
        "max_iter",
        45,
    ),
    (
        MLPClassifier((20,), random_state=0),
        {"alpha": loguniform(1e-5, 1), "learning_rate_init": loguniform(1e-4, 1e-1)},
        "max_iter",
        45,
    ),
    (
        SGDClassifier(random_state=0, tol=None),
        {"alpha": loguniform(1e-6, 1e-1), "penalty": ["l2", "l1"]},
        "max_iter",
        90,
    ),
    (
        LogisticRegression(solver="saga", random_state=0),
        {"C": loguniform(1e-3, 1e3)},
        "max_iter",
        90,
    ),
]


def halve(task: int, seed: int, *, cache: bool) -> tuple[float, float, Any]:
    """Return the seconds of the fits and of the search, and what it found."""
    estimator, space, resource, most = TASKS[task]
    X, y = make_classification(
        N_ROWS, n_informative=8, n_classes=3, flip_y=0.1, random_state=seed
    )
    search = HalvingRandomSearchCV(
        estimator,
        space,
        n_candidates=N_CANDIDATES,
        resource=resource,
        min_resources=most // 9,
        max_resources=most,
        cv=3,
        refit=False,
        random_state=seed,
        cache=cache,
    )
    meter = Meter()
    start = time.process_time()
    with meter.on(estimator):
        search.fit(X, y)
    return meter.seconds, time.process_time() - start, search


def row(task: int) -> list[str]:
    """Return a line of the table."""
    ratios = []
    choices = 0
    for seed in SEEDS:
        # Take turns, and the lower time of two: others may disturb.
        runs: dict[bool, list[Any]] = {True: [], False: []}
        for cache in (True, False, False, True):
            runs[cache].append(halve(task, seed, cache=cache))
        seconds = {cache: np.min([run[:2] for run in runs[cache]], 0) for cache in runs}
        ratios.append(seconds[True] / seconds[False])
        one, other = (runs[cache][0][2].best_params_ for cache in (True, False))
        choices += one == other
    fit, whole = np.median(ratios, axis=0)
    name = type(TASKS[task][0]).__name__
    same = f"{choices} of {len(SEEDS)}"
    return [f"`{name}`", f"{fit:.2f}", f"{whole:.2f}", same]


def main() -> None:
    """Run all tasks and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    head = ["estimator", "fits", "search", "same winner"]
    lines = [head, ["---", "--:", "--:", "--:"]]
    for task in range(len(TASKS)):
        lines.append(row(task))
        print(*lines[-1], flush=True)
    means = np.mean([[float(cell) for cell in line[1:3]] for line in lines[2:]], axis=0)
    lines.append(["mean", *(f"{mean:.2f}" for mean in means), ""])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    write_section(
        RESULTS,
        "continued",
        "## Rungs that go on\n\n"
        "CPU seconds of a search in which models go on from rung to rung, relative to "
        f"one in which each rung is fitted anew: {N_CANDIDATES} candidates, three "
        f"rungs, 3 folds, {N_ROWS} rows, median of {len(SEEDS)} data sets. The winner "
        "may differ where going on makes another model than a single fit.\n\n"
        f"{table}\n\n`python -m benchmarks.continued`, {setting()}.",
    )


if __name__ == "__main__":
    main()
