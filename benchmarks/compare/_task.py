"""What a tuning task is, whoever evaluates it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.compare._space import Config, Space


@dataclass(frozen=True)
class Outcome:
    """What one configuration is worth: greater is better, a failure is a value too.

    Parameters
    ----------
    value : float or None
        Mean over the folds; None for a failed configuration. The huge loss of a model
        that diverged is left as it is.
    scores : list of float
        Score by fold; empty for a failed configuration.
    seconds : float
        What the evaluation took when it was made.
    error : str or None
        Why it failed.
    """

    value: float | None
    scores: list[float]
    seconds: float
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dict."""
        return asdict(self)


class Task(ABC):
    """A search space and what its configurations are worth.

    Attributes
    ----------
    name : str
        Name in the files of results.
    suite : str
        ``"real"`` or ``"surrogate"``; ``"crossed"`` and ``"further"`` are more of each.
    kind : str
        Family of the estimator, for the table by kind.
    traits : str
        What the data and the metric are like.
    split : str
        ``"tune"`` or ``"report"``: choices in our own code are made on the first and
        reported on the second.
    quick : bool
        Whether it is part of the quick subset.
    space : Space
        What may be tried; its defaults are the estimator's.
    n_folds : int
        Number of scores behind each value.
    best_possible : float or None
        No score can be greater; None if there is no bound.
    """

    name: str
    suite: str
    kind: str
    traits: str
    split: str
    quick: bool
    space: Space
    n_folds: int
    best_possible: float | None = None

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Hash of what an evaluation depends on besides the configuration."""

    @abstractmethod
    def evaluate(self, config: Config) -> Outcome:
        """Evaluate by cross-validation on the training rows."""

    @abstractmethod
    def test(self, config: Config) -> Outcome:
        """Evaluate once on the rows held out from every search."""
