"""Which candidate is the best: what `refit` says beside scikit-learn's ways."""

from __future__ import annotations

from typing import Any

import numpy as np

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


def check_refit(search: Any, *, has_model: bool) -> None:
    """Raise an error if `refit` asks a model that is not there."""
    if asks_posterior(search) and not has_model:
        raise ValueError(
            "refit: expected a bool, a metric or a callable, got "
            f"{_POSTERIOR!r}, but {type(search).__name__} has no model to ask. Use "
            "BayesSearchCV, or refit=True."
        )


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
