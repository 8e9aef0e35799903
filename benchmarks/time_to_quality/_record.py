"""A scorer that writes down what it sees, and what is read from it."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import get_scorer

SEEN = "_seen_by_recording"


class Recording:
    """Scores as a named scorer does and appends a line to a file.

    Parameters
    ----------
    scoring : str
        Name of the scorer.
    names : sequence of str
        Parameters that are searched.
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
            "candidate": [repr(params[name]) for name in self.names],
            "score": score,
            "rows": len(y),
        }
        line = (json.dumps(seen) + "\n").encode()
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(file, line)
        finally:
            os.close(file)
        return score


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
    """

    seconds: float
    fits: int
    score: float


NEARLY_ALL = 0.9


def candidates(path: Path, began: float, n_splits: int, n_rows: int) -> list[Found]:
    """Return the candidates of a file in the order in which they were complete.

    Parameters
    ----------
    path : Path
        What a `Recording` wrote.
    began : float
        Clock when the search began.
    n_splits, n_rows : int
        Folds of a complete candidate, and rows of the data.
    """
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    folds = defaultdict(list)
    found = []
    for fits, line in enumerate(sorted(lines, key=lambda seen: seen["time"]), 1):
        if line["rows"] < NEARLY_ALL * (n_rows // n_splits):
            continue
        scores = folds[tuple(line["candidate"])]
        scores.append(line["score"])
        if len(scores) == n_splits:
            found.append(Found(line["time"] - began, fits, float(np.mean(scores))))
    return found
