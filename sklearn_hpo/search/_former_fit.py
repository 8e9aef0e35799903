"""What a fit leaves behind for one that goes on with it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sklearn_hpo.search._base import BaseSearch
from sklearn_hpo.search._plan import Splits
from sklearn_hpo.space import canonical_token
from sklearn_hpo.trials import FoldResult, History, Task, Trial

Identity: TypeAlias = Mapping[str, str | None]
Limits: TypeAlias = tuple[float | None, int | str | None]

_LIMITED = {"timeout", "out_of_memory", "crashed"}


def limits_of(search: BaseSearch) -> Limits:
    """Return how much time and memory a fold may take."""
    return search.fit_timeout, search.memory_limit


def identify(search: BaseSearch, data: Identity) -> Identity:
    """Return a token for each part that makes the results of a search what they are.

    Those of `data` are among the names that :func:`names_of_data` gives them.
    """
    arguments = ("estimator", "scoring", "cv", "error_score", "early_stopping")
    return {
        **{part: data[part] for part in ("X", "y", "set of fit parameters")},
        **{name: _key(getattr(search, name)) for name in arguments},
        "return_train_score": _key(bool(search.return_train_score)),
    }


@dataclass(frozen=True, eq=False)
class FormerFit:
    """A fit that a later one may go on with.

    Parameters
    ----------
    identity : dict of str to str
        Tokens of its parts, see :func:`identify`.
    splits : list of (train, test)
        Its folds.
    history : History
        Its results.
    limits : tuple
        How much time and memory its folds might take, see :func:`limits_of`.
    """

    identity: Identity
    splits: Splits
    history: History
    limits: Limits

    def check_same(self, identity: Identity) -> None:
        """Check that another fit would give the same results.

        Raises
        ------
        ValueError
            If a part differs; the message names it.
        """
        former = self.identity
        different = [part for part in identity if identity[part] != former[part]]
        if different:
            raise ValueError(
                "warm_start=True keeps the rows of the former fit and needs the same "
                f"data and settings, but there is another {' and '.join(different)}. "
                "Use what the former fit used, or set warm_start=False to start anew."
            )

    def lookup(
        self, candidates: Sequence[Mapping[str, Any]], limits: Limits
    ) -> Callable[[Task], FoldResult | None]:
        """Return a function that knows the results of candidates tried before.

        Of equal candidates each takes the results of one. What has met a limit counts
        if the limits are the same.
        """
        former: dict[str, list[Trial]] = defaultdict(list)
        for trial in reversed(self.history.closed):
            former[_key(dict(trial.candidate.params))].append(trial)
        trials: dict[int, Trial] = {}
        for number, params in enumerate(candidates):
            equal = former[_key(dict(params))]
            if equal:
                trials[number] = equal.pop()

        def known(task: Task) -> FoldResult | None:
            trial = trials.get(task.candidate.number)
            if trial is None or not trial.was_told(task.fold):
                return None
            result = self.history.result(trial, task.fold)
            if result.status in _LIMITED and limits != self.limits:
                return None
            return replace(result, task=task)

        return known


def _key(value: object) -> str:
    try:
        return json.dumps(canonical_token(value))
    except Exception:  # noqa: BLE001 (a generator, a lock: known by being itself)
        return f"{type(value).__qualname__} {id(value)}"
