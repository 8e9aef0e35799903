"""Which candidate is the best: what `refit` says beside scikit-learn's ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.search._objectives import Objectives
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import History

_POSTERIOR = "posterior"


def asks_posterior(search: Any) -> bool:
    """Tell whether `refit` asks a model; with several metrics it names one of them."""
    if not isinstance(search.refit, str) or search.refit != _POSTERIOR:
        return False
    scoring = search.scoring
    return scoring is None or isinstance(scoring, str) or callable(scoring)


def objective_of(search: Any) -> str | None:
    """Return the metric `refit` names; None for the only one, or the first.

    With several objectives `refit` chooses among them, but changes nothing before.
    """
    several = getattr(search, "objectives", None) is not None
    named = isinstance(search.refit, str) and not asks_posterior(search)
    return search.refit if named and not several else None


def metric_of(search: Any) -> str | None:
    """Return the name of the score that is optimized, None if it has none."""
    objectives = getattr(search, "objectives", None)
    if objectives is not None:
        return Objectives.of(objectives).first_score
    scoring = search.scoring
    return objective_of(search) or (scoring if isinstance(scoring, str) else None)


def check_refit(search: Any, *, has_model: bool) -> None:
    """Raise an error if `refit` asks a model that is not there."""
    if asks_posterior(search) and not has_model:
        raise ValueError(
            "refit: expected a bool, a metric or a callable, got "
            f"{_POSTERIOR!r}, but {type(search).__name__} has no model to ask. Use "
            "BayesSearchCV, or refit=True."
        )


def top_rung(results: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return which rows are of the highest rung at which a candidate is complete.

    Parameters
    ----------
    results : dict of str to ndarray
        The table of a search with rungs.
    """
    rung = np.asarray(results["iter"])
    complete = np.asarray(results.get("status", "complete")) == "complete"
    return np.asarray(rung == rung[complete | ~complete.any()].max())


def best_of_top_rung(results: Mapping[str, Any], metric: str) -> int:
    """Return the row of the best candidate of the highest rung.

    Scores of lower rungs are of models that were given less, and are not compared.

    Parameters
    ----------
    results : dict of str to ndarray
        The table of a search with rungs.
    metric : str
        Name of the metric that decides.

    Returns
    -------
    row : int
        The first of that rung if none has a mean.
    """
    means = np.asarray(results[f"mean_test_{metric}"], dtype=float)
    means = np.where(np.isnan(means), -np.inf, means)
    rows = np.flatnonzero(top_rung(results))
    return int(rows[np.argmax(means[rows])])


def best_by_posterior(history: History, space: SearchSpace) -> int:
    """Return the row of the complete candidate of largest posterior mean.

    A candidate that the model does not know counts with its own mean.

    Parameters
    ----------
    history : History
        One that ended.
    space : SearchSpace
        What was searched.

    Returns
    -------
    row : int
        Index among the closed trials.
    """
    trials = history.closed
    model = Bayes()
    model.start(space, len(trials), history.seed)
    model.learn(trials)
    means = model.expected(trial.candidate for trial in trials)
    own = np.array([trial.value for trial in trials])
    complete = np.array([trial.status == "complete" for trial in trials])
    means = np.where(np.isnan(means), own, means)
    return int(np.where(complete, means, -np.inf).argmax())
