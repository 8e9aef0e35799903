"""What the tests of all kinds of evolution need: short searches on a formula."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from sklearn_hpo.space import SearchSpace


def told(candidate, *values: float, scores=(), noise=math.nan, lost_to=None):
    """Return a closed trial, as far as evolution reads it."""
    return SimpleNamespace(
        candidate=candidate,
        values=values,
        scores=np.array(scores, dtype=float),
        noise=noise,
        unseen=0.0 if lost_to is None else noise - lost_to.noise,
        status="complete" if lost_to is None else "discarded",
    )


def searched(strategy, space, score, n_iter, *, seed=0, n_pending=1):
    """Search with some candidates open at a time; return candidates and values."""
    if not isinstance(space, SearchSpace):
        space = SearchSpace.from_user(space)
    strategy.start(space, n_iter, seed)
    candidates, values, pending = [], [], []
    while len(values) < n_iter:
        number = len(candidates)
        candidate = None
        if number < n_iter and len(pending) < n_pending:
            rng = np.random.default_rng([seed, number])
            candidate = strategy.ask(number, pending, rng)
        if candidate is not None:
            candidates.append(candidate)
            pending.append(candidate)
        elif pending:
            first = pending.pop(0)
            found = score(**first.params)
            values.append(found)
            found = found if isinstance(found, tuple) else (found,)
            strategy.tell(told(first, *found))
        else:
            break
    return candidates, values
