"""The shipped contracts: our own parts pass, broken ones do not."""

from __future__ import annotations

from dataclasses import replace
from typing import get_origin

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo import Categorical, Integer, Real, callbacks, schedules, strategies
from sklearn_hpo.callbacks import Callback, NoImprovement, TargetScore
from sklearn_hpo.contracts import (
    check_callback,
    check_distribution,
    check_schedule,
    check_strategy,
)
from sklearn_hpo.schedules import Full, Halving, Hyperband, Schedule
from sklearn_hpo.space import as_distribution
from sklearn_hpo.strategies import Bayes, First, Listed, MultiFidelity, Strategy
from sklearn_hpo.trials import Candidate
from tests.ids import stable

# What must be given to those of ours that cannot be made of nothing.
GIVEN = {
    First: ([], Bayes()),
    Halving: ([1, 3, 9],),
    Hyperband: (1, 9),
    MultiFidelity: (Bayes(),),
    NoImprovement: (3,),
    TargetScore: (0.9,),
}


def ours(face, base, *, but=()):
    """Make one of each class of a face that is of a kind."""
    things = [getattr(face, name) for name in face.__all__]
    classes = [x for x in things if isinstance(x, type) and get_origin(x) is None]
    kinds = [x for x in classes if issubclass(x, base)]
    return [kind(*GIVEN.get(kind, ())) for kind in kinds if kind not in {base, *but}]


def kind_of(thing) -> str:
    return type(thing).__name__


@pytest.mark.parametrize(
    "distribution",
    [
        Real(-1, 1),
        Real(1e-6, 1e6, log=True),
        Integer(0, 10),
        Integer(1, 1000, log=True),
        Categorical(["a", None, 1]),
        as_distribution([1, 10, 100]),
        as_distribution(["a", "b"]),
        as_distribution(stats.norm(2, 3)),
        as_distribution(stats.randint(1, 20)),
        as_distribution(stats.poisson(4)),
        as_distribution(stats.betabinom(20, 2, 3)),
        as_distribution(stats.logser(0.9)),
    ],
    ids=stable,
)
def test_our_distributions_pass(distribution) -> None:
    check_distribution(distribution)


# A list does not look back, so the laws of those that do are not its own.
@pytest.mark.parametrize(
    "strategy", ours(strategies, Strategy, but=[Listed]), ids=kind_of
)
def test_our_strategies_pass(strategy) -> None:
    check_strategy(strategy)


@pytest.mark.parametrize("schedule", ours(schedules, Schedule), ids=kind_of)
def test_our_schedules_pass(schedule) -> None:
    check_schedule(schedule)


@pytest.mark.parametrize("callback", ours(callbacks, Callback), ids=kind_of)
def test_our_callbacks_pass(callback) -> None:
    pytest.importorskip("rich")
    check_callback(callback)


class AtRandom(Strategy):
    """The smallest strategy: a uniform draw."""

    def start(self, space, n_iter, seed) -> None:
        self.space_ = space
        self.told_ = set()

    def ask(self, number, pending, rng):
        for _ in range(100):
            branch, u = self.space_.from_unit(rng.random((1, 1 + self.space_.n_dims)))
            params = self.space_.decode(int(branch[0]), u[0])
            if self.key(params) not in self.told_:
                return Candidate(number, params, int(branch[0]))
        return None

    def key(self, params):
        return self.space_.key(*self.space_.encode(params))

    def tell(self, trial) -> None:
        self.told_.add(self.key(trial.candidate.params))


class OwnsGenerator(AtRandom):
    def start(self, space, n_iter, seed) -> None:
        super().start(space, n_iter, seed)
        self.rng_ = np.random.default_rng(seed)


class DrawsItsOwn(OwnsGenerator):
    def ask(self, number, pending, rng):
        return super().ask(number, pending, self.rng_)


class GivesUp(AtRandom):
    def ask(self, number, pending, rng):
        return None if number > 2 else super().ask(number, pending, rng)


class LeavesTheSpace(AtRandom):
    def ask(self, number, pending, rng):
        return Candidate(number, {"x": "far away"})


class CountsQuestions(AtRandom):
    """Notes how often it was asked."""

    n_asked_ = 0

    def ask(self, number, pending, rng):
        self.n_asked_ += 1
        own = super().ask(number, pending, rng)
        return own and replace(own, note={"asked": self.n_asked_})


class NotesNoJson(AtRandom):
    def ask(self, number, pending, rng):
        own = super().ask(number, pending, rng)
        return own and replace(own, note={"parents": (1, 2)})


class NamesNoBranchThereIs(AtRandom):
    def ask(self, number, pending, rng):
        own = super().ask(number, pending, rng)
        return own and replace(own, branch=2)


class KnowsNoRaces(AtRandom):
    def tell(self, trial) -> None:
        super().tell(trial)
        assert trial.status != "discarded", "who lost a race"


def test_a_strategy_of_ten_lines_passes() -> None:
    check_strategy(AtRandom())


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (OwnsGenerator(), "law 2"),
        (DrawsItsOwn(), "law 1"),
        (GivesUp(), "law 3"),
        (LeavesTheSpace(), "outside the space"),
        (CountsQuestions(), "law 1"),
        (NotesNoJson(), "law 6"),
        (NamesNoBranchThereIs(), "no branch 2"),
        (KnowsNoRaces(), "who lost a race"),
    ],
)
def test_a_broken_strategy_fails(broken, law: str) -> None:
    with pytest.raises(AssertionError, match=law):
        check_strategy(broken)


class Shifted(Real):
    def encode(self, value):
        return min(1.0, super().encode(value) + 0.01)


def test_a_broken_distribution_fails() -> None:
    with pytest.raises(AssertionError, match="came back as"):
        check_distribution(Shifted(0, 1))


class KnowsAllValues(Integer):
    def encode(self, value):
        known = super().encode(value)
        return 0.5 if known is None else known


class CountsInPairs(Integer):
    """Ten values, two for each index."""

    def index(self, u):
        return min(int(5 * u), 4)

    def level(self, index):
        return (index + 0.4) / 5

    def decode(self, u):
        return 1 + min(int(10 * u), 9)

    def encode(self, value):
        return (value - 0.5) / 10 if isinstance(value, int | np.integer) else None

    def place(self, u):
        return np.minimum(np.floor(10 * u), 9) / 10

    @property
    def n_values(self):
        return 5


class ComesNear(Integer):
    def nearest(self, value):
        return value


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (KnowsAllValues(1, 9), "must be None"),
        (ComesNear(1, 9), "is none"),
        (CountsInPairs(1, 10), "has another value"),
    ],
)
def test_other_broken_distributions_fail(broken, promise: str) -> None:
    with pytest.raises(AssertionError, match=promise):
        check_distribution(broken)


class Forgets(Full):
    def tell(self, result, trial, history):
        verdict = super().tell(result, trial, history)
        return None if trial.candidate.number == 3 else verdict


def test_a_broken_schedule_fails() -> None:
    with pytest.raises(AssertionError, match="must be closed"):
        check_schedule(Forgets())


class CountsItsQuestions(Full):
    """Lets no more candidates in after 20 questions."""

    n_asked_ = 0

    def ask(self, history, rng):
        self.n_asked_ += 1
        proposal = super().ask(history, rng)
        is_new = proposal is not None and proposal[1] == 0
        return None if is_new and self.n_asked_ > 20 else proposal


def test_a_schedule_that_remembers_questions_fails() -> None:
    with pytest.raises(AssertionError, match="law 1"):
        check_schedule(CountsItsQuestions())


class Locked(Callback):
    def begin(self, history) -> None:
        self.handle = (value for value in [])


def test_a_broken_callback_fails() -> None:
    with pytest.raises((AssertionError, TypeError), match="pickle"):
        check_callback(Locked())
