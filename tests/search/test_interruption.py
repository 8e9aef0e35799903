"""Ctrl-C: the search ends at once and its workers are gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

SCRIPT = """
    import os, signal, time
    from pathlib import Path
    from sklearn.base import BaseEstimator
    from sklearn_hpo import {searcher}, Real

    class Sleeper(BaseEstimator):
        def __init__(self, a=0.0):
            self.a = a

        def fit(self, X, y=None):
            (Path({folder!r}) / str(os.getpid())).touch()
            time.sleep(60)
            return self

        def score(self, X, y=None):
            return self.a

    if __name__ == "__main__":
        # What a shell starts in the background ignores the signal.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        search = {searcher}(Sleeper(), {{"a": Real(0, 1)}}, n_iter=9, n_jobs={n_jobs})
        try:
            search.fit([[0.0]] * 10)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
"""


def wait_for(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("searcher", ["BayesSearchCV", "RandomizedSearchCV"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_ctrl_c_ends_the_search_and_its_workers(tmp_path, searcher, n_jobs) -> None:
    folder = tmp_path / "pids"
    folder.mkdir()
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(SCRIPT).format(
            searcher=searcher, n_jobs=n_jobs, folder=str(folder)
        )
    )
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    )
    wait_for(lambda: len(list(folder.iterdir())) == n_jobs)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert output == "interrupted\n"
    workers = [int(file.name) for file in folder.iterdir()]
    wait_for(lambda: not any(map(alive, workers)), seconds=10)
