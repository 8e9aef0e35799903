"""Any strategy behind a schedule that tries candidates at several resources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._link import Link
from sklearn_hpo.strategies._random import Random
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.trials import Candidate, Trial, TrialStatus

# Rungs, and the links between them.
Chain: TypeAlias = tuple[list[float], list[Link]]

# Candidates that two neighbouring rungs must share before one says anything of the
# other.
_FEWEST = 2
# One candidate in so many is drawn.
_ONE_DRAWN_IN = 4


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a trial at a lower rung is expected to have at the highest.

    A strategy reads it like the trial itself.

    Parameters
    ----------
    candidate, status : Candidate, TrialStatus
        Those of the trial.
    scores : ndarray of shape (n_folds,)
        Its scores, moved to the expected mean.
    value : float
        Expected score.
    unseen : float
        Its variance.
    """

    candidate: Candidate
    status: TrialStatus
    scores: NDArray[np.float64]
    value: float
    unseen: float

    @property
    def values(self) -> tuple[float, ...]:
        """The value, as the only objective."""
        return (self.value,)


class MultiFidelity(Strategy):
    """Lets another strategy learn from candidates tried at several resources.

    The other strategy hears of each candidate once, as if it had been tried at the
    highest rung that enough of them have reached. A candidate that was there counts
    with its score. For one that was not, the score is predicted from the highest rung
    it has reached: each rung is regressed on the one below over the candidates on both,
    and what the regression leaves open comes as additional noise. So a lower rung has
    the more weight the better it ranks the higher ones, which is the idea of [1]_ and
    [2]_. They weigh an ensemble of models; here one model has noise of different size,
    so any strategy will do that knows one score for each candidate. One that does not
    know of noise takes the scores as they are.

    Where little resources like what is bad with more, all that rises is bad, and no
    regression over it can tell. So one candidate in four is drawn from the space, as in
    [3]_, as soon as there are several rungs.

    Candidates of rungs that share too few with the others are known to be tried, no
    more. A candidate that failed at any rung has failed. As long as there is one
    resource only, the other strategy is told the trials as they come.

    Parameters
    ----------
    strategy : Strategy
        What to ask.

    References
    ----------
    .. [1] Y. Li et al., "MFES-HB: Efficient Hyperband with Multi-Fidelity Quality
       Measurements", AAAI 2021.
    .. [2] Y. Li et al., "Hyper-Tune: Towards Efficient Hyper-parameter Tuning at
       Scale", VLDB 2022.
    .. [3] S. Falkner, A. Klein and F. Hutter, "BOHB: Robust and Efficient
       Hyperparameter Optimization at Scale", ICML 2018.
    """

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy

    @property
    def looks_back(self) -> bool:  # type: ignore[override]
        """Whether the other strategy does."""
        return self.strategy.looks_back

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Forget everything and start the other strategy."""
        self.start_args_ = space, n_iter, seed
        self.trials_: dict[int, dict[float, Trial]] = {}
        self.resources_: set[float] = set()
        self.apart_: list[Candidate] = []
        self.inner_ = self._started()
        self.is_taught_ = True
        self.drawn_ = Random()
        if self.looks_back:
            self.drawn_.start(space, n_iter, seed)

    def tell(self, trial: Trial) -> None:
        """Remember a closed trial."""
        resource = math.inf if trial.resource is None else trial.resource
        self.trials_.setdefault(trial.candidate.number, {})[resource] = trial
        self.resources_.add(resource)
        if self.looks_back:
            self.drawn_.tell(trial)
        if len(self.resources_) == 1:
            self.inner_.tell(trial)
        else:
            self.is_taught_ = False

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return the answer of the other strategy, or now and then a draw."""
        is_drawn = self.looks_back and number % _ONE_DRAWN_IN == _ONE_DRAWN_IN - 1
        if is_drawn and len(self.resources_) > 1:
            return self.drawn_.ask(number, pending, rng)
        if not self.is_taught_:
            self._teach()
        told = self.trials_
        new = [c for c in pending if c.number not in told]
        return self.inner_.ask(number, [*self.apart_, *new], rng)

    def _started(self) -> Strategy:
        strategy: Strategy = clone(self.strategy)
        strategy.start(*self.start_args_)
        return strategy

    def _teach(self) -> None:
        """Tell a new instance of the other strategy what is known by now."""
        self.inner_ = self._started()
        rungs, links = self._chain()
        estimates: list[Any] = []
        self.apart_ = []
        for trials in self.trials_.values():
            reached = [r for r in rungs if r in trials]
            last = trials[max(trials)]
            if not math.isfinite(last.value):
                estimates.append(last)
            elif reached:
                above = links[rungs.index(reached[-1]) :]
                estimates.append(_estimate(trials[reached[-1]], above))
            else:
                self.apart_.append(last.candidate)
        self.inner_.learn(estimates)
        self.is_taught_ = True

    def _chain(self) -> Chain:
        """Return the neighbouring rungs that most candidates are on, and their links.

        Of equally many the higher.
        """
        ordered = sorted(self.resources_)
        chains: list[Chain] = [([ordered[0]], [])]
        for lower, upper in pairwise(ordered):
            link = self._link(lower, upper)
            if link is None:
                chains.append(([upper], []))
            else:
                chains[-1][0].append(upper)
                chains[-1][1].append(link)

        def n_candidates(chain: Chain) -> int:
            rungs = chain[0]
            return sum(any(r in t for r in rungs) for t in self.trials_.values())

        return max(reversed(chains), key=n_candidates)

    def _link(self, lower: float, upper: float) -> Link | None:
        """Return what a rung says of the next, None if too few were on both."""
        pairs = [
            (trials[lower].value, trials[upper].value)
            for trials in self.trials_.values()
            if lower in trials and upper in trials
        ]
        scores = np.array([p for p in pairs if all(map(math.isfinite, p))])
        if len(scores) < _FEWEST:
            return None
        below = [t[lower].value for t in self.trials_.values() if lower in t]
        return Link.of(scores[:, 0], scores[:, 1], _spread(np.array(below)))


def _estimate(trial: Trial, links: Sequence[Link]) -> Trial | Estimate:
    """Return what a trial says of the last of the rungs that links lead to."""
    if not links:
        return trial
    value, noise = trial.value, trial.unseen
    for link in links:
        value, noise = link(value, noise)
    scores = trial.scores + (value - trial.value)
    return Estimate(trial.candidate, trial.status, scores, value, noise)


def _spread(scores: NDArray[np.float64]) -> float:
    """Return about the standard deviation of scores (n,), by the good ones.

    Losses are one-sided: how bad the worst are says nothing.
    """
    scores = scores[np.isfinite(scores)]
    return float(scores.max() - np.median(scores)) / 2.0
