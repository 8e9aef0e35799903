"""hyperopt's tree of Parzen estimators."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hyperopt import (
    JOB_STATE_DONE,
    STATUS_FAIL,
    STATUS_OK,
    Domain,
    Trials,
    hp,
    space_eval,
    tpe,
)

from benchmarks.compare._space import BRANCH, Config, Param, Space
from benchmarks.compare.runners._runner import Runner


class Peer(Runner):
    """``tpe.suggest`` one trial at a time, branches as a nested ``hp.choice``.

    A parameter of several branches is one node in each, as hyperopt wants each label
    only once; one that all branches share stands beside the choice. Failed trials have
    the status "fail".
    """

    library = "hyperopt"

    def start(self) -> None:
        """Make domain and trials."""
        self.rng = np.random.default_rng(self.seed)
        self.tree = translate(self.space)
        self.domain = Domain(never_called, self.tree)
        self.trials = Trials()

    def propose(self) -> tuple[Any, Config]:
        """Let the algorithm make one trial."""
        ids = self.trials.new_trial_ids(1)
        seed = int(self.rng.integers(2**31 - 1))
        (document,) = tpe.suggest(ids, self.domain, self.trials, seed)
        self._insert(document)
        chosen = {k: v[0] for k, v in document["misc"]["vals"].items() if v}
        return ids[0], self.space.unnest(space_eval(self.tree, chosen))

    def adopt(self, config: Config) -> Any:
        """Write the document of a trial with this configuration."""
        (number,) = self.trials.new_trial_ids(1)
        values: dict[str, list[Any]] = {name: [] for name in self.domain.params}
        values |= {name: [value] for name, value in self._nodes(config).items()}
        misc = {
            "tid": number,
            "cmd": self.domain.cmd,
            "workdir": None,
            "idxs": {name: [number] * len(value) for name, value in values.items()},
            "vals": values,
        }
        result = self.domain.new_result()
        self._insert(self.trials.new_trial_docs([number], [None], [result], [misc])[0])
        return number

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Complete the document of the trial."""
        # `trials` itself shows only what is done; this is hyperopt's own way back in.
        every = self.trials._dynamic_trials  # noqa: SLF001
        (document,) = [d for d in every if d["tid"] == handle]
        if value is None:
            document["result"] = {"status": STATUS_FAIL}
        else:
            document["result"] = {"status": STATUS_OK, "loss": -value}
        document["state"] = JOB_STATE_DONE
        self.trials.refresh()

    def _insert(self, document: dict[str, Any]) -> None:
        self.trials.insert_trial_docs([document])
        self.trials.refresh()

    def _nodes(self, config: Config) -> dict[str, Any]:
        """Return the value of each active node; choices by position."""
        branch = self.space.branch(config)
        nodes = {
            label(branch, p): p.index(config[p.name])
            if p.kind == "cat"
            else config[p.name]
            for p in self.space.active(branch)
        }
        if self.space.is_branched:
            nodes[BRANCH] = self.space.branches.index(branch)
        return nodes


def never_called(config: Config) -> float:
    """Stand where the domain wants a function; evaluations happen elsewhere."""
    raise AssertionError("The runner asks and tells; hyperopt has nothing to call.")


def label(branch: str, param: Param) -> str:
    """Return the name of the node of a parameter in a branch."""
    return f"{branch}:{param.name}" if param.on else param.name


def translate(space: Space) -> dict[str, Any]:
    """Translate the space: the parameters of a branch below its choice."""
    shared = {p.name: node("", p) for p in space.params if not p.on}
    if not space.is_branched:
        return shared
    trees = [
        {BRANCH: branch}
        | {p.name: node(branch, p) for p in space.params if branch in p.on}
        for branch in space.branches
    ]
    return shared | {"tree": hp.choice(BRANCH, trees)}


def node(branch: str, param: Param) -> Any:
    """Translate one parameter."""
    name = label(branch, param)
    if param.kind == "cat":
        return hp.choice(name, list(param.choices))
    if param.log:
        low, high = math.log(param.low), math.log(param.high)
        if param.kind == "int":
            return hp.qloguniform(name, low, high, 1)
        return hp.loguniform(name, low, high)
    make = hp.uniformint if param.kind == "int" else hp.uniform
    return make(name, param.low, param.high)
