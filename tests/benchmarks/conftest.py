from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.compare._space import Config, Space, cat, integer, real
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
