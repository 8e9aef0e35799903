"""Nothing a candidate does loses another candidate's result."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from sklearn_hpo import GridSearchCV
from sklearn_hpo._compat import BackendStream
from sklearn_hpo.evaluation import WorkerDiedError
from sklearn_hpo.evaluation._folder import PREFIX
from tests.evaluation.probes import (
    Die,
    Probe,
    Sleep,
    Warn,
    Zero,
    evaluated,
    evaluator,
    tasks,
)

ROOT = Path(__file__).parents[2]
PROCESSES = ["loky", "multiprocessing"]
EVERYWHERE = ["sequential", "threading", *PROCESSES]

needs_signals = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="a process is killed by a signal"
)


def statuses(results) -> list[str]:
    return [result.status for result in results]


@needs_signals
@pytest.mark.parametrize("backend", PROCESSES)
@pytest.mark.parametrize("number", ["SIGKILL", "SIGSEGV"])
def test_who_ends_his_worker_is_found_and_all_others_have_results(
    backend: str, number: str
) -> None:
    values = [*range(4), Die(getattr(signal, number)), *range(5)]
    results = evaluated(values, backend=backend)
    assert statuses(results) == ["ok"] * 4 + ["crashed"] + ["ok"] * 5
    assert "ran out of memory" in results[4].error
    assert results[4].scores is None


@needs_signals
@pytest.mark.parametrize("backend", PROCESSES)
def test_a_worker_killed_from_outside_costs_nobody_his_result(
    backend: str, tmp_path: Path
) -> None:
    values = [0, Die(once=tmp_path / "died"), 1, 2]
    assert statuses(evaluated(values, backend=backend)) == ["ok"] * 4


@needs_signals
@pytest.mark.parametrize("backend", PROCESSES)
def test_idle_workers_may_be_killed(backend: str) -> None:
    with (
        joblib.parallel_config(backend),
        evaluator(Probe(), np.ones((20, 2)), 2) as running,
    ):
        first, *others = tasks(range(4))
        running.submit(first)
        os.kill(int(running.next_done().scores), signal.SIGKILL)
        time.sleep(0.3)
        for task in others:
            running.submit(task)
        assert statuses(running.next_done() for _ in others) == ["ok"] * 3


@needs_signals
def test_in_batches_too_the_guilty_one_is_found(monkeypatch) -> None:
    monkeypatch.setattr(BackendStream, "supports", staticmethod(lambda parallel: False))
    assert statuses(evaluated([0, Die(), 1])) == ["ok", "crashed", "ok"]


@needs_signals
def test_under_error_score_raise_a_dead_worker_is_an_error() -> None:
    with pytest.raises(WorkerDiedError, match="ended its worker"):
        evaluated([Die()], error_score="raise")


def leave(X) -> None:
    sys.exit("bye")


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_sys_exit_is_a_failure(backend: str) -> None:
    results = evaluated([0, leave, 1], backend=backend)
    assert statuses(results) == ["ok", "failed", "ok"]
    assert "SystemExit: bye" in results[1].error
    with pytest.raises(SystemExit, match="bye"):
        evaluated([leave], backend=backend, error_score="raise")


@needs_signals
@pytest.mark.parametrize("racing", [False, True])
def test_the_history_says_who_crashed(racing) -> None:
    search = GridSearchCV(
        Probe(), {"a": [0, Die(), 1]}, racing=racing, cv=2, refit=False, n_jobs=2
    )
    with pytest.warns() as warned:
        search.fit(np.ones((20, 2)))
    assert "FitFailedWarning" in {warning.category.__name__ for warning in warned}
    frame = search.history_.to_frame()
    assert [t.status for t in search.history_.trials] == [
        "complete", "crashed", "complete",
    ]  # fmt: skip
    assert set(frame.fold_status[frame.candidate == 1]) == {"crashed"}
    assert np.isnan(search.cv_results_["mean_test_score"][1])


def exhaust_memory(X) -> None:
    np.empty(2**60, dtype=np.int8)


def interrupt_config(X) -> None:
    sklearn.set_config(assume_finite=True)
    warnings.simplefilter("error")


def default_config(X) -> None:
    if sklearn.get_config()["assume_finite"]:
        msg = "another candidate's configuration"
        raise AssertionError(msg)
    warnings.warn("look out", RuntimeWarning, stacklevel=1)


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_a_memory_error_is_told_from_other_failures(backend: str) -> None:
    with pytest.warns() if backend == "sequential" else warnings.catch_warnings():
        results = evaluated([0, exhaust_memory, Warn()], backend=backend)
    assert statuses(results) == ["ok", "out_of_memory", "ok"]
    assert "MemoryError" in results[1].error


@pytest.mark.parametrize("backend", ["sequential", *PROCESSES])
def test_what_a_candidate_sets_globally_ends_with_its_fold(backend: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = [interrupt_config, interrupt_config, *[default_config] * 4]
        assert statuses(evaluated(values, backend=backend)) == ["ok"] * 6
    assert not sklearn.get_config()["assume_finite"]


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_workers_warn_by_the_callers_filters(backend: str) -> None:
    def warned() -> list[str]:
        return statuses(evaluated([Warn(), 0], backend=backend))

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        assert warned() == ["failed", "ok"]
        warnings.simplefilter("ignore")
        assert warned() == ["ok", "ok"]


class Sum(Probe):
    def score(self, X, y=None) -> float:
        total = float(np.sum(np.asarray(X, dtype=float)))
        Zero()(X)
        return total


@pytest.mark.parametrize("backend", EVERYWHERE)
@pytest.mark.parametrize(
    "X",
    [
        np.ones((20, 2)),
        np.ones((20, 20_000)),
        pd.DataFrame(np.ones((20, 2))),
        pd.DataFrame(np.ones((20, 2)), dtype=object),
    ],
    ids=["small", "mapped", "frame", "frame of objects"],
)
def test_who_changes_data_in_place_changes_them_for_himself(backend: str, X) -> None:
    results = evaluated([Zero()] * 6, X, backend=backend, estimator=Sum())
    assert {result.scores for result in results} == {float(X.shape[0] * X.shape[1] / 2)}


@pytest.mark.parametrize("backend", PROCESSES)
def test_in_a_process_not_even_shared_rows_can_be_changed(backend: str) -> None:
    X = [[1.0, 1.0] for _ in range(20)]
    results = evaluated([Zero()] * 6, X, backend=backend, estimator=Sum())
    assert {result.scores for result in results} == {20.0}


class Breaks:
    """Is lost on its way to a worker."""

    def __reduce__(self):
        return int, ("no number",)


@pytest.mark.parametrize("backend", PROCESSES)
@pytest.mark.parametrize("value", [Breaks(), threading.Lock()])
def test_a_parameter_that_cannot_travel_fails_alone(backend: str, value) -> None:
    results = evaluated([0, value, 0, 0], backend=backend)
    assert statuses(results) == ["ok", "failed", "ok", "ok"]
    assert "no number" in results[1].error or "pickle" in results[1].error
    with pytest.raises((ValueError, TypeError), match=r"no number|pickle"):
        evaluated([0, value], backend=backend, error_score="raise")


class Clears:
    """Removes the temporary folder of the search."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent

    def __call__(self, X) -> None:
        for folder in self.parent.glob(f"{PREFIX}*"):
            shutil.rmtree(folder)


def test_who_clears_the_temporary_folder_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("JOBLIB_TEMP_FOLDER", str(tmp_path))
    with pytest.raises(RuntimeError, match="JOBLIB_TEMP_FOLDER names a folder that"):
        evaluated([Clears(tmp_path), *[Sleep(0.1)] * 10])


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_more_workers_than_work(backend: str) -> None:
    assert statuses(evaluated([0], backend=backend, n_jobs=3)) == ["ok"]


@pytest.mark.parametrize("backend", PROCESSES)
def test_what_is_defined_in_the_main_module_works(backend: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"""
import joblib
import numpy as np
from sklearn.base import BaseEstimator
from sklearn_hpo import GridSearchCV

class Mine(BaseEstimator):
    def __init__(self, a=None):
        self.a = a
    def fit(self, X, y=None):
        print("fitting")
        return self

def scorer(estimator, X, y=None):
    return estimator.a(3)

if __name__ == "__main__":
    space = {{"a": [lambda x: x, lambda x: x + 1]}}
    with joblib.parallel_config("{backend}"):
        search = GridSearchCV(Mine(), space, scoring=scorer, n_jobs=2, refit=False)
        search.fit(np.zeros((10, 1)))
    print("means", search.cv_results_["mean_test_score"].tolist())
"""
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "means [3.0, 4.0]" in done.stdout


@pytest.mark.parametrize("outer", ["loky", "threading"])
def test_a_search_in_an_outer_loop(outer: str) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    space = {"C": [0.1, 1.0]}
    expected = cross_val_score(GridSearchCV(LogisticRegression(), space), X, y, cv=3)
    for n_jobs in (None, 2):
        search = GridSearchCV(LogisticRegression(), space, n_jobs=n_jobs)
        with joblib.parallel_config(outer, n_jobs=2):
            scores = cross_val_score(search, X, y, cv=3)
        np.testing.assert_array_equal(scores, expected)


def folders(parent: Path) -> list[Path]:
    return list(parent.glob(f"{PREFIX}*"))


def interrupted(running) -> None:
    with running:
        running.submit(tasks([Sleep(0.1)])[0])
        raise KeyboardInterrupt


@pytest.mark.parametrize("backend", PROCESSES)
def test_no_temporary_folder_is_left(backend, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("JOBLIB_TEMP_FOLDER", str(tmp_path))
    with joblib.parallel_config(backend):
        running = evaluator(Probe(), np.ones((20, 20_000)), 2)
        with running:
            running.submit(tasks([0])[0])
            assert running.next_done().status == "ok"
            assert len(folders(tmp_path)) == 1
            assert folders(tmp_path)[0].stat().st_mode & 0o077 == 0
        assert not folders(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            interrupted(running)
    assert not folders(tmp_path)


@needs_signals
def test_the_next_search_removes_what_a_killed_one_has_left(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("JOBLIB_TEMP_FOLDER", str(tmp_path))
    # Workers of loky may survive it, and while they do, the tracker waits.
    script = (
        "import os, signal, joblib\n"
        "from joblib.externals.loky.backend import resource_tracker\n"
        "from tests.evaluation.probes import Probe, evaluator\n"
        "with joblib.parallel_config('loky'), evaluator(Probe(), [0] * 20, 2):\n"
        "    os.kill(resource_tracker._resource_tracker._pid, signal.SIGKILL)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = folders(tmp_path)
    with joblib.parallel_config("multiprocessing"), evaluator(Probe(), [0] * 20, 2):
        (mine,) = folders(tmp_path)
        assert mine != left
        with evaluator(Probe(), [0] * 20, 2):
            assert mine.exists()  # in use
    assert not folders(tmp_path)


@needs_signals
def test_the_tracker_removes_the_folder_of_a_killed_search(tmp_path: Path) -> None:
    script = (
        "import os, signal, joblib\n"
        "from tests.evaluation.probes import Probe, evaluator\n"
        "with joblib.parallel_config('multiprocessing'):\n"
        "    with evaluator(Probe(), [0] * 20, 2):\n"
        "        print('begun', flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "JOBLIB_TEMP_FOLDER": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, check=False, stdout=subprocess.PIPE
    )
    assert b"begun" in done.stdout
    end = time.monotonic() + 30
    while folders(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert not folders(tmp_path)
