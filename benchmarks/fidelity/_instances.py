"""The instances, and what an evaluation with a part of the resource costs."""

from __future__ import annotations

import json
import random
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks.compare._space import Config
from benchmarks.compare.tasks._data import data_folder
from benchmarks.compare.tasks._surrogate_models import MODELS
from benchmarks.compare.tasks._surrogates import SurrogateTask

REPORT = {
    "rbv2_xgboost": ("12", "1478", "1468", "1067", "1590", "23517", "40981"),
    "rbv2_svm": ("1220", "182", "54", "1462", "40975", "31"),
    "lcbench": (
        *("126026", "167152", "189906", "167168", "168331", "189873", "34539"),
    ),
}
TUNE = {
    "rbv2_xgboost": ("1489", "16", "41143", "37"),
    "rbv2_svm": ("37", "1485", "1049", "40984"),
    "lcbench": ("3945", "7593", "168868", "189354"),
}
# Least and most of the resource: hundredths of the samples, or epochs. Of the samples
# 5 % are the least that HyperbandSearchCV takes by itself.
AMOUNTS = {"rbv2_xgboost": (5, 100), "rbv2_svm": (5, 100), "lcbench": (1, 52)}
BUDGET, N_DRAWS = 20.0, 2000


class Instance:
    """One instance of a surrogate.

    Parameters
    ----------
    model, name : str
        Which model, and which data set.
    """

    def __init__(self, model: str, name: str) -> None:
        kind = next(kind for kind in MODELS if kind.name == model)
        folder = data_folder()
        if folder is None:
            raise FileNotFoundError("The surrogates are not there: see _data.py.")
        self.task = SurrogateTask(kind, name, folder / "yahpo")
        self.name = self.task.name
        self.least, self.most = AMOUNTS[model]
        self.goes_on = model == "lcbench"
        self.column = "epoch" if self.goes_on else "trainsize"

    def score(self, config: Config, amount: float) -> float:
        """Return the mean score over the repetitions, greater is better."""
        given = round(amount) if self.goes_on else amount / self.most
        config, model = {**config, self.column: given}, self.task.model
        scores = [self.task.predict(config, r, model.output) for r in model.repeats]
        return float(np.mean(scores))

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Return the best and the median score of draws with everything."""
        rng = random.Random(1)
        draws = [self.task.space.sample(rng) for _ in range(N_DRAWS)]
        scores = [self.score(config, self.most) for config in draws]
        return max(scores), float(np.median(scores))


class Account:
    """What a search has tried on an instance, and what it has paid.

    Parameters
    ----------
    instance : Instance
        Where it searches.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.cost = 0.0
        self.rows: list[dict[str, Any]] = []
        self._paid: dict[str, float] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to spend."""
        return self.cost >= BUDGET - 1e-9

    def evaluate(self, config: Config, amount: float) -> float:
        """Return a score, and pay for it."""
        instance = self.instance
        config = instance.task.space.prune(config)
        key, part = json.dumps(config, sort_keys=True), amount / instance.most
        before = self._paid.get(key, 0.0) if instance.goes_on else 0.0
        self.cost += max(part - before, 0.0)
        self._paid[key] = max(part, before)
        score = instance.score(config, amount)
        full = instance.score(config, instance.most)
        self.rows.append(
            {"cost": self.cost, "amount": amount, "score": score, "full": full}
        )
        return score
