"""What a suggestion costs: processor time of ours beside Optuna's GPSampler.

    python -m benchmarks.compare envs optuna
    python -m benchmarks.suggestion

Both search for the top of the same smooth function, each in a process of its own, one
candidate in turn. A suggestion is the question for a candidate and the answer that
tells its score. Beyond 200 candidates ours alone, told of points drawn at random first.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks._results import RESULTS, setting, write_section
from benchmarks.compare._envs import HERE, Environments
from benchmarks.compare._proxy import Proxy
from benchmarks.compare._space import Param, Space
from sklearn_hpo import Real
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import Candidate

NUMBERS = tuple(Param(f"x{i}", "real", 0.5) for i in range(10))
CHOICES = tuple(
    Param(f"k{i}", "cat", "a", choices=tuple("abcdef"[: i + 3])) for i in range(3)
)
SPACES = {
    "10 continuous": (Space(NUMBERS), (50, 100, 200)),
    "10 continuous, 3 categorical": (Space(NUMBERS + CHOICES), (100, 200)),
}
LARGE = {"10 continuous": (10, 1000), "50 continuous": (50, 2000)}
# name: environment, runner, options
SEARCHES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ours": (HERE, "ours_bayes", {}),
    "GPSampler": ("optuna", "optuna", {"sampler": "gp"}),
}
WINDOW = 20  # suggestions before n that are counted


def score(params: Mapping[str, Any]) -> float:
    """Return the height of a hill with ripples; a wrong choice takes a little away."""
    x = [value for value in params.values() if not isinstance(value, str)]
    hill = -sum((value - 0.3 - 0.4 * i / len(x)) ** 2 for i, value in enumerate(x))
    n_wrong = sum(isinstance(v, str) and v != "b" for v in params.values())
    return hill + 0.1 * math.sin(9.0 * x[0] * x[1]) - 0.1 * n_wrong


def alternate(
    space: Space, n: int, environments: Environments
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Return the processor seconds of n suggestions by each search, and the versions.

    The searches take turns, A B A B.
    """
    seconds: dict[str, list[float]] = {name: [] for name in SEARCHES}
    versions = {}
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        running = {}
        for name, (environment, runner, options) in SEARCHES.items():
            proxy = Proxy(environments.python(environment), runner, log, timeout=300.0)
            running[name] = stack.enter_context(proxy)
            what = {"space": space.to_json(), "seed": 0, "budget": n, "n_folds": 1}
            started = proxy.start({**what, "first": None, "options": options})
            versions[name] = started["version"]
        for number in range(n):
            for name, proxy in running.items():
                asked = proxy.ask(number)
                value = score(asked["config"])
                told = proxy.tell(number, value, [value])
                seconds[name].append(asked["cpu"] + told["cpu"])
    return seconds, versions


def alone(d: int, n: int) -> list[float]:
    """Return the processor seconds of suggestions after some n points."""
    space = SearchSpace.from_user({f"x{i}": Real(0, 1) for i in range(d)})
    strategy = Bayes()
    strategy.start(space, n + WINDOW, seed=0)
    branch, u = space.from_unit(np.random.default_rng(0).random((n, 1 + d)))
    for b, v in zip(branch, u, strict=True):
        strategy.tell(scored(Candidate(0, space.decode(int(b), v))))
    seconds = []
    for number in range(n, n + WINDOW):
        start = time.process_time()
        candidate = strategy.ask(number, (), np.random.default_rng([0, number]))
        strategy.tell(scored(candidate))
        seconds.append(time.process_time() - start)
    return seconds


def scored(candidate: Any) -> Any:
    """Return a closed trial of a candidate."""
    value = score(candidate.params)
    return SimpleNamespace(candidate=candidate, value=value, noise=0.0, unseen=0.0)


def cells(seconds: Sequence[float]) -> str:
    """Return median and mean in milliseconds."""
    return f"{1e3 * np.median(seconds):.0f} ({1e3 * np.mean(seconds):.0f})"


def main() -> None:
    """Print the table and write it into RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envs", help="folder of the peers' environments")
    environments = Environments(parser.parse_args().envs)
    lines = ["| space | n | ours | GPSampler |", "|---|--:|--:|--:|"]
    print(*lines, sep="\n", flush=True)
    for name, (space, counts) in SPACES.items():
        seconds, versions = alternate(space, max(counts), environments)
        for n in counts:
            ours, theirs = (cells(seconds[key][n - WINDOW : n]) for key in SEARCHES)
            lines.append(f"| {name} | {n} | {ours} | {theirs} |")
            print(lines[-1], flush=True)
    for name, (d, n) in LARGE.items():
        lines.append(f"| {name} | {n} | {cells(alone(d, n))} | |")
        print(lines[-1], flush=True)
    text = (
        "## Time of a suggestion\n\n"
        f"`python -m benchmarks.suggestion`, {setting()}. Milliseconds of processor "
        f"time for a candidate and its score: the median of the {WINDOW} before the "
        "n-th, in brackets their mean, which holds the fits of hyperparameters that "
        f"are not made each time. Ours is {versions['ours']}, GPSampler that of Optuna "
        f"{versions['GPSampler']}.\n\n" + "\n".join(lines)
    )
    write_section(RESULTS, "suggestion", text)


if __name__ == "__main__":
    main()
