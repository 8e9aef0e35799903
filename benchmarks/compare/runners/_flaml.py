"""FLAML's searchers BlendSearch and CFO."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from flaml import CFO, BlendSearch, tune

from benchmarks.compare._space import BRANCH, Config, Param, Space
from benchmarks.compare.runners._runner import ExhaustedError, Runner

SEARCHERS = {"blendsearch": BlendSearch, "cfo": CFO}
PATIENCE = 100  # how often it may answer that it has no proposal at the moment


class Peer(Runner):
    """The searcher of the option ``searcher``, without a low-cost hint.

    Branches are a nested choice, as FLAML's users write them. A configuration from
    outside is one of its points to evaluate; failed trials are told as errors.
    """

    library = "FLAML"

    def start(self) -> None:
        """Make the searcher."""
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        given = None if self.first is None else [self.space.nest(self.first)]
        self.first = None
        self.searcher = SEARCHERS[self.options["searcher"]](
            metric="value",
            mode="max",
            space=translate(self.space),
            num_samples=self.budget,
            seed=self.seed,
            points_to_evaluate=given,
        )
        self.count = 0

    def propose(self) -> tuple[Any, Config]:
        """Ask until there is a proposal."""
        for _ in range(PATIENCE):
            self.count += 1
            found = self.searcher.suggest(str(self.count))
            if found is not None:
                return (str(self.count), found), self.space.unnest(found)
        raise ExhaustedError(f"no proposal in {PATIENCE} calls")

    def adopt(self, config: Config) -> Any:
        """Never called: the searcher has the configuration from the start."""
        raise AssertionError("FLAML is given its first point when it is made.")

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Tell the result of the trial."""
        name, config = handle
        if value is None:
            self.searcher.on_trial_complete(name, error=True)
        else:
            result = {"value": value, "config": config, "time_total_s": 1.0}
            self.searcher.on_trial_complete(name, result)


def translate(space: Space) -> dict[str, Any]:
    """Translate the space: the parameters of a branch below its choice."""
    shared = {p.name: domain(p) for p in space.params if not p.on}
    if not space.is_branched:
        return shared
    trees = [
        {BRANCH: branch} | {p.name: domain(p) for p in space.params if branch in p.on}
        for branch in space.branches
    ]
    return shared | {"tree": tune.choice(trees)}


def domain(param: Param) -> Any:
    """Translate one parameter; upper bounds of integers are exclusive there."""
    if param.kind == "cat":
        return tune.choice(list(param.choices))
    if param.kind == "int":
        make = tune.lograndint if param.log else tune.randint
        return make(int(param.low), int(param.high) + 1)
    make = tune.loguniform if param.log else tune.uniform
    return make(param.low, param.high)
