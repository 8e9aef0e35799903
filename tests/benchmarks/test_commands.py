"""What the commands measure, tried on toys: none may fall behind the package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hpo
from benchmarks import (
    calibration,
    continued,
    dispatch,
    evolution_cost,
    hostile,
    journal,
    kills,
    makespan,
    overhead,
    pending,
    prefix,
    quick_regret,
    racing,
    racing_in_bayes,
    suggestion,
    two_objectives,
)
from benchmarks.compare._memo import Memo
from benchmarks.compare._peers import PLAIN
from benchmarks.compare._records import Cell, Results
from benchmarks.compare._space import Space, cat, real
from benchmarks.compare.runners.__main__ import Server
from benchmarks.compare.tasks._surrogate_models import MODELS
from benchmarks.compare.tasks._surrogates import SurrogateTask
from benchmarks.fidelity import _instances, _ours
from sklearn_hpo.trials import History


class Local:
    """The proxy of a runner that is in this process."""

    def __init__(self, python, runner, log, timeout):
        self.server = Server(runner)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def start(self, what):
        return self._question({"start": json.loads(json.dumps(what))})

    def ask(self, number):
        return self._question({"ask": number})

    def tell(self, number, value, scores):
        what = {"number": number, "value": value, "scores": scores}
        return self._question({"tell": what})

    def _question(self, question):
        answer = self.server.answer(question)
        assert "error" not in answer, answer["error"]
        return answer


@pytest.fixture
def small(monkeypatch):
    """Return what sets constants of a module."""

    def setting(module, **constants):
        for name, value in constants.items():
            monkeypatch.setattr(module, name, value)

    return setting


@pytest.mark.parametrize("rule", racing.RULES)
@pytest.mark.parametrize("workers", [1, 2])
def test_racing_replays_a_table(rule, workers):
    table = racing.Table(np.random.default_rng(0).random((8, 4)), 1.0)
    used, lost = racing.race(table, rule, 0, workers)
    assert 0.25 <= used <= 1.0
    if rule == "full cross-validation":
        assert (used, lost) == (1.0, False)
    assert f"| {workers} | {used:.3f} |" in racing.row("", [table], 1, rule, workers)


@pytest.mark.parametrize("way", makespan.WAYS.values(), ids=list(makespan.WAYS))
def test_makespan_runs_every_task_once(way, small):
    slept = []
    small(makespan, N_TASKS=8, time=SimpleNamespace(sleep=slept.append))
    values = np.arange(1.0, 9.0) / 8
    with joblib.parallel_config("threading"):
        way(values)
    assert sorted(slept) == sorted(values)


def test_overhead_compares_two_searches_and_weighs_one(small):
    small(overhead, N_ITER=2, N_FOLDS=2, N_PAIRS=1)
    estimator, space = Ridge(), {"alpha": overhead.Real(1e-3, 1e3, log=True)}
    ours, theirs = (
        lambda package=package: overhead.fit_random_search(
            package.RandomizedSearchCV, estimator, space, 1
        )
        for package in (sklearn_hpo, overhead.model_selection)
    )
    (ratio,) = overhead.ratios(ours, theirs)
    assert ratio > 0
    search = sklearn_hpo.RandomizedSearchCV(
        overhead.Trivial(), {"a": overhead.Real(0, 1)}, n_iter=9, refit=False
    )
    assert overhead.history_bytes(search) > 0


def test_overhead_passes_over_processes_that_have_ended():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert overhead.text_of(Path("/proc", str(ended.pid), "stat")) == ""


def test_dispatch_gets_every_task_there_and_back(small):
    small(dispatch, N_TASKS=4, N_BLOCKS=1)
    X, y = np.zeros((10, 1)), np.zeros(10)
    with joblib.parallel_config("threading"):
        assert min(*dispatch.ours(X, y, "threading"), dispatch.direct(X, y)) > 0


def test_shared_first_steps_do_not_change_the_scores():
    X, y = make_classification(90, random_state=0)
    steps = [("scale", StandardScaler()), ("model", LogisticRegression())]
    grid = {"scale__with_mean": [True, False], "model__C": [0.1, 1.0]}
    seconds, ratios = prefix.compare(prefix.Case(Pipeline(steps), X, y, grid), 1)
    assert seconds > 0
    for search in ("sklearn_hpo", "`memory=`", "last steps alone"):
        assert float(ratios[search]) > 0  # else it is an error, or has other scores


def test_continued_counts_the_seconds_of_fits(small):
    space = {"alpha": loguniform(1e-6, 1e-1)}
    tasks = [(SGDClassifier(random_state=0, tol=None), space, "max_iter", 9)]
    small(continued, TASKS=tasks, N_ROWS=90, N_CANDIDATES=9, SEEDS=(0,))
    name, fit, whole, same = continued.row(0)
    assert name == "`SGDClassifier`"
    assert float(fit) > 0
    assert float(whole) > 0
    assert same.endswith("of 1")


def test_a_journal_is_written_timed_and_read(small, tmp_path):
    small(journal, N_ITER=2, N_FOLDS=2, N_MANY=4)
    folder = str(tmp_path)
    assert journal.calls(tmp_path / "calls") >= 0
    assert journal.timed_in_place(folder) > 0
    assert journal.least_in_place(tmp_path / "least") > 0
    for _ in range(2):
        journal.many(tmp_path / "many")
    assert History.read(tmp_path / "many").n_fits == 4 * 5


@pytest.mark.parametrize("name", ["Bayes", "CMA-ES", "Hyperband, racing"])
def test_kills_compare_what_a_search_makes_of_its_journal(name, small, tmp_path):
    small(kills, time=SimpleNamespace(sleep=lambda _: None))
    sent = []
    for _ in range(2):
        kills.fit(name, 1, tmp_path, None, SimpleNamespace(send=sent.append))
    assert sent[0] == sent[1]
    assert sent[0][1] is None
    n_done = (tmp_path / "journal").read_bytes().count(b'{"done"')
    assert kills.n_bytes(tmp_path / "log") == n_done
    assert len(kills.cases()) == 2 * len(kills.searches(""))


def test_hostile_tells_a_right_status_from_a_wrong_one(small, tmp_path, capsys):
    does = ["good", "raise", "score NaN", "score a string", "good"]
    listed = [{"does": d, "number": n} for n, d in enumerate(does)]
    search = hostile.search
    small(hostile, candidates=lambda: listed)
    limits = {"n_jobs": 1, "fit_timeout": None, "memory_limit": None}
    small(hostile, search=lambda path: search(path).set_params(**limits))
    hostile.fit(str(tmp_path / "journal"))
    found = json.loads(capsys.readouterr().out)
    assert (found["n_trials"], found["n_good"], found["wrong"]) == (5, 2, {})
    assert found["refitted"]
    counted = {"orphans": 0, "files": 0, "readable": 5, "seconds": 1.0}
    said = hostile.report(*3 * [found | counted | {"error": "'/a/b' is full"}])
    assert "| candidates in all | 5 | 5 | 5 | 400 |" in said
    assert "raised: 'b' is full" in said


def test_regret_is_measured_with_and_without_a_race(small):
    task = quick_regret.TASKS["elastic net"]
    small(quick_regret, N_ITER=6, SHOWN=(3, 6))
    found = quick_regret.regrets(task, 1)
    assert list(found) == ["random", "Bayes"]
    assert all(regret.shape == (1, 2) for regret in found.values())
    small(racing_in_bayes, N_ITER=6, N_FIRST=2, N_FOLDS=3)
    ((full, raced, fits),) = racing_in_bayes.row("", task, range(1))
    assert min(full, raced) == 0
    assert 0 < fits <= 1


def test_calibration_has_a_line_for_each_task_and_split(small, tmp_path, make_task):
    small(calibration, BUDGET=12)
    tasks = [make_task("one"), make_task("two")]
    for task, task.split in zip(tasks, ("tune", "report"), strict=True):
        task.space = Space((real("x", 1e-3, 1.0, 0.1, log=True),))
        task.evaluate = lambda config, task=task: type(task).evaluate(
            task, config | {"branch": "a"}
        )
    lines = calibration.table(tasks, Memo(tmp_path / "memo.sqlite"), range(1))
    assert len(lines) == 2 + 2 + 2
    assert lines[2].startswith("| one (tune) | ")


def test_pending_is_compared_with_one_at_a_time(small, tmp_path):
    def load(results, tasks, memo, budget, count):
        last = np.full((2 if count == 1 else 3, budget), 0.1 * count)
        last[:, -8] += 0.05
        cells = {((peer, PLAIN), t): Cell(last, last, last) for t in "ab" for peer in P}
        return Results(budget, count, {}, cells=cells)

    P = pending.BUDGETS
    small(pending, load=load, all_tasks=dict, memo_here=lambda _: None)
    said = pending.table(tmp_path)
    assert "| BayesSearchCV | 2 real | 50 | 2 | 1 | 0.100 | 1.00 | +0.000" in said
    assert "| EvolutionSearchCV | 2 surrogate | 100 | 3 | 8 | 0.800 | 8.00" in said
    assert said.count(" | 0.150 |") == 4  # what those with one had seven before the end


def test_a_suggestion_of_the_model_is_timed(small):
    small(suggestion, WINDOW=2)
    assert len(seconds := suggestion.alone(2, 6)) == 2
    assert "(" in suggestion.cells(seconds)


def test_suggestions_of_two_searches_are_timed_in_turn(small):
    small(suggestion, Proxy=Local)
    small(suggestion, SEARCHES={"ours": ("here", "ours_bayes", {})})
    space = Space((*suggestion.NUMBERS[:2], suggestion.CHOICES[0]))
    environments = SimpleNamespace(python=lambda name: name)
    seconds, versions = suggestion.alternate(space, 8, environments)
    assert len(seconds["ours"]) == 8
    assert versions["ours"].startswith(sklearn_hpo.__version__)


@pytest.mark.parametrize("kind", evolution_cost.EVOLUTIONS)
def test_evolution_is_timed(kind, small):
    small(evolution_cost, N_ITER=30, LAST=5)
    strategy = evolution_cost.EVOLUTIONS[kind]()
    assert min(evolution_cost.milliseconds(strategy)) >= 0


@pytest.mark.parametrize("name", ["ours_bayes", "ours_evolution", "ours_randomized"])
def test_our_runners_propose_what_lies_in_the_space(name, make_task):
    proxy, task = Local("", name, None, 0.0), make_task()
    what = {"space": task.space.to_json(), "seed": 0, "budget": 7, "n_folds": 1}
    proxy.start(what | {"first": None, "options": {}})
    for number in range(7):
        config = proxy.ask(number)["config"]
        outcome = task.evaluate(task.space.prune(config))
        proxy.tell(number, outcome.value, outcome.scores)
    assert "exhausted" in proxy.ask(7) or name != "ours_randomized"


@pytest.mark.parametrize("name", _ours.OURS)
def test_our_searches_spend_what_they_are_given(name, small):
    small(_instances, BUDGET=6.0)
    small(_ours, BUDGET=6.0)
    space = Space((real("x", 0.0, 1.0, 0.5), cat("k", ("a", "b"), "a")))
    instance = SimpleNamespace(
        task=SimpleNamespace(space=space),
        least=1,
        most=9,
        goes_on=True,
        score=lambda config, amount: -abs(config["x"] - 0.3) - 1 / amount,
    )
    account = _instances.Account(instance)
    _ours.search(account, name, 0)
    assert 6.0 <= account.cost < 7.0
    assert account.rows[-1]["cost"] == account.cost


def test_a_metric_of_a_surrogate_is_bounded_and_a_cost_is_not():
    (model,) = (one for one in MODELS if one.name == "rbv2_svm")
    task = SurrogateTask.__new__(SurrogateTask)
    task.model, task.instance = model, "54"
    codes = {c: {"54": 1, "radial": 1, "#na#": 0} for c in model.categorical}
    names = [SimpleNamespace(name="a"), SimpleNamespace(name="b")]
    made = SimpleNamespace(
        get_inputs=lambda: names, run=lambda *_: [np.array([[250.0, -1.0]])]
    )
    vars(task).update(_codes=codes, _session=made)
    found = [
        (
            task.predict({"branch": "radial"}, 1, p),
            task.output({"branch": "radial"}, 1, p),
        )
        for p in (0, 1)
    ]
    assert found == [(-100.0, 250.0), (0.0, -1.0)]


def test_two_objectives_are_compared_by_hypervolume(small):
    space = Space((real("x", 0.0, 1.0, 0.5), real("y", 0.0, 1.0, 0.5)))
    task = SimpleNamespace(
        name="toy",
        space=space,
        model=SimpleNamespace(repeats=(1,)),
        predict=lambda config, repeat, place: -config["x"] - config["y"],
        output=lambda config, repeat, place: 1000.0 ** (1 + config["y"]),
    )
    random = ("random", PLAIN)
    small(two_objectives, BUDGET=12, N_RANDOM=9, Proxy=Local, NSGA2=(random,))
    small(two_objectives, ROWS=(two_objectives.OURS, random))
    small(two_objectives, TASKS={"toy": ("loss", 0, "cost", 1)})
    small(two_objectives, all_tasks=lambda: {"toy": task})
    loss, cost = two_objectives.values(task, {"x": 0.25, "y": 0.5})
    assert (loss, cost) == (-0.75, pytest.approx(-4.5))
    said = two_objectives.table([0])
    assert "| `toy` | loss, cost | " in said
    assert f"Versions: sklearn_hpo EvolutionSearchCV {sklearn_hpo.__version__}" in said
    area = two_objectives.hypervolume(np.array([[1.0, 0.5], [0.5, 1.0], [-1.0, 2.0]]))
    assert area == 0.75
