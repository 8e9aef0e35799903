"""Our searches, watched by a callback."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.compare.runners._ours_space import distribution
from benchmarks.cost._account import Account
from benchmarks.cost._sklearn import N_ITER
from benchmarks.cost._tasks import Task
from sklearn_hpo import BayesSearchCV, HalvingRandomSearchCV, HyperbandSearchCV
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import History, Trial

# More candidates than can be paid for: the account ends the search.
_MANY = 10_000


class Watch(Callback):
    """Tells the account of complete candidates, and stops when it is over."""

    def __init__(self, task: Task, account: Account) -> None:
        self.task = task
        self.account = account

    def trial(self, trial: Trial, history: History) -> bool:
        """Tell the account."""
        if trial.status == "complete":
            params = trial.candidate.params
            config = {
                param.name: param.clean(params[param.name])
                for param in self.task.params
            }
            amount = math.inf if trial.resource is None else trial.resource
            self.account.tell(config, amount, trial.value)
        return self.account.is_over


def hyperband(task: Task, account: Account, seed: int) -> None:
    """HyperbandSearchCV with a model inside, as it comes."""
    HyperbandSearchCV(
        task.estimator,
        space(task),
        strategy=Bayes(),
        n_iter=_MANY,
        resource=task.resource,
        **common(task, account, seed),
    ).fit(task.data.X, task.data.y)


def halving(task: Task, account: Account, seed: int) -> None:
    """HalvingRandomSearchCV, as that of scikit-learn."""
    HalvingRandomSearchCV(
        task.estimator,
        space(task),
        n_candidates=N_ITER,
        resource=task.resource,
        min_resources="exhaust",
        **common(task, account, seed),
    ).fit(task.data.X, task.data.y)


def bayes(task: Task, account: Account, seed: int) -> None:
    """BayesSearchCV: every candidate gets everything."""
    BayesSearchCV(
        task.estimator, space(task), n_iter=_MANY, **common(task, account, seed)
    ).fit(task.data.X, task.data.y)


def space(task: Task) -> dict[str, Any]:
    """Return the space as ours take it."""
    return {param.name: distribution(param) for param in task.params}


def common(task: Task, account: Account, seed: int) -> dict[str, Any]:
    """Return what all have in common."""
    return {
        "scoring": task.scoring,
        "cv": task.cv,
        "refit": False,
        "random_state": seed,
        "callbacks": [Watch(task, account)],
    }
