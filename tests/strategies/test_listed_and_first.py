from __future__ import annotations

from dataclasses import replace

import pytest

from sklearn_hpo.space import Real, SearchSpace
from sklearn_hpo.strategies import First, Listed, Strategy
from sklearn_hpo.trials import Candidate, History, Task

SPACE = SearchSpace.from_user({"a": Real(0, 1)})


class Recording(Strategy):
    def start(self, space, n_iter, seed) -> None:
        self.told_ = []
        self.pending_ = []

    def ask(self, number, pending, rng) -> Candidate:
        self.pending_.append([c.number for c in pending])
        return Candidate(number, {"a": 0.5}, 0)

    def tell(self, trial) -> None:
        self.told_.append(trial.candidate.number)


def trial(candidate: Candidate):
    return History(1, 1).issue(Task(0, candidate, 0))


def test_listed_answers_its_candidates_in_order() -> None:
    candidates = [{"a": 1}, {"a": 1}, {"a": 2}]
    strategy = Listed(candidates)
    strategy.start(SPACE, 3, 0)
    asked = [strategy.ask(number, (), None) for number in range(3)]
    assert [c.params for c in asked] == candidates
    assert strategy.ask(3, (), None) is None
    assert not strategy.looks_back


@pytest.fixture
def first() -> First:
    strategy = First([{"a": 0.1}, {"a": 7}, {"a": 0.1}], Recording())
    strategy.start(SPACE, 9, 0)
    return strategy


def test_first_answers_its_points_once_each(first) -> None:
    asked = [first.ask(number, (), None) for number in range(3)]
    assert [c.params["a"] for c in asked] == [0.1, 7, 0.5]
    assert [c.number for c in asked] == [0, 1, 2]


def test_first_keeps_points_from_outside_to_itself(first) -> None:
    asked = [first.ask(number, (), None) for number in range(2)]
    for candidate in asked:
        first.tell(trial(candidate))
    first.ask(2, asked, None)
    assert first.strategy.told_ == [0]
    assert first.strategy.pending_ == [[0]]


def test_first_drops_what_repeats_a_point_from_outside() -> None:
    strategy = First([{"a": 7}, {"a": 7}, {"a": 8}, {"a": 7.0}], Recording())
    strategy.start(SPACE, 9, 0)
    assert [c.params["a"] for c in strategy.candidates_] == [7, 8, 7.0]


class NamesNoBranch(Recording):
    def ask(self, number, pending, rng) -> Candidate:
        return replace(super().ask(number, pending, rng), branch=None)


def test_first_names_the_branch_where_the_other_does_not() -> None:
    strategy = First([{"a": 7}], NamesNoBranch())
    strategy.start(SPACE, 9, 0)
    own = strategy.ask(1, (), None)
    assert own.branch == 0
    strategy.ask(2, [own], None)
    strategy.tell(trial(own))
    assert strategy.strategy.pending_[-1] == [1]
    assert strategy.strategy.told_ == [1]


def test_first_looks_back_if_the_other_does(first) -> None:
    assert first.looks_back
    assert not First([], Listed([])).looks_back


def test_before_a_list_points_come_in_addition() -> None:
    strategy = First([{"b": 0}], Listed([{"a": 1}, {"a": 2}]))
    strategy.start(SPACE, 3, 0)
    asked = [strategy.ask(number, (), None) for number in range(3)]
    assert [c.params for c in asked] == [{"b": 0}, {"a": 1}, {"a": 2}]
    assert [c.number for c in asked] == [0, 1, 2]
    assert strategy.ask(3, (), None) is None
