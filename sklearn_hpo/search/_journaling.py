"""Which journal a search writes, and what stands in its header."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from sklearn_hpo.search._plan import Plan, Splits
from sklearn_hpo.search._record import NO_RECORD, LookedUp, Record, Replayed
from sklearn_hpo.space import canonical_token
from sklearn_hpo.trials import History, Journal, JournalError

# Arguments that may change from one run of a search to the next.
FREE = {
    "cache",
    "callbacks",
    "candidates",  # matched one by one
    "journal",
    "lookahead",  # that of the journal is used
    "max_time",
    "n_iter",
    "n_iter_no_change",
    "n_jobs",
    "pre_dispatch",
    "refit",  # see `objective`
    "target_score",
    "verbose",
    "warm_start",
}


class SearchJournal:
    """The journal of a search, if it has one: what was settled when it was begun.

    Used as a context, at whose end the file is closed.

    Parameters
    ----------
    search : BaseSearch
        The search, with its argument `journal`.
    X, y, params : object
        What it is fitted to.

    Raises
    ------
    JournalError
        If the file cannot be used, or is the journal of another search.
    """

    def __init__(self, search: Any, X: Any, y: Any, params: Mapping[str, Any]) -> None:
        self.search = search
        self.journal: Journal | None = None
        if search.journal is not None:
            parts = parts_of(search, X, y, params)
            self.journal = Journal(path_of(search, parts), parts)
        self._header = self.journal.header if self.journal else None
        self.random_state = self._random_state()
        self._generator = _state_of(self.random_state)

    def __enter__(self) -> SearchJournal:
        return self

    def __exit__(self, *error: object) -> None:
        if self.journal is not None:
            self.journal.close()

    @property
    def seconds(self) -> float:
        """Seconds that the search has taken in earlier runs."""
        return self.journal.seconds if self.journal else 0.0

    def settle(self, plan: Plan) -> Plan:
        """Return a plan with the seed and the lookahead it was begun with."""
        if self._header is None:
            return plan
        lookahead = self._header["lookahead"]
        return replace(
            plan,
            seed=self._header["seed"],
            lookahead=lookahead,
            as_they_come=lookahead is None,
        )

    def folds(self, cv: Any, splits: Splits) -> Splits:
        """Return the folds to use: as they were, if they were shuffled by chance.

        Raises
        ------
        JournalError
            If the folds are not what they were.
        """
        self._folds = _folds_header(cv, splits)
        if self._header is None:
            return splits
        stored = self._header.get("splits")
        if stored is not None:
            return [(np.array(train), np.array(test)) for train, test in stored]
        if self._header["folds"] != self._folds["folds"]:
            raise JournalError(
                f"journal: the splitter {cv!r} makes other folds than when the journal "
                "was begun. Give it a random_state, or use another journal."
            )
        return splits

    def begin(self, plan: Plan, history: History, lookahead: int | None) -> Record:
        """Return what the loop is to know and whom it is to tell."""
        if self.journal is None:
            return NO_RECORD
        header = {
            "versions": _versions(),
            "began": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "estimator": " ".join(repr(self.search.estimator).split()),
            "n_folds": history.n_folds,
            "n_iter": plan.n_iter,
            "objective": history.objective,
            "seed": plan.seed,
            "lookahead": lookahead,
            "generator": self._generator,
            **self._folds,
        }
        points = getattr(self.search, "initial_params", None) or ()
        points = [*points, *getattr(plan.strategy, "points", ())]
        events = self.journal.begin(header, plan.space.branches, points)
        if not plan.strategy.looks_back:
            return LookedUp(self.journal, events)
        n_iter = plan.n_iter if self._header is None else self._header["n_iter"]
        is_finished = self.journal.is_complete and plan.n_iter <= n_iter
        return Replayed(self.journal, events, is_finished=is_finished)

    def _random_state(self) -> Any:
        """Return what to draw from: what was drawn from when the search was begun."""
        state = self._header and self._header["generator"]
        if state is None:
            return getattr(self.search, "random_state", None)
        name, keys, *rest = state
        generator = np.random.RandomState()
        generator.set_state((name, np.array(keys, dtype=np.uint32), *rest))
        return generator


def path_of(search: Any, parts: Mapping[str, Any]) -> Path:
    """Return the path of a search's journal; in a folder it is named by its parts."""
    path = Path(search.journal)
    if path.is_dir() or os.fspath(search.journal).endswith(("/", os.sep)):
        return path / f"{type(search).__name__}-{digest(parts)}.jsonl"
    return path


def parts_of(
    search: BaseEstimator, X: Any, y: Any, params: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what makes a search what it is, by the names of its arguments.

    Those that have their default are left out: the next release may have more of them.
    """
    defaults = inspect.signature(type(search)).parameters
    arguments = {
        name: (_fingerprint(value), _fingerprint(defaults[name].default))
        for name, value in sorted(search.get_params(deep=False).items())
        if name not in FREE
    }
    objective = search.refit if isinstance(search.refit, str) else None
    return {
        "kind of search": type(search).__name__,
        **{name: own for name, (own, default) in arguments.items() if own != default},
        "objective": objective,
        "X": joblib.hash(X, coerce_mmap=True),
        "y": joblib.hash(y, coerce_mmap=True),
        "set of fit parameters": joblib.hash(dict(params), coerce_mmap=True),
    }


def folds_digest(splits: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]) -> str:
    """Return a name for the indices of all folds."""
    found = hashlib.blake2b(digest_size=16)
    for split in splits:
        for part in split:
            indices = np.ascontiguousarray(part, dtype=np.int64)
            found.update(len(indices).to_bytes(8, "little") + indices.tobytes())
    return found.hexdigest()


def digest(parts: Mapping[str, Any]) -> str:
    """Return a name for parts of a search."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _folds_header(cv: Any, splits: Splits) -> dict[str, Any]:
    """Return a name for the folds; if they were shuffled by chance, their indices."""
    header: dict[str, Any] = {"folds": folds_digest(splits)}
    if _shuffles_by_chance(cv):
        header["splits"] = [[np.asarray(i).tolist() for i in s] for s in splits]
    return header


def _versions() -> dict[str, str]:
    modules = (sklearn, np, scipy, joblib)
    return {
        "python": platform.python_version(),
        **{module.__name__: module.__version__ for module in modules},
    }


def _state_of(random_state: Any) -> list[Any] | None:
    """Return the state of a generator as JSON can hold it, None of an integer."""
    if not isinstance(random_state, (np.random.RandomState, type(None))):
        return None
    name, keys, *rest = check_random_state(random_state).get_state(legacy=True)
    return [name, keys.tolist(), *rest]


def _shuffles_by_chance(cv: Any) -> bool:
    unseeded = getattr(cv, "random_state", 0) is None
    return unseeded and bool(getattr(cv, "shuffle", True))


def _fingerprint(value: Any) -> str:
    """Return a name for a value; of what cannot be told apart, its class."""
    if hasattr(value, "split") and not isinstance(value, str):
        value = [type(value).__qualname__, vars(value)]
    if isinstance(value, np.random.RandomState):
        value = "RandomState"
    return digest({"": _without_opaque(canonical_token(value))})


def _without_opaque(token: Any) -> Any:
    if not isinstance(token, list):
        return token
    if token[:1] == ["opaque"]:
        return token[:2]
    return [_without_opaque(part) for part in token]
