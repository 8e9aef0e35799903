"""SMAC3's facade for hyperparameter optimization."""

from __future__ import annotations

import logging
import tempfile
from typing import Any

from ConfigSpace import (
    CategoricalHyperparameter,
    Configuration,
    ConfigurationSpace,
    Float,
    InCondition,
    Integer,
)
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialInfo, TrialValue
from smac.runhistory.enumerations import StatusType

from benchmarks.compare._space import BRANCH, Config, Param, Space
from benchmarks.compare.runners._runner import Runner, WorstSeen


class Peer(Runner):
    """Random forest and expected improvement, with the facade's defaults.

    Conditions are ConfigSpace's own. The objective is declared deterministic, as the
    folds are fixed. A configuration from outside is told without having been asked for.
    Failed trials are told as crashed, at the cost of the worst seen: its own default,
    an infinite cost, is more than its forest can take.
    """

    library = "smac"

    def start(self) -> None:
        """Make the facade; its files go to a temporary folder."""
        self.worst = WorstSeen()
        self.configspace = translate(self.space, self.seed)
        scenario = Scenario(
            self.configspace,
            deterministic=True,
            n_trials=self.budget,
            seed=self.seed,
            output_directory=tempfile.mkdtemp(prefix="smac-"),
        )
        self.smac = HyperparameterOptimizationFacade(
            scenario, never_called, overwrite=True, logging_level=logging.ERROR
        )

    def propose(self) -> tuple[Any, Config]:
        """Ask for a trial."""
        info = self.smac.ask()
        return info, self.space.unlabel(dict(info.config))

    def adopt(self, config: Config) -> Any:
        """Make the trial of a configuration."""
        labelled = self.space.label(config)
        return TrialInfo(Configuration(self.configspace, labelled), seed=0)

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Tell the cost of a trial."""
        if value is None:
            cost, status = -self.worst(None), StatusType.CRASHED
        else:
            cost, status = -self.worst(value), StatusType.SUCCESS
        self.smac.tell(handle, TrialValue(cost=cost, status=status))


def never_called(config: Configuration, seed: int = 0) -> float:
    """Stand where the facade wants a function; evaluations happen elsewhere."""
    raise AssertionError("The runner asks and tells; SMAC has nothing to call.")


def translate(space: Space, seed: int) -> ConfigurationSpace:
    """Translate the space, branches into conditions."""
    target = ConfigurationSpace(seed=seed)
    made = {p.name: hyperparameter(p) for p in space.flat()}
    target.add(*made.values())
    for param in space.params:
        if param.on:
            on = [space.chooser.label(branch) for branch in param.on]
            target.add(InCondition(made[param.name], made[BRANCH], on))
    return target


def hyperparameter(param: Param) -> Any:
    """Translate one parameter."""
    if param.kind == "cat":
        default = param.label(param.default)
        return CategoricalHyperparameter(
            param.name, param.labels, default_value=default
        )
    make = Integer if param.kind == "int" else Float
    bounds = (param.low, param.high)
    return make(param.name, bounds, default=param.default, log=param.log)
