from __future__ import annotations

import numpy as np
import pytest

from benchmarks._results import write_section
from benchmarks.compare._records import Results, curve, short
from benchmarks.compare._search import n_over
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


def test_a_stopped_configuration_counts_with_the_folds_it_had():
    evaluations = [{"value": 0.5}, {"value": None, "n_fits": 1}, {"value": 0.75}]
    evaluations += [{"value": None, "n_fits": 2}, {"value": 1.0}]
    over = n_over(evaluations, 3, 4)  # after 3, 4, 7, 9 and 12 fits
    assert over == [1, 2, 4, 5]
    regret = curve({"evaluations": evaluations}, 4, 1.0, 0.5, n_folds=3)
    np.testing.assert_allclose(regret, [1.0, 1.0, 0.5, 0.0])


def test_below_needs_two_standard_errors():
    ours = np.array([0.0, 0.1, -0.1, 0.0])
    assert below(ours, np.array([1.0]))
    assert not below(ours, np.array([0.05]))
    assert not below(np.array([0.0]), np.array([1.0]))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("timeout: no answer to ask in 5 s", "timeout: no answer to ask in 5 s"),
        (
            "raised on ask: Traceback:\n  File x\nValueError: no",
            "raised on ask: ValueError: no",
        ),
        ("no file /home/me/envs/lib.so", "no file lib.so"),
        ("see https://some.org/a/b", "see https://some.org/a/b"),
    ],
)
def test_a_reason_is_told_in_short_and_without_folders(reason, said):
    assert short(reason) == said


def test_rows_are_complete_and_sorted_by_the_last_regret(summary):
    names = [line.peer for line in summary.lines()]
    assert names == ["ours_bayes", "optuna_tpe", "random"]
    assert summary.incomplete == {("hebo", "plain"): 1}


def test_a_task_of_one_row_alone_does_not_empty_the_table(summary):
    results = summary.results
    cell = results.cells[("hebo", "plain"), "one"]
    results.cells[("hebo", "plain"), "three"] = cell
    again = Summary(results)
    assert again.tasks == ["one", "two"]
    assert again.left_out == ["three"]
    assert again.incomplete == {("hebo", "plain"): 1}


def test_without_records_nothing_is_compared():
    empty = Summary(Results(10, 1, {}))
    assert empty.rows == empty.tasks == []


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
