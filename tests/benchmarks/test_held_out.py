from __future__ import annotations

import numpy as np
import pytest

from benchmarks import held_out
from benchmarks.compare.tasks import all_tasks

NAMES = ("logistic_breast_cancer", "svc_kernels_breast_cancer", "svr_diabetes")


@pytest.mark.parametrize("name", NAMES)
def test_the_score_of_all_rows_is_that_of_the_comparison(name):
    task = all_tasks()[name]
    scores = held_out.tested(task, task.space.default())
    assert scores.shape == (held_out.N_SAMPLES + 1,)
    assert scores[0] == pytest.approx(task.test(task.space.default()).value, rel=1e-12)
    assert scores[1:].std() > 0


def test_a_configuration_like_the_default_gains_nothing():
    task, known = all_tasks()[NAMES[0]], {}
    gains = held_out.gains(task, [task.space.default()] * 2, known)
    assert len(known) == 1
    np.testing.assert_array_equal(gains, 0.0)


def test_errors_are_those_of_means():
    rng = np.random.default_rng(0)
    by_seed, by_row = rng.normal(size=(400, 1)), rng.normal(size=(1, 1001))
    seeds, rows = held_out.errors(by_seed + 0.5 * by_row)
    assert seeds == pytest.approx(1 / 20, rel=0.2)  # 5.7 standard errors of it
    assert rows == pytest.approx(0.5, rel=0.15)  # 6.7 standard errors of it


def test_tasks_below_the_default_are_named():
    rows = np.linspace(-1.0, 1.0, 201)
    low = -0.1 + 0.001 * np.arange(3.0)[:, None] + np.r_[0.0, 0.01 * rows]
    noisy = -0.1 + 0.001 * np.arange(3.0)[:, None] + np.r_[0.0, rows]
    found = {"one": {"A": low, "B": -low}, "two": {"A": noisy}}
    said = held_out.table(found, "0-2")
    assert "| A | 2 | 3 | one (-16.9), two (-0.2) | one (-16.9) | 0 | -8.55 |" in said
    assert "| B | 1 | 3 | none | none | 1 | +16.94 |" in said


def test_winners_that_are_the_default_are_neither_below_nor_above():
    said = held_out.table({"one": {"A": np.zeros((2, 5))}}, "0-1")
    assert "| A | 1 | 2 | none | none | 0 | +0.00 |" in said
