"""Ax through its service client."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

from benchmarks.compare._space import BRANCH, Config, Param, Space
from benchmarks.compare.runners._runner import Runner


class Peer(Runner):
    """The client with its default generation strategy.

    Branches are Ax's own dependent parameters. It wants a tree, so a parameter of some
    branches is one in each, ``name__branch``. Choices go by their labels, unordered.
    """

    library = "ax-platform"

    def start(self) -> None:
        """Make the client."""
        warnings.simplefilter("ignore")
        logging.disable(logging.ERROR)
        self.client = Client(random_seed=self.seed)
        self.client.configure_experiment(parameters=translate(self.space))
        self.client.configure_optimization(objective="value")

    def propose(self) -> tuple[Any, Config]:
        """Get one trial."""
        ((index, found),) = self.client.get_next_trials(max_trials=1).items()
        plain = {name.partition(SPLIT)[0]: value for name, value in found.items()}
        return index, self.space.unlabel(plain)

    def adopt(self, config: Config) -> Any:
        """Attach a trial."""
        branch = self.space.branch(config)
        below = {p.name for p in self.space.params if p.on}
        labelled = {
            own_name(name, branch) if name in below else name: value
            for name, value in self.space.label(config).items()
        }
        return self.client.attach_trial(labelled)

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Complete the trial."""
        if value is None:
            self.client.mark_trial_failed(handle)
        else:
            self.client.complete_trial(handle, raw_data={"value": value})


SPLIT = "__"


def own_name(name: str, branch: str) -> str:
    """Return the name of a parameter in one branch."""
    return f"{name}{SPLIT}{branch}"


def translate(space: Space) -> list[Any]:
    """Translate the space, branches into dependent parameters."""
    params = [parameter(p, p.name) for p in space.params if not p.on]
    if not space.is_branched:
        return params
    depends = {}
    for branch in space.branches:
        below = [p for p in space.params if branch in p.on]
        names = [own_name(p.name, branch) for p in below]
        params += map(parameter, below, names)
        depends[space.chooser.label(branch)] = names
    head = ChoiceParameterConfig(
        name=BRANCH,
        values=space.chooser.labels,
        parameter_type="str",
        is_ordered=False,
        dependent_parameters=depends,
    )
    return [head, *params]


def parameter(param: Param, name: str) -> Any:
    """Translate one parameter under a name."""
    if param.kind == "cat":
        return ChoiceParameterConfig(
            name=name, values=param.labels, parameter_type="str", is_ordered=False
        )
    return RangeParameterConfig(
        name=name,
        bounds=(param.low, param.high),
        parameter_type="int" if param.kind == "int" else "float",
        scaling="log" if param.log else "linear",
    )
