"""Known points before the strategy's own."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sklearn_hpo.space import SearchSpace, canonical_token
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.trials import Candidate, Trial


class First(Strategy):
    """Answers its points first, then asks another strategy.

    A point that lies in the space is told on to the other strategy like one of its own.
    One from outside is evaluated and counted, and the other strategy never hears of it.
    A point that repeats an earlier one is dropped.

    Before a strategy that does not look back the points come in addition: its own first
    candidate is the one after them.

    Parameters
    ----------
    points : sequence of dict of str to object
        Settings to try first.
    strategy : Strategy
        What to ask afterwards.
    """

    def __init__(self, points: Sequence[Mapping[str, Any]], strategy: Strategy) -> None:
        self.points = points
        self.strategy = strategy

    @property
    def looks_back(self) -> bool:  # type: ignore[override]
        """Whether the other strategy does."""
        return self.strategy.looks_back

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Place the points in the space and start the other strategy."""
        self.space_ = space
        self.candidates_: list[Candidate] = []
        seen: set[Hashable] = set()
        for point in self.points:
            place = space.encode(point) if self.looks_back else None
            key = _token(point) if place is None else space.key(*place)
            if self.looks_back and key in seen:
                continue
            seen.add(key)
            branch = None if place is None else place[0]
            self.candidates_.append(Candidate(len(self.candidates_), point, branch))
        self.strategy.start(space, n_iter, seed)

    def ask(
        self,
        number: int,
        pending: Sequence[Candidate],
        rng: np.random.Generator,
    ) -> Candidate | None:
        """Return the point of that number, after the last one the other's answer."""
        if number < len(self.candidates_):
            return self.candidates_[number]
        if not self.looks_back:
            own = self.strategy.ask(number - len(self.candidates_), pending, rng)
            return own and replace(own, number=number)
        inside = [c for c in pending if c.branch is not None]
        return self._placed(self.strategy.ask(number, inside, rng))

    def tell(self, trial: Trial) -> None:
        """Tell the other strategy of the trial if it lies in the space."""
        if self.looks_back and trial.candidate.branch is not None:
            self.strategy.tell(trial)

    def _placed(self, own: Candidate | None) -> Candidate | None:
        """Name the branch of a candidate whose strategy did not."""
        if own is None or own.branch is not None:
            return own
        place = self.space_.encode(own.params)
        return own if place is None else replace(own, branch=place[0])


def _token(point: Mapping[str, Any]) -> str:
    return json.dumps(canonical_token(dict(point)))
