"""For peers that call their objective instead of being asked.

The search runs in a thread of its own. What it fits is an estimator that puts its
parameters into a queue and waits for the value, so `propose` and `tell` sit at the two
ends of the queues.
"""

from __future__ import annotations

import queue
import threading
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from benchmarks.compare._space import Config
from benchmarks.compare.runners._runner import ExhaustedError, Runner, WorstSeen

ROWS = np.arange(4.0).reshape(-1, 1)
TARGET = np.arange(4.0)
# One split, so that a candidate is fitted once.
SPLIT = [(np.arange(2), np.arange(2, 4))]


class Recorded(RegressorMixin, BaseEstimator):
    """An estimator of any parameters; its score is what the other end answers."""

    questions: ClassVar[queue.Queue[Any]] = queue.Queue()
    answers: ClassVar[queue.Queue[float]] = queue.Queue()

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, whatever they are."""
        return dict(self.settings)

    def set_params(self, **settings: Any) -> Recorded:
        """Take the parameters, whatever they are."""
        self.settings |= settings
        return self

    def fit(self, X: Any, y: Any) -> Recorded:
        """Ask the other end for the value."""
        self.questions.put(dict(self.settings))
        self.value_ = self.answers.get()
        return self

    def predict(self, X: Any) -> Any:
        """Return nothing of interest."""
        return np.zeros(len(X))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the value."""
        return self.value_


class Bridged(Runner):
    """A runner around a search with a ``fit``.

    A first configuration is in `given`. A failed one is told as the worst seen. When
    the search ends before the budget does, it is exhausted.
    """

    parallel = False

    def start(self) -> None:
        """Start the search in its thread."""
        self.worst = WorstSeen()
        self.given, self.first = self.first, None
        self.estimator = Recorded(**self.space.fill({}))
        threading.Thread(target=self._run, daemon=True).start()

    @abstractmethod
    def fit(self) -> None:
        """Run the whole search on `estimator`, `ROWS`, `TARGET` and `SPLIT`."""

    def propose(self) -> tuple[Any, Config]:
        """Wait until the search wants a value."""
        settings = Recorded.questions.get()
        if isinstance(settings, BaseException):
            raise settings
        return None, self.space.prune(settings)

    def adopt(self, config: Config) -> Any:
        """Never called: a search is given its first point when it is made."""
        raise AssertionError("A bridged peer takes its first point in `fit`.")

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Let the search go on."""
        Recorded.answers.put(self.worst(value))

    def _run(self) -> None:
        end: BaseException = ExhaustedError("the search has ended")
        try:
            self.fit()
        except Exception as error:  # handed to the thread that can report it
            end = error
        Recorded.questions.put(end)
