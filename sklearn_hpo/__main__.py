"""The demonstration: tune a real pipeline and compare with a grid search.

Run it as ``python -m sklearn_hpo``.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from sklearn_hpo import BayesSearchCV, Categorical, Integer, Real
from sklearn_hpo.callbacks import Callback, Progress

SCALERS = [StandardScaler(), MinMaxScaler(), "passthrough"]

SPACE = [
    {
        "scale": Categorical(SCALERS),
        "reduce__n_components": Integer(5, 60, log=True),
        "classify": [SVC()],
        "classify__C": Real(1e-2, 1e3, log=True),
        "classify__gamma": Real(1e-4, 1e0, log=True),
    },
    {
        "scale": Categorical(SCALERS),
        "reduce__n_components": Integer(5, 60, log=True),
        "classify": [KNeighborsClassifier()],
        "classify__n_neighbors": Integer(1, 50, log=True),
        "classify__weights": ["uniform", "distance"],
    },
]

GRID = [
    {
        "scale": SCALERS,
        "reduce__n_components": [10, 40],
        "classify": [SVC()],
        "classify__C": [0.1, 1, 10, 100],
        "classify__gamma": [1e-3, 1e-2, 1e-1],
    },
    {
        "scale": SCALERS,
        "reduce__n_components": [10, 40],
        "classify": [KNeighborsClassifier()],
        "classify__n_neighbors": [1, 5, 20],
        "classify__weights": ["uniform", "distance"],
    },
]


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str
    fits: int
    seconds: float
    cv_score: float
    test_score: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the demonstration with the given command-line arguments."""
    options = _options(arguments)
    X, y = load_digits(return_X_y=True)
    data = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
    pipeline = Pipeline(
        [("scale", StandardScaler()), ("reduce", PCA(20)), ("classify", SVC())]
    )
    shared = {"cv": 3, "n_jobs": options.n_jobs}
    callbacks: list[Callback] = []
    if importlib.util.find_spec("rich"):
        callbacks = [Progress("BayesSearchCV")]
    bayes = BayesSearchCV(
        pipeline,
        SPACE,
        n_iter=options.n_iter,
        random_state=0,
        callbacks=callbacks,
        **shared,
    )
    _print(
        f"Digits: {len(data[0])} training images of {X.shape[1]} pixels, "
        f"{len(data[1])} held out; scaler, PCA, then SVC or nearest neighbors."
    )
    rows = [_run(bayes, data)]
    _print("Now scikit-learn's GridSearchCV on a grid for the same pipeline ...")
    rows.append(_run(GridSearchCV(pipeline, GRID, **shared), data))
    _print(_table(rows))
    _print("Best parameters found by BayesSearchCV:")
    for name, value in bayes.best_params_.items():
        _print(f"  {name} = {value!r}")
    _write_csv(bayes.cv_results_, options.output)
    _print(f"Wrote all {len(bayes.cv_results_['params'])} candidates to", end=" ")
    _print(f"{options.output.resolve()}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.n_iter < 1:
        parser.error(f"--n-iter: expected 1 or more candidates, got {options.n_iter}")
    if options.n_jobs == 0:
        parser.error("--n-jobs: expected a number of processes or -1 for all, got 0")
    if options.output.is_dir() or not options.output.parent.is_dir():
        parser.error(f"--output: expected a file in a folder, got {options.output}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sklearn_hpo",
        description="Tune a pipeline on the digits data and compare with a grid.",
    )
    parser.add_argument(
        "--n-iter", type=int, default=30, help="candidates of BayesSearchCV (30)"
    )
    parser.add_argument("--n-jobs", type=int, default=2, help="worker processes (2)")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("sklearn_hpo_results.csv"),
        help="where to write the results table (sklearn_hpo_results.csv)",
    )
    return parser


def _run(search: Any, data: Sequence[Any]) -> Row:
    X_train, X_test, y_train, y_test = data
    start = time.perf_counter()
    search.fit(X_train, y_train)
    seconds = time.perf_counter() - start
    n_fits = len(search.cv_results_["params"]) * search.n_splits_
    if isinstance(search, BayesSearchCV):
        n_fits = search.history_.n_fits  # a race leaves folds out
    return Row(
        type(search).__name__,
        n_fits + 1,
        seconds,
        search.best_score_,
        search.score(X_test, y_test),
    )


def _table(rows: Sequence[Row]) -> str:
    lines = [f"{'':16}{'fits':>6}{'seconds':>10}{'CV score':>11}{'test score':>12}"]
    lines += [
        f"{row.name:16}{row.fits:>6}{row.seconds:>10.1f}"
        f"{row.cv_score:>11.4f}{row.test_score:>12.4f}"
        for row in rows
    ]
    return "\n" + "\n".join(lines) + "\n"


def _write_csv(cv_results: dict[str, Any], path: Path) -> None:
    """Write the table without ``params``, whose values have columns of their own."""
    columns = {name: c for name, c in cv_results.items() if name != "params"}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow("" if v is np.ma.masked else v for v in row)


def _print(text: str, end: str = "\n") -> None:
    print(text, end=end, flush=True)  # noqa: T201 (a command speaks by printing)


if __name__ == "__main__":
    main()
