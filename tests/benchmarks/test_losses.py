"""The benchmarks of what cannot be lost, in short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import hostile, kills

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kills, mounts, limits memory"),
]


def test_killed_anywhere_a_search_loses_nothing() -> None:
    found = kills.kills(len(kills.cases()) * 2, seed=1)
    assert all(one["equal"] for one in found)
    assert {one["refitted"] for one in found} == {0}
    assert {one["error"] for one in found} == {None}
    assert sum(one["killed"] for one in found) > len(found) // 2


def assert_nothing_is_lost(found: dict, n_trials: int, n_good: int) -> None:
    assert found["wrong"] == {}
    assert found["n_trials"] == n_trials
    assert found["n_good"] == n_good
    assert found["orphans"] == found["files"] == 0
    assert found["refitted"]


def test_a_hundred_hostile_candidates_cost_themselves_only(tmp_path: Path) -> None:
    found = hostile.run(tmp_path / "journal")
    assert_nothing_is_lost(found, 400, hostile.N_GOOD)
    assert found["readable"] == 400


def test_on_a_full_disk_what_was_found_is_kept(monkeypatch) -> None:
    try:
        with hostile.small_disk(16 * 1024) as folder:
            full = hostile.run(folder / "journal")
            hostile.enlarge(folder)
            resumed = hostile.run(folder / "journal")
    except subprocess.CalledProcessError as error:
        if error.cmd[0] != "mount":
            raise
        pytest.skip("no permission to mount")
    assert "No space left" in full["error"] or "no space left" in full["error"]
    assert_nothing_is_lost(full, full["n_trials"], full["n_good"])
    assert 0 < full["readable"] <= full["n_trials"] < 400
    assert_nothing_is_lost(resumed, 400, hostile.N_GOOD)
