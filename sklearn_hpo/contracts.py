"""Checks that a part of your own keeps the laws of the house.

Each check runs the part on simulated searches, without scikit-learn, and raises an
``AssertionError`` that says which law is broken. Our own parts pass them::

    check_distribution(Real(1, 10))
    check_strategy(Bayes())
"""

from __future__ import annotations

import heapq
import json
import math
import pickle
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial

import numpy as np
from sklearn.base import clone

from sklearn_hpo.callbacks import Callback
from sklearn_hpo.schedules import Full, Proposal, Racing, Schedule
from sklearn_hpo.search import Loop
from sklearn_hpo.space import Categorical, Distribution, Integer, Real, SearchSpace
from sklearn_hpo.strategies import Bayes, Listed, Strategy
from sklearn_hpo.trials import Candidate, FoldResult, History, Task, Trial

__all__ = ["check_callback", "check_distribution", "check_schedule", "check_strategy"]

_N_ITER, _N_FOLDS, _SEED = 12, 3, 20

_SPACES = {
    "numbers": {"x": Real(1e-3, 1e3, log=True), "n": Integer(1, 9)},
    "choices": {"kind": Categorical(["a", "b", None]), "x": Real(0, 1)},
    "branches": [
        {"kind": ["a"], "x": Real(0, 1)},
        {"kind": ["b"], "n": Integer(1, 100, log=True)},
    ],
    "three points": {"kind": ["a", "b", "c"]},
}

_DURATIONS: dict[str, Callable[[Task], float]] = {
    "even": lambda _task: 1.0,
    "later is faster": lambda task: 1.0 / (1 + task.ticket),
    "one laggard": lambda task: 50.0 if task.ticket % 5 == 2 else 1.0,
}


def check_distribution(distribution: Distribution) -> None:
    """Check a distribution: the unit cube and back, places, levels, draws.

    Parameters
    ----------
    distribution : Distribution
        A valid one.

    Raises
    ------
    AssertionError
        If a promise of :class:`~sklearn_hpo.space.Distribution` is broken.
    """
    distribution.validate()
    rng = np.random.default_rng(_SEED)
    inner = rng.uniform(1e-3, 1 - 1e-3, 200)
    for u in (0.0, 1.0, *inner):
        value = distribution.decode(float(u))
        _check(distribution.encode(value) is not None, f"decode({u}) is not encoded")
    for u in inner:
        _check_round_trip(distribution, float(u))
    places = distribution.place(inner)
    _check(places.shape == inner.shape, "place must keep the shape (n,)")
    _check(bool(np.all((places >= 0) & (places <= 1))), "place must answer in [0, 1]")
    again = distribution.place(np.array([_encoded(distribution, u) for u in inner]))
    _check(
        np.allclose(places, again, rtol=0, atol=1e-9),
        "place must be the same for all coordinates of a value",
    )
    if distribution.n_values < math.inf:
        _check_levels(distribution)
    _check_token(distribution)
    for other in (object(), "no such value"):
        _check(distribution.encode(other) is None, f"encode({other!r}) must be None")
    for other in (object(), "no such value", -math.inf, math.inf):
        near = distribution.nearest(other)
        _check(distribution.encode(near) is not None, f"nearest({other!r}) is none")
    for value in distribution.rvs(size=20, random_state=0):
        _check(distribution.encode(value) is not None, f"rvs drew {value!r}")


def check_strategy(strategy: Strategy) -> None:
    """Check a strategy that looks back by laws 1, 2, 3 and 6.

    Law 1: asking changes nothing, and a fresh instance told the same trials answers
    the same. Law 2: it owns no generator. Law 3: it answers one candidate of the space
    at a time, and None with nothing pending only when the space is exhausted. Law 6:
    a note is the same after a round trip through JSON. Candidates fail now and then,
    and in some of the searches lose a race.

    Parameters
    ----------
    strategy : Strategy
        Cloned for each simulated search.

    Raises
    ------
    AssertionError
        If a law is broken; the message names it and the space.
    """
    for name, values in _SPACES.items():
        space = SearchSpace.from_user(values)
        for workers, lookahead, kind in ((1, 1, Full), (3, 6, Racing)):
            witness = _Witness(strategy, space, name)
            _simulate(witness, kind(), space, workers=workers, lookahead=lookahead)
            witness.check_end(workers)


def check_schedule(schedule: Schedule) -> None:
    """Check a schedule by laws 1 and 4.

    With the same lookahead the search is the same for any number of workers and any
    timing, and however often the schedule is asked; folds and candidates stay within
    their numbers; every trial is closed.

    Parameters
    ----------
    schedule : Schedule
        Cloned for each simulated search.

    Raises
    ------
    AssertionError
        If a law is broken.
    """
    space = SearchSpace.from_user(_SPACES["branches"])
    for make in (Bayes, lambda: Listed([{"n": i} for i in range(_N_ITER)])):
        first = _simulate(make(), schedule, space, workers=1, lookahead=4)
        _check(0 < first.n_candidates <= _N_ITER, "a schedule must count candidates")
        closed = all(trial.status != "unfinished" for trial in first.trials)
        _check(closed, "every trial must be closed before the schedule answers None")
        for timing, duration in _DURATIONS.items():
            other = _simulate(
                make(), schedule, space, workers=3, lookahead=4, duration=duration
            )
            same = _summary(first) == _summary(other)
            _check(same, f"law 4: the search differs when durations are {timing!r}")
        other = _simulate(make(), schedule, space, lookahead=4, asks_twice=True)
        same = _summary(first) == _summary(other)
        _check(same, "law 1: the search differs when the schedule is asked twice")


def check_callback(callback: Callback) -> None:
    """Check a callback: it survives a search, a clone and a pickle.

    Parameters
    ----------
    callback : Callback
        Used as it is.

    Raises
    ------
    AssertionError
        If it cannot be used again or does not stay itself in a clone.
    """
    space = SearchSpace.from_user(_SPACES["numbers"])
    for _ in range(2):
        _simulate(Bayes(), Full(), space, callbacks=[callback])
    _check(clone(callback, safe=False) is callback, "clone(search) must keep callbacks")
    _check(
        type(pickle.loads(pickle.dumps(callback))) is type(callback),  # noqa: S301
        "a callback must pickle after a search",
    )


class _Witness(Strategy):
    """A strategy, and at each ask a fresh one that was told the same."""

    def __init__(self, strategy: Strategy, space: SearchSpace, name: str) -> None:
        self.strategy = strategy
        self.space = space
        self.name = name

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        self.told_: list[Trial] = []
        self.last_: Candidate | None = None
        self.live_ = self._fresh()

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        answers = [
            strategy.ask(number, pending, np.random.default_rng([_SEED, number]))
            for strategy in (self.live_, self._fresh(), self.live_)
        ]
        tokens = {(_token(self.space, a), self._note(a)) for a in answers}
        self._check(len(tokens) == 1, "law 1: the answer depends on more than was told")
        self.last_ = answers[0]
        if self.last_ is not None:
            self._check_candidate(self.last_, number)
        elif not pending:
            n_told = len({_token(self.space, trial.candidate) for trial in self.told_})
            self._check(n_told >= self.space.size, "law 3: None before exhaustion")
        return self.last_

    def tell(self, trial: Trial) -> None:
        self.told_.append(trial)
        self.live_.tell(trial)

    def check_end(self, workers: int) -> None:
        """Check what can be said after the search."""
        generators = (np.random.Generator, np.random.RandomState)
        owned = any(isinstance(v, generators) for v in vars(self.live_).values())
        self._check(not owned, "law 2: a strategy must not keep a generator")
        expected = min(_N_ITER, self.space.size)
        enough = len(self.told_) >= expected
        self._check(enough, f"it ended early with {workers} workers")

    def _fresh(self) -> Strategy:
        strategy: Strategy = clone(self.strategy)
        strategy.start(self.space, _N_ITER, _SEED)
        for trial in self.told_:
            strategy.tell(trial)
        return strategy

    def _check_candidate(self, candidate: Candidate, number: int) -> None:
        self._check(candidate.number == number, "a candidate has the number asked for")
        inside = self.space.encode(candidate.params) is not None
        self._check(inside, f"{dict(candidate.params)} lies outside the space")
        branches = (None, *range(self.space.n_branches))
        self._check(candidate.branch in branches, f"no branch {candidate.branch!r}")

    def _note(self, candidate: Candidate | None) -> str:
        note = None if candidate is None else candidate.note
        text = json.dumps(note, default=repr)
        same = json.loads(text) == note
        self._check(same, f"law 6: the note {note!r} is another one after JSON")
        return text

    def _check(self, holds: bool, what: str) -> None:
        _check(holds, f"{type(self.strategy).__name__} on {self.name!r}: {what}")


class _Simulator:
    """An evaluator in simulated time: scores by formula, durations as told."""

    def __init__(self, duration: Callable[[Task], float]) -> None:
        self.duration = duration
        self.clock = 0.0
        self.running: list[tuple[float, int, Task]] = []

    def submit(self, task: Task) -> None:
        end = self.clock + self.duration(task)
        heapq.heappush(self.running, (end, task.ticket, task))

    def next_done(self, timeout: float | None = None) -> FoldResult | None:
        self.clock, _, task = heapq.heappop(self.running)
        params = task.candidate.params
        if params.get("n") == 5:
            return FoldResult(task, None, None, 1.0, 0.0, "failed", "Traceback: n is 5")
        score = -abs(float(params.get("x", 0.3)) - 0.4) - float(params.get("n", 2)) / 50
        return FoldResult(task, score + task.fold / 10, None, 1.0, 0.1)


def _simulate(
    strategy: Strategy,
    schedule: Schedule,
    space: SearchSpace,
    *,
    workers: int = 1,
    lookahead: int = 1,
    duration: Callable[[Task], float] = _DURATIONS["even"],
    callbacks: Sequence[Callback] = (),
    asks_twice: bool = False,
) -> History:
    schedule = clone(schedule)
    width = max(1, lookahead // 2)
    schedule.start(strategy, space, _N_ITER, _SEED, _N_FOLDS, width)
    if asks_twice:
        schedule.ask = partial(_asked_twice, schedule.ask)  # type: ignore[method-assign]
    return Loop(
        schedule,
        History(_N_FOLDS, _N_ITER, seed=_SEED),
        _Simulator(duration),
        capacity=lambda: workers,
        lookahead=lookahead if schedule.looks_back else None,
        callbacks=callbacks,
    ).run()


def _asked_twice(
    ask: Callable[[History, np.random.Generator], Proposal | None],
    history: History,
    rng: np.random.Generator,
) -> Proposal | None:
    ask(history, deepcopy(rng))
    return ask(history, rng)


def _summary(history: History) -> list[str]:
    return [
        f"{t.candidate.number} {dict(t.candidate.params)} {t.resource} {t.status} "
        f"{t.scores.tolist()}"
        for t in history.trials
    ]


def _token(space: SearchSpace, candidate: Candidate | None) -> object:
    point = None if candidate is None else space.encode(candidate.params)
    return point and space.key(*point)


def _check_round_trip(distribution: Distribution, u: float) -> None:
    value = distribution.decode(u)
    back = distribution.decode(_encoded(distribution, u))
    if isinstance(value, float):
        _check(math.isclose(back, value, rel_tol=1e-9), f"{value} came back as {back}")
    else:
        _check(back is value or back == value, f"{value!r} came back as {back!r}")


def _encoded(distribution: Distribution, u: float) -> float:
    coordinate = distribution.encode(distribution.decode(float(u)))
    _check(coordinate is not None and 0 <= coordinate <= 1, f"encode at u = {u}")
    return float(coordinate)  # type: ignore[arg-type]


def _check_levels(distribution: Distribution) -> None:
    for index in range(min(int(distribution.n_values), 50)):
        u = distribution.level(index)
        _check(distribution.index(u) == index, f"index(level({index})) differs")
    for u in np.linspace(0, 1, 101):
        index = distribution.index(float(u))
        _check(0 <= index < distribution.n_values, f"index({u}) is out of range")
        same = distribution.decode(distribution.level(index))
        value = distribution.decode(float(u))
        _check(same is value or same == value, f"level(index({u})) has another value")


def _check_token(distribution: Distribution) -> None:
    token = json.dumps(distribution.token())
    copy = pickle.loads(pickle.dumps(distribution))  # noqa: S301 (made just here)
    _check(json.dumps(copy.token()) == token, "a copy must have the same token")


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)
