"""What the benchmark of costs counts, and what it makes of its records."""

from __future__ import annotations

import json
import math
import random
import time
from contextlib import suppress
from unittest import mock

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.compare._space import integer, real
from benchmarks.compare.tasks._data import bundled
from benchmarks.cost import _ours, _runs, _sklearn
from benchmarks.cost._account import BUDGET, Account, Enough
from benchmarks.cost._meter import Meter
from benchmarks.cost._runs import Job
from benchmarks.cost._searches import OURS, SEARCHES, YARDSTICK
from benchmarks.cost._table import comparable, text
from benchmarks.cost._tasks import EVERY, SAMPLES, TASKS, Task

FOREST = Task(
    "breast_cancer",
    380,
    RandomForestClassifier(9, random_state=0),
    (integer("max_depth", 1, 4, 1), integer("min_samples_leaf", 1, 40, 1, log=True)),
    "neg_log_loss",
    "n_estimators",
)
MACHINE = Task(
    "breast_cancer",
    380,
    SVC(),
    (real("C", 1e-3, 1e3, 1.0, log=True),),
    "accuracy",
    SAMPLES,
)


@pytest.fixture(autouse=True)
def cancer(monkeypatch):
    """Give both tasks their data, and the table of tasks the first."""
    data = bundled("breast_cancer", 380)
    for task in (FOREST, MACHINE):
        monkeypatch.setitem(task.__dict__, "data", data)
    monkeypatch.setitem(TASKS, "forest", FOREST)


@pytest.fixture
def clock(monkeypatch):
    """Return a clock of all kinds of seconds, to be set."""
    now = [0.0]
    for name in ("thread_time", "process_time"):
        monkeypatch.setattr(time, name, lambda: now[0])
    return now


class Slow(SGDClassifier):
    """Its fits take a second of the clock, and are made by its other fits."""

    clock: list[float]

    def fit(self, X, y):
        self.clock[0] += 1.0
        return self.partial_fit(X, y)

    def partial_fit(self, X, y):
        self.clock[0] += 1.0
        return self


def test_a_fit_inside_a_fit_counts_once(clock):
    model, meter = Slow(), Meter()
    Slow.clock = clock
    with meter.on(model):
        model.fit(None, None)
        model.partial_fit(None, None)
        assert type(model) is Slow
    assert meter.seconds == 3.0
    model.fit(None, None)
    assert meter.seconds == 3.0


def test_what_is_off_the_account_is_put_aside(clock):
    model, meter = Slow(), Meter()
    Slow.clock = clock
    with meter.on(model), meter.off():
        model.fit(None, None)
    assert (meter.seconds, meter.aside) == (0.0, 2.0)


def test_steps_of_a_pipeline_count_by_themselves_too(clock):
    pipeline, meter = make_pipeline(StandardScaler(), Slow()), Meter()
    Slow.clock = clock
    with meter.on(pipeline):
        pipeline.fit([[0.0], [1.0]], [0, 1])
        assert meter.seconds == 2.0
        pipeline[-1].fit(None, None)
        assert meter.seconds == 4.0


def account_of(full, **arguments):
    """Return an account whose candidates have known scores with everything."""
    task = mock.Mock()
    task.score.side_effect = lambda config: full[config["x"]]
    return Account(task, Meter(), **arguments)


def test_the_best_at_the_highest_amount_is_held():
    account = account_of([0.1, 0.2, 0.3, 0.4, 0.5], target=0.3)
    told = [(0, 1, 0.9), (1, 1, 0.8), (2, 9, 0.2), (3, 9, math.nan), (4, 1, 0.99)]
    for cost, (x, amount, score) in enumerate(told):
        account.meter.seconds = float(cost)
        account.tell({"x": x}, amount, score)
    assert [entry["config"]["x"] for entry in account.held] == [0, 2]
    assert account.reached == 2.0


def test_a_candidate_is_scored_with_everything_once():
    account = account_of([0.1])
    for amount in (1, 3):
        account.tell({"x": 0}, amount, 0.5)
    assert [entry["full"] for entry in account.held] == [0.1, 0.1]
    assert account.task.score.call_count == 1


@pytest.mark.parametrize(
    ("spent", "target", "spends_all", "is_over"),
    [
        (0.5, 0.1, False, True),
        (0.5, 0.1, True, False),
        (1.0, 0.1, True, True),
        (1.4, 0.9, False, False),
        (1.0, 0.9, True, False),
        (BUDGET, 0.9, False, True),
    ],
)
def test_a_search_ends_at_the_target_or_the_budget(spent, target, spends_all, is_over):
    account = account_of([0.5], target=target, whole=10.0, spends_all=spends_all)
    account.tell({"x": 0}, 1, 0.5)
    account.meter.seconds = 10.0 * spent
    assert account.is_over == is_over


def test_the_winner_is_what_was_held_at_the_cost_of_random_search():
    account = account_of([0.1, 0.2, 0.3], whole=10.0)
    for x, cost in enumerate((5.0, 10.0, 10.1)):
        account.meter.seconds = cost
        account.tell({"x": x}, 1, x)
    assert account.winner()["config"] == {"x": 1}


def test_random_search_tells_every_better_candidate():
    account = Account(FOREST, Meter())
    with mock.patch.object(_sklearn, "N_ITER", 5):
        _sklearn.randomized(FOREST, account, 0)
    last = account.held[-1]
    model, data = FOREST.make(last["config"]), FOREST.data
    scores = cross_val_score(
        model, data.X, data.y, cv=FOREST.cv, scoring="neg_log_loss"
    )
    assert last["score"] == last["full"] == pytest.approx(scores.mean())
    assert last["score"] == max(entry["score"] for entry in account.held)


@pytest.mark.parametrize("task", [FOREST, MACHINE], ids=["iterations", "samples"])
@pytest.mark.parametrize("search", [_sklearn.halving, _ours.halving, _ours.hyperband])
def test_amounts_rise_to_everything(task, search):
    account = Account(task, Meter())
    with (
        mock.patch.object(_sklearn, "N_ITER", 9),
        mock.patch.object(_ours, "N_ITER", 9),
        mock.patch.object(account, "tell") as tell,
        mock.patch.object(Account, "is_over", new_callable=mock.PropertyMock) as over,
        suppress(Enough),
    ):
        over.side_effect = lambda: tell.call_count >= 20
        search(task, account, 0)
    amounts = [call.args[1] for call in tell.call_args_list]
    assert len(set(amounts)) == 3
    # scikit-learn's test folds of the highest rung are whole, but for a rest.
    most = (
        task.most / 3 if search is _sklearn.halving and task is MACHINE else task.most
    )
    assert 0.9 * most < max(amounts) <= most


def test_a_search_is_started_again_with_other_seeds():
    account, seeds = account_of([], whole=10.0), []

    def function(task, account, seed):
        seeds.append(seed)
        account.meter.seconds += 6.0

    assert _runs._spend(function, account, 2, once=False) == (3, None)
    assert seeds == [3000, 3001, 3002]
    assert _runs._spend(function, account, 2, once=True) == (1, None)
    assert seeds[-1] == 2


def test_a_search_that_breaks_every_time_is_given_up():
    function = mock.Mock(side_effect=ValueError("no"))
    account = account_of([], whole=10.0)
    said = _runs._spend(function, account, 0, once=False)
    assert said == (3, "ValueError: no")


def test_a_search_leaves_a_record_that_is_found_again():
    with mock.patch.object(_sklearn, "N_ITER", 4):
        whole = _runs.search(Job("forest", YARDSTICK, 0))
    assert whole["score"] == whole["held"][-1]["full"]
    assert 0 < whole["cost"] < whole["cpu"]
    assert whole["test"] == FOREST.test_score(whole["held"][-1]["config"])
    ours = _runs.search(
        Job("forest", OURS, 0), target=whole["score"], whole=whole["cost"]
    )
    assert ours["problem"] is None
    assert ours["cost"] >= whole["cost"]
    read = [json.loads(json.dumps(record)) for record in (whole, ours)]
    assert Job("forest", OURS, 0).find(read) == read[1]
    assert Job("forest", OURS, 1).find(read) is None


def record(task, search, seed, reached=None, test=None, problem=None):
    about = {"task": task, "search": search, "seed": seed, "problem": problem}
    return about | {
        "fingerprint": TASKS[task].fingerprint,
        "cost": 150.0 if reached is None else reached,
        "cpu": 200.0,
        "whole": 100.0,
        "reached": reached,
        "test": test,
        "version": "1",
        "scikit-learn": "2",
    }


def records(n_seeds=3):
    """Return those of a search that halves the cost, and one that seldom gets there."""
    made = []
    for seed in range(n_seeds):
        made += [
            record("forest", YARDSTICK, seed, 100.0, 0.5),
            record("forest", OURS, seed, 50.0 + seed, 0.6),
            record("forest", "HalvingRandomSearchCV", seed, None if seed else 20.0),
        ]
    return made


def test_a_search_that_never_gets_there_is_dearer_than_any():
    said = text(records(), "here")
    assert "| forest | 100 | 0.51 | > 1.5 (1/3) |" in said
    assert "| **median** |  | **0.51** | **> 1.5** |" in said
    assert "| first |  | 1 of 1 | 0 of 1 |" in said
    assert f"{OURS} costs more than random search on: none." in said


def test_random_search_that_breaks_is_said_and_compared_with_nothing():
    job = Job("forest", YARDSTICK, 0)
    broken = [_runs._broken(job, "timeout after 9 s")]
    for some in (broken, [*broken, *records()]):
        assert "* scikit-learn RandomizedSearchCV, forest, seed 0" in text(some, "here")


def test_held_out_scores_are_compared_seed_by_seed():
    assert "| 0.5000 | 0.6000 | +0.1000 ± 0.0000 |" in text(records(), "here")
    worse = [r | ({"test": 0.4} if r["search"] == OURS else {}) for r in records()]
    said = "is worse by more than two standard errors on: forest."
    assert said in text(worse, "here")


def test_searches_are_compared_on_what_all_have_done():
    stale = record("forest", OURS, 3, 1.0) | {"fingerprint": "another"}
    more = [record("forest", YARDSTICK, 3, 100.0), stale]
    found = comparable([*records(), *more])
    assert {len(some) for some in found.values()} == {3}
    needing = next(name for name, e in SEARCHES.items() if e.needs_partial_fit)
    assert not Job("forest", needing, 0).is_possible


@pytest.mark.parametrize("task", EVERY.values(), ids=EVERY)
def test_a_space_is_one_of_its_estimator(task):
    rng = random.Random(0)
    config = {param.name: param.sample(rng) for param in task.params}
    assert task.config_of(task.make(config)) == config
    assert task.resource in {*task.estimator.get_params(), SAMPLES} - set(config)


def test_defaults_are_known_if_they_lie_in_the_space():
    assert MACHINE.defaults == {"C": 1.0}
    assert FOREST.defaults is None
