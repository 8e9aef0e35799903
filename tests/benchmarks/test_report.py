from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.compare.__main__ import as_command, chosen_peers, parser, part
from benchmarks.compare._curves import spread
from benchmarks.compare._markdown import absent, ended, losses, section
from benchmarks.compare._records import End
from benchmarks.compare._report import report
from benchmarks.compare._summary import Summary

PROBLEMS = {"optuna_tpe": None, "hebo": None, "ax": None, "smac": "no compiler"}


def test_a_peer_that_is_missing_is_named_with_its_reason(summary):
    said = absent(summary, PROBLEMS)
    assert "* SMAC3 HPO: not installed: no compiler" in said
    assert "* Ax: not run" in said
    assert "HEBO" not in said


def test_a_row_that_lacks_tasks_is_compared_on_those_it_has(summary):
    text = section(summary, PROBLEMS, "run", "x.svg", "here")
    (row,) = [line for line in text.splitlines() if line.startswith("| HEBO")]
    assert row == "| HEBO | 1 of 2 | 0.000 | 0.100 | 0.200 | 0.400 |"


def test_searches_that_prune_are_told_apart(summary):
    assert "before its last fold" not in section(summary, {}, "run", "x.svg", "here")
    row = ("ours_bayes_racing", "plain")
    for task in summary.tasks:
        cells = summary.results.cells
        cells[row, task] = cells[("ours_bayes", "plain"), task]
    said = section(Summary(summary.results), {}, "run", "x.svg", "here")
    assert "has the fits of 10 evaluations" in " ".join(said.split())
    assert "| **sklearn_hpo BayesSearchCV, racing** | 3 |" in said


def test_searches_that_ended_early_are_named_with_their_reasons(summary):
    row = ("optuna_tpe", "plain")
    ends = [End("one", 3, "died"), End("two", 4, "died"), End("two", 0, "timeout")]
    summary.results.broken[row] = ends
    assert summary.n_ended(row) == 3
    assert ended(summary).splitlines()[2:] == [
        "* Optuna TPE: died (one after 3, two after 4)",
        "* Optuna TPE: timeout (two after 0)",
    ]


def test_losses_are_told_task_by_task(summary):
    row = ("ours_bayes", "plain")
    better = summary.results.cells[row, "one"]
    later = np.array([[0.2], [0.3], [0.4]])
    worse = replace(better, curves=better.curves + later)
    summary.results.cells[row, "two"] = worse
    said = losses(again := Summary(summary.results), again.lines())
    assert "behind the best peer, Optuna TPE, on 1 of 2 tasks, on 1 by more" in said
    assert (
        "| `two` | 0.400 ± 0.058 | 0.200 ± 0.000 | yes | Optuna TPE (0.200) |" in said
    )
    assert "| `one` |" not in said


def test_one_seed_has_no_standard_error(summary):
    for key, cell in summary.results.cells.items():
        one = replace(cell, curves=cell.curves[:1], held_out=cell.held_out[:1])
        summary.results.cells[key] = one
    said = losses(again := Summary(summary.results), again.lines())
    assert "on 0 of 2 tasks; one seed has no standard error" in said


def test_labels_are_apart_and_within_the_panel():
    places = spread(np.array([0.1, 0.1, 0.5, 0.99, 0.99]), 0.05)
    np.testing.assert_allclose(places, [0.1, 0.15, 0.5, 0.95, 1.0])


def test_a_report_is_one_section_with_pictures_and_figures(summary, tmp_path):
    pytest.importorskip("matplotlib")
    for _ in range(2):
        report(summary, PROBLEMS, "real", "python -m something", tmp_path)
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.count("## Comparison with peers: real tasks, 10 evaluations\n") == 1
    assert "`python -m something`" in text
    assert (tmp_path / "figures" / "compare-real-10.svg").is_file()
    figures = json.loads((tmp_path / "figures" / "compare-real-10.json").read_text())
    assert figures["incomplete"] == {"hebo.plain": 1}
    assert figures["curves"]["ours_bayes.plain"][-1] == 0.1


def test_a_named_section_stands_beside_the_other(summary, tmp_path):
    pytest.importorskip("matplotlib")
    line = "report --tasks report --variants plain --name seeds"
    options = parser().parse_args(line.split())
    command = as_command(options, {0, 1})
    assert command == (
        "python -m benchmarks.compare run --tasks report --variants plain --seeds 0,1 "
        "&& python -m benchmarks.compare report --tasks report --variants plain "
        "--name seeds"
    )
    for suite in ("real-report", part(options)):
        report(summary, PROBLEMS, suite, command, tmp_path)
    text = (tmp_path / "RESULTS.md").read_text()
    assert "real tasks (report), 10 evaluations\n" in text
    assert "real tasks (report-seeds), 10 evaluations\n" in text
    assert sorted(path.name for path in (tmp_path / "figures").glob("*.svg")) == [
        "compare-real-report-10.svg",
        "compare-real-report-seeds-10.svg",
    ]


def test_a_run_may_have_one_variant_alone():
    line = "run --peers random,ours_bayes --variants given"
    random, ours = chosen_peers(parser().parse_args(line.split()))
    assert random.variants == ("given",)
    assert ours.variants == ()


def test_a_report_without_records_says_so(summary, tmp_path):
    empty = Summary(replace(summary.results, cells={}))
    assert "No search on record." in report(empty, PROBLEMS, "real", "run", tmp_path)
