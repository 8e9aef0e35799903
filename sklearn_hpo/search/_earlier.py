"""What earlier searches have found, and what this one makes of it."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from sklearn_hpo.search._plan import Plan
from sklearn_hpo.search._points import complete
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import First
from sklearn_hpo.trials import FoldResult, History, JournalError, Task, Trial, key_of

logger = logging.getLogger("sklearn_hpo")

Params: TypeAlias = Mapping[str, Any]
Told: TypeAlias = tuple[Trial, list[FoldResult]]

# Of a history of something else: no more than so many settings, and one in so many of
# those the search may try. The rest of the budget is for what this data says itself.
MOST_TRIED, SHARE_TRIED = 10, 5

# Parts of a search that must be the same for its results to be the same.
_SAME = (
    "early_stopping",
    "estimator",
    "scoring",
    "objective",
    "objectives",
    "X",
    "y",
    "set of fit parameters",
    "folds",
)
_LIMITS = ("fit_timeout", "memory_limit")


class Earlier:
    """What was given as `initial_history`.

    Parameters
    ----------
    given : History, str, Path, dict or DataFrame
        The history of a search, its journal, its ``cv_results_``, or a table of either.
    objective : str or None
        Metric that the search optimizes, None for the only one or the first.

    Attributes
    ----------
    name : str
        Name of what it holds.

    Raises
    ------
    JournalError
        If the journal cannot be read.
    ValueError
        If a table has no parameters or no scores.
    """

    def __init__(self, given: Any, objective: str | None) -> None:
        self._rows: list[tuple[Params, float]] = []
        self._path: Path | None = None
        self._history: History | None = None
        content: Any
        if isinstance(given, History):
            self._history = given
            content = [given.identity, *map(_summary, given.trials)]
        elif isinstance(given, Mapping) or hasattr(given, "to_dict"):
            self._rows = list(_rows(given, objective))
            content = [[key_of(params), value.hex()] for params, value in self._rows]
        else:
            self._path = Path(given)
            content = _bytes(self._path).hex()
        text = json.dumps(content, sort_keys=True)
        self.name = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def used(self, plan: Plan, search: Any, identity: Mapping[str, Any]) -> Plan:
        """Return a plan that makes use of it.

        Parameters
        ----------
        plan : Plan
            That of the search, whose strategy has its first points.
        search : SearchCV
            The search.
        identity : dict of str to str or None
            What the results of its folds depend on.
        """
        history = self._history
        if self._path is not None:
            history = History.read(self._path, plan.space.branches)
        current = search.estimator.get_params(deep=True)
        rows = [(_as_integers(p, plan.space, current), v) for p, v in self._rows]
        why = "does not say of which data and folds it is"
        rungs = plan.resource is not None
        if history is not None:
            rows = [(t.candidate.params, t.value) for t in _of_top(history)]
            rungs |= any(trial.resource is not None for trial in history.trials)
        if rungs:
            why = "is of a search with rungs, or for one"
        elif history is not None and history.identity is not None:
            different = _differences(history.identity, identity)
            if not different:
                plan = _with_told(plan, history, identity, current)
                most = plan.space.size + len(search.initial_params or ())
                n_iter = min(plan.n_iter + len(plan.told), most)
                return replace(plan, n_iter=int(n_iter))
            why = f"is of another {' and another '.join(different)}"
        n_tried = min(MOST_TRIED, math.ceil(search.n_iter / SHARE_TRIED))
        best = _best(rows, plan.space, current)[:n_tried]
        logger.info(
            "initial_history %s: of its %d candidates the best %d that lie in the "
            "space are tried first.",
            why,
            len(rows),
            len(best),
        )
        n_initial = len(search.initial_params or ())
        return _with_points(plan, n_initial, best)


def tell(told: Sequence[Told], history: History, strategy: Any) -> None:
    """Make trials of earlier searches the first ones of a history.

    Parameters
    ----------
    told : list of (Trial, list of FoldResult)
        The trials, and what their folds have brought.
    history : History
        An empty one.
    strategy : First
        A started one, whose first points are those of the trials.
    """
    same: dict[Trial | None, Trial] = {}
    for number, (trial, results) in enumerate(told):
        candidate = strategy.candidates_[number]
        for result in results:
            task = Task(-1, candidate, result.task.fold)
            mine = history.issue(task)
            history.record(result.shared_with(task))
        history.close(mine, trial.status, trial.value, trial.noise)
        mine.lost_to = same.get(trial.lost_to)
        same[trial] = mine
        strategy.tell(mine)


def _with_told(
    plan: Plan, history: History, identity: Mapping[str, Any], current: Params
) -> Plan:
    """Return a plan in which the trials of a history are told."""
    before = history.identity or {}
    same_limits = all(before.get(limit) == identity.get(limit) for limit in _LIMITS)
    told: dict[Any, Told] = {}
    points = []
    known: set[Trial | None] = {None}
    trials = _of_top(history)
    # Who lost a race is told behind whom it lost to.
    for trial in sorted(trials, key=lambda trial: trial.status != "complete"):
        place = _placed(trial.candidate.params, plan.space, current)
        if place is None or place[0] in told or trial.lost_to not in known:
            continue
        if trial.status in ("complete", "discarded", "failed") or same_limits:
            told[place[0]] = trial, [history.result(trial, f) for f in trial.told]
            points.append(place[1])
            known.add(trial)
    logger.info(
        "initial_history: %d of its %d candidates lie in the space. They are told and "
        "not evaluated again.",
        len(told),
        len(trials),
    )
    return replace(_with_points(plan, 0, points), told=list(told.values()))


def _with_points(plan: Plan, position: int, points: Sequence[Params]) -> Plan:
    """Return a plan with more points among the first."""
    first: Any = plan.strategy
    found = [*first.points[:position], *points, *first.points[position:]]
    return replace(plan, strategy=First(found, first.strategy))


def _best(
    rows: Sequence[tuple[Params, float]], space: SearchSpace, current: Params
) -> list[Params]:
    """Return the distinct settings that lie in a space, best first."""
    scored = [(params, value) for params, value in rows if math.isfinite(value)]
    found: dict[Any, Params] = {}
    for params, _ in sorted(scored, key=lambda row: -row[1]):
        place = _placed(params, space, current)
        if place is not None:
            found.setdefault(*place)
    return list(found.values())


def _placed(
    params: Params, space: SearchSpace, current: Params
) -> tuple[Any, Params] | None:
    """Return the key and the setting of the space that is the same, None if none is.

    A parameter that either of them leaves out has the value it has in the estimator.
    """
    missing = set(space.names) - params.keys()
    if any(name.startswith(f"{owner}__") for owner in params for name in missing):
        return None  # it belongs to another part than the estimator's
    setting = complete(params, space, current)
    place = None if setting is None else space.encode(setting)
    return None if setting is None or place is None else (space.key(*place), setting)


def _as_integers(params: Params, space: SearchSpace, current: Params) -> Params:
    """Return settings with integers for what a table has made floats of."""

    def is_right(name: str, value: Any) -> bool:
        choices = [branch[name] for branch in space.branches if name in branch]
        if not choices:
            return type(current.get(name)) is not int
        return any(choice.encode(value) is not None for choice in choices)

    return {
        name: int(value)
        if isinstance(value, float) and value.is_integer() and not is_right(name, value)
        else value
        for name, value in params.items()
    }


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    different = [part for part in _SAME if before.get(part) != now.get(part)]
    train = "return_train_score"
    return [*different, train] if train in now and train not in before else different


def _of_top(history: History) -> list[Trial]:
    """Return the trials of the highest rung, all where there are no rungs."""
    most = max((trial.resource or 0.0 for trial in history.closed), default=0.0)
    return [trial for trial in history.closed if (trial.resource or 0.0) == most]


def _rows(table: Any, objective: str | None) -> Iterator[tuple[Params, float]]:
    """Yield settings and scores of a table, those with all folds."""
    columns = table if isinstance(table, Mapping) else table.to_dict("list")
    scores = [name for name in columns if str(name).startswith("mean_test_")]
    if f"mean_test_{objective}" in scores:
        scores = [f"mean_test_{objective}"]
    params = _params(columns)
    scores = ["value"] if "value" in columns else scores
    if not scores or not params:
        raise ValueError(
            "initial_history: expected cv_results_ or a table of it, with params and "
            "mean_test_score, or the table of a history; got columns "
            f"{list(columns)!r}."
        )
    values = np.array(columns[scores[0]], dtype=float)
    if len(values) != len(params):
        raise ValueError(
            f"initial_history: expected a score for each setting, got {len(params)} "
            f"settings and {len(values)} of {scores[0]!r}."
        )
    # The rank also says which way is up of a cost that is shown as it is.
    ranks = columns.get(f"rank_{scores[0].removeprefix('mean_')}")
    if ranks is not None:
        values = np.where(np.isfinite(values), -1.0 * np.asarray(ranks), np.nan)
    statuses = columns.get("status", ["complete"] * len(params))
    rungs = list(columns.get("iter", [0] * len(params)))
    top = max(rungs, default=0)
    for setting, value, status, rung in zip(
        params, values, statuses, rungs, strict=True
    ):
        if status == "complete" and rung == top:
            yield setting, float(value)


def _params(columns: Mapping[str, Any]) -> list[Params]:
    """Return the settings of a table, by row."""
    params = list(columns.get("params", ()))
    if params and all(isinstance(setting, Mapping) for setting in params):
        return params
    names = [name for name in columns if str(name).startswith("param_")]
    return [
        {
            name.removeprefix("param_"): value
            for name, value in zip(names, row, strict=True)
            if not _is_missing(value)
        }
        for row in zip(*(columns[name] for name in names), strict=True)
    ]


def _is_missing(value: Any) -> bool:
    is_nan = isinstance(value, float) and math.isnan(value)
    return is_nan or value is np.ma.masked or type(value).__name__ == "NAType"


def _summary(trial: Trial) -> list[Any]:
    candidate = trial.candidate
    return [key_of(candidate.params), trial.resource, trial.status, repr(trial.value)]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise JournalError(
            f"initial_history: expected the journal of a search, got {str(path)!r} "
            f"({error.strerror}). Name the file."
        ) from error
