"""Racing: the order of folds, the rule, and what it may not do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo.schedules import PairedTRule, Racing, RacingRule
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Listed
from sklearn_hpo.trials import Candidate, FoldResult, History, Task


def started(rule=None, n_folds=5, best_possible=None):
    rule = rule or PairedTRule()
    rule.start(n_folds, best_possible)
    return rule


def partial_scores(*scores, n_folds=5):
    return np.array([*scores, *[np.nan] * (n_folds - len(scores))])


INCUMBENT = np.array([0.80, 0.84, 0.82, 0.86, 0.83])


class Closed:
    """A closed trial, as far as a rule reads it."""

    def __init__(self, scores) -> None:
        self.scores = np.asarray(scores, dtype=float)


def experienced(n=3, best_possible=None):
    """A rule that has seen differences vary by 0.02 or so."""
    rule = started(best_possible=best_possible)
    rng = np.random.default_rng(0)
    for _ in range(n):
        rule.tell(Closed(INCUMBENT + rng.normal(-0.1, 0.02, 5)), Closed(INCUMBENT))
    return rule


def test_a_hopeless_candidate_ends_after_one_fold() -> None:
    value, noise = experienced().judge(partial_scores(0.5), INCUMBENT)
    assert value == pytest.approx(INCUMBENT.mean() - 0.3)
    assert noise > INCUMBENT.var(ddof=1) / 5


@pytest.mark.filterwarnings("error")
def test_scores_too_large_to_be_squared() -> None:
    rule = experienced(best_possible=0.0)
    best = -1e200 * np.array([1.0, 2.0, 3.0, 2.0, 1.0])
    value, noise = rule.judge(partial_scores(-1e300), best)
    assert value < best.mean()
    assert noise == math.inf
    assert 0.0 <= rule.chance(partial_scores(-1e300, -1e300), best) <= 0.5
    rule.tell(Closed(-best), Closed(best))


def test_a_good_candidate_goes_on() -> None:
    rule = experienced()
    assert rule.judge(partial_scores(0.80), INCUMBENT) is None
    assert rule.judge(partial_scores(0.79, 0.84, 0.82, 0.85), INCUMBENT) is None


def test_after_one_fold_the_score_must_be_below_all_of_the_incumbents() -> None:
    rule = experienced()
    steady = np.array([0.95, 0.60, 0.60, 0.60, 0.60])
    assert rule.judge(partial_scores(0.61), steady) is None


def test_the_chance_is_students_t_with_the_finite_population_correction() -> None:
    rule = experienced()
    scores = partial_scores(0.78, 0.83, 0.79)
    d = (scores - INCUMBENT)[:3]
    v0 = max(np.median(rule.variances_), 0.5 * INCUMBENT.var(ddof=1))
    v = (4 * v0 + ((d - d.mean()) ** 2).sum()) / 6
    t = d.mean() / math.sqrt(v * (1 / 3 - 1 / 5))
    expected = stats.t(df=6).cdf(t)
    assert rule.chance(scores, INCUMBENT) == pytest.approx(expected)


def test_the_chance_is_a_probability_over_the_folds_to_come() -> None:
    """Differences are normal: among candidates of equal means, p is uniform.

    With 4,000 draws the distance of the empirical distribution from the uniform one
    exceeds 0.031 once in 1,000 runs; the rest is for the prior on the variance, which
    is a number here and no distribution.
    """
    rng = np.random.default_rng(1)
    d = rng.normal(0, 0.02, (4000, 10))
    d -= d.mean(axis=1, keepdims=True)  # equal means over all ten folds
    incumbent = np.zeros(10)
    rule = started(n_folds=10)
    for row in d[:101]:
        rule.tell(Closed(row), Closed(incumbent))
    chances = [
        rule.chance(partial_scores(*row[:4], n_folds=10), incumbent) for row in d
    ]
    assert stats.kstest(chances, "uniform").statistic < 0.05


def test_the_bound_is_exact() -> None:
    rule = started(best_possible=1.0)
    # 0.1 + 4 x 1.0 is 4.1 of 5: 0.82 on average, below the incumbent's 0.83.
    assert rule.judge(partial_scores(0.1), INCUMBENT) is not None
    assert rule.judge(partial_scores(0.2), INCUMBENT) is None


def test_few_candidates_are_raced_by_the_bound_alone() -> None:
    scores = partial_scores(0.3, 0.3, 0.3)
    assert experienced(n=2).judge(scores, INCUMBENT) is None
    assert experienced(n=3).judge(scores, INCUMBENT) is not None
    assert experienced(n=2, best_possible=1.0).judge(scores, INCUMBENT) is not None


@pytest.mark.parametrize("scores", [(), (math.nan,), (-math.inf,), (0.1,) * 5])
def test_nothing_is_said_of_no_fold_all_folds_or_no_number(scores) -> None:
    assert experienced().judge(partial_scores(*scores), INCUMBENT) is None


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_estimate_is_below_the_incumbent(k) -> None:
    rng = np.random.default_rng(k)
    rule, n = experienced(best_possible=1.0), 0
    for _ in range(300):
        incumbent = rng.uniform(0.5, 1.0, 5)
        verdict = rule.judge(partial_scores(*rng.uniform(0, 1, k)), incumbent)
        if verdict is not None:
            n += 1
            assert verdict[0] < incumbent.mean()
    assert n > 10


def test_equal_scores_on_all_folds_leave_no_doubt() -> None:
    rule = started()
    flat = np.full(5, 0.5)
    for _ in range(3):
        rule.tell(Closed(flat - 0.1), Closed(flat))
    assert rule.judge(partial_scores(0.4), flat) is not None
    assert rule.judge(partial_scores(0.5), flat) is None
    assert rule.judge(partial_scores(0.6), flat) is None


@pytest.mark.parametrize("delta", [-0.1, 0.5, math.nan])
def test_delta_must_be_a_small_probability(delta) -> None:
    with pytest.raises(ValueError, match=r"expected delta in \[0, 0\.5\)"):
        started(PairedTRule(delta))


class EndsAtOnce(RacingRule):
    """Ends every candidate after its first fold."""

    def start(self, n_folds, best_possible) -> None:
        self.told_ = []

    def judge(self, scores, incumbent_scores):
        return float(incumbent_scores.mean() - 1), 1.0

    def chance(self, scores, incumbent_scores) -> float:
        return 0.5

    def tell(self, trial, incumbent) -> None:
        self.told_.append(trial.candidate.number)


class Search:
    """A schedule with a history, told by hand."""

    def __init__(self, schedule, n_iter=6, n_folds=3, width=1) -> None:
        self.schedule, self.history = schedule, History(n_folds, n_iter)
        listed = Listed([{"a": i} for i in range(n_iter)])
        schedule.start(listed, SearchSpace([{}]), n_iter, 0, n_folds, width)
        self.tasks = []

    def issue(self):
        proposal = self.schedule.ask(self.history, None)
        if proposal is None:
            return None
        self.tasks.append(Task(len(self.tasks), *proposal))
        self.history.issue(self.tasks[-1])
        return self.tasks[-1].candidate.number, self.tasks[-1].fold

    def tell(self, number, fold, score) -> str | None:
        task = next(
            t for t in self.tasks if (t.candidate.number, t.fold) == (number, fold)
        )
        result = FoldResult(task, score, None, 0.0, 0.0)
        trial = self.history.record(result)
        verdict = self.schedule.tell(result, trial, self.history)
        if verdict is None:
            return None
        self.history.close(trial, *verdict)
        return verdict[0]

    def run(self, number, *scores) -> str | None:
        for fold, score in enumerate(scores):
            assert self.issue() == (number, fold)
            status = self.tell(number, fold, score)
        return status


def test_the_first_candidate_gets_all_folds() -> None:
    assert Search(Racing(EndsAtOnce())).run(0, 0.5, 0.4, 0.6) == "complete"


def test_a_discarded_candidate_gets_no_further_fold() -> None:
    search = Search(Racing(EndsAtOnce()))
    search.run(0, 0.5, 0.4, 0.6)
    assert search.run(1, 0.4) == "discarded"
    assert search.issue() == (2, 0)
    trial = search.history.trials[1]
    assert trial.lost_to is search.history.trials[0]
    assert trial.value == -0.5
    assert search.schedule.rule_.told_ == [1]


def test_with_one_worker_a_candidate_is_finished_before_the_next() -> None:
    search = Search(Racing())
    assert search.issue() == (0, 0)
    search.tell(0, 0, 0.5)
    assert search.issue() == (0, 1)


def test_due_folds_come_first_the_likeliest_to_win_before_others() -> None:
    search = Search(Racing(), width=3)
    for number in range(3):
        assert search.issue() == (number, 0)
    # All folds run: a new candidate would be the fourth, so speculation it is.
    assert search.issue() == (0, 1)
    search.tell(1, 0, 0.9)
    search.tell(2, 0, 0.8)
    assert search.issue() == (1, 1)


def test_the_likeliest_goes_first_against_an_incumbent() -> None:
    search = Search(Racing(), width=1)
    search.run(0, 0.5, 0.4, 0.6)
    search.schedule.width_ = 3
    for number in (1, 2, 3):
        assert search.issue() == (number, 0)
    search.tell(1, 0, 0.48)
    search.tell(2, 0, 0.52)
    search.tell(3, 0, 0.49)
    assert [search.issue() for _ in range(3)] == [(2, 1), (3, 1), (1, 1)]


def test_a_failed_fold_leaves_the_race_to_the_folds_of_a_list() -> None:
    search = Search(Racing(EndsAtOnce()))
    search.run(0, 0.5, 0.4, 0.6)
    search.issue()
    task = search.tasks[-1]
    result = FoldResult(task, None, None, 0.0, 0.0, "failed", "Traceback")
    trial = search.history.record(result)
    assert search.schedule.tell(result, trial, search.history) is None
    assert search.issue() == (1, 1)


def test_law_1_a_rule_changes_in_tell_alone() -> None:
    rule = experienced()
    before = repr(vars(rule))
    rule.judge(partial_scores(0.5), INCUMBENT)
    rule.chance(partial_scores(0.5), INCUMBENT)
    assert repr(vars(rule)) == before


def test_candidates_from_a_list_are_never_lost() -> None:
    search = Search(Racing(EndsAtOnce()), n_iter=4)
    search.run(0, 0.5, 0.4, 0.6)
    for number in (1, 2, 3):
        search.run(number, 0.1)
    assert search.issue() is None
    assert isinstance(search.history.trials[3].candidate, Candidate)
