"""What a higher rung may go on from: a fitted model, in the store of the search."""

from __future__ import annotations

import pickle
import time
from contextlib import suppress
from typing import Any

from sklearn_hpo.evaluation._store import Store, is_worth_a_file


class Kept:
    """The model of one candidate on one fold, pickled.

    It may be gone at any time: the store is bounded, and what a worker cannot write to
    a file dies with it. A search that resumes has none.

    Parameters
    ----------
    store : Store or None
        Where it is; None to keep nothing.
    number : int
        Number of the candidate.
    fold : int
        Index of the train-test split.
    """

    def __init__(self, store: Store | None, number: int, fold: int) -> None:
        self._store = store
        self._key = f"model-{number}-{fold}"
        self._start = time.perf_counter()
        self._value: Any = None

    def get(self) -> Any:
        """Return a copy of what was put, None if it is not there."""
        found = None if self._store is None else self._store.get(self._key)
        if found is None:
            return None
        with suppress(Exception):
            return pickle.loads(found)  # noqa: S301 (made by `write`)
        return None

    def put(self, value: Any) -> None:
        """Keep a value, to be written once nobody waits for it."""
        self._value = value

    def write(self) -> None:
        """Write the value that was put, if any; what cannot be pickled is not kept."""
        if self._store is None or self._value is None:
            return
        seconds = time.perf_counter() - self._start
        with suppress(Exception):
            pickled = pickle.dumps(self._value, protocol=5)
            n_bytes = len(pickled)
            share = is_worth_a_file(seconds, n_bytes)
            self._store.put(self._key, pickled, n_bytes, share=share)
