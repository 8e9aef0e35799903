"""Hyperband: who rises and when, where candidates start, the race, the drift."""

from __future__ import annotations

import itertools
import logging
import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo import Real
from sklearn_hpo.schedules import Hyperband
from sklearn_hpo.schedules._ladder import Ladder, rungs_of
from sklearn_hpo.search import Loop
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, First, MultiFidelity, Random
from sklearn_hpo.trials import Candidate, FoldResult, History, Task
from tests.fakes import FakeEvaluator

SPACE = SearchSpace.from_user({"x": Real(0, 1)})
SEED, N_FOLDS, TOP = 4, 3, 27


def score(task: Task) -> float | None:
    """Return a score that more resources make less noisy; some candidates fail."""
    x, r = task.candidate.params["x"], task.resource
    if 0.1 < x < 0.25:
        return None
    noise = np.random.default_rng([int(1e9 * x), int(r)]).normal(0, 0.1 / r)
    return -((x - 0.6) ** 2) - 1.0 / r + noise + 0.01 * task.fold


def run(n_iter=30, *, strategy=None, score=score, space=SPACE, lookahead=1, **options):
    """Search with fakes; return the history and the evaluator."""
    run_options = {"capacity": 1, "duration": lambda task: 1.0}
    run_options |= {k: options.pop(k) for k in ("capacity", "duration") if k in options}
    schedule = Hyperband(**{"min_resources": 1, "max_resources": TOP, **options})
    strategy = MultiFidelity(Random()) if strategy is None else strategy
    width = max(1, lookahead // 2)
    schedule.start(strategy, space, n_iter, SEED, N_FOLDS, width)
    history = History(N_FOLDS, n_iter, seed=SEED)
    evaluator = FakeEvaluator(score, run_options["duration"])
    capacity = run_options["capacity"]
    Loop(
        schedule, history, evaluator, capacity=lambda: capacity, lookahead=lookahead
    ).run()
    return history, evaluator


def at(history, resource):
    return [trial for trial in history.trials if trial.resource == resource]


@pytest.mark.parametrize(
    ("least", "most", "eta", "expected"),
    [
        (1, 27, 3, [1, 3, 9, 27]),
        (2, 27, 3, [3, 9, 27]),
        (1, 52, 3, [1, 5, 17, 52]),
        (20, 100, 4, [25, 100]),
        (60, 100, 3, [100]),
        (100, 100, 3, [100]),
        (1, 10, 2.5, [1, 4, 10]),
        (1, 5, 1.1, [4, 5]),
        (1, 5, 0.5, [5]),
        (1, 5, 1, [5]),
    ],
)
def test_rungs_end_at_all_there_is(least, most, eta, expected) -> None:
    rungs = rungs_of(least, most, eta)
    assert rungs == expected
    assert rungs[-1] == most
    assert rungs[0] >= least
    assert rungs == sorted(set(rungs))


@pytest.mark.parametrize("races", [False, True])
@pytest.mark.parametrize("n_iter", [1, 2, 3, 5, 9, 40])
def test_it_ends_with_a_winner_at_the_top(n_iter, races) -> None:
    history, _ = run(n_iter, races=races)
    assert history.n_candidates == n_iter
    assert all(trial.status != "unfinished" for trial in history.trials)
    assert history.incumbent(TOP) is not None


@pytest.mark.parametrize("lookahead", [1, 6])
def test_the_first_candidate_rises_whatever_its_scores(lookahead) -> None:
    def worst_first(task: Task) -> float:
        return float(task.candidate.number)

    def climbs(**options) -> list[float]:
        history, _ = run(9, score=worst_first, lookahead=lookahead, **options)
        return [t.resource for t in history.trials if t.candidate.number == 0]

    assert climbs(first_rises=True) == [1, 3, 9, 27]
    assert climbs() == [1]


def test_a_first_candidate_that_fails_does_not_rise() -> None:
    def first_fails(task: Task) -> float | None:
        return float(task.candidate.number) or None

    history, _ = run(9, score=first_fails, first_rises=True)
    assert [t.resource for t in history.trials if t.candidate.number == 0] == [1]
    assert history.incumbent(TOP) is not None


def test_a_candidate_rises_by_one_rung_at_a_time_under_its_number() -> None:
    history, _ = run(40)
    rungs = {1: 0, 3: 1, 9: 2, 27: 3}
    for number in range(40):
        climbed = [
            rungs[t.resource] for t in history.trials if t.candidate.number == number
        ]
        assert climbed == list(range(climbed[0], climbed[-1] + 1))
        params = {
            tuple(t.candidate.params.items())
            for t in history.trials
            if t.candidate.number == number
        }
        assert len(params) == 1


@pytest.mark.parametrize("races", [False, True])
def test_one_in_eta_rises_and_no_failed_one(races) -> None:
    history, _ = run(60, races=races)
    for lower, upper in itertools.pairwise([1, 3, 9, 27]):
        below = {t.candidate.number: t for t in at(history, lower)}
        risen = [t for t in at(history, upper) if t.candidate.number in below]
        assert len(risen) == math.ceil(len(below) / 3)
        assert all(math.isfinite(below[t.candidate.number].value) for t in risen)
    assert any(trial.status == "failed" for trial in history.trials)


def test_nobody_waits_for_a_rung_to_be_full() -> None:
    history, _ = run(40)
    first = next(t for t in history.trials if t.resource == 3 and t.row != 0)
    last_start = max(t.row for t in at(history, 1))
    assert first.row < last_start


def test_brackets_share_the_cost() -> None:
    """Each bracket costs a third of the one below: starts are so, within 2 of 60."""
    history, _ = run(60, score=lambda task: task.candidate.params["x"])
    seen, starts = set(), Counter()
    for trial in history.trials:
        if trial.candidate.number not in seen:
            starts[trial.resource] += 1
            seen.add(trial.candidate.number)
    shares = np.array([1 / (4 * 1), 1 / 3 / (3 * 3), 1 / 9 / (1 * 27)])
    expected = 60 * shares / shares.sum()
    assert np.abs(np.array([starts[1], starts[3], starts[27]]) - expected).max() < 2


def test_one_rung_is_a_search_with_everything() -> None:
    history, _ = run(12, min_resources=TOP, races=False)
    assert [t.resource for t in history.trials] == [TOP] * 12


def test_an_exhausted_space_ends_with_what_is_left() -> None:
    space = SearchSpace.from_user({"x": [0.1, 0.5, 0.6, 0.9]})
    history, _ = run(100, space=space)
    assert history.n_candidates == 4
    assert history.incumbent(TOP).candidate.params["x"] == 0.6


def test_if_all_that_came_to_the_top_failed_the_next_best_go() -> None:
    def fails_above(task):
        x = task.candidate.params["x"]
        return None if task.resource == TOP and x > 0.3 else x

    history, _ = run(12, score=fails_above)
    failed = [t for t in at(history, TOP) if t.status == "failed"]
    assert len(failed) >= 2
    assert history.incumbent(TOP).candidate.params["x"] <= 0.3


def test_a_search_in_which_everything_fails_ends() -> None:
    history, _ = run(12, score=lambda task: None)
    assert {trial.status for trial in history.trials} == {"failed"}
    assert history.n_candidates == 12


class Forgetful(Hyperband):
    """Asks itself, at each question, what it would say without its memory."""

    def ask(self, history, rng):
        answer = super().ask(history, rng)
        self.ladder_ = Ladder(self.resources_, self.eta, self.first_rises)
        again = super().ask(history, np.random.default_rng([SEED, 0]))
        assert (answer is None) == (again is None)
        assert answer is None or answer[1:] == again[1:]
        assert answer is None or answer[0].number == again[0].number
        return answer


@pytest.mark.parametrize("races", [False, True])
def test_law_1_its_memory_may_be_thrown_away(races) -> None:
    schedule = Forgetful(1, TOP, races=races)
    schedule.start(MultiFidelity(Random()), SPACE, 40, SEED, N_FOLDS, 2)
    history = History(N_FOLDS, 40, seed=SEED)
    evaluator = FakeEvaluator(score, lambda task: task.resource)
    Loop(schedule, history, evaluator, capacity=lambda: 3, lookahead=4).run()
    assert history.n_candidates == 40


TIMINGS = {
    "later is faster": lambda task: 1.0 / (1 + task.ticket),
    "one laggard": lambda task: 50.0 if task.ticket % 7 == 3 else 1.0,
    "the top is slow": lambda task: float(task.resource) ** 2,
}


def summary(history):
    return [
        (t.candidate.number, dict(t.candidate.params), t.resource, t.status, t.value)
        for t in history.trials
    ]


@pytest.mark.parametrize("races", [False, True])
@pytest.mark.parametrize("lookahead", [1, 4])
def test_law_4_the_search_does_not_depend_on_which_worker_was_faster(
    lookahead, races
) -> None:
    def search(**options):
        strategy = First([{"x": 0.5}, {"x": 2.0}], MultiFidelity(Bayes()))
        return run(16, strategy=strategy, lookahead=lookahead, races=races, **options)

    expected, _ = search()
    for timing, capacity in itertools.product(TIMINGS, [2, 5]):
        history, _ = search(capacity=capacity, duration=TIMINGS[timing])
        np.testing.assert_equal(summary(history), summary(expected))


class Spread:
    """A ladder of two rungs, filled by hand."""

    def __init__(self, lower, upper, eta=3, first_rises=False) -> None:
        history = History(1, len(lower))
        for number, value in enumerate(lower):
            self._trial(history, number, 1, value)
        for number, value in upper.items():
            self._trial(history, number, 3, value)
        self.ladder = Ladder([1, 3], eta, first_rises)
        self.ladder.catch_up(history)

    def _trial(self, history, number, resource, value) -> None:
        task = Task(-1, Candidate(number, {"x": number}), 0, resource)
        trial = history.issue(task)
        history.record(FoldResult(task, value, None, 0.0, 0.0))
        history.close(trial, "complete", value, 0.0)


def test_of_equal_trials_those_that_have_not_gone_on_wait() -> None:
    rung = Spread([0.5] * 6, {4: 1.0, 0: 1.0, 2: 1.0}, eta=2).ladder.rungs[0]
    assert (rung.n_closed, len(rung.risen)) == (6, 3)
    for number in (1, 3, 5):
        assert rung.best_waiting.candidate.number == number
        rung.rise(number)
    assert rung.best_waiting is None


def test_agreement_is_what_it_would_be_without_the_choice() -> None:
    """Of 3,000 pairs of correlation 0.8 the best third is on both rungs.

    Spearman's correlation of normal pairs is 6 / pi arcsin(rho / 2), and its standard
    error over 1,000 pairs some 0.02, which the correction makes 0.03: a deviation of
    0.12 has a chance below 1 in 10,000.
    """
    rng = np.random.default_rng(1)
    a = rng.normal(size=3000)
    b = 0.8 * a + 0.6 * rng.normal(size=3000)
    chosen = np.argsort(-a)[:1000]
    ladder = Spread(a, {int(i): b[i] for i in chosen}).ladder
    plain = stats.spearmanr(a[chosen], b[chosen]).statistic
    whole = stats.spearmanr(a, b).statistic
    assert ladder.agreement(0, 6) == pytest.approx(whole, abs=0.12)
    assert plain < whole - 0.2


def test_agreement_of_few_is_not_known() -> None:
    ladder = Spread(range(20), {i: i for i in range(15, 20)}).ladder
    assert math.isnan(ladder.agreement(0, 6))
    assert ladder.agreement(0, 5) == pytest.approx(1.0)


def test_agreement_is_of_those_that_were_chosen() -> None:
    """The worst at the lower rung is the best at the upper one, and rose anyhow."""
    upper = {0: 99.0, **{i: float(i) for i in range(15, 20)}}
    assert Spread(range(20), upper).ladder.agreement(0, 5) < 0.6
    ladder = Spread(range(20), upper, first_rises=True).ladder
    assert ladder.agreement(0, 5) == pytest.approx(1.0)
    assert math.isnan(ladder.agreement(0, 6))


def drifting(task):
    """Below 9 the order is the wrong way round."""
    x = task.candidate.params["x"]
    return (x if task.resource >= 9 else -x) + 0.001 * task.fold


def test_where_rungs_disagree_new_candidates_start_above(caplog) -> None:
    caplog.set_level(logging.INFO, logger="sklearn_hpo")
    history, _ = run(80, score=drifting)
    moved = [t for t in history.trials if (t.candidate.note or {}).get("drift")]
    assert moved
    assert min(t.resource for t in moved) == 9
    assert all(t.candidate.note["drift"] < 0.6 for t in moved)
    begun = moved[0].row
    assert all(
        t.resource >= 9
        for t in history.trials[begun:]
        if t.candidate.number >= moved[0].candidate.number
    )
    assert "new candidates start with resources of at least 9" in caplog.text


def test_where_rungs_agree_nothing_moves(caplog) -> None:
    caplog.set_level(logging.INFO, logger="sklearn_hpo")
    history, _ = run(80, score=lambda task: task.candidate.params["x"])
    assert not any((t.candidate.note or {}).get("drift") for t in history.trials)
    assert "rank correlations" not in caplog.text


def test_a_race_saves_folds_and_never_starves_a_rung() -> None:
    calm, _ = run(60, races=False)
    raced, _ = run(60, races=True)
    assert raced.n_fits < 0.9 * calm.n_fits
    assert [len(at(raced, r)) for r in (1, 3, 9, 27)] == [
        len(at(calm, r)) for r in (1, 3, 9, 27)
    ]


def test_only_who_cannot_rise_is_discarded() -> None:
    """When it ends, a discarded trial is below all who would rise if it were the last.

    Its estimate is below the incumbent's mean, as in any race.
    """
    history, _ = run(80, races=True)
    lost = [t for t in history.trials if t.status == "discarded"]
    assert any(t.resource < TOP for t in lost)
    for trial in lost:
        assert trial.lost_to.resource == trial.resource
        assert trial.value < trial.lost_to.value
        rivals = [
            t
            for t in history.trials[: trial.row]
            if t.resource == trial.resource and t.status == "complete"
        ]
        better = [t for t in rivals if t.value > np.nanmean(trial.scores)]
        assert better


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"min_resources": 30}, "expected 0 < min_resources <= max_resources"),
        ({"min_resources": 0}, "expected 0 < min_resources <= max_resources"),
        ({"eta": 1}, "expected eta above 1"),
    ],
)
def test_bad_resources_are_refused(given, message) -> None:
    with pytest.raises(ValueError, match=message):
        run(3, **given)
