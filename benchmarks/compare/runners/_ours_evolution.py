"""The strategies of our EvolutionSearchCV, asked and told as its loop does."""

from __future__ import annotations

from typing import Any

from benchmarks.compare.runners import _ours_bayes
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import EVOLUTIONS, Strategy, evolution_for
from sklearn_hpo.trials import FoldResult, History


class Peer(_ours_bayes.Peer):
    """The defaults of the estimator first, then the method of the option ``method``.

    Without it, the one that ``method="auto"`` chooses. With the option ``n_objectives``
    values are lists.
    """

    def start(self) -> None:
        """Start the strategy on the space."""
        super().start()
        n = self.options.get("n_objectives", 1)
        if n > 1:
            self.names = [f"objective_{i}" for i in range(n)]
            self.history = History(
                1, self.budget, self.names[0], self.seed, objectives=self.names
            )

    def make(self, space: SearchSpace) -> Strategy:
        """Make the strategy."""
        several = self.options.get("n_objectives", 1) > 1
        chosen = evolution_for(space, self.budget, several=several)
        return EVOLUTIONS[self.options.get("method", chosen)]()

    def tell(self, handle: Any, value: Any, scores: list[float]) -> None:
        """Record the folds, close the trial, tell the strategy."""
        if not isinstance(value, list):
            super().tell(handle, value, scores)
            return
        by_name = dict(zip(self.names, value, strict=True))
        self.history.record(FoldResult(handle[0], by_name, None, 0.0, 0.0))
        trial = self.history.trial_of(handle[0])
        self._close(trial, "complete", value[0], float("nan"))
