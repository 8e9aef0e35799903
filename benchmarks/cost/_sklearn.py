"""The searches of scikit-learn, watched by their scorer."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import get_scorer
from sklearn.model_selection import HalvingRandomSearchCV, RandomizedSearchCV

from benchmarks.compare._space import canonical
from benchmarks.cost._account import Account, Enough
from benchmarks.cost._tasks import N_FOLDS, SAMPLES, Task
from benchmarks.time_to_quality._searches import distribution

N_ITER = 60


def randomized(task: Task, account: Account, seed: int) -> None:
    """RandomizedSearchCV, the yardstick."""
    RandomizedSearchCV(
        task.estimator,
        distributions(task),
        n_iter=N_ITER,
        scoring=Watch(task, account),
        cv=task.cv,
        refit=False,
        random_state=seed,
    ).fit(task.data.X, task.data.y)


def halving(task: Task, account: Account, seed: int) -> None:
    """HalvingRandomSearchCV from as many candidates, up to the whole resource."""
    HalvingRandomSearchCV(
        task.estimator,
        distributions(task),
        n_candidates=N_ITER,
        resource=task.resource,
        max_resources=task.most,
        min_resources="exhaust",
        scoring=Watch(task, account),
        cv=task.cv,
        refit=False,
        return_train_score=False,
        random_state=seed,
    ).fit(task.data.X, task.data.y)


def distributions(task: Task) -> dict[str, Any]:
    """Return the space as scikit-learn takes it."""
    return {param.name: distribution(param) for param in task.params}


class Watch:
    """Scores as a named scorer does, and tells the account of whole candidates.

    The folds of a candidate come one after another; one with a failed fold is not told.

    Parameters
    ----------
    task : Task
        What is searched.
    account : Account
        Who hears of it.
    """

    def __init__(self, task: Task, account: Account) -> None:
        self.task = task
        self.account = account
        self.key = ""
        self.seen: list[tuple[float, float]] = []

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        """Return the score of a fold."""
        score = float(get_scorer(self.task.scoring)(estimator, X, y))
        config = self.task.config_of(estimator)
        if canonical(config) != self.key:
            self.key, self.seen = canonical(config), []
        self.seen.append((self._amount(estimator, y), score))
        if len(self.seen) == N_FOLDS:
            amount, mean = np.mean(self.seen, axis=0)
            self.key = ""
            self.account.tell(config, float(amount), float(mean))
            if self.account.is_over:
                raise Enough
        return score

    def _amount(self, estimator: Any, y: Any) -> float:
        """Return the resource; scikit-learn cuts the test folds as the training."""
        if self.task.resource == SAMPLES:
            return len(y)
        return float(estimator.get_params()[self.task.resource])
