from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV
from sklearn.tree import DecisionTreeClassifier

from benchmarks.compare._envs import STATUS, Environments
from benchmarks.compare._proxy import ROOT
from benchmarks.compare._space import integer
from benchmarks.time_to_quality import _runs
from benchmarks.time_to_quality.__main__ import limits
from benchmarks.time_to_quality._record import Found, Recording, candidates, on_all_rows
from benchmarks.time_to_quality._runs import Job, run_there
from benchmarks.time_to_quality._searches import (
    ALL,
    N_ITER,
    SEARCHES,
    SURVEYS,
    Entry,
    LogInteger,
    grid_values,
)
from benchmarks.time_to_quality._table import cell, reached, read, text
from benchmarks.time_to_quality._tasks import TASKS, Timed

GRID = {"max_depth": [1, 2, 3, 4]}


def found(search, path, **arguments):
    X, y = load_iris(return_X_y=True)
    scorer = Recording("accuracy", list(GRID), str(path))
    model = DecisionTreeClassifier(random_state=0)
    fitted = search(model, GRID, cv=5, scoring=scorer, **arguments)
    began = time.time()
    fitted.fit(X, y)
    return fitted, candidates(path, began, 5, len(y))


def test_every_candidate_is_found_with_its_mean_score(tmp_path):
    search, each = found(GridSearchCV, tmp_path / "lines", return_train_score=True)
    assert [c.fits for c in each] == [5, 10, 15, 20]
    scores = search.cv_results_["mean_test_score"]
    assert [c.score for c in each] == pytest.approx(list(scores))


def test_only_the_last_round_of_a_halving_search_counts(tmp_path):
    search, each = found(HalvingGridSearchCV, tmp_path / "lines", factor=2)
    assert len(each) == search.n_candidates_[-1]
    assert each[-1].fits == 5 * sum(search.n_candidates_)


def test_a_candidate_on_fewer_rows_is_scored_on_all():
    X, y = load_iris(return_X_y=True)
    model, how = DecisionTreeClassifier(random_state=0), {"scoring": "accuracy"}
    few = Found(1.0, 5, 0.1, {"max_depth": 1}, whole=False)
    assert on_all_rows(few, model, X, y, **how).score == pytest.approx(2 / 3)
    all_of_them = replace(few, whole=True)
    assert on_all_rows(all_of_them, model, X, y, **how) == all_of_them


def test_the_same_fold_twice_is_counted_once(tmp_path):
    scorer = Recording("accuracy", ["max_depth"], str(tmp_path / "lines"))
    X, y = load_iris(return_X_y=True)
    for test in (slice(0, 30), slice(0, 30), slice(30, 60)):
        model = DecisionTreeClassifier(max_depth=2).fit(X, y)
        scorer(model, X[test], y[test])
        scorer(model, X, y)  # the training part, afterwards
    (one,) = candidates(tmp_path / "lines", 0.0, 2, 60)
    assert one.fits == 3


def record(reached_at=None, seconds=9.0, problem=None):
    each = [{"seconds": 1.0, "fits": 5, "score": 0.5}]
    if reached_at is not None:
        each.append({"seconds": reached_at, "fits": 10, "score": 0.9})
    return {"seconds": seconds, "fits": 12, "found": each, "problem": problem}


def test_a_target_is_reached_by_the_first_candidate_that_meets_it():
    assert reached(record(2.0), 0.8) == (2.0, 10)
    assert reached(record(2.0), 0.4) == (1.0, 5)
    assert reached(record(2.0), 0.95) == (math.inf, math.inf)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([record(2.0), record(4.0), record(3.0)], "3.0 s, 10 (3/3)"),
        # A short search that did not get there is longer than one that did.
        ([record(20.0), record(30.0), record(None, 9.0)], "30.0 s, 10 (2/3)"),
        ([record(2.0), record(None), record(None)], ">9.0 s, >12 (1/3)"),
        ([record(2.0), record(None)], ">9.0 s, >12 (1/2)"),
        # What was found before a timeout stands.
        ([record(2.0, problem="timeout after 9 s")], "2.0 s, 10 (1/1)"),
        ([record(None, problem="timeout after 9 s")], ">9.0 s, >12 (0/1)"),
    ],
)
def test_a_search_that_never_gets_there_is_longer_than_any(records, said):
    assert str(cell(records, 0.8)) == said


def test_a_search_that_found_nothing_broke():
    assert cell([{"found": [], "problem": "ValueError", "seconds": 1.0}], 0.8) is None


def test_what_is_missing_is_told_with_its_reason():
    task, (first, second, *_) = next(iter(TASKS)), SEARCHES
    about = {"search": first, "version": "1", "scikit-learn": "2", "seed": 0}
    records = {(task, first): [record(2.0) | about]}
    survey = next(iter(SURVEYS))
    records[task, survey] = [record(2.0) | about]
    broken = {"found": [], "problem": "Traceback:\nValueError: no", "seed": 1}
    records[task, second] = [broken]
    said = text(records, {"GASearchCV": "no compiler"}, "run", "here")
    assert f"* GASearchCV: no compiler ({task})" in said
    assert f"* dask-ml RandomizedSearchCV: not run ({task})" in said
    assert f"* {second}, {task}, repeat 1: Traceback: ValueError: no, 0" in said
    assert "**2.0 s, 10 (1/1)**" in said


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_grids_have_about_as_many_candidates(task):
    values = grid_values(task, N_ITER)
    assert N_ITER / 2.5 <= math.prod(map(len, values.values())) <= N_ITER * 2.5
    for param in task.params:
        for value in values[param.name]:
            param.clean(value)


def test_integers_are_drawn_uniformly_in_the_logarithm():
    rng = np.random.RandomState(0)
    drawn = [LogInteger(1, 20).rvs(rng) for _ in range(4000)]
    assert min(drawn) == 1
    assert max(drawn) == 20
    # log(1.5 / 0.5) / log(20.5 / 0.5) = 0.296; five standard errors are 0.036.
    assert np.mean(np.equal(drawn, 1)) == pytest.approx(0.296, abs=0.036)


@pytest.fixture
def environments(tmp_path):
    """Return a function that makes an environment whose Python is a script."""

    def environments(script):
        folder = tmp_path / "skopt"
        (folder / "bin").mkdir(parents=True)
        (folder / STATUS).write_text('{"problem": null, "versions": {}}')
        python = folder / "bin" / "python"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        return Environments(str(tmp_path))

    return environments


JOB = Job("boosting diabetes", "scikit-optimize BayesSearchCV", 0)


def a_search_that_sets_parameters(task, scorer, seed, n_iter):
    task.estimator.set_params(max_depth=1)
    return GridSearchCV(task.estimator, GRID, scoring=scorer, cv=task.cv)


def test_a_search_leaves_a_record_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(_runs, "end_with", lambda parent, group: None)
    model = DecisionTreeClassifier(random_state=0)
    params = (integer("max_depth", 1, 4, 4),)
    iris = partial(load_iris, return_X_y=True)
    monkeypatch.setitem(TASKS, "tree", Timed(iris, model, params, "accuracy"))
    entry = Entry("here", a_search_that_sets_parameters, "scikit-learn")
    monkeypatch.setitem(ALL, "some search", entry)
    job = Job("tree", "some search", 0)
    fingerprint = job.fingerprint
    _runs.run_here(job, job.path(tmp_path), 0)
    assert list(tmp_path.iterdir()) == [job.path(tmp_path)]
    left = json.loads(job.path(tmp_path).read_text())
    assert left["fingerprint"] == fingerprint
    assert [c["fits"] for c in left["found"]] == [5, 10, 15, 20]
    assert left["problem"] is None
    assert list(read(tmp_path)) == [("tree", "some search")]


def test_a_search_that_takes_too_long_ends_with_its_workers(tmp_path, environments):
    made = environments(f"sleep 60 & echo $! > {tmp_path}/worker; wait")
    path = JOB.path(tmp_path)
    assert run_there(JOB, path, made, 1.0, math.inf) == "timeout after 1 s"
    left = json.loads(path.read_text())
    assert left["problem"] == "timeout after 1 s"
    assert left["found"] == []
    assert JOB.is_done(tmp_path)
    assert ended(int((tmp_path / "worker").read_text()))


def test_a_search_ends_where_it_is_good(tmp_path, environments):
    path = JOB.path(tmp_path)
    lines = "".join(
        json.dumps({"time": 3.0, "params": {}, "score": 0.9, "rows": 20, "fold": fold})
        + "\n"
        for fold in range(5)
    )
    (tmp_path / "lines").write_text(lines)
    (tmp_path / "began").write_text(
        json.dumps({"began": 1.0, "rows": 100, "versions": {"version": "1.0"}})
    )
    began, scores = path.with_suffix(".began"), path.with_suffix(".scores")
    made = environments(
        f"cp {tmp_path}/lines '{scores}'; cp {tmp_path}/began '{began}'; sleep 60"
    )
    assert run_there(JOB, path, made, 50.0, 0.8) is None
    left = json.loads(path.read_text())
    assert left["found"] == [{"seconds": 2.0, "fits": 5, "score": pytest.approx(0.9)}]
    assert (left["problem"], left["version"]) == (None, "1.0")
    assert not began.exists()


def test_a_search_that_breaks_leaves_its_reason(tmp_path, environments):
    made = environments("echo some words >&2; echo ValueError: no >&2; exit 1")
    assert run_there(JOB, JOB.path(tmp_path), made, 30.0, math.inf) == "ValueError: no"


def test_a_search_that_cannot_be_run_leaves_no_record(tmp_path):
    nowhere = Environments(str(tmp_path))
    problem = run_there(JOB, JOB.path(tmp_path), nowhere, 1.0, math.inf)
    assert problem.startswith("not made")
    assert not JOB.is_done(tmp_path)


def test_a_record_of_another_task_is_not_done(tmp_path, monkeypatch):
    JOB.path(tmp_path).write_text(json.dumps({"fingerprint": JOB.fingerprint}))
    assert JOB.is_done(tmp_path)
    monkeypatch.setattr("benchmarks.time_to_quality._runs.N_SPLITS", 4)
    assert not JOB.is_done(tmp_path)


def test_a_process_ends_with_its_parent(tmp_path):
    child = (
        "import os, sys, time; from benchmarks._orphans import end_with;"
        "end_with(os.getppid()); open(sys.argv[1], 'w').write(str(os.getpid()));"
        "time.sleep(60)"
    )
    parent = (
        "import subprocess, sys;"
        "subprocess.call([sys.executable, '-c', sys.argv[1], sys.argv[2]])"
    )
    path = tmp_path / "child"
    command = [sys.executable, "-c", parent, child, str(path)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not (path.is_file() and path.read_text()):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    assert ended(int(path.read_text()))


def ended(pid, seconds=30.0):
    """Whether a process ends soon; one that nobody has waited for has ended too."""
    for _ in range(int(seconds / 0.05)):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        about = Path(f"/proc/{pid}/stat")
        if about.is_file() and about.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_the_printed_command_says_when_searches_were_ended():
    problems = ["timeout after 180 s", None, "ValueError: timeout after 9 s"]
    assert limits([{"problem": problem} for problem in problems]) == ["180"]
