from __future__ import annotations

import numpy as np
import pytest

from benchmarks.compare._records import Cell, Results, curve
from benchmarks.compare._reference import Reference
from benchmarks.compare._report import write_section
from benchmarks.compare._summary import Summary, below


def record(*values):
    return {"evaluations": [{"value": value} for value in values]}


def test_regret_is_0_at_the_best_and_1_at_the_median():
    regret = curve(record(0.5, 0.75, 0.6, 1.0), 4, best=1.0, median=0.5)
    np.testing.assert_allclose(regret, [1.0, 0.5, 0.5, 0.0])


def test_what_is_worse_than_the_median_is_not_punished_further():
    regret = curve(record(-1e300, None, 0.5), 3, best=1.0, median=0.5)
    np.testing.assert_allclose(regret, [1.0, 1.0, 1.0])


def test_a_search_that_ended_early_keeps_what_it_had():
    regret = curve(record(0.75), 3, best=1.0, median=0.5)
    np.testing.assert_allclose(regret, [0.5, 0.5, 0.5])


def test_a_search_without_any_evaluation_has_regret_1():
    np.testing.assert_allclose(curve(record(), 2, best=1.0, median=0.5), [1.0, 1.0])


def test_below_needs_two_standard_errors():
    ours = np.array([0.0, 0.1, -0.1, 0.0])
    assert below(ours, np.array([1.0]))
    assert not below(ours, np.array([0.05]))
    assert not below(np.array([0.0]), np.array([1.0]))


@pytest.fixture
def summary(make_task):
    """Return three rows on two tasks; a fourth has been run on only one."""
    tasks = {name: make_task(name) for name in ("one", "two")}
    results = Results(10, 1, tasks)
    results.references = {name: Reference(0.0, 1.0, 0.5, 0.0, 0.5) for name in tasks}
    results.held_out_best = dict.fromkeys(tasks, 1.0)
    levels = {"random": 0.4, "optuna_tpe": 0.2, "ours_bayes": 0.1, "hebo": 0.0}
    for peer, level in levels.items():
        curves = np.linspace(1.0, level, 10)[None].repeat(3, axis=0)
        cell = Cell(curves, 1 - curves[:, [9]], np.full((3, 10), 0.001))
        for name in list(tasks)[: 1 if peer == "hebo" else 2]:
            results.cells[(peer, "plain"), name] = cell
    return Summary(results)


def test_rows_are_complete_and_sorted_by_the_last_regret(summary):
    names = [line.peer for line in summary.lines()]
    assert names == ["ours_bayes", "optuna_tpe", "random"]
    assert summary.incomplete == {("hebo", "plain"): 1}


def test_the_best_peer_is_not_ours(summary):
    assert summary.rows[summary.best_peer] == ("optuna_tpe", "plain")
    assert summary.lines()[0].ratio == pytest.approx(0.5)
    assert summary.lines()[0].to_match == 9


def test_wins_and_ranks(summary):
    lines = summary.lines()
    assert [line.wins for line in lines] == [2, 0, 0]
    assert [line.rank for line in lines] == [1, 2, 3]


def test_a_section_is_replaced_between_its_markers(tmp_path):
    path = tmp_path / "RESULTS.md"
    write_section(path, "a", "first")
    write_section(path, "b", "other")
    write_section(path, "a", r"second \1")
    text = path.read_text()
    assert "first" not in text
    assert text.index(r"second \1") < text.index("other")
