"""Several objectives: what users may ask for, and how they are measured.

A score is greater-is-better, as all scores of scikit-learn. A time and what a function
measures of the fitted estimator are costs: less is better. Inside, greater is better
everywhere, so costs are negated where they are measured, and shown as they are.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.strategies import front_numbers
from sklearn_hpo.trials import TIMES, History


@dataclass(frozen=True)
class Cost:
    """What a function measures of a fitted estimator, as a scorer.

    Parameters
    ----------
    measure : callable
        Takes the fitted estimator and returns a number; less is better.
    """

    measure: Callable[[Any], float]

    def __call__(self, estimator: Any, X: Any, y: Any = None, **_: Any) -> float:
        """Return the measure with its sign changed."""
        return -float(self.measure(estimator))

    def _accept_sample_weight(self) -> bool:
        """Tell scikit-learn that weights make no difference here."""
        return True


@dataclass(frozen=True)
class Objectives:
    """What is optimized, by name, in the user's order.

    Parameters
    ----------
    scoring : dict of str to (str or callable)
        The scorers by name, as scikit-learn takes them; times have none.
    names : tuple of str
        All names.
    """

    scoring: Mapping[str, Any]
    names: tuple[str, ...]

    @classmethod
    def of(cls, given: Any) -> Objectives:
        """Read what the user gave.

        Raises
        ------
        TypeError
            If an objective is neither a string nor a callable.
        ValueError
            If there are fewer than two, two of one name, or no score, or if a name is
            that of another column of the front.
        """
        named = isinstance(given, Mapping)
        pairs = list(given.items()) if named else [_named(one) for one in given]
        names = [name for name, _ in pairs]
        scoring = {name: _scorer(name, o) for name, o in pairs if o not in TIMES}
        if taken := {"index", "params"}.intersection(names):
            raise ValueError(
                f"objectives: expected names that are no columns of pareto_front_, got "
                f"{sorted(taken)}. Give other names by a dict."
            )
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError(
                f"objectives: expected at least two with different names, got {names}. "
                "Give names by a dict; for one objective use scoring."
            )
        if all(isinstance(scorer, Cost) for scorer in scoring.values()):
            raise ValueError(
                f"objectives: expected a score among them, got {names}, all of them "
                'times or functions of the estimator. Add one, such as "accuracy".'
            )
        for name, objective in pairs:
            if (objective in TIMES or name in TIMES) and name != objective:
                raise ValueError(
                    f"objectives: expected times under their own names, got "
                    f"{objective!r} as {name!r}."
                )
        return cls(scoring, tuple(names))

    @property
    def first_score(self) -> str:
        """Name of the first objective that is neither a time nor a cost."""
        return next(n for n, s in self.scoring.items() if not isinstance(s, Cost))

    def mean(self, name: str) -> str:
        """Return the name of the column of means."""
        return f"mean_{name}" if name in TIMES else f"mean_test_{name}"

    def show_costs(self, results: dict[str, Any]) -> None:
        """Change the signs of costs back, in place; their ranks stay."""
        costs = [name for name, s in self.scoring.items() if isinstance(s, Cost)]
        for key, column in results.items():
            shown = re.fullmatch(r"(?:split\d+|mean)_(?:test|train)_(.*)", key)
            if shown and shown[1] in costs:
                results[key] = -column

    def pareto_front(
        self, results: dict[str, Any], history: History
    ) -> dict[str, NDArray[Any]]:
        """Return the candidates that no other dominates, and number all fronts.

        Parameters
        ----------
        results : dict of str to ndarray
            The table; the column ``rank_pareto`` is added.
        history : History
            Where it comes from.

        Returns
        -------
        front : dict of str to ndarray
            A row for each candidate: ``index`` in the table, ``params`` and the
            objectives by name, the best in the first objective first.
        """
        values = np.array([trial.values for trial in history.closed])
        number = front_numbers(values) + 1
        results["rank_pareto"] = number
        known = ~np.isnan(values).any(axis=1)
        index = np.flatnonzero((number == 1) & known)
        index = index[np.lexsort(-values[index].T[::-1])]
        params = np.array([results["params"][i] for i in index], dtype=object)
        means = {name: results[self.mean(name)][index] for name in self.names}
        return {"index": index, "params": params, **means}


class Scorers(dict[str, Any]):
    """Scorers by metric, with one for ``score`` where `refit` names none.

    Parameters
    ----------
    scorers : dict of str to callable
        All of them.
    default : str
        Name of that one.
    """

    def __init__(self, scorers: Mapping[str, Any], default: str) -> None:
        super().__init__(scorers)
        self.default = default

    def __missing__(self, key: object) -> Any:
        return self[self.default]


def _named(objective: Any) -> tuple[str, Any]:
    """Return an objective with a name of its own."""
    if isinstance(objective, str):
        return objective, objective
    function = getattr(objective, "_score_func", objective)
    return getattr(function, "__name__", type(objective).__name__), objective


def _scorer(name: str, objective: Any) -> Any:
    """Return what scikit-learn can score with."""
    if isinstance(objective, str):
        return objective
    if not callable(objective):
        raise TypeError(
            f"objectives: expected names of scorers, 'fit_time', 'score_time' or "
            f"callables, got {objective!r} of type {type(objective).__name__} for "
            f"{name!r}."
        )
    return Cost(objective) if _takes_estimator_only(objective) else objective


def _takes_estimator_only(function: Callable[..., Any]) -> bool:
    """Tell a function of the fitted estimator from a scorer."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # of a builtin nothing is known; len is one
        return True
    needed = [
        p
        for p in parameters
        if p.default is p.empty
        and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) == 1
