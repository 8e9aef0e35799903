from __future__ import annotations

import json
import sys

import pytest

from benchmarks.compare._envs import Environments
from benchmarks.compare._memo import Memo
from benchmarks.compare._peers import BY_NAME, GIVEN, PLAIN
from benchmarks.compare._proxy import PeerError, Proxy
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
