from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.compare import _run
from benchmarks.compare._envs import STATUS, Environments
from benchmarks.compare._memo import Memo
from benchmarks.compare._peers import BY_NAME, GIVEN, PLAIN, Peer
from benchmarks.compare._proxy import ROOT, PeerError, Proxy
from benchmarks.compare._records import load
from benchmarks.compare._reference import Reference
from benchmarks.compare._run import Plan, is_done
from benchmarks.compare._search import Job, run_job


@pytest.fixture
def run(tmp_path, make_task):
    """Run random search for 12 evaluations on the cheap task."""

    def run(variant=PLAIN, pending=1):
        job = Job(make_task(), BY_NAME["random"], variant, 0, 12, pending)
        memo = Memo(tmp_path / "memo.sqlite")
        run_job(job, memo, Environments(str(tmp_path)), tmp_path, timeout=60.0)
        return job, json.loads(job.path(tmp_path).read_text())

    return run


def test_a_record_holds_every_evaluation_failures_included(run):
    _, record = run()
    values = [e["value"] for e in record["evaluations"]]
    assert record["status"] == "complete"
    assert len(values) == 12
    assert None in values
    assert any(value is not None for value in values)


def test_a_given_default_comes_first(run):
    job, record = run(GIVEN)
    assert record["evaluations"][0]["config"] == job.task.space.default()


def test_proposals_may_be_out_at_a_time(run):
    assert run(pending=4)[1]["evaluations"] != []


def test_a_peer_that_prunes_has_the_fits_of_as_many_evaluations(tmp_path, make_task):
    class Folds(make_task):
        n_folds = 4

        def evaluate(self, config):
            outcome = super().evaluate(config)
            scores = [s + f / 100 for s in outcome.scores for f in (-1, 1, -2, 2)]
            return replace(outcome, scores=scores)

    job = Job(Folds(), BY_NAME["ours_bayes_racing"], PLAIN, 0, 30)
    memo = Memo(tmp_path / "memo.sqlite")
    run_job(job, memo, Environments(str(tmp_path)), tmp_path, timeout=60.0)
    evaluations = json.loads(job.path(tmp_path).read_text())["evaluations"]
    stopped = [e for e in evaluations if "n_fits" in e]
    assert stopped
    assert all(e["value"] is None and 1 <= e["n_fits"] < 4 for e in stopped)
    # The last one begins before all fits are spent.
    assert 30 * 4 <= sum(e.get("n_fits", 4) for e in evaluations) < 31 * 4
    whole = [e["value"] for e in evaluations if e["value"] is not None]
    worst = min(job.task.evaluate(e["config"]).value for e in stopped)
    assert worst < max(whole)


def test_evaluations_are_made_once(tmp_path, make_task):
    memo, task = Memo(tmp_path / "memo.sqlite"), make_task()
    first = memo.evaluate(task, task.space.default())
    assert memo.evaluate(task, task.space.default()) == first
    assert task.n_evaluated == 1


def test_what_is_done_is_not_done_again(tmp_path, run, make_task):
    run()
    plan = Plan(
        tasks=[make_task()],
        peers=[BY_NAME["random"]],
        seeds=[0, 1],
        budget=12,
        pending=1,
        results=tmp_path,
        environments=Environments(str(tmp_path)),
        timeout=60.0,
    )
    left = [(j.variant, j.seed) for j in plan.jobs()]
    assert left == [(GIVEN, 0), (PLAIN, 1), (GIVEN, 1)]


def test_rows_that_are_not_wanted_still_count_for_the_best(tmp_path, monkeypatch, run):
    fixed = Reference(-1.0, 0.0, -1.0, -1.0, -1.0)
    monkeypatch.setattr("benchmarks.compare._records.reference", lambda *_: fixed)
    (job, _), (other, record) = run(), run(GIVEN)
    record["evaluations"][0]["value"] = 3.0
    other.path(tmp_path).write_text(json.dumps(record))
    tasks, memo = {job.task.name: job.task}, Memo(tmp_path / "memo.sqlite")
    loaded = load(tmp_path, tasks, memo, 12, wanted=lambda row: row[1] == PLAIN)
    assert loaded.rows() == [("random", PLAIN)]
    (cell,) = loaded.cells.values()
    assert cell.curves[0, -1] >= 0.75


def test_a_search_of_a_changed_task_is_not_done(tmp_path, run, make_task):
    job, _ = run()
    changed = Job(make_task(fingerprint="2"), job.peer, PLAIN, 0, 12)
    assert is_done(job, tmp_path)
    assert not is_done(changed, tmp_path)


@pytest.mark.parametrize(
    ("script", "seconds", "problem"),
    [
        ("exec sleep 60", 0.5, "timeout: no answer to start in 0.5 s"),
        ("exit 3", 30.0, "died"),
    ],
)
def test_a_peer_that_hangs_or_dies_is_noticed(
    tmp_path, monkeypatch, script, seconds, problem
):
    monkeypatch.setattr("benchmarks.compare._proxy.START_SECONDS", seconds)
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nread line\n{script}\n")
    python.chmod(0o755)
    with (
        (tmp_path / "log").open("wb") as log,
        Proxy(str(python), "none", log, timeout=seconds) as proxy,
        pytest.raises(PeerError, match=problem),
    ):
        proxy.start({})


def test_a_peer_that_raises_is_noticed(tmp_path):
    with (
        (tmp_path / "log").open("wb") as log,
        Proxy(sys.executable, "random", log, timeout=60.0) as proxy,
        pytest.raises(PeerError, match=r"(?s)raised on tell: .*KeyError"),
    ):
        proxy.tell(7, 0.0, [])


# Answers three questions as a runner does, then does something else.
FAKE = """\
import json, os, sys, time
for count, line in enumerate(sys.stdin):
    (verb,) = json.loads(line)
    answer = {"cpu": 0.0, "version": "1", "parallel": True}
    answer["config"] = {"branch": "a", "x": 0.5, "k": 1, "c": None}
    if count == 3:
        %s
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def fake(tmp_path, monkeypatch, make_task):
    """Make an environment whose runner misbehaves, and a plan with a good one too."""
    monkeypatch.setattr(_run, "tasks_here", lambda: {"cheap": make_task()})

    def fake(behaviour):
        folder = tmp_path / "envs" / "fake"
        (folder / "bin").mkdir(parents=True)
        (folder / STATUS).write_text('{"problem": null, "versions": {}}')
        (folder / "runner.py").write_text(FAKE % behaviour)
        python = folder / "bin" / "python"
        python.write_text(f"#!/bin/sh\nexec {sys.executable} {folder}/runner.py\n")
        python.chmod(0o755)
        bad = Peer("fake", "Fake", "fake", "fake", "model", variants=(PLAIN,))
        return Plan(
            tasks=[make_task()],
            peers=[bad, BY_NAME["random"]],
            seeds=[0],
            budget=5,
            pending=1,
            results=tmp_path / "results",
            environments=Environments(str(tmp_path / "envs")),
            timeout=1.0,
        )

    return fake


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("os._exit(3)", "died: exit code 3 on ask"),
        ("os.kill(os.getpid(), 9)", "died: exit code -9 on ask"),
        ("time.sleep(60)", "timeout: no answer to ask in 1 s"),
        ("answer = {'error': 'ValueError: no'}", "raised on ask: ValueError: no"),
        ("print('not JSON')", "no answer in JSON to ask"),
    ],
)
def test_a_peer_that_breaks_ends_its_own_search_alone(fake, behaviour, reason):
    plan, lines = fake(behaviour), []
    _run.run(plan, 1, lines.append)
    folder = plan.results / "searches" / "b5" / "cheap"
    record = json.loads((folder / "fake.plain.0.json").read_text())
    assert record["status"] == "broken"
    assert record["reason"].startswith(reason)
    assert len(record["evaluations"]) == 1
    for variant in (PLAIN, GIVEN):
        other = json.loads((folder / f"random.{variant}.0.json").read_text())
        assert other["status"] == "complete"
    assert list(plan.jobs()) == []


def test_a_peer_that_is_not_installed_is_left_out_with_its_reason(fake):
    plan, lines = fake("pass"), []
    status = plan.environments.folder / "fake" / STATUS
    status.write_text('{"problem": "no compiler", "versions": {}}')
    _run.run(plan, 1, lines.append)
    assert lines[0] == "Fake is left out: no compiler"
    assert sorted(path.name for path in plan.results.rglob("*.json")) == [
        "random.given.0.json",
        "random.plain.0.json",
    ]


def test_an_environment_that_is_gone_is_a_problem(fake):
    plan = fake("pass")
    assert plan.environments.problem("fake") is None
    (plan.environments.folder / "fake" / "bin" / "python").unlink()
    assert "interpreter is gone" in plan.environments.problem("fake")


# `run` with the cheap task in a process of its own: conftest.py, results.
DRIVER = """\
import runpy, sys
from pathlib import Path
from benchmarks.compare import _run
from benchmarks.compare._envs import Environments
from benchmarks.compare._peers import BY_NAME
task, path = runpy.run_path(sys.argv[1])["Cheap"](), Path(sys.argv[2])
_run.tasks_here = lambda: {"cheap": task}
made = Environments(str(path))
plan = _run.Plan([task], [BY_NAME["random"]], range(2), 5, 1, path, made, 60.0)
_run.run(plan, 1, print)
"""


def test_a_run_that_was_killed_goes_on(tmp_path):
    conftest = str(Path(__file__).with_name("conftest.py"))
    command = [sys.executable, "-c", DRIVER, conftest, str(tmp_path)]

    def records():
        return list((tmp_path / "searches").rglob("*.json"))

    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while not records():
            assert process.poll() is None
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    first = {path: path.stat().st_mtime_ns for path in records()}
    assert 1 <= len(first) < 4
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    assert len(records()) == 4
    for path in records():
        assert json.loads(path.read_text())["status"] == "complete"
    assert {path: path.stat().st_mtime_ns for path in first} == first
    memo = sqlite3.connect(tmp_path / "memo.sqlite")
    assert memo.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    memo.close()
