"""Nevergrad's NGOpt, which chooses an algorithm by space and budget."""

from __future__ import annotations

import warnings
from typing import Any

import nevergrad as ng

from benchmarks.compare._space import BRANCH, Config, Param, Space
from benchmarks.compare.runners._runner import Runner, WorstSeen


class Peer(Runner):
    """NGOpt for one worker and the given budget.

    Branches are a choice among dictionaries. It has no notion of failure: a failed
    configuration is told as the worst seen. Integers on a logarithmic axis are rounded
    here.
    """

    library = "nevergrad"

    def start(self) -> None:
        """Make the optimizer."""
        warnings.simplefilter("ignore")
        target = translate(self.space)
        target.random_state.seed(self.seed)
        make = ng.optimizers.NGOpt
        self.optimizer = make(target, budget=self.budget, num_workers=1)
        self.worst = WorstSeen()

    def propose(self) -> tuple[Any, Config]:
        """Ask for a candidate."""
        candidate = self.optimizer.ask()
        return candidate, self.space.unnest(candidate.value)

    def adopt(self, config: Config) -> Any:
        """Make the candidate of a configuration."""
        self.optimizer.suggest(self.space.nest(config))
        return self.optimizer.ask()

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Tell the loss of a candidate."""
        self.optimizer.tell(handle, -self.worst(value))


def translate(space: Space) -> Any:
    """Translate the space: the parameters of a branch below its choice."""
    shared = {p.name: instrument(p) for p in space.params if not p.on}
    if not space.is_branched:
        return ng.p.Dict(**shared)
    trees = []
    for branch in space.branches:
        below = {p.name: instrument(p) for p in space.params if branch in p.on}
        trees.append(ng.p.Dict(**{BRANCH: branch}, **below))
    return ng.p.Dict(tree=ng.p.Choice(trees), **shared)


def instrument(param: Param) -> Any:
    """Translate one parameter."""
    if param.kind == "cat":
        return ng.p.Choice(list(param.choices))
    if param.log:
        return ng.p.Log(lower=param.low, upper=param.high)
    scalar = ng.p.Scalar(lower=param.low, upper=param.high)
    return scalar.set_integer_casting() if param.kind == "int" else scalar
