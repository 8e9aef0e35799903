"""What it brings to fit the first steps of a pipeline once for all candidates.

    python -m benchmarks.prefix

Grids of 2 x 5 x 5 candidates on 3 folds, of which only the 2 concern the first steps.
Beside our search: scikit-learn's, the same with the `memory` of the pipeline, and the
search of dask-ml where that is installed: `benchmarks.compare envs dask` makes an
environment whose `python` runs all of this. The last column is what no cache can pass:
only the last steps are fitted and scored, nothing around them counts, and the first
steps are there already. CPU seconds are of this process alone; the searches of a round
follow each other, the next round turns the order round, and the median of their ratios
counts.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import metadata
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn import model_selection
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import _safe_indexing

import sklearn_hpo
from benchmarks._results import RESULTS, setting, write_section

N_FOLDS = 3
C = {"model__C": [1e-3, 1e-2, 1e-1, 1.0, 10.0]}
TOL = {"model__tol": [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]}


class Case(NamedTuple):
    """A pipeline, its data and its grid."""

    pipeline: Pipeline
    X: Any
    y: Any
    grid: Mapping[str, Any]


def scaler_pca_svc() -> Case:
    """Return a case in which the last step takes most of the time."""
    X, y = make_classification(1200, 150, n_informative=20, random_state=0)
    steps = [
        ("scale", StandardScaler()),
        ("pca", PCA(random_state=0)),
        ("model", SVC()),
    ]
    grid = {
        "pca__n_components": [10, 30],
        "model__C": [0.1, 0.3, 1.0, 3.0, 10.0],
        "model__gamma": [1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
    }
    return Case(Pipeline(steps), X, y, grid)


def text_logistic() -> Case:
    """Return a case with a costly transform of text."""
    rng = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(3000)])
    y = rng.integers(2, size=400)
    chosen = rng.zipf(1.3, size=(400, 80)) % 2900 + 100 * y[:, None]
    X = [" ".join(words[row]) for row in chosen]
    steps = [
        ("text", TfidfVectorizer()),
        ("model", LogisticRegression(max_iter=1000)),
    ]
    grid = {"text__ngram_range": [(1, 1), (1, 2)], **C, **TOL}
    return Case(Pipeline(steps), X, y, grid)


def columns_logistic() -> Case:
    """Return a case with a frame of strings and numbers."""
    rng = np.random.default_rng(0)
    numbers, y = make_classification(1500, 7, random_state=0)
    X = pd.DataFrame(numbers, columns=[f"number{i}" for i in range(7)])
    for i in range(7):
        X[f"word{i}"] = rng.choice([f"w{j}" for j in range(5 + 5 * i)], len(X))
    words = [name for name in X if name.startswith("word")]
    rest = [name for name in X if name.startswith("number")]
    columns = ColumnTransformer(
        [
            ("words", OneHotEncoder(handle_unknown="ignore"), words),
            ("numbers", StandardScaler(), rest),
        ]
    )
    model = LogisticRegression(max_iter=1000)
    steps = [("columns", columns), ("model", model)]
    grid = {"columns__words__min_frequency": [None, 20], **C, **TOL}
    return Case(Pipeline(steps), X, y, grid)


CASES: dict[str, Callable[[], Case]] = {
    "Scaler + PCA + SVC": scaler_pca_svc,
    "Tfidf + LogisticRegression": text_logistic,
    "ColumnTransformer + LogisticRegression": columns_logistic,
}


def plain(case: Case) -> Any:
    """Fit scikit-learn's search."""
    search = model_selection.GridSearchCV(case.pipeline, case.grid, cv=N_FOLDS)
    return search.fit(case.X, case.y)


def with_memory(case: Case) -> Any:
    """Fit scikit-learn's search with the pipeline's own cache, empty at first."""
    with tempfile.TemporaryDirectory() as folder:
        pipeline = clone(case.pipeline).set_params(memory=folder)
        return plain(case._replace(pipeline=pipeline))


def ours(case: Case) -> Any:
    """Fit our search."""
    search = sklearn_hpo.GridSearchCV(case.pipeline, case.grid, cv=N_FOLDS)
    return search.fit(case.X, case.y)


def dask_ml(case: Case) -> Any:
    """Fit the search of dask-ml, which merges equal steps beforehand."""
    from dask_ml.model_selection import GridSearchCV

    search = GridSearchCV(
        case.pipeline, case.grid, cv=N_FOLDS, scheduler="single-threaded", iid=False
    )
    return search.fit(case.X, case.y)


def bare_last_steps(case: Case) -> tuple[float, Any]:
    """Return the CPU seconds of the last steps and of a refit, and the mean scores."""
    made: dict[str, list[Any]] = {}
    means, seconds = [], 0.0
    candidates = list(model_selection.ParameterGrid(case.grid))
    for params in candidates:
        pipeline = clone(case.pipeline).set_params(**params)
        first = repr({k: v for k, v in params.items() if not k.startswith("model__")})
        if first not in made:
            made[first] = transformed_folds(pipeline[:-1], case.X, case.y)
        model = pipeline[-1]
        start = time.process_time()
        scores = [model.fit(*train).score(*test) for train, test in made[first]]
        seconds += time.process_time() - start
        means.append(np.mean(scores))
    best = clone(case.pipeline).set_params(**candidates[np.argmax(means)])
    start = time.process_time()
    best.fit(case.X, case.y)
    return seconds + time.process_time() - start, np.array(means)


def transformed_folds(steps: Pipeline, X: Any, y: Any) -> list[Any]:
    """Return what steps make of each fold: (X, y) to fit and (X, y) to score."""
    made = []
    for train, test in model_selection.StratifiedKFold(N_FOLDS).split(X, y):
        X_train, X_test = (_safe_indexing(X, part) for part in (train, test))
        fitted = steps.fit_transform(X_train, y[train])
        made.append(((fitted, y[train]), (steps.transform(X_test), y[test])))
    return made


SEARCHES: dict[str, Callable[[Case], Any]] = {
    "sklearn_hpo": ours,
    "`memory=`": with_memory,
    "dask-ml": dask_ml,
    "last steps alone": bare_last_steps,
}


def measure(search: Callable[[Case], Any], case: Case) -> tuple[float, Any]:
    """Return the CPU seconds of a search and its mean scores."""
    gc.collect()
    if search is bare_last_steps:
        return bare_last_steps(case)
    start = time.process_time()
    fitted = search(case)
    seconds = time.process_time() - start
    return seconds, fitted.cv_results_["mean_test_score"]


def compare(case: Case, n_rounds: int) -> tuple[float, dict[str, str]]:
    """Return the seconds of the plain search, and of the others how often they fit in.

    A search whose scores are not those of the plain one is marked, and one that fails
    is named with its error.
    """
    failed: dict[str, str] = {}
    seconds: dict[str, list[float]] = {name: [] for name in ("plain", *SEARCHES)}
    marks = dict.fromkeys(SEARCHES, "")
    for number in range(n_rounds):
        order = [("plain", plain), *SEARCHES.items()]
        scores = {}
        for name, search in reversed(order) if number % 2 else order:
            if name in failed:
                continue
            try:
                taken, scores[name] = measure(search, case)
            except Exception as error:
                failed[name] = f"{type(error).__name__}"
                continue
            seconds[name].append(taken)
        for name in scores.keys() & marks.keys():
            if not np.array_equal(scores[name], scores["plain"]):
                marks[name] = " (other scores)"
    ratios = {
        name: failed.get(name)
        or f"{statistics.median(map(divide, seconds['plain'], taken)):.2f}{marks[name]}"
        for name, taken in seconds.items()
        if name != "plain"
    }
    return statistics.median(seconds["plain"]), ratios


def dask_ml_version() -> str:
    """Say which dask-ml was there."""
    with suppress(metadata.PackageNotFoundError):
        return f"in the environment `dask`, with dask-ml {metadata.version('dask-ml')}"
    return "without dask-ml"


def divide(a: float, b: float) -> float:
    """Return a over b."""
    return a / b


def main() -> None:
    """Measure everything, print it and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    for name, make in CASES.items():
        seconds, ratios = compare(make(), options.rounds)
        rows.append(f"| {name} | {seconds:.2f} | {' | '.join(ratios.values())} |")
        print(rows[-1], flush=True)
    text = (
        "## Shared first steps of a pipeline\n\n"
        f"`python -m benchmarks.prefix --rounds {options.rounds}`, "
        f"{dask_ml_version()}, {setting()}.\n\n"
        "CPU seconds of scikit-learn's `GridSearchCV`, 2 x 5 x 5 candidates and "
        f"{N_FOLDS} folds, and how many times faster the others are. *Last steps "
        "alone* is the bound for whatever shares the first ones.\n\n"
        f"| pipeline | seconds | {' | '.join(SEARCHES)} |\n"
        f"|---|--:|{'--:|' * len(SEARCHES)}\n" + "\n".join(rows)
    )
    write_section(RESULTS, "prefix", text)


if __name__ == "__main__":
    main()
