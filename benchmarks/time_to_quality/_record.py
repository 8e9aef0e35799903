"""A scorer that writes down what it sees, and what is read from it."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.model_selection import cross_val_score

SEEN = "_seen_by_recording"
NEARLY_ALL = 0.9  # folds differ by a row or so


class Recording:
    """Scores as a named scorer does and appends a line to a file.

    Parameters
    ----------
    scoring : str
        Name of the scorer.
    names : sequence of str
        Parameters that are searched; their values are numbers and strings.
    path : str
        The file; workers append whole lines to it.
    """

    def __init__(self, scoring: str, names: Sequence[str], path: str) -> None:
        self.scoring = scoring
        self.names = list(names)
        self.path = path

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        """Return the score; only the first one of a fit is written down.

        Some searches score the training part afterwards, or the test part twice.
        """
        score = float(get_scorer(self.scoring)(estimator, X, y))
        if getattr(estimator, SEEN, False):
            return score
        setattr(estimator, SEEN, True)
        params = estimator.get_params()
        seen = {
            "time": time.time(),
            "params": {name: plain(params[name]) for name in self.names},
            "score": score,
            "rows": len(y),
            # The same candidate may be tried twice at a time.
            "fold": zlib.crc32(np.ascontiguousarray(X).data),
        }
        line = (json.dumps(seen) + "\n").encode()
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, line)
        finally:
            os.close(file)
        return score


def plain(value: Any) -> Any:
    """Return a scalar of numpy as Python's own, anything else as it is."""
    return value.item() if hasattr(value, "item") else value


@dataclass(frozen=True)
class Found:
    """A candidate with all its folds.

    Parameters
    ----------
    seconds : float
        When its last fold was there, since the search began.
    fits : int
        Fits scored by then, of whatever candidate.
    score : float
        Mean over the folds.
    params : dict
        Its parameters.
    whole : bool
        Whether it was scored on all rows.
    """

    seconds: float
    fits: int
    score: float
    params: dict[str, Any]
    whole: bool = True


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what is in a file in the order of time; a torn last line is left out."""
    whole = path.read_text().split("\n")[:-1] if path.is_file() else []
    yield from sorted(map(json.loads, whole), key=lambda seen: seen["time"])


def candidates(path: Path, began: float, n_splits: int, n_rows: int) -> list[Found]:
    """Return the candidates of a file in the order in which they were complete.

    A halving search scores its candidates on ever more rows; only those of its last
    round count.

    Parameters
    ----------
    path : Path
        What a `Recording` wrote.
    began : float
        Clock when the search began.
    n_splits, n_rows : int
        Folds of a complete candidate, and rows of the data.
    """
    folds: dict[Any, dict[int, float]] = defaultdict(dict)
    found = []
    each = list(lines(path))
    most = max((line["rows"] for line in each), default=0)
    for fits, line in enumerate(each, 1):
        if line["rows"] < NEARLY_ALL * most:
            continue
        whole = line["rows"] >= n_rows // n_splits
        scores = folds[whole, json.dumps(line["params"])]
        if line["fold"] in scores:
            continue
        scores[line["fold"]] = line["score"]
        if len(scores) == n_splits:
            mean = float(np.mean(list(scores.values())))
            seconds = line["time"] - began
            found.append(Found(seconds, fits, mean, line["params"], whole))
    return found


def on_all_rows(found: Found, estimator: Any, X: Any, y: Any, **how: Any) -> Found:
    """Return a candidate with its score on all rows, so that all scores compare."""
    if found.whole:
        return found
    model = clone(estimator).set_params(**found.params)
    return replace(found, score=float(cross_val_score(model, X, y, **how).mean()))
