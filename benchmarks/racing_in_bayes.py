"""What racing changes inside BayesSearchCV: the fits it saves, the regret it costs.

    python -m benchmarks.racing_in_bayes

The same search with racing on and off, with the same seeds, on the tasks of
`benchmarks.quick_regret` and two more. The regret is 0 at the best score that any run
found and 1 at the median of the first candidates, which no model has chosen.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier

from benchmarks._results import RESULTS, setting, write_section
from benchmarks.quick_regret import TASKS, Task
from sklearn_hpo import BayesSearchCV, Integer, Real

N_ITER, N_FIRST, N_FOLDS = 40, 5, 5
MORE = {
    "boosting": Task(
        "diabetes",
        GradientBoostingRegressor(n_estimators=50, random_state=0),
        {
            "learning_rate": Real(1e-3, 1, log=True),
            "max_depth": Integer(1, 8),
            "subsample": Real(0.3, 1),
            "min_samples_leaf": Integer(1, 50, log=True),
        },
        "neg_mean_squared_error",
    ),
    "random forest": Task(
        "wine",
        RandomForestClassifier(n_estimators=30, random_state=0),
        {
            "max_features": Real(0.05, 1),
            "max_depth": Integer(1, 12),
            "min_samples_leaf": Integer(1, 40, log=True),
            "criterion": ["gini", "entropy"],
        },
        "neg_log_loss",
    ),
}


def search(task: Task, seed: int, *, racing: bool) -> BayesSearchCV:
    """Return the fitted search."""
    X, y = getattr(datasets, f"load_{task.data}")(return_X_y=True)
    return BayesSearchCV(
        task.estimator,
        task.space,
        n_iter=N_ITER,
        scoring=task.scoring,
        cv=N_FOLDS,
        random_state=seed,
        refit=False,
        racing=racing,
    ).fit(X, y)


def best(fitted: BayesSearchCV) -> float:
    """Return the best score with all folds."""
    incumbent = fitted.history_.incumbent()
    assert incumbent is not None
    return incumbent.value


def row(name: str, task: Task, seeds: range) -> NDArray[np.float64]:
    """Return regret without and with racing, and the part of the fits, by seed."""
    full = [search(task, seed, racing=False) for seed in seeds]
    raced = [search(task, seed, racing=True) for seed in seeds]
    pairs = list(zip(full, raced, strict=True))
    scores = np.array([[best(one) for one in (f, r)] for f, r in pairs])
    first = [f.cv_results_["mean_test_score"][:N_FIRST] for f in full]
    median = np.nanmedian(first)
    regret = (scores.max() - scores) / (scores.max() - median)
    fits = [r.history_.n_fits / f.history_.n_fits for f, r in pairs]
    return np.column_stack([regret, fits])


def main() -> None:
    """Print the table and write it into RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    lines = [
        "| task | regret without | regret with racing | part of the fold fits |",
        "|---|--:|--:|--:|",
    ]
    rows = []
    for name, task in {**TASKS, **MORE}.items():
        rows.append(row(name, task, seeds))
        cells = " | ".join(f"{value:.3f}" for value in rows[-1].mean(axis=0))
        lines.append(f"| {name} | {cells} |")
        print(lines[-1], flush=True)
    table = np.array(rows)
    means = table.mean(axis=(0, 1))
    lines.append(f"| mean | {means[0]:.3f} | {means[1]:.3f} | {means[2]:.3f} |")
    differences = (table[:, :, 1] - table[:, :, 0]).mean(axis=1)
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    text = (
        "## Racing inside BayesSearchCV\n\n"
        f"`python -m benchmarks.racing_in_bayes --seeds {len(seeds)}`, {setting()}. "
        f"{N_ITER} candidates, {N_FOLDS} folds.\n\n" + "\n".join(lines) + "\n\n"
        f"Difference of the regrets: {differences.mean():+.4f}, with a standard error "
        f"over tasks of {error:.4f}."
    )
    print(text)
    write_section(RESULTS, "racing-in-bayes", text)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
