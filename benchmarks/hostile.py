"""A hundred hostile candidates among four hundred, and the same on a full disk.

    python -m benchmarks.hostile

They raise, hang in Python, hang in native code, leave by sys.exit, end the process, end
it by a segmentation fault, allocate 30 GB, score NaN, or score a string. The search
runs in a process of its own, with two worker processes; then it is looked for processes
and temporary files that it has left. The second run has its journal on a tmpfs that is
too small, for which this must be allowed to mount one.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import ShuffleSplit

from benchmarks._results import RESULTS, setting, write_section
from sklearn_hpo import ManualSearchCV
from sklearn_hpo.trials import History, JournalError

N_GOOD, N_BAD = 300, 100
FIT_TIMEOUT, MEMORY_LIMIT = 3.0, "2G"
SMALL_DISK = 64 * 1024
X = np.zeros((20, 1))
MARK = "SKLEARN_HPO_HOSTILE"

# What a candidate may do, and the status that it should have.
EXPECTED = {
    "good": "complete",
    "raise": "failed",
    "hang": "timeout",
    "hang in native code": "timeout",
    "sys.exit": "failed",
    "end the process": "crashed",
    "segmentation fault": "crashed",
    "allocate 30 GB": "out_of_memory",
    "score NaN": "failed",
    "score a string": "failed",
}


class Hostile(BaseEstimator):
    """Does what it is told."""

    def __init__(self, does: str = "good", number: int = 0) -> None:
        self.does = does
        self.number = number

    def fit(self, X: Any, y: Any = None) -> Hostile:
        """Do it, if it is done in fit."""
        if self.does == "raise":
            raise ValueError("I do not want to")
        if self.does == "hang":
            while True:
                time.sleep(0.01)
        if self.does == "hang in native code":
            sum(itertools.repeat(1, 10**11))
        if self.does == "sys.exit":
            sys.exit("bye")
        if self.does == "end the process":
            os._exit(0)
        if self.does == "segmentation fault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.does == "allocate 30 GB":
            self.big_ = np.ones(30 * 2**27)
        return self

    def score(self, X: Any, y: Any = None) -> Any:
        """Return the number, or what is none."""
        return {"score NaN": np.nan, "score a string": "good"}.get(
            self.does, float(self.number)
        )


def candidates() -> list[dict[str, Any]]:
    """Return all candidates, in an order drawn once."""
    evils = itertools.cycle([does for does in EXPECTED if does != "good"])
    does = ["good"] * N_GOOD + list(itertools.islice(evils, N_BAD))
    order = np.random.default_rng(0).permutation(len(does))
    return [{"does": does[i], "number": n} for n, i in enumerate(order.tolist())]


def search(journal: str) -> ManualSearchCV:
    """Return the search."""
    return ManualSearchCV(
        Hostile(),
        candidates(),
        cv=ShuffleSplit(1, random_state=0),
        n_jobs=2,
        fit_timeout=FIT_TIMEOUT,
        memory_limit=MEMORY_LIMIT,
        journal=journal,
    )


def fit(journal: str) -> None:
    """Fit the search and print what came of it; the work of the process."""
    warnings.simplefilter("ignore")
    searching, error = search(journal), None
    try:
        searching.fit(X)
    except JournalError as full:
        error = str(full)
    trials = [t for t in searching.history_.trials if t.status != "unfinished"]
    wrong: Counter[str] = Counter()
    for trial in trials:
        params = trial.candidate.params
        is_right = trial.status == EXPECTED[params["does"]]
        if params["does"] == "good":
            is_right &= trial.value == params["number"]
        if not is_right:
            wrong[f"{params['does']}: {trial.status}"] += 1
    good = [t.candidate.params["number"] for t in trials if t.status == "complete"]
    found = {
        "n_trials": len(trials),
        "n_good": len(good),
        "wrong": wrong,
        "error": error,
        "refitted": searching.best_estimator_.number == max(good),
    }
    print(json.dumps(found))


def run(journal: Path) -> dict[str, Any]:
    """Fit in a process of its own, and count what it leaves behind."""
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory() as temp:
        environment = {**os.environ, MARK: mark, "JOBLIB_TEMP_FOLDER": temp}
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.hostile", "fit", str(journal)],
            env={**environment, "TMPDIR": temp},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where processes die loudly
            check=True,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        found["seconds"] = time.monotonic() - start
        end = time.monotonic() + 30
        while marked(mark) and time.monotonic() < end:
            time.sleep(0.1)
        found["orphans"] = len(marked(mark))
        found["files"] = sum(len(files) for _, _, files in os.walk(temp))
    found["readable"] = History.read(journal).n_fits
    return found


def marked(mark: str) -> list[int]:
    """Return the processes that have a mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has ended
            if f"{MARK}={mark}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


@contextmanager
def small_disk(n_bytes: int) -> Iterator[Path]:
    """Yield a folder on a disk of its own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={n_bytes}", "tmpfs", folder],
            check=True,
        )
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def enlarge(folder: Path) -> None:
    """Make room on a small disk."""
    options = f"remount,size={100 * SMALL_DISK}"
    subprocess.run(["mount", "-o", options, str(folder)], check=True)


def report(whole: dict[str, Any], full: dict[str, Any], resumed: dict[str, Any]) -> str:
    """Return what is written into RESULTS.md."""
    rows = {
        "good candidates with their score": ("n_good", N_GOOD),
        "candidates in all": ("n_trials", N_GOOD + N_BAD),
        "with another status than they should have": ("wrong", 0),
        "processes left behind": ("orphans", 0),
        "temporary files left behind": ("files", 0),
        "folds that can be read from the journal": ("readable", N_GOOD + N_BAD),
        "best candidate refitted": ("refitted", "yes"),
        "seconds": ("seconds", ""),
    }

    def cell(value: Any) -> str:
        if isinstance(value, dict):
            return str(sum(value.values()))
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"{value:.0f}" if isinstance(value, float) else str(value)

    table = "\n".join(
        f"| {row} | {cell(whole[key])} | {cell(full[key])} | {cell(resumed[key])} | "
        f"{wanted} |"
        for row, (key, wanted) in rows.items()
    )
    return (
        "## Hostile candidates\n\n"
        f"`python -m benchmarks.hostile`, {setting()}.\n\n"
        f"{N_BAD} of {N_GOOD + N_BAD} candidates {', '.join(list(EXPECTED)[1:])}. Two "
        f"worker processes, `fit_timeout={FIT_TIMEOUT:g}`, "
        f'`memory_limit="{MEMORY_LIMIT}"`.\n\n'
        f"| | all | on a disk of {SMALL_DISK // 1024} KB | gone on with, with room | "
        "should be |\n"
        f"|---|---:|---:|---:|---:|\n{table}\n\n"
        f"On the full disk `fit` raised: {without_path(full['error'])}"
    )


def without_path(error: str) -> str:
    """Return a message that says the same elsewhere."""
    return re.sub(r"'[^']*/", "'", error)


def main() -> None:
    """Run, print and write down."""
    if sys.argv[1:2] == ["fit"]:
        fit(sys.argv[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        whole = run(Path(folder, "journal"))
    print(whole, flush=True)
    with small_disk(SMALL_DISK) as folder:
        full = run(folder / "journal")
        print(full, flush=True)
        enlarge(folder)
        resumed = run(folder / "journal")
        print(resumed, flush=True)
    text = report(whole, full, resumed)
    print(text)
    write_section(RESULTS, "hostile", text)


if __name__ == "__main__":
    main()
