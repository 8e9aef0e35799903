"""What a journal costs: CPU time of a search, bytes of a fold, seconds of reading.

    python -m benchmarks.journal

CPU seconds with and without a journal alternate, A B A B, and the median of their
ratios counts; on a machine that does other things its error is larger than what is
measured. So the calls of a journal are measured by themselves too, one after the other;
where they happen, with the caches of the processor full of other things, beside the
least code that writes such lines; and, where valgrind is installed, in instructions,
which no other program disturbs.
A journal of 100,000 folds is written by a search of a trivial estimator.
"""

from __future__ import annotations

import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.naive_bayes import GaussianNB

from benchmarks._results import RESULTS, setting, write_section
from benchmarks.overhead import Trivial, cpu_seconds, ratios
from sklearn_hpo import RandomizedSearchCV, Real
from sklearn_hpo.search._record import LookedUp
from sklearn_hpo.trials import Candidate, FoldResult, History, Journal, Task

N_ITER, N_FOLDS, N_MANY = 200, 5, 20_000
# Valgrind knows no AVX-512, and counts the same instructions only for the same hashes.
UNDER_VALGRIND = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL "
    "AVX512_ICL AVX512_SPR",
}


def fit(
    folder: str | None, n_iter: int = N_ITER, model: BaseEstimator | None = None
) -> None:
    """Fit a random search with fits of about a millisecond."""
    X, y = make_classification(500, 20, random_state=0)
    RandomizedSearchCV(
        model or GaussianNB(),
        {"var_smoothing": Real(1e-10, 1e-6, log=True)},
        n_iter=n_iter,
        cv=N_FOLDS,
        random_state=0,
        refit=False,
        journal=folder and Path(tempfile.mkdtemp(dir=folder)) / "journal",
    ).fit(X, y)


def calls(path: Path) -> float:
    """Return the CPU seconds in which a journal hears of a fold and writes it."""
    rng = np.random.default_rng(0)
    journal = Journal(path, {})
    record = LookedUp(journal, journal.begin({"n_folds": N_FOLDS}, [], None))
    results = []
    for ticket, number in enumerate(np.arange(N_MANY) // N_FOLDS):
        candidate = Candidate(int(number), {"var_smoothing": float(number) / 7})
        task = Task(ticket, candidate, ticket % N_FOLDS)
        score = float(rng.random())
        results.append(FoldResult(task, score, None, 1e-3 / 3, 1e-4))
    start = time.process_time()
    for result in results:
        record.known(result.task)
        record.issued(result.task, result.task.ticket)
        record.flush()
        record.done(result)
    seconds = time.process_time() - start
    journal.close()
    return seconds / N_MANY


def timed_in_place(folder: str) -> float:
    """Return the seconds by fold in which a search waits for its journal."""
    seconds: list[float] = []

    def timed(name: str) -> Callable[..., Any]:
        call = getattr(LookedUp, name)

        def measured(*args: Any) -> Any:
            start = time.perf_counter()
            answer = call(*args)
            seconds.append(time.perf_counter() - start)
            return answer

        return measured

    calls = ("known", "issued", "done", "closed", "flush")
    with ExitStack() as stack:
        for name in calls:
            stack.enter_context(patch.object(LookedUp, name, timed(name)))
        fit(folder)
    slowest = statistics.quantiles(seconds, n=100)[-1]  # another process was let in
    return sum(min(s, slowest) for s in seconds) / (N_ITER * N_FOLDS)


class Writing(GaussianNB):
    """Writes the lines of a ticket and of a fold after each score, and takes the time.

    No code does less for two lines with checksums that are written at once.
    """

    file = -1
    seconds: ClassVar[list[float]] = []

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy."""
        value = float(super().score(X, y, sample_weight))
        start = time.perf_counter()
        at = f'"at":{start:.3f}}}'
        ticket = f'{{"ticket":12,"candidate":3,"fold":2,"told":12,{at}'.encode()
        done = f'{{"done":12,"scores":{value!r},"fit_time":{start!r},{at}'.encode()
        lines = (zlib.crc32(ticket), ticket, zlib.crc32(done), done)
        os.write(self.file, b"%08x %b\n%08x %b\n" % lines)
        self.seconds.append(time.perf_counter() - start)
        return value


def least_in_place(path: Path) -> float:
    """Return the seconds by fold that the least code takes between fits."""
    Writing.seconds.clear()
    with path.open("ab") as file:
        Writing.file = file.fileno()
        fit(None, model=Writing())
    return statistics.mean(sorted(Writing.seconds)[: int(0.98 * len(Writing.seconds))])


def instructions(folder: str | None) -> float | None:
    """Return the instructions by fold of a search, None without valgrind."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return None
    few, many = N_ITER // 50, N_ITER // 5
    counts = []
    for n_iter in (few, many):
        code = f"from benchmarks.journal import fit; fit({folder!r}, {n_iter})"
        tool = (
            "--tool=cachegrind",
            "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
        )
        run = subprocess.run(
            [valgrind, *tool, sys.executable, "-c", code],
            env={**os.environ, **UNDER_VALGRIND},
            capture_output=True,
            text=True,
            check=True,
        )
        counts.append(int(run.stderr.split()[-1].replace(",", "")))
    return (counts[1] - counts[0]) / ((many - few) * N_FOLDS)


def many(path: Path) -> Any:
    """Fit a search with many folds that cost nothing."""
    search = RandomizedSearchCV(
        Trivial(), {"a": Real(0, 1)}, n_iter=N_MANY, random_state=0, refit=False
    )
    return search.set_params(journal=path).fit(np.zeros((10, 1)))


def in_instructions(with_journal: float | None, without: float | None) -> str:
    """Return a sentence on how many more instructions a journal takes."""
    if with_journal is None or without is None:
        return "Instructions were not counted: valgrind is not installed."
    return (
        f"A fold takes {without / 1e6:.2f} million instructions outside the kernel, "
        f"{with_journal / without - 1:+.2%} with a journal."
    )


def main() -> None:
    """Measure everything, print it and write it down."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(ratios(partial(fit, folder), partial(fit, None)))
        more = statistics.median(found) - 1
        error = 1.25 * statistics.stdev(found) / math.sqrt(len(found))  # of a median
        fold = cpu_seconds(partial(fit, None)) / (N_ITER * N_FOLDS)
        writing = min(calls(Path(folder) / f"calls{i}") for i in range(5))
        waiting = statistics.median(timed_in_place(folder) for _ in range(5))
        least = statistics.median(
            least_in_place(Path(folder) / "least") for _ in range(5)
        )
        counts = instructions(folder), instructions(None)
        path = Path(folder) / "many"
        many(path)
        n_bytes = path.stat().st_size / (N_MANY * N_FOLDS)
        start = time.process_time()
        history = History.read(path)
        reading = time.process_time() - start
        start = time.process_time()
        many(path)
        resuming = time.process_time() - start
    text = (
        "## Journal\n\n"
        f"`python -m benchmarks.journal`, {setting()}.\n\n"
        f"- A search of {N_ITER} x {N_FOLDS} fits of about 1 ms takes {more:+.1%} CPU "
        f"time with a journal, with a standard error of {error:.1%}.\n"
        f"- The calls of the journal by themselves take {1e6 * writing:.1f} us a fold, "
        f"{writing / fold:.1%} of such a fold; where they happen, between fits that "
        f"take the caches for themselves, {1e6 * waiting:.1f} us, "
        f"{waiting / fold:.1%}. The least code that writes two such lines takes "
        f"{1e6 * least:.1f} us there, {least / fold:.1%}.\n"
        f"- {in_instructions(*counts)}\n"
        f"- A fold takes {n_bytes:.0f} bytes.\n"
        f"- Reading {history.n_fits:,} folds takes {reading:.1f} s, and to resume the "
        f"finished search {resuming:.1f} s."
    )
    print(text)
    write_section(RESULTS, "journal", text)


if __name__ == "__main__":
    main()
