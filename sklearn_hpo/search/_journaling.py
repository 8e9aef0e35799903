"""Which journal a search writes, and what stands in its header."""

from __future__ import annotations

import os
import platform
import sys
import warnings
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import scipy
import sklearn
from sklearn.utils import check_random_state

from sklearn_hpo.schedules import Schedule
from sklearn_hpo.search._fingerprints import digest, folds_digest, parts_of
from sklearn_hpo.search._plan import Plan, Splits
from sklearn_hpo.search._record import NO_RECORD, LookedUp, Record, Replayed
from sklearn_hpo.trials import FoldResult, History, Issued, Journal, JournalError


class SearchJournal:
    """The journal of a search, if it has one: what was settled when it was begun.

    Used as a context, at whose end the file is closed.

    Parameters
    ----------
    search : BaseSearch
        The search, with its argument `journal`.
    identity : dict of str to str or None
        What the results of its folds depend on, see :func:`identity_of`.
    earlier : str or None
        Name of what its argument `initial_history` holds.

    Attributes
    ----------
    identity : dict of str to str or None
        The one given and, once they are known, the folds.

    Raises
    ------
    JournalError
        If the file cannot be used, or is the journal of another search.
    """

    def __init__(
        self, search: Any, identity: Mapping[str, str | None], earlier: str | None
    ) -> None:
        self.search = search
        self.identity = dict(identity)
        self.journal: Journal | None = None
        if search.journal is not None:
            parts = {**parts_of(search, earlier), **identity}
            self.journal = Journal(path_of(search, parts), parts)
        self._header = self.journal.header if self.journal else None
        self.random_state = self._random_state()
        self._generator = _state_of(self.random_state)

    def __enter__(self) -> SearchJournal:
        try:
            if self._header is not None:
                _warn_of_other_versions(self._header["versions"])
        except RuntimeWarning:  # where warnings are errors
            self.__exit__()
            raise
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
        if self._header is not None and "splits" in self._header:
            stored = self._header["splits"]
            splits = [(np.array(train), np.array(test)) for train, test in stored]
        self.identity["folds"] = folds_digest(splits)
        self._folds: dict[str, Any] = {"folds": self.identity["folds"]}
        if self.journal is not None and _shuffles_by_chance(cv):
            self._folds["splits"] = [
                [np.asarray(part).tolist() for part in split] for split in splits
            ]
        if self._header is not None and self._header["folds"] != self._folds["folds"]:
            raise JournalError(
                f"journal: the splitter {cv!r} makes other folds than when the journal "
                "was begun. Give it a random_state, or use another journal."
            )
        return splits

    def width(self, n_tasks: int) -> int:
        """Return how many candidates may be open before further folds come first."""
        return self._header["width"] if self._header else max(1, n_tasks // 2)

    def begin(
        self,
        plan: Plan,
        schedule: Schedule,
        history: History,
        lookahead: int | None,
        width: int,
    ) -> Record:
        """Return what the loop is to know and whom it is to tell."""
        if self.journal is None:
            return NO_RECORD
        # Without the first points, or the list, which may be long.
        strategy = getattr(plan.strategy, "strategy", plan.strategy)
        looks_back = plan.strategy.looks_back
        header = {
            "versions": _versions(),
            "began": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "estimator": _look(self.search.estimator),
            "strategy": _look(strategy) if looks_back else type(strategy).__name__,
            "schedule": _look(schedule),
            "n_folds": history.n_folds,
            "n_iter": plan.n_iter,
            "objective": history.objective,
            "random_state": _given(self.search),
            "seed": plan.seed,
            "objectives": list(plan.objectives),
            "lookahead": lookahead,
            "width": width,
            "generator": self._generator,
            **self._folds,
        }
        if not looks_back:
            events = self.journal.begin(header, plan.space.branches, None)
            return LookedUp(self.journal, events)
        points = [
            *(getattr(self.search, "initial_params", None) or ()),
            *getattr(plan.strategy, "points", ()),
        ]
        events = self.journal.begin(header, plan.space.branches, points)
        n_iter = plan.n_iter if self._header is None else self._header["n_iter"]
        n_left = sum(isinstance(event, Issued) for event in events)
        n_left -= sum(isinstance(event, FoldResult) for event in events)
        is_finished = self.journal.is_complete and plan.n_iter <= n_iter and not n_left
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


def _versions() -> dict[str, str]:
    ours = sys.modules[__name__.partition(".")[0]]  # imported before this is called
    modules = (ours, sklearn, np, scipy, joblib)
    return {
        "python": platform.python_version(),
        **{module.__name__: module.__version__ for module in modules},
    }


def _warn_of_other_versions(before: Mapping[str, str]) -> None:
    """Warn of versions with which scores and decisions may be others."""
    now = _versions()
    changed = [
        f"{name} {before[name]} (now {now[name]})"
        for name in ("sklearn_hpo", "sklearn", "numpy", "scipy")
        if before[name] != now[name]
    ]
    if changed:
        warnings.warn(
            f"The journal was begun with {', '.join(changed)}. What it holds is used, "
            "but the search may go on in another way than it would have.",
            RuntimeWarning,
            stacklevel=2,
        )


def _look(value: object) -> str:
    return " ".join(repr(value).split())


def _given(search: Any) -> Any:
    """Return the argument `random_state` as JSON can hold it."""
    state = getattr(search, "random_state", None)
    return int(state) if isinstance(state, (int, np.integer)) else state and str(state)


def _state_of(random_state: Any) -> list[Any] | None:
    """Return the state of a generator as JSON can hold it, None of an integer."""
    if not isinstance(random_state, (np.random.RandomState, type(None))):
        return None
    name, keys, *rest = check_random_state(random_state).get_state(legacy=True)
    return [name, keys.tolist(), *rest]


def _shuffles_by_chance(cv: Any) -> bool:
    state = getattr(cv, "random_state", 0)
    # A generator is not where it was when the journal was begun.
    by_chance = state is None or isinstance(state, np.random.RandomState)
    return by_chance and bool(getattr(cv, "shuffle", True))
