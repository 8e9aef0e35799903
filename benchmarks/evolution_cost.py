"""What evolution costs: processor time per suggestion in 20 dimensions.

Numbers, integers and choices of a synthetic space of 20 parameters, 500 candidates, one
after another; the median over the last 100, and the mean over all.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks._results import RESULTS, setting, write_section
from sklearn_hpo import Integer, Real
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import EVOLUTIONS, Strategy
from sklearn_hpo.trials import FoldResult, History, Task

N_ITER, LAST = 500, 100
SPACE = {
    **{f"x{i}": Real(1e-3, 1e3, log=True) for i in range(10)},
    **{f"n{i}": Integer(1, 100) for i in range(6)},
    **{f"c{i}": ["a", "b", "c"] for i in range(4)},
}


def milliseconds(strategy: Strategy) -> tuple[float, float]:
    """Return the median of the last suggestions and the mean of all."""
    history = History(1, N_ITER)
    strategy.start(SearchSpace.from_user(SPACE), N_ITER, 0)
    spent = []
    for number in range(N_ITER):
        start = time.process_time()
        rng = np.random.default_rng([0, number])
        candidate = strategy.ask(number, [], rng)
        spent.append(time.process_time() - start)
        assert candidate is not None  # the space is infinite
        task = Task(number, candidate, 0)
        trial = history.issue(task)
        score = -sum(abs(np.log(candidate.params[f"x{i}"])) for i in range(10))
        history.record(FoldResult(task, score, None, 0.0, 0.0))
        history.close(trial, "complete", score, float("nan"))
        start = time.process_time()
        strategy.tell(trial)
        spent[-1] += time.process_time() - start
    return 1e3 * float(np.median(spent[-LAST:])), 1e3 * float(np.mean(spent))


def main() -> None:
    """Measure all kinds, print the table and write it down."""
    rows = [
        f"| {kind.__name__} | {late:.2f} | {mean:.2f} |"
        for kind in EVOLUTIONS.values()
        for late, mean in [milliseconds(kind())]
    ]
    text = (
        "## What evolution costs\n\n"
        f"`python -m benchmarks.evolution_cost`, {setting()}. CPU milliseconds per "
        f"suggestion, 20 parameters, {N_ITER} candidates.\n\n"
        f"| strategy | median of the last {LAST} | mean of all |\n|---|--:|--:|\n"
    ) + "\n".join(rows)
    print(text)
    write_section(RESULTS, "evolution-cost", text)


if __name__ == "__main__":
    main()
