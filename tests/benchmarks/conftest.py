from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.compare._records import Cell, Results
from benchmarks.compare._reference import Reference
from benchmarks.compare._space import Config, Space, cat, integer, real
from benchmarks.compare._summary import Summary
from benchmarks.compare._task import Outcome, Task


class Cheap(Task):
    """A task that costs nothing: the value is `-(x - 0.3) ** 2`, branch b fails."""

    suite = kind = traits = split = "test"
    quick = True
    n_folds = 1
    fingerprint = ""

    def __init__(self, name: str = "cheap", fingerprint: str = "1") -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.n_evaluated = 0
        self.space = Space(
            (
                real("x", 1e-3, 1.0, 0.1, log=True),
                integer("k", 1, 9, 3, on=("a",)),
                cat("c", (None, 1, 1.0, True, "1"), None, on=("a", "b")),
            ),
            ("a", "b"),
        )

    def evaluate(self, config: Config) -> Outcome:
        self.n_evaluated += 1
        if config["branch"] == "b":
            return Outcome(None, [], 0.0, "branch b fails")
        value = -((config["x"] - 0.3) ** 2)
        return Outcome(value, [value], 0.0)

    def test(self, config: Config) -> Outcome:
        return self.evaluate(config)


@pytest.fixture
def make_task() -> Callable[..., Any]:
    return Cheap


@pytest.fixture
def summary(make_task):
    """Return three rows on two tasks; a fourth has been run on only one."""
    tasks = {name: make_task(name) for name in ("one", "two")}
    results = Results(10, 1, tasks)
    results.seeds = {0, 1, 2}
    results.references = {name: Reference(0.0, 1.0, 0.5, 0.0, 0.5) for name in tasks}
    results.held_out_best = dict.fromkeys(tasks, 1.0)
    levels = {"random": 0.4, "optuna_tpe": 0.2, "ours_bayes": 0.1, "hebo": 0.0}
    for peer, level in levels.items():
        curves = np.linspace(1.0, level, 10)[None].repeat(3, axis=0)
        cell = Cell(curves, 1 - curves[:, [9]], np.full((3, 10), 0.001))
        for name in list(tasks)[: 1 if peer == "hebo" else 2]:
            results.cells[(peer, "plain"), name] = cell
    return Summary(results)
