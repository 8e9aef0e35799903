"""The contract of every way to choose what to try next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.trials import Candidate, Trial


class Strategy(BaseEstimator, ABC):
    """Decides what to try next.

    `ask` is pure and `tell` is the only door through which state enters: `ask` answers
    from what was told, what is pending and the generator handed in. A strategy may
    remember anything that is a function of the trials told and their order; throwing
    that memory away may not change an answer. So a fresh instance that is told the same
    trials answers as the old one would, which is how a search resumes.

    The constructor stores its arguments; running state is made in `start` and lives in
    attributes ending in an underscore.

    Attributes
    ----------
    looks_back : bool
        Whether an answer depends on what was told.
    """

    looks_back: bool = True

    @abstractmethod
    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Forget everything and prepare for a search.

        Parameters
        ----------
        space : SearchSpace
            What may be tried.
        n_iter : int
            Number of candidates the search may have. The schedule counts them.
        seed : int
            Seed of the search.
        """

    @abstractmethod
    def ask(
        self,
        number: int,
        pending: Sequence[Candidate],
        rng: np.random.Generator,
    ) -> Candidate | None:
        """Return the next candidate.

        Parameters
        ----------
        number : int
            Number of candidates the search has, and the number of the next one.
        pending : sequence of Candidate
            Candidates whose trials are still open.
        rng : numpy.random.Generator
            Fresh for each call and the same for the same number.

        Returns
        -------
        candidate : Candidate or None
            None means: not before another trial is told. With nothing pending it means
            that the space is exhausted.
        """

    @abstractmethod
    def tell(self, trial: Trial) -> None:
        """Learn from a closed trial.

        Parameters
        ----------
        trial : Trial
            Complete, discarded in a race with an estimate for its value, or failed
            with NaN; each is told once.
        """

    def learn(self, trials: Iterable[Trial]) -> None:
        """Learn from many closed trials at once.

        Parameters
        ----------
        trials : iterable of Trial
            In the order in which they would be told.
        """
        for trial in trials:
            self.tell(trial)
