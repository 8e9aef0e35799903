"""What a user writes: ``mypy --strict`` checks it against the installed package.

The wrong calls are errors, or mypy would report their ``type: ignore`` as unused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.datasets import load_iris  # type: ignore[import-untyped]
from sklearn.svm import SVC  # type: ignore[import-untyped]

from sklearn_hpo import (
    BayesSearchCV,
    Categorical,
    GridSearchCV,
    Integer,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
    SearchCV,
)
from sklearn_hpo.callbacks import Callback, Progress
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, Strategy
from sklearn_hpo.trials import Candidate, FoldResult, History, Trial

RANGES: dict[str, object] = {
    "C": Real(0.1, 10, log=True),
    "degree": Integer(2, 4),
    "kernel": Categorical(["linear", "poly"]),
}


class AtRandom(Strategy):
    """A strategy of one's own."""

    looks_back = False

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        self.space_ = space

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        v = self.scale * rng.random((1, 1 + self.space_.n_dims))
        branches, points = self.space_.from_unit(v)
        branch = int(branches[0])
        return Candidate(number, self.space_.decode(branch, points[0]), branch)

    def tell(self, trial: Trial) -> None:
        pass


class StopAt(Callback):
    """A callback of one's own."""

    def __init__(self, score: float) -> None:
        self.score = score

    def fold(self, result: FoldResult, history: History) -> bool:
        return result.status == "failed"

    def trial(self, trial: Trial, history: History) -> bool | None:
        return trial.value >= self.score


class AsksTwoThings(Strategy):
    """A strategy of one's own that breaks the contract."""

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        pass

    def ask(  # type: ignore[override]
        self, number: int, pending: Sequence[Candidate], rng: int
    ) -> list[Candidate]:
        return []

    def tell(self, trial: Trial) -> None:
        pass


def best(history: History) -> tuple[float, Mapping[str, Any]]:
    """Return the best value and its parameters."""
    trial = history.incumbent()
    if trial is None:
        return float("nan"), {}
    return trial.value, trial.candidate.params


def wrong() -> None:
    """Make calls that are errors."""
    Real("0", 1)  # type: ignore[arg-type]
    Integer(1, 9, logarithmic=True)  # type: ignore[call-arg]
    Categorical(3)  # type: ignore[arg-type]
    GridSearchCV(SVC())  # type: ignore[call-arg]
    RandomizedSearchCV(SVC(), {}, n_iter="many")  # type: ignore[arg-type]
    BayesSearchCV(SVC(), {}, 20)  # type: ignore[call-arg]
    BayesSearchCV(SVC(), RANGES, callbacks=[print])  # type: ignore[list-item]
    BayesSearchCV(SVC(), RANGES, early_stopping=True)  # type: ignore[arg-type]
    ManualSearchCV(SVC(), {"C": 1})  # type: ignore[arg-type]
    SearchCV(SVC(), RANGES, strategy="bayes")  # type: ignore[arg-type]
    SearchCV(SVC(), RANGES, strategy=AtRandom("1"))  # type: ignore[arg-type]
    GridSearchCV(SVC(), {}).fit()  # type: ignore[call-arg]
    best(GridSearchCV(SVC(), {}).fit([]).history_.trials)  # type: ignore[arg-type]
    Callback().trial(None, None)  # type: ignore[arg-type]
    History(5, "all")  # type: ignore[arg-type]
    trial: Trial = History(5, 20).incumbent()  # type: ignore[assignment]
    trial.candidate.params["C"] = 1  # type: ignore[index]
    trial.candidate.number = 1  # type: ignore[misc]


def main() -> None:
    """Run a small search of each kind."""
    X, y = load_iris(return_X_y=True)
    searches = [
        GridSearchCV(SVC(), {"C": [1, 10]}),
        RandomizedSearchCV(SVC(), RANGES, n_iter=3, random_state=0),
        ManualSearchCV(SVC(), [{"C": 1}]).add({"C": 10, "kernel": "linear"}),
        BayesSearchCV(SVC(), RANGES, n_iter=6, callbacks=[StopAt(1.1)]),
        SearchCV(SVC(), RANGES, strategy=AtRandom(), n_iter=3, random_state=0),
        SearchCV(SVC(), [RANGES, {"C": [1]}], strategy=Bayes(), n_iter=3),
    ]
    for search in searches:
        history: History = search.fit(X, y).history_
        value, params = best(history)
        if not value > 0.9 or len(history) < 2:
            raise SystemExit(f"{search}: {value} by {params}")
    Progress(description="typed")


if __name__ == "__main__":
    main()
