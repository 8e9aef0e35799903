"""Optuna's TPE with its Hyperband pruner, and an objective as its users write it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import optuna
from sklearn.metrics import get_scorer
from sklearn.model_selection import train_test_split

from benchmarks.compare.runners._optuna import suggest
from benchmarks.cost._account import Account, Enough
from benchmarks.cost._tasks import SAMPLES, Task

ETA, RUNGS = 3, 4


def hyperband(task: Task, account: Account, seed: int) -> None:
    """Optimize until the account is over."""
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    amounts = [task.most // ETA**k for k in reversed(range(RUNGS))]
    study = optuna.create_study(
        study_name=f"{task.table} {seed}",  # the pruner draws brackets by it
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.HyperbandPruner(amounts[0], task.most, ETA),
    )
    if task.defaults is not None:
        study.enqueue_trial(task.defaults)

    def objective(trial: optuna.Trial) -> float:
        config = {param.name: suggest(trial, param) for param in task.params}
        models = [Growing(task, config, *fold) for fold in folds(task)]
        for amount in amounts:
            score = float(np.mean([model.score(amount) for model in models]))
            account.tell(config, amount, score)
            if account.is_over:
                raise Enough
            trial.report(score, amount)
            if amount < task.most and trial.should_prune():
                raise optuna.TrialPruned
        return score

    study.optimize(objective, catch=(ValueError,))


def folds(task: Task) -> Iterator[tuple[Any, Any]]:
    """Yield the training and test indices."""
    yield from task.cv.split(task.data.X, task.data.y)


class Growing:
    """A model of one fold that is given more and more of the resource.

    Parameters
    ----------
    task : Task
        What is searched.
    config : dict of str to object
        The parameters.
    train, test : ndarray of shape (n_rows,)
        The fold.
    """

    def __init__(
        self, task: Task, config: dict[str, Any], train: Any, test: Any
    ) -> None:
        self.task = task
        self.model = task.make(config)
        self.train = train
        self.test = test
        self.done = 0

    def score(self, amount: int) -> float:
        """Return the score after an amount of the resource."""
        data = self.task.data
        if self.task.resource == SAMPLES:
            rows = self._part(amount)
            self.model.fit(data.X[rows], data.y[rows])
        else:
            self._go_on(data.X[self.train], data.y[self.train], amount)
        self.done = amount
        scorer = get_scorer(self.task.scoring)
        score = float(scorer(self.model, data.X[self.test], data.y[self.test]))
        return score if math.isfinite(score) else math.nan

    def _go_on(self, X: Any, y: Any, amount: int) -> None:
        if self.task.goes_on:
            data = self.task.data
            more = {"classes": np.unique(data.y)} if data.is_classification else {}
            for _ in range(self.done, amount):
                self.model.partial_fit(X, y, **more)
        else:
            self.model.set_params(**{self.task.resource: amount, "warm_start": True})
            self.model.fit(X, y)

    def _part(self, amount: int) -> Any:
        data, share = self.task.data, amount / self.task.most
        if share == 1:
            return self.train
        classes = data.y[self.train] if data.is_classification else None
        return train_test_split(
            self.train, train_size=share, random_state=0, stratify=classes
        )[0]
