"""Whether what a search has found is better than the default where nobody has looked.

    python -m benchmarks.held_out run --seeds 0-9
    python -m benchmarks.held_out report

The winners of searches of `benchmarks.compare`, and those that ``refit="posterior"``
chooses after the same searches of ours, are fitted on all rows of the search and scored
on the rows held out. These are one draw of rows, the same for all searches, so seeds do
not tell how much of a difference is due to them. That is read from bootstrap samples of
the rows, in which winners and default stay paired.

Notation
--------
scores    (n_samples + 1,)           all rows first, then the bootstrap samples
gains     (n_seeds, n_samples + 1)   winners less the default
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, is_classifier
from sklearn.metrics import get_scorer
from threadpoolctl import threadpool_limits

from benchmarks._results import BENCHMARKS, RESULTS, setting, write_section
from benchmarks.compare.__main__ import main as compare
from benchmarks.compare._markdown import name as title
from benchmarks.compare._markdown import table as markdown
from benchmarks.compare._markdown import words
from benchmarks.compare._memo import Memo
from benchmarks.compare._records import Row, read
from benchmarks.compare._run import memo_here
from benchmarks.compare._space import Config, canonical
from benchmarks.compare._summary import TIE
from benchmarks.compare.runners._ours_bayes import Peer
from benchmarks.compare.runners._ours_space import translate
from benchmarks.compare.tasks import all_tasks
from benchmarks.compare.tasks._estimator_task import EstimatorTask
from sklearn_hpo.search._best import best_by_posterior
from sklearn_hpo.space import SearchSpace

Array = NDArray[np.float64]
BUDGET = 50
N_SAMPLES = 200
PEERS = ("random", "optuna_tpe", "ours_bayes", "ours_bayes_racing")
ANSWERS = ("predict", "predict_proba", "decision_function")
OURS: Row = ("ours_bayes", "plain")
POSTERIOR = '**sklearn_hpo BayesSearchCV**, `refit="posterior"`'


class Answered(BaseEstimator):
    """A fitted model whose answers are known; X of its methods are numbers of rows."""

    def __init__(self, model: Any, X: Any) -> None:
        self.classes_ = getattr(model, "classes_", None)
        for verb in ANSWERS:
            if hasattr(model, verb):
                setattr(self, verb, answering(verb, getattr(model, verb)(X)))


class AnsweredClassifier(ClassifierMixin, Answered):
    """One that is a classifier."""


class AnsweredRegressor(RegressorMixin, Answered):
    """One that is a regressor."""


def answering(verb: str, answers: Any) -> Callable[[Any], Any]:
    """Return a method of that name, which scorers look at."""

    def method(some: Any) -> Any:
        return answers[some]

    method.__name__ = verb
    return method


def tested(task: EstimatorTask, config: Config) -> Array:
    """Return the scores of a configuration on the rows held out."""
    data, scorer = task.data(), get_scorer(task.scoring)
    rng = np.random.default_rng(0)
    n = len(data.y_test)
    samples = [np.arange(n), *rng.integers(n, size=(N_SAMPLES, n))]
    with np.errstate(all="ignore"), threadpool_limits(1):
        model = task.build(config).fit(data.X, data.y)
        kind = AnsweredClassifier if is_classifier(model) else AnsweredRegressor
        answered = kind(model, data.X_test)
        return np.array([scorer(answered, some, data.y_test[some]) for some in samples])


def winners(task: EstimatorTask, results: Path) -> dict[Row, dict[int, Config]]:
    """Return the best configuration of each search on record, by row and seed."""
    found: dict[Row, dict[int, Config]] = defaultdict(dict)
    for path in (results / "searches" / f"b{BUDGET}" / task.name).glob("*.json"):
        record = read(path, task)
        if record is not None and record["peer"] in PEERS:
            seen = [e for e in record["evaluations"] if e["value"] is not None]
            best = max(seen, key=lambda e: e["value"])
            found[record["peer"], record["variant"]][record["seed"]] = best["config"]
    return found


def by_posterior(task: EstimatorTask, memo: Memo, seed: int) -> Config:
    """Return what ``refit="posterior"`` chooses after a search of ours."""
    peer = Peer(task.space, seed, BUDGET, task.n_folds, None, {})
    configs = []
    for _ in range(BUDGET):
        handle, config = peer.ask()
        outcome = memo.evaluate(task, config)
        peer.tell(handle, outcome.value, outcome.scores)
        configs.append(config)
    space = SearchSpace.from_user(translate(task.space))
    return configs[best_by_posterior(peer.history, space)]


def gains(
    task: EstimatorTask, configs: Sequence[Config], known: dict[str, Array]
) -> Array:
    """Return what configurations gain on the default; `known` keeps their scores."""
    for config in (task.space.default(), *configs):
        if canonical(config) not in known:
            known[canonical(config)] = tested(task, config)
    default = known[canonical(task.space.default())]
    return np.array([known[canonical(config)] - default for config in configs])


def errors(gains: Array) -> tuple[float, float]:
    """Return the standard errors of the mean gain from the seeds and from the rows."""
    by_seed = gains[:, 0].std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else 0.0
    return float(by_seed), float(gains[:, 1:].mean(axis=0).std(ddof=1))


def of_task(task: EstimatorTask, memo: Memo, results: Path) -> dict[str, Array]:
    """Return the gains of each row of the table on a task, none without ours."""
    found = winners(task, results)
    if OURS not in found:
        return {}
    chosen = {title(row): list(found[row].values()) for row in sorted(found)}
    chosen[POSTERIOR] = [by_posterior(task, memo, seed) for seed in found[OURS]]
    known: dict[str, Array] = {}
    return {name: gains(task, some, known) for name, some in chosen.items()}


def line(name: str, by_task: Mapping[str, Array]) -> list[str]:
    """Return a line of the table from the gains of a row by task."""
    by_seeds, by_both, above, scaled = [], [], 0, []
    for task, gain in by_task.items():
        mean = gain[:, 0].mean()
        by_seed, by_rows = errors(gain)
        both = np.hypot(by_seed, by_rows)
        # Where every winner is the default there is neither a gain nor an error.
        scaled.append(mean / both if both > 0.0 else 0.0)
        said = f"{task} ({scaled[-1]:+.1f})"
        by_seeds += [said] if mean < -2 * by_seed - TIE else []
        by_both += [said] if mean < -2 * both - TIE else []
        above += mean > 2 * both
    counts = len(by_task), min(map(len, by_task.values()))
    below = words(by_seeds), words(by_both)
    return [name, *map(str, counts), *below, str(above), f"{np.mean(scaled):+.2f}"]


def table(found: Mapping[str, Mapping[str, Array]], seeds: str) -> str:
    """Return the section of RESULTS.md from gains by task and row."""
    names = dict.fromkeys(name for by_row in found.values() for name in by_row)
    by_name = {
        name: {task: by_row[name] for task, by_row in found.items() if name in by_row}
        for name in names
    }
    about = (
        f"`python -m benchmarks.held_out run --seeds {seeds}`, then `report`; "
        f"{setting()}. Scores of winners after {BUDGET} evaluations on rows that no "
        "search has seen, less that of the default, means over the seeds. *below*: "
        "tasks where that is below zero by more than two standard errors, first with "
        "the error from the seeds alone, then with that of the rows too, from samples "
        "of them; in parentheses by how many of the latter. *above*: tasks where it is "
        "above zero by as much. *mean*: mean over tasks in these standard errors."
    )
    head = ("", "tasks", "seeds", "below by seeds", "and rows", "above", "mean")
    lines = [line(name, by_task) for name, by_task in by_name.items()]
    return "\n\n".join(["## Winners on rows held out", about, markdown(head, lines)])


def main(arguments: list[str]) -> None:
    """Run what is missing, or write the table into RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.held_out")
    parser.add_argument("command", choices=["run", "report"])
    parser.add_argument("--seeds", default="0-9", help="such as 0-4")
    parser.add_argument("--results", type=Path, default=BENCHMARKS / ".results")
    options = parser.parse_args(arguments)
    if options.command == "run":
        chosen = {"tasks": "report", "budget": BUDGET, "peers": ",".join(PEERS)}
        where = {"seeds": options.seeds, "results": options.results}
        compare(["run", *(f"--{k}={v}" for k, v in (chosen | where).items())])
        return
    memo = memo_here(options.results)
    found = {
        task.name: of_task(task, memo, options.results)
        for task in all_tasks().values()
        if isinstance(task, EstimatorTask)
        and (task.suite, task.split) == ("real", "report")
    }
    text = table(found, options.seeds)
    write_section(RESULTS, "held-out", text)
    print(text)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(sys.argv[1:])
