"""The contract of a runner."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import metadata
from typing import Any

from benchmarks.compare._space import Config, Space


class ExhaustedError(Exception):
    """The peer has nothing more to propose."""


class Runner(ABC):
    """One optimizer behind two verbs.

    Parameters
    ----------
    space : Space
        What may be tried.
    seed : int
        Seed of everything random in the peer.
    budget : int
        Number of evaluations it will have.
    n_folds : int
        Number of scores behind each value.
    first : dict or None
        Configuration to be evaluated before all others. A peer that has its own way to
        be given one uses it in `start` and sets the attribute to None.
    options : dict
        Settings of the peer in the table of peers.
    best_possible : float or None, default=None
        No score can be greater; None if there is no bound.
    """

    library: str = ""  # the distribution whose version is reported
    parallel: bool = True  # whether it may be asked again before it is told

    def __init__(
        self,
        space: Space,
        seed: int,
        budget: int,
        n_folds: int,
        first: Config | None,
        options: dict[str, Any],
        best_possible: float | None = None,
    ) -> None:
        self.space = space
        self.seed = seed
        self.budget = budget
        self.n_folds = n_folds
        self.first = first
        self.options = options
        self.best_possible = best_possible
        self.start()

    def ask(self) -> tuple[Any, Config]:
        """Return a handle for `tell` and the next configuration.

        Raises
        ------
        ExhaustedError
            If there is nothing more to propose.
        """
        config, self.first = self.first, None
        return self.propose() if config is None else (self.adopt(config), config)

    @abstractmethod
    def start(self) -> None:
        """Make the optimizer."""

    @abstractmethod
    def propose(self) -> tuple[Any, Config]:
        """Return a handle and a configuration of the optimizer's own."""

    @abstractmethod
    def adopt(self, config: Config) -> Any:
        """Return a handle for a configuration from outside."""

    def goes_on(self, handle: Any, scores: list[float]) -> bool:
        """Whether a configuration with these first scores is worth its next fold.

        Asked after each fold but the last of peers whose `prunes` is true.
        """
        return True

    @abstractmethod
    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Take the value of a configuration, None if it failed or was stopped.

        Scores are those of the folds it has; a failed one has none.
        """

    def version(self) -> str:
        """Return the version of the library behind it."""
        return metadata.version(self.library)


class WorstSeen:
    """Stands in for a failed configuration where a peer needs a number.

    The peers that have no notion of failure are told the worst value seen so far, which
    is what their users do.
    """

    def __init__(self) -> None:
        self.worst = 0.0
        self.is_empty = True

    def __call__(self, value: float | None) -> float:
        """Return the value, or the worst one so far if there is none."""
        if value is None:
            return self.worst
        self.worst = value if self.is_empty else min(self.worst, value)
        self.is_empty = False
        return value
