"""The data of the tasks: fixed rows, fixed folds, fixed rows held out.

The bundled data of scikit-learn are always there. Further tables are read from the
folder in the environment variable ``SKLEARN_HPO_DATA``, else from ``../shared/data``
beside the checkout; without that folder their tasks do not exist.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

ROOT = Path(__file__).resolve().parents[3]
N_FOLDS = 3
MOST_TEST_ROWS = 3000


def data_folder() -> Path | None:
    """Return the folder of the further tables, None if there is none."""
    named = os.environ.get("SKLEARN_HPO_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@lru_cache(maxsize=1)
def csv_tables() -> dict[str, dict[str, Any]]:
    """Return the description of each CSV table by name."""
    folder = data_folder()
    index = folder / "tabular" / "index.json" if folder else None
    if index is None or not index.is_file():
        return {}
    return {table["name"]: table for table in json.loads(index.read_text())}


@dataclass(frozen=True, eq=False)
class Data:
    """Rows for the search with their folds, and rows held out from it."""

    X: Any
    y: Any
    X_test: Any
    y_test: Any
    is_classification: bool

    @cached_property
    def folds(self) -> list[tuple[Any, Any]]:
        """The train and test indices of each fold, the same in every search."""
        splitter = StratifiedKFold if self.is_classification else KFold
        return list(
            splitter(N_FOLDS, shuffle=True, random_state=0).split(self.X, self.y)
        )

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all rows."""
        digest = hashlib.sha1()
        for part in (self.X, self.y, self.X_test, self.y_test):
            hashed = pd.util.hash_pandas_object(pd.DataFrame(part), index=False)
            digest.update(hashed.to_numpy().tobytes())
        return digest.hexdigest()


def held_out(X: Any, y: Any, n_rows: int, is_classification: bool) -> Data:
    """Split the rows: `n_rows` for the search, at most 3,000 others held out."""
    n_test = min(len(X) - n_rows, MOST_TEST_ROWS)
    if n_test < n_rows // 3:
        n_rows, n_test = len(X) - len(X) // 3, len(X) // 3
    X_train, X_test, y_train, y_test = train_test_split(
        X,
        y,
        train_size=n_rows,
        test_size=n_test,
        random_state=0,
        stratify=y if is_classification else None,
    )
    return Data(X_train, y_train, X_test, y_test, is_classification)


@cache
def bundled(name: str, n_rows: int = 500) -> Data:
    """Return one of scikit-learn's own data sets, ``load_<name>``."""
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return held_out(X, y, n_rows, is_classification=name != "diabetes")


@cache
def synthetic_friedman(n_rows: int = 400) -> Data:
    """Return Friedman's first problem with noise of Student's t, 2 degrees."""
    rng = np.random.default_rng(0)
    X, y = datasets.make_friedman1(n_rows + 2000, random_state=0)
    y = y + rng.standard_t(2, size=len(y))
    return held_out(X, y, n_rows, is_classification=False)


@cache
def table(name: str, n_rows: int = 500) -> Data:
    """Return a CSV table; columns of words become pandas categories."""
    about = csv_tables()[name]
    folder = data_folder()
    assert folder is not None  # csv_tables() is empty without it
    frame = pd.read_csv(folder / "tabular" / about["file"])
    is_classification = about["task"] != "regression"
    y = frame.pop("target")
    words = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    for column in set(about["categorical"]) | set(words):
        frame[column] = frame[column].astype(str).where(frame[column].notna())
        frame[column] = frame[column].astype("category")
    y = y.astype("category").cat.codes.to_numpy() if is_classification else y.to_numpy()
    return held_out(frame, y, n_rows, is_classification)
