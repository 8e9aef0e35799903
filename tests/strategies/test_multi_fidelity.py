"""What a strategy hears of candidates that were tried at several resources."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo import Categorical, Integer, Real
from sklearn_hpo.schedules import Hyperband
from sklearn_hpo.search import Loop
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import (
    CMAES,
    Bayes,
    DifferentialEvolution,
    MultiFidelity,
    Random,
    Strategy,
)
from sklearn_hpo.strategies._link import Link
from sklearn_hpo.trials import Candidate, FoldResult, History, Task
from tests.fakes import FakeEvaluator, Witness

SPACE = SearchSpace.from_user({"x": Real(0, 1), "kind": ["a", "b"]})
SEED = 7


class Hears(Strategy):
    """Notes what it is told and what is pending."""

    heard: list = []  # noqa: RUF012 (a clone must write into the same list)

    def start(self, space, n_iter, seed) -> None:
        self.heard.clear()

    def ask(self, number, pending, rng):
        self.pending_ = [c.number for c in pending]

    def tell(self, trial) -> None:
        self.heard.append(trial)


class Told:
    """A strategy that learns from rungs, told by hand."""

    def __init__(self, strategy=None) -> None:
        self.strategy = MultiFidelity(strategy or Hears())
        self.strategy.start(SPACE, 50, SEED)
        self.history = History(2, 50)

    def trial(self, number, resource, value, *, x=None):
        params = {"x": number / 50 if x is None else x, "kind": "a"}
        task = Task(-1, Candidate(number, params, 0), 0, resource)
        trial = self.history.issue(task)
        failed = math.isnan(value)
        scores = None if failed else value
        status = "failed" if failed else "ok"
        for fold in (0, 1):
            told = Task(-1, task.candidate, fold, resource)
            self.history.issue(told)
            result = FoldResult(told, scores, None, 0.0, 0.0, status, None)
            self.history.record(result)
        self.history.close(trial, "failed" if failed else "complete", value, 0.0)
        self.strategy.tell(trial)
        return trial

    def heard(self):
        """Return what the other strategy knows, by the number of the candidate."""
        self.strategy.ask(0, (), np.random.default_rng(0))
        heard = self.strategy.inner_.heard
        assert len({t.candidate.number for t in heard}) == len(heard)
        return {t.candidate.number: t for t in heard}


def test_with_one_resource_trials_are_told_as_they_are() -> None:
    told = Told()
    trials = [told.trial(number, 9, float(number)) for number in range(4)]
    assert list(told.heard().values()) == trials


def test_each_candidate_counts_once_by_the_highest_rung_it_has_reached() -> None:
    told = Told()
    for number in range(6):
        told.trial(number, 3, number / 10)
    top = [told.trial(number, 9, number / 10 + 1.0) for number in (3, 4, 5)]
    heard = told.heard()
    assert sorted(heard) == list(range(6))
    assert [heard[number] for number in (3, 4, 5)] == top
    for number in (0, 1, 2):
        assert heard[number].value == pytest.approx(number / 10 + 1.0)
        assert heard[number].unseen > 0.0
        np.testing.assert_allclose(heard[number].scores, heard[number].value)
        assert heard[number].values == (heard[number].value,)


def test_rungs_that_rank_well_are_trusted_more() -> None:
    doubts = []
    for spoil in (0.0, 0.3, 3.0):
        told = Told()
        for number in range(12):
            told.trial(number, 3, number / 10)
        for number in range(4, 12):
            told.trial(number, 9, number / 10 + spoil * (-1) ** number)
        doubts.append(told.heard()[0].unseen)
    assert doubts == sorted(doubts)
    assert doubts[2] > 10 * doubts[0]


def test_two_links_make_a_longer_way_and_more_doubt() -> None:
    told = Told()
    for resource, numbers in {1: range(12), 3: range(6, 12), 9: range(9, 12)}.items():
        for number in numbers:
            told.trial(number, resource, number / 10 + math.log(resource))
    heard = told.heard()
    assert heard[8].value == pytest.approx(0.8 + math.log(9))
    assert heard[5].value == pytest.approx(0.5 + math.log(9))
    assert heard[5].unseen > heard[8].unseen > heard[11].unseen == 0.0


def test_a_rung_that_shares_too_few_is_only_known_to_be_tried() -> None:
    told = Told()
    for number in range(6):
        told.trial(number, 3, number / 10)
    told.trial(5, 9, 1.5)
    told.trial(6, 9, 1.2)
    assert sorted(told.heard()) == list(range(6))
    assert told.strategy.inner_.pending_ == [6]
    told.trial(4, 9, 1.3)  # the second one on both
    assert sorted(told.heard()) == list(range(7))
    assert told.strategy.inner_.pending_ == []


def test_a_candidate_that_failed_at_any_rung_has_failed() -> None:
    told = Told()
    for number in range(4):
        told.trial(number, 3, number / 10)
    told.trial(3, 9, math.nan)
    told.trial(4, 3, math.nan)
    heard = told.heard()
    assert [n for n in heard if math.isnan(heard[n].value)] == [3, 4]


def test_one_that_is_rising_is_not_pending() -> None:
    told = Told()
    first, second = (told.trial(n, 3, 0.1 * n).candidate for n in (0, 1))
    told.strategy.ask(2, [first, second, Candidate(2, {}, 0)], None)
    assert told.strategy.inner_.pending_ == [2]


def test_a_link_is_a_bayesian_regression() -> None:
    """Its moments are those of a Student distribution found on a grid."""
    rng = np.random.default_rng(3)
    a = rng.normal(size=9)
    b = 0.7 * a + 2.0 + 0.2 * rng.normal(size=9)
    link = Link.of(a, b, spread=1.0)
    da, db = a - a.mean(), b - b.mean()
    slopes = np.linspace(-3, 4, 20001)
    # The prior of the slope is N(1, v / (kappa s^2)): its exponent is a squared error
    # in units of v like those of the data.
    errors = ((db[:, None] - slopes * da[:, None]) ** 2).sum(axis=0)
    errors += 2.0 * (slopes - 1.0) ** 2
    assert link.slope == pytest.approx(slopes[errors.argmin()], abs=1e-3)
    value, noise = link(1.5, 0.0)
    assert value == pytest.approx(b.mean() + link.slope * (1.5 - a.mean()))
    spread_of_slope = 1.0 / (da @ da + 2.0)
    assert noise == pytest.approx(
        link.variance * (1 + 1 / 9 + (1.5 - a.mean()) ** 2 * spread_of_slope)
    )


def test_a_link_of_many_is_least_squares() -> None:
    rng = np.random.default_rng(4)
    a = rng.normal(size=4000)
    b = 0.5 * a + rng.normal(size=4000)
    line = stats.linregress(a, b)
    link = Link.of(a, b, spread=1.0)
    assert link.slope == pytest.approx(line.slope, abs=1e-3)
    assert link.variance == pytest.approx(np.var(b - line.slope * a), rel=1e-2)


def test_a_link_is_not_turned_round() -> None:
    """A rung that ranks the wrong way says nothing; it is not believed in reverse."""
    a = np.linspace(0, 1, 30)
    link = Link.of(a, -a, spread=0.5)
    assert link.slope == 0.0
    assert link(0.0, 0.0)[0] == link(1.0, 0.0)[0] == pytest.approx(-0.5)


def test_a_link_between_equal_scores_is_finite() -> None:
    same = np.full(3, 0.5)
    assert Link.of(same, same, spread=0.0)(0.5, 0.0) == (0.5, 0.0)


SPACES = {
    "numbers": {"x": Real(1e-3, 1e3, log=True), "n": Integer(1, 9)},
    "choices": {"kind": Categorical(["a", "b", None]), "x": Real(0, 1)},
    "few points": {"kind": ["a", "b", "c"], "n": [1, 2]},
}


def score(task: Task) -> float | None:
    params = task.candidate.params
    if params.get("n") == 5:
        return None
    kind = {"a": 0.0, "b": 0.3, "c": 0.2}.get(params.get("kind"), 0.1)
    x = math.log10(params["x"]) / 6 if params.get("x") else 0.0
    return kind - x**2 - params.get("n", 2) / 50 - 1 / task.resource + task.fold / 100


@pytest.mark.parametrize("values", SPACES.values(), ids=list(SPACES))
@pytest.mark.parametrize(
    "strategy", [Random(), Bayes(), DifferentialEvolution(), CMAES()], ids=repr
)
def test_law_1_holds_across_rungs(strategy, values) -> None:
    space = SearchSpace.from_user(values)
    witness = Witness(lambda: MultiFidelity(strategy))
    schedule, n_iter = Hyperband(1, 9), 24
    schedule.start(witness, space, n_iter, SEED, 2, 2)
    history = History(2, n_iter, seed=SEED)
    evaluator = FakeEvaluator(score, lambda task: task.resource)
    Loop(schedule, history, evaluator, capacity=lambda: 3, lookahead=4).run()
    assert history.n_candidates == min(n_iter, space.size)
    assert history.incumbent(9) is not None
    assert len({t.resource for t in history.trials}) == 3


def test_a_model_learns_from_the_cheap_what_is_good_at_the_top() -> None:
    """With eleven cheap trials and three dear ones it knows where the optimum is."""
    told = Told(Bayes(n_initial=2))
    for number, x in enumerate(np.linspace(0, 1, 11)):
        told.trial(number, 1, -((x - 0.7) ** 2), x=x)
    for number, x in ((6, 0.6), (7, 0.7), (8, 0.8)):
        told.trial(number, 9, 1.0 - (x - 0.7) ** 2, x=x)
    rng = np.random.default_rng(0)
    proposed = told.strategy.ask(12, (), rng)
    assert proposed.note["mean"] > 0.5  # in units of the highest rung
    grid = np.linspace(0, 1, 21)
    means = told.strategy.inner_.expected(
        Candidate(0, {"x": x, "kind": "a"}, 0) for x in grid
    )
    assert abs(grid[means.argmax()] - 0.7) < 0.1


def test_one_in_four_is_drawn_when_there_are_rungs() -> None:
    told = Told(Bayes(n_initial=2))
    for number in range(8):
        told.trial(number, 3, -((number / 50 - 0.1) ** 2))

    def notes():
        return [
            told.strategy.ask(n, (), np.random.default_rng(n)).note is None
            for n in range(8, 16)
        ]

    assert not any(notes())  # with one resource the other strategy is asked alone
    told.trial(7, 9, 0.0)
    assert notes() == [False, False, False, True] * 2
