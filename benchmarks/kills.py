"""Searches killed by SIGKILL at random points, and what becomes of them.

    python -m benchmarks.kills [N_KILLS]

Every search there is, with one job and with two threads, is run once to its end. Then
it is killed again and again, in turn by itself in the middle of a write, at a random
byte of its journal, and from outside, when the journal has a random length. Each time
it is started again and runs to its end. Counted are the results that differ from the
first ones (times aside), fits of folds that the journal had, and journals that could
not be read.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.base import BaseEstimator

from benchmarks._results import RESULTS, setting, write_section
from sklearn_hpo import (
    BayesSearchCV,
    EvolutionSearchCV,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    HyperbandSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
)
from sklearn_hpo.trials import _journal_file

N_KILLS = 200
X = np.random.default_rng(0).normal(size=(40, 2))
FORK = multiprocessing.get_context("fork")


class Logged(BaseEstimator):
    """Writes a byte to a file for each fit; its scores differ by fold and rung."""

    def __init__(self, log: str, a: float = 1.0, b: float = 1.0) -> None:
        self.log = log
        self.a = a
        self.b = b

    def fit(self, X: Any, y: Any = None) -> Logged:
        """Write the byte, and fail for some."""
        with Path(self.log).open("ab") as file:
            file.write(b".")
        time.sleep(0.002)
        self.n_samples_ = len(X)
        if self.a > 9:
            raise ValueError("a is too large")
        return self

    def score(self, X: Any, y: Any = None) -> float:
        """Return something like a parabola with noise."""
        noise = np.sin(1000 * (self.a + self.b) + X.sum() + self.n_samples_)
        return float(-((self.a - 4) ** 2) - (self.b - 2) ** 2 + noise)


def searches(log: str) -> dict[str, Any]:
    """Return every search there is, by name."""
    model, space = Logged(log), {"a": Real(0, 10), "b": Real(0, 5)}
    grid = {"a": [1.0, 1.0, 4.0, 9.5], "b": [1.0, 2.0, 3.0]}
    points = [{"a": float(a), "b": a / 4} for a in range(11)]
    adaptive: dict[str, Any] = {"n_iter": 12, "lookahead": 4}
    evolving: dict[str, Any] = {"population_size": 4, **adaptive}
    rungs: dict[str, Any] = {"min_resources": 10, "max_resources": 40}
    made: dict[str, Any] = {}
    for racing in (False, True):
        kinds = {
            "grid": GridSearchCV(model, grid),
            "random": RandomizedSearchCV(model, space, n_iter=12),
            "manual": ManualSearchCV(model, points),
            "Bayes": BayesSearchCV(model, space, **adaptive),
            "DE": EvolutionSearchCV(model, space, method="de", **evolving),
            "CMA-ES": EvolutionSearchCV(model, space, method="cma", **evolving),
            "genetic": EvolutionSearchCV(model, space, method="ga", **evolving),
            "halving, grid": HalvingGridSearchCV(model, grid, factor=2, **rungs),
            "halving": HalvingRandomSearchCV(
                model, space, n_candidates=12, factor=2, **rungs
            ),
            "Hyperband": HyperbandSearchCV(model, space, eta=2, **rungs, **adaptive),
        }
        for name, search in kinds.items():
            search.set_params(cv=4, racing=racing, cache=False, refit=False)
            if "random_state" in search.get_params():
                search.set_params(random_state=0)
            made[f"{name}, racing" if racing else name] = search
    return made


def fit(name: str, n_jobs: int, folder: Path, die_at: int | None, pipe: Any) -> None:
    """Fit a search in this process and send what came of it.

    Parameters
    ----------
    name, n_jobs : str and int
        Which search.
    folder : Path
        Where its journal and its log are.
    die_at : int or None
        Length of the journal at which the process kills itself.
    pipe : Connection
        Where a name for the results is sent, or an error.
    """
    warnings.simplefilter("ignore")
    if die_at is not None:
        vars(_journal_file)["os"] = _Dying(folder / "journal", die_at)
    search = searches(str(folder / "log"))[name]
    search.set_params(n_jobs=n_jobs, journal=folder / "journal")
    try:
        with joblib.parallel_config("threading"):
            search.fit(X)
        pipe.send((digest(search), None))
    except Exception as error:
        pipe.send((None, repr(error)))


class _Dying:
    """The module os, but for a write that is the last act of the process."""

    def __init__(self, path: Path, die_at: int) -> None:
        self.path = path
        self.die_at = die_at

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, file: int, content: bytes) -> int:
        """Write, but not beyond the end."""
        left = self.die_at - self.path.stat().st_size
        if left < len(content):
            os.write(file, content[: max(left, 0)])
            os.kill(os.getpid(), signal.SIGKILL)
        return os.write(file, content)


def digest(search: Any) -> str:
    """Return a name for all results but times."""
    results = [
        [key, list(map(str, values))]
        for key, values in search.cv_results_.items()
        if "time" not in key and key != "error"
    ]
    text = json.dumps([results, str(search.best_params_), search.best_score_])
    return hashlib.sha256(text.encode()).hexdigest()


def run(
    name: str,
    n_jobs: int,
    folder: Path,
    die_at: int | None = None,
    kill: Callable[[], bool] | None = None,
) -> tuple[str | None, str | None]:
    """Fit in a process of its own, which may be killed; return what it sends."""
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=fit, args=(name, n_jobs, folder, die_at, theirs))
    process.start()
    theirs.close()
    while process.is_alive():
        if kill is not None and kill():
            process.kill()
        process.join(0.001 if kill else None)
    try:
        return ours.recv() if ours.poll() else (None, "killed")
    except EOFError:
        return None, "killed"


def n_bytes(path: Path) -> int:
    """Return the size of a file, 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def one_kill(
    case: tuple[str, int], whole: Path, rng: np.random.Generator, *, inside: bool
) -> dict[str, Any]:
    """Kill a search once, start it again, and return what was found."""
    name, n_jobs = case
    content = (whole / "journal").read_bytes()
    begin = content.index(b"\n") + 1
    end = int(rng.integers(0 if inside else begin, len(content)))
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        journal, log = folder / "journal", folder / "log"
        if inside:
            _, error = run(name, n_jobs, folder, die_at=end)
        else:
            _, error = run(name, n_jobs, folder, kill=lambda: n_bytes(journal) >= end)
        left = journal.read_bytes()
        found: dict[str, Any] = {
            "killed": error == "killed",
            "torn": not left.endswith(b"\n"),
        }
        kept = left[: left.rfind(b"\n") + 1].count(b'{"done"')
        log.unlink(missing_ok=True)
        found["result"], found["error"] = run(name, n_jobs, folder)
        done = journal.read_bytes().count(b'{"done"')
        found["refitted"] = n_bytes(log) - (done - kept)
    return found


def cases() -> list[tuple[str, int]]:
    """Return all searches with one job and with two."""
    return [(name, n_jobs) for name in searches("") for n_jobs in (1, 2)]


def kills(n_kills: int, seed: int = 0) -> list[dict[str, Any]]:
    """Kill searches in turn, and return what was found each time."""
    rng = np.random.default_rng(seed)
    found = []
    expected: dict[tuple[str, int], tuple[str, tempfile.TemporaryDirectory[str]]] = {}
    for number in range(n_kills):
        case = cases()[number % len(cases())]
        if case not in expected:
            folder = tempfile.TemporaryDirectory()
            result, error = run(*case, Path(folder.name))
            if result is None:
                raise RuntimeError(f"{case}: {error}")
            expected[case] = result, folder
        result, folder = expected[case]
        inside = number // len(cases()) % 2 == 0
        one = one_kill(case, Path(folder.name), rng, inside=inside)
        found.append({**one, "case": case, "equal": one["result"] == result})
        print(number, case, one, flush=True)
    return found


def report(found: Sequence[Mapping[str, Any]]) -> str:
    """Return what is written into RESULTS.md."""
    n_torn = sum(one["torn"] for one in found)
    n_killed = sum(one["killed"] for one in found)
    errors = [one["error"] for one in found if one["error"] is not None]
    return (
        "## Kills\n\n"
        f"`python -m benchmarks.kills {len(found)}`, {setting()}.\n\n"
        f"{'; '.join(searches(''))}. Each with one job and with two threads. "
        f"{len(found)} random points of SIGKILL: {n_killed} before the search had "
        f"ended, {n_torn} within a line.\n\n"
        "| | |\n|---|---:|\n"
        f"| resumed searches equal to the uninterrupted one | "
        f"{sum(one['equal'] for one in found)} of {len(found)} |\n"
        f"| journalled folds that were fitted again | "
        f"{sum(one['refitted'] for one in found)} |\n"
        f"| journals that could not be read | {len(errors)} |"
    )


def main() -> None:
    """Kill, print and write down."""
    found = kills(int(sys.argv[1]) if len(sys.argv) > 1 else N_KILLS)
    text = report(found)
    print(text)
    write_section(RESULTS, "kills", text)


if __name__ == "__main__":
    main()
