"""What a task is worth to nobody: random configurations and the default."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from benchmarks.compare._memo import Memo
from benchmarks.compare._task import Task

N_RANDOM = 200
N_HELD_OUT = 50
SEED = 20_26


@dataclass(frozen=True)
class Reference:
    """The fixed points of a task's scale; greater is better.

    Parameters
    ----------
    median, best : float
        Median and best value of 200 random configurations, failures counting as worst.
    default : float
        Value of the default configuration, minus infinity if it fails.
    held_out_median, held_out_default : float
        The same on the rows held out, the median of the first 50.
    """

    median: float
    best: float
    default: float
    held_out_median: float
    held_out_default: float


def reference(task: Task, memo: Memo) -> Reference:
    """Evaluate the fixed points of a task; they are kept like all evaluations."""
    rng = random.Random(SEED)
    configs = [task.space.sample(rng) for _ in range(N_RANDOM)]
    values = [number(memo.evaluate(task, config).value) for config in configs]
    tested = [number(memo.test(task, config).value) for config in configs[:N_HELD_OUT]]
    default = task.space.default()
    return Reference(
        float(np.median(values)),
        max(values),
        number(memo.evaluate(task, default).value),
        float(np.median(tested)),
        number(memo.test(task, default).value),
    )


def number(value: float | None) -> float:
    """Return the value, minus infinity for a failure."""
    return -np.inf if value is None else value
