"""BayesSearchCV against random search on six quick real tasks.

    python -m benchmarks.quick_regret

Prints the mean normalized regret after 10, 25 and 40 candidates and writes it into
RESULTS.md: 0 is the best score any run found on the task, 1 the median of all
candidates drawn at random.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.base import BaseEstimator
from sklearn.linear_model import ElasticNet, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from benchmarks._results import RESULTS, setting, write_section
from sklearn_hpo import BayesSearchCV, Integer, RandomizedSearchCV, Real

N_ITER, SHOWN = 40, (10, 25, 40)


class Task(NamedTuple):
    """Something to tune."""

    data: str
    estimator: BaseEstimator
    space: Any
    scoring: str


TASKS = {
    "SVC": Task(
        "breast_cancer",
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": Real(1e-2, 1e4, log=True), "svc__gamma": Real(1e-5, 1e1, log=True)},
        "accuracy",
    ),
    "SVR": Task(
        "diabetes",
        make_pipeline(StandardScaler(), SVR()),
        {
            "svr__C": Real(1e-1, 1e4, log=True),
            "svr__gamma": Real(1e-5, 1e0, log=True),
            "svr__epsilon": Real(1e-1, 1e2, log=True),
        },
        "r2",
    ),
    "nearest neighbors": Task(
        "wine",
        Pipeline([("scale", StandardScaler()), ("knn", KNeighborsClassifier())]),
        {
            "scale": [StandardScaler(), MinMaxScaler(), "passthrough"],
            "knn__n_neighbors": Integer(1, 60, log=True),
            "knn__weights": ["uniform", "distance"],
            "knn__p": Real(1, 5),
        },
        "neg_log_loss",
    ),
    "decision tree": Task(
        "breast_cancer",
        DecisionTreeClassifier(random_state=0),
        {
            "max_depth": Integer(1, 20),
            "min_samples_leaf": Integer(1, 60, log=True),
            "min_samples_split": Integer(2, 100, log=True),
            "ccp_alpha": Real(1e-5, 1e-1, log=True),
            "criterion": ["gini", "entropy"],
        },
        "neg_log_loss",
    ),
    "elastic net": Task(
        "diabetes",
        ElasticNet(),
        {"alpha": Real(1e-4, 1e1, log=True), "l1_ratio": Real(0.01, 1)},
        "neg_mean_squared_error",
    ),
    "SGD, two branches": Task(
        "wine",
        make_pipeline(StandardScaler(), SGDClassifier(random_state=0)),
        [
            {
                "sgdclassifier__loss": ["log_loss", "modified_huber"],
                "sgdclassifier__alpha": Real(1e-6, 1e0, log=True),
            },
            {
                "sgdclassifier__loss": ["log_loss"],
                "sgdclassifier__penalty": ["elasticnet"],
                "sgdclassifier__l1_ratio": Real(0, 1),
                "sgdclassifier__alpha": Real(1e-6, 1e0, log=True),
            },
        ],
        "neg_log_loss",
    ),
}

SEARCHES = {"random": RandomizedSearchCV, "Bayes": BayesSearchCV}


def best_so_far(searcher: type, task: Task, seed: int) -> NDArray[np.float64]:
    """Return the scores of the candidates, shape (N_ITER,), in the order tried."""
    X, y = getattr(datasets, f"load_{task.data}")(return_X_y=True)
    search = searcher(
        task.estimator,
        task.space,
        n_iter=N_ITER,
        scoring=task.scoring,
        cv=3,
        random_state=seed,
        refit=False,
    ).fit(X, y)
    return np.asarray(search.cv_results_["mean_test_score"])


def regrets(task: Task, n_seeds: int) -> dict[str, NDArray[np.float64]]:
    """Return the normalized regret by search, shape (n_seeds, len(SHOWN))."""
    scores = {
        name: np.array([best_so_far(s, task, seed) for seed in range(n_seeds)])
        for name, s in SEARCHES.items()
    }
    best = max(np.nanmax(s) for s in scores.values())
    scale = best - np.nanmedian(scores["random"])
    shown = np.array(SHOWN) - 1
    return {
        name: (best - np.fmax.accumulate(s, axis=1)[:, shown]) / scale
        for name, s in scores.items()
    }


def table(n_seeds: int) -> str:
    """Run all tasks and return the table."""
    head = [f"{name} at {n}" for name in SEARCHES for n in SHOWN]
    lines = ["| task | " + " | ".join(head) + " |", "|---|" + "--:|" * len(head)]
    rows = []
    for name, task in TASKS.items():
        found = regrets(task, n_seeds)
        rows.append(np.concatenate([found[s].mean(axis=0) for s in SEARCHES]))
        lines.append(_row(name, rows[-1]))
    mean = np.mean(rows, axis=0)
    ratio = mean[-1] / mean[len(SHOWN) - 1]
    lines += [_row("mean", mean), "", f"Bayes over random at {N_ITER}: {ratio:.2f}"]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all tasks, print the table and write it down."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    n_seeds = parser.parse_args(arguments).seeds
    text = (
        "## BayesSearchCV against random search on six quick tasks\n\n"
        f"`python -m benchmarks.quick_regret --seeds {n_seeds}`, {setting()}. "
        f"Mean normalized regret of {n_seeds} seeds, 3 folds.\n\n{table(n_seeds)}"
    )
    print(text)
    write_section(RESULTS, "quick-regret", text)


def _row(name: str, values: NDArray[np.float64]) -> str:
    return f"| {name} | {' | '.join(f'{value:.3f}' for value in values)} |"


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
