"""Who has children, what a lost race counts for, and when to begin anew."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo.strategies._population import (
    Member,
    Population,
    usual_size,
    variance_ratio,
    worth,
)
from sklearn_hpo.trials import Candidate
from tests.strategies.evolving import told


def member(number: int, *values: float, branch: int = 0, scores=()) -> Member:
    return Member(number, branch, np.array([0.5]), values, np.array(scores, float))


def numbers(population) -> list[int]:
    return [m.number for m in population]


def test_whoever_is_too_many_is_the_worst() -> None:
    population = Population(3)
    for number, value in enumerate([1.0, 4.0, 2.0, 3.0, 0.0]):
        population.add(member(number, value))
    assert numbers(population) == [1, 3, 2]


def test_of_equals_the_later_stays() -> None:
    population = Population(2)
    for number in range(3):
        population.add(member(number, 1.0))
    assert numbers(population) == [2, 1]


def test_a_failed_candidate_is_no_member() -> None:
    population = Population(3)
    population.add(member(0, -math.inf))
    assert len(population) == 0


@pytest.mark.parametrize(("value", "stays"), [(0.9, 0), (1.0, 5), (1.1, 5)])
def test_a_child_that_is_no_worse_takes_the_place(value: float, stays: int) -> None:
    population = Population(3)
    for number, worth_ in enumerate([1.0, 3.0, 0.5]):
        population.add(member(number, worth_))
    population.fight(member(5, value), target=0)
    assert set(numbers(population)) == {1, 2, stays}


def test_a_place_that_is_gone_is_that_of_the_worst() -> None:
    population = Population(2)
    for number in range(2):
        population.add(member(number, float(number)))
    population.fight(member(7, 0.5), target=5)
    assert numbers(population) == [1, 7]


def test_with_several_objectives_the_place_is_that_of_the_worst() -> None:
    population = Population(2)
    population.add(member(0, 0.0, 1.0))
    population.add(member(1, 0.0, 0.0))
    population.fight(member(2, 1.0, 0.0), target=0)
    assert set(numbers(population)) == {0, 2}


def test_the_best_of_each_branch_is_known_for_good() -> None:
    population = Population(2)
    for number, (value, branch) in enumerate([(0.0, 1), (1.0, 0), (2.0, 0), (-1.0, 1)]):
        population.add(member(number, value, branch=branch))
    assert numbers(population) == [2, 1]
    rng = np.random.default_rng(0)
    elite = [population.elite(rng).number for _ in range(1000)]
    assert set(elite) == {0, 2}
    assert stats.binomtest(elite.count(0), 1000, 0.15).pvalue > 1e-6


def test_it_waits_until_it_is_full_or_will_be() -> None:
    population = Population(5)
    assert population.waits(100)
    for number in range(4):
        population.add(member(number, float(number)))
    assert population.waits(0)
    assert not population.waits(1)


@pytest.mark.parametrize(
    ("n_genes", "n_iter", "size"),
    [(1, 500, 8), (20, 500, 24), (20, 60, 10), (3, 12, 4)],
)
def test_the_usual_size(n_genes: int, n_iter: int, size: int) -> None:
    assert usual_size(n_genes, n_iter) == size


CANDIDATE = Candidate(3, {}, 0)


def test_what_lost_a_race_counts_for_its_estimate_less_its_standard_error() -> None:
    """So it beats a parent that is clearly worse, never the incumbent it lost to."""
    incumbent = told(CANDIDATE, 0.9, noise=0.01)
    lost = told(CANDIDATE, 0.8, noise=0.01 + 0.05**2, lost_to=incumbent)
    assert worth(lost) == (pytest.approx(0.75),)
    population = Population(3)
    for number, value in enumerate([0.9, 0.78, 0.6]):
        population.add(member(number, value))
    for target, wins in [(0, False), (1, False), (2, True)]:
        population.fight(member(10 + target, *worth(lost)), target)
        assert (10 + target in numbers(population)) is wins


def test_a_failure_counts_for_less_than_anything() -> None:
    assert worth(told(CANDIDATE, math.nan)) == (-math.inf,)
    assert worth(told(CANDIDATE, 0.5, math.nan)) == (-math.inf, -math.inf)


def test_the_ratio_is_that_of_a_two_way_analysis_of_variance() -> None:
    rng = np.random.default_rng(0)
    n, K = 7, 4
    scores = rng.normal(size=(n, 1)) + 5 * rng.normal(size=(1, K))
    scores = scores + 0.3 * rng.normal(size=(n, K))
    total = np.square(scores - scores.mean()).sum()
    rows = K * np.square(scores.mean(axis=1) - scores.mean()).sum()
    columns = n * np.square(scores.mean(axis=0) - scores.mean()).sum()
    rest = (total - rows - columns) / ((n - 1) * (K - 1))
    assert variance_ratio(scores) == pytest.approx(rows / (n - 1) / rest)


@pytest.mark.filterwarnings("error")
def test_the_ratio_has_no_unit() -> None:
    scores = np.random.default_rng(0).uniform(-1, 1, (6, 3))
    for unit in (1e300, 1e-300):
        assert variance_ratio(unit * scores) == pytest.approx(variance_ratio(scores))
    assert variance_ratio(np.zeros((6, 3))) == math.inf


def test_without_differences_the_ratio_has_the_f_distribution() -> None:
    rng = np.random.default_rng(0)
    found = [variance_ratio(rng.normal(size=(8, 5))) for _ in range(500)]
    # Rejects a right ratio once in a million.
    assert stats.kstest(found, stats.f(7, 28).cdf).pvalue > 1e-6


def test_nothing_is_known_of_the_noise_of_one_fold() -> None:
    assert variance_ratio(np.ones((5, 1))) == math.inf
    assert variance_ratio(np.empty((0,))) == math.inf


def test_hard_folds_are_not_noise() -> None:
    """Members whose order is the same on each fold are told apart, however little."""
    folds = np.array([0.0, 10.0, 20.0])
    population = Population(4)
    for i in range(4):
        scores = folds + 0.01 * i
        population.add(member(i, scores.mean(), scores=scores))
    assert not population.is_settled


def test_members_that_differ_by_chance_are_settled() -> None:
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(4, 5))
    scores -= 0.9 * scores.mean(axis=1, keepdims=True)
    population = Population(4)
    for i, row in enumerate(scores):
        assert not population.is_settled
        population.add(member(i, row.mean(), scores=row))
    assert population.is_settled


def test_equal_members_are_settled() -> None:
    population = Population(4)
    for i in range(4):
        population.add(member(i, 1.0, scores=[1.0, 1.0]))
    assert population.is_settled
