"""What racing saves and what it loses, on the fold scores of real tasks.

    python -m benchmarks.racing

Random configurations of the tasks of `benchmarks.compare` are scored on every fold
once; the tables are kept. Then each rule runs the search of the package through them in
many random orders: how many of the fold fits does it use, and how often does it lose
the configuration that full cross-validation would have chosen? Besides ours there are
the exact bound alone, the forgiving rule of Bergman, Purucker and Hutter (AutoML 2024)
and the rule of Optuna's WilcoxonPruner.
"""

from __future__ import annotations

import argparse
import random
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, wilcoxon
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

from benchmarks._results import BENCHMARKS, RESULTS, setting, write_section
from benchmarks.compare.tasks import all_tasks
from benchmarks.compare.tasks._estimator_task import EstimatorTask
from sklearn_hpo.evaluation import best_possible
from sklearn_hpo.schedules import Full, PairedTRule, Racing, RacingRule, Schedule
from sklearn_hpo.search import Loop
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Listed
from sklearn_hpo.trials import FoldResult, History, Task

TABLES = BENCHMARKS / ".results" / "racing"
# Quick ones of every family, none of which was used to choose the rule.
TASKS = (
    "sgd_wine",
    "sgd_diabetes",
    "svc_kernels_breast_cancer",
    "svr_diabetes",
    "kernel_ridge_friedman",
    "kernel_ridge_diabetes",
    "tree_breast_cancer",
    "boosting_diabetes",
    "net_iris",
    "net_diabetes",
    "pipeline_digits",
    "neighbours_bike_sharing",
    "logistic_horse_colic",
    "svr_auto_mpg",
)


class Table(NamedTuple):
    """Scores of configurations by fold, and the best score there can be."""

    scores: NDArray[np.float64]
    bound: float | None


class Forgiving(RacingRule):
    """Ends a candidate whose mean is no better than the incumbent's worst fold."""

    def start(self, n_folds: int, best_possible: float | None) -> None:
        """Nothing to prepare."""

    def judge(self, scores: Any, incumbent_scores: Any) -> tuple[float, float] | None:
        """Compare the mean so far."""
        mean = float(np.nanmean(scores))
        return (mean, 0.0) if mean <= incumbent_scores.min() else None

    def chance(self, scores: Any, incumbent_scores: Any) -> float:
        """Return the same for all."""
        return 0.5

    def tell(self, trial: Any, incumbent: Any) -> None:
        """Nothing to learn."""


class Wilcoxon(Forgiving):
    """Ends a candidate by a signed rank test at 0.1, from the second fold on."""

    def judge(self, scores: Any, incumbent_scores: Any) -> tuple[float, float] | None:
        """Test the paired differences, as Optuna's WilcoxonPruner does."""
        d = (scores - incumbent_scores)[~np.isnan(scores)]
        if len(d) < 2 or d.mean() >= 0:
            return None
        p = wilcoxon(d, alternative="less", zero_method="zsplit").pvalue
        return (float(np.nanmean(scores)), 0.0) if p < 0.1 else None


RULES: dict[str, Callable[[float | None], Schedule]] = {
    "full cross-validation": lambda _: Full(),
    "exact bound": lambda bound: Racing(PairedTRule(delta=0.0), bound),
    "PairedTRule": lambda bound: Racing(PairedTRule(), bound),
    "forgiving": lambda bound: Racing(Forgiving(), bound),
    "Wilcoxon": lambda bound: Racing(Wilcoxon(), bound),
}


class Replay:
    """An evaluator that reads the scores from a table; the oldest task ends first."""

    def __init__(self, scores: NDArray[np.float64]) -> None:
        self.scores = scores
        self.tasks: list[Task] = []
        self.n_fits = 0

    def submit(self, task: Task) -> None:
        """Count the fit."""
        self.tasks.append(task)
        self.n_fits += 1

    def next_done(self, timeout: float | None = None) -> FoldResult:
        """Return the score of the oldest task."""
        task = self.tasks.pop(0)
        score = float(self.scores[task.candidate.params["row"], task.fold])
        return FoldResult(task, score, None, 0.0, 0.0)


def known_tasks() -> dict[str, EstimatorTask]:
    """Return those of `TASKS` whose data are here, by name."""
    tasks = {name: task for name, task in all_tasks().items() if name in TASKS}
    return {
        name: task for name, task in tasks.items() if isinstance(task, EstimatorTask)
    }


def make_table(name: str, n_folds: int, n_configs: int) -> Table:
    """Return the table of a task, made if it is not there."""
    task = known_tasks()[name]
    path = TABLES / f"{name}.{n_folds}.{n_configs}.{task.fingerprint}.npy"
    bound = best_possible(get_scorer(task.scoring), None)
    if path.is_file():
        return Table(np.load(path), bound)
    data = task.data()
    splitter = StratifiedKFold if data.is_classification else KFold
    cv = splitter(n_folds, shuffle=True, random_state=1)
    rng = random.Random(1)
    rows: list[NDArray[np.float64]] = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        while len(rows) < n_configs:
            model = task.build(task.space.sample(rng))
            with suppress(ValueError):  # all folds of a bad configuration fail
                scores = cross_val_score(
                    model, data.X, data.y, scoring=task.scoring, cv=cv
                )
                if np.isfinite(scores).all():
                    rows.append(scores)
    TABLES.mkdir(parents=True, exist_ok=True)
    np.save(path, np.array(rows))
    return Table(np.array(rows), bound)


def race(table: Table, rule: str, order: int, workers: int) -> tuple[float, bool]:
    """Return the part of the fold fits used, and whether the best was lost."""
    n_configs, n_folds = table.scores.shape
    rows = np.random.default_rng(order).permutation(n_configs)
    schedule = RULES[rule](table.bound)
    lookahead = 1 if workers == 1 else 2 * workers
    schedule.start(
        Listed([{"row": int(row)} for row in rows]),
        SearchSpace([{}]),
        n_configs,
        0,
        n_folds,
        width=max(1, lookahead // 2),
    )
    history, evaluator = History(n_folds, n_configs), Replay(table.scores)
    Loop(
        schedule,
        history,
        evaluator,
        capacity=lambda: workers,
        lookahead=lookahead if schedule.looks_back else None,
    ).run()
    chosen = history.incumbent()
    assert chosen is not None
    means = table.scores.mean(axis=1)
    lost = (
        means[chosen.candidate.params["row"]]
        < means.max() - 1e-12 * np.abs(means).max()
    )
    return evaluator.n_fits / table.scores.size, bool(lost)


def row(label: str, tables: list[Table], orders: int, rule: str, workers: int) -> str:
    """Return a line of the table: cost and losses over all tasks and orders."""
    runs = [
        [race(table, rule, order, workers) for order in range(orders)]
        for table in tables
    ]
    cost = np.mean([[used for used, _ in task] for task in runs])
    lost = int(np.sum([[was for _, was in task] for task in runs]))
    n = orders * len(tables)
    low, high = binomtest(lost, n).proportion_ci(method="wilson")
    shares = f"{lost / n:.1%} | {low:.1%} to {high:.1%}"
    return f"| {label} | {workers} | {cost:.3f} | {shares} |"


def report(n_folds: int, n_configs: int, orders: int, names: list[str]) -> str:
    """Return the table for a number of folds."""
    tables = [make_table(name, n_folds, n_configs) for name in names]
    line = partial(row, tables=tables, orders=orders)
    lines = [
        f"{n_folds} folds, {len(names)} tasks x {n_configs} configurations x {orders}:",
        "",
        "| rule | workers | part of the fold fits | best one lost | 95 % interval |",
        "|---|--:|--:|--:|--:|",
        *(line(label=rule, rule=rule, workers=1) for rule in RULES),
        *(line(label="PairedTRule", rule="PairedTRule", workers=w) for w in (2, 4, 8)),
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the tables and write them into RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=50)
    parser.add_argument("--configs", type=int, default=40)
    parser.add_argument("--into", type=Path, default=RESULTS)
    options = parser.parse_args()
    known = known_tasks()
    names = [name for name in TASKS if name in known]
    parts = [report(k, options.configs, options.orders, names) for k in (5, 10)]
    command = "python -m benchmarks.racing"
    command += f" --orders {options.orders} --configs {options.configs}"
    title = f"## Racing\n\n`{command}`, {setting()}."
    text = "\n\n".join([title, *parts, "Tasks: " + ", ".join(names) + "."])
    print(text)
    write_section(options.into, "racing", text)


if __name__ == "__main__":
    main()
