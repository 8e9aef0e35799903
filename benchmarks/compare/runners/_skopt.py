"""scikit-optimize's Optimizer, as its BayesSearchCV uses it."""

from __future__ import annotations

import warnings
from typing import Any

from skopt import Optimizer
from skopt.space import Categorical, Integer, Real

from benchmarks.compare._space import Config, Param
from benchmarks.compare.runners._runner import Runner, WorstSeen


class Peer(Runner):
    """Gaussian process over the flattened space, with the library's defaults.

    It knows no conditions: every parameter is always there, and those of other branches
    have no effect. Choices go by their labels. A failed configuration is told as the
    worst seen.
    """

    library = "scikit-optimize"
    parallel = False  # a second ask before a tell returns the same point

    def start(self) -> None:
        """Make the optimizer."""
        warnings.simplefilter("ignore")
        self.params = self.space.flat()
        dimensions = [dimension(param) for param in self.params]
        self.optimizer = Optimizer(dimensions, random_state=self.seed)
        self.worst = WorstSeen()

    def propose(self) -> tuple[Any, Config]:
        """Ask the optimizer."""
        point = self.optimizer.ask()
        names = [param.name for param in self.params]
        return point, self.space.unlabel(dict(zip(names, point, strict=True)))

    def adopt(self, config: Config) -> Any:
        """Return the configuration as a point."""
        return list(self.space.label(self.space.fill(config)).values())

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Tell the optimizer, which minimises."""
        self.optimizer.tell(handle, -self.worst(value))


def dimension(param: Param) -> Any:
    """Translate one parameter."""
    if param.kind == "cat":
        return Categorical(param.labels)
    prior = "log-uniform" if param.log else "uniform"
    kind = Integer if param.kind == "int" else Real
    return kind(param.low, param.high, prior=prior)
