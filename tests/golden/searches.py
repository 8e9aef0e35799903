"""Searches whose journals, as each released format has them, must open for ever.

    python -m tests.golden.searches tests/golden/format_1

writes those of the format of today. What is here may be added to, not changed: the
journals would belong to other searches.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import KFold

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    Integer,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
)
from sklearn_hpo.trials._journal_file import line_of

X = np.arange(24, dtype=np.int64).reshape(12, 2)
y = np.arange(12, dtype=np.int64)


class Model(BaseEstimator):
    """Scores its parameters; fails where `a` is large."""

    n_fits = 0

    def __init__(self, a=1.0, b=2, c=None) -> None:
        self.a = a
        self.b = b
        self.c = c

    def fit(self, X, y=None):
        type(self).n_fits += 1
        if self.a > 7:
            msg = "a is\ntoo large: é"
            raise ValueError(msg)
        self.n_ = len(X)
        return self

    def score(self, X, y=None) -> float:
        return float(np.nan if self.b == 9 else X[0, 0] / 100 - (self.a - 3) ** 2)


def both(model, X, y=None) -> dict[str, float]:
    return {"one": model.score(X), "two": -model.a}


SPACE = [
    {"a": Real(0.1, 10, log=True), "b": Integer(1, 9)},
    {"a": (0.0, 10.0, "uniform"), "c": [None, "text", True, Model(a=2), (1, 2)]},
]
COMMON: dict[str, Any] = {"cv": 3, "refit": False}

SEARCHES: dict[str, Callable[..., Any]] = {
    "bayes": lambda: BayesSearchCV(Model(), SPACE, n_iter=8, random_state=0, **COMMON),
    "bayes_without_seed": lambda: BayesSearchCV(
        Model(), SPACE, n_iter=5, racing=False, return_train_score=True, **COMMON
    ),
    "grid": lambda: GridSearchCV(
        Model(), {"a": [1, 1, 8.0], "c": [Model(), Model]}, scoring=both, **COMMON
    ),
    "randomized": lambda: RandomizedSearchCV(
        Model(),
        {"a": Real(0, 10), "b": list(range(10))},
        n_iter=5,
        cv=KFold(3, shuffle=True),
        refit=False,
    ),
    "race": lambda: RandomizedSearchCV(
        Model(), {"a": Real(0, 6)}, n_iter=9, racing=True, random_state=0, **COMMON
    ),
    "manual": lambda: ManualSearchCV(
        Model(), [{}, {"a": np.float64(0.1)}, {"c": X}, {"b": 9}], **COMMON
    ),
    "told": lambda: BayesSearchCV(
        Model(),
        SPACE,
        n_iter=3,
        random_state=0,
        initial_history={"params": [{"a": 3.5, "b": 4}], "mean_test_score": [1.0]},
        **COMMON,
    ),
}


def main(folder: str) -> None:
    """Write the journals of all searches."""
    Path(folder).mkdir()
    warnings.simplefilter("ignore")
    for name, make in SEARCHES.items():
        search = make().set_params(journal=Path(folder, f"{name}.jsonl"))
        search.fit(X, y)
        search.journal.write_bytes(without_folder(search.journal.read_text()))


def without_folder(journal: str) -> bytes:
    """Return a journal whose tracebacks do not say where the project lies."""
    lines = journal.replace(f"{Path(__file__).parents[2]}/", "").splitlines()
    return b"".join(line_of(line[9:]) for line in lines)


if __name__ == "__main__":
    # The classes are to be found where the tests find them.
    from tests.golden.searches import main as main_of_the_module

    main_of_the_module(sys.argv[1])
