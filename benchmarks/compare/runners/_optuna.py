"""Optuna's samplers over a define-by-run space."""

from __future__ import annotations

import warnings
from typing import Any

import optuna

from benchmarks.compare._space import BRANCH, Config, Param
from benchmarks.compare.runners._runner import Runner

SAMPLERS = {
    "tpe": optuna.samplers.TPESampler,
    "gp": optuna.samplers.GPSampler,
    "cma": optuna.samplers.CmaEsSampler,
    "nsga2": optuna.samplers.NSGAIISampler,
}
PRUNERS = {
    "median": lambda _: optuna.pruners.MedianPruner(),
    "hyperband": lambda n_folds: optuna.pruners.HyperbandPruner(1, n_folds),
}


class Peer(Runner):
    """A study with the sampler of the option ``sampler``.

    Branches are asked for as Optuna's users write them: the choice first, then the
    parameters it needs. For such spaces TPE gets ``group=True``, as its own warning
    advises. A configuration from outside is enqueued; failed trials are told as failed.
    With the option ``n_objectives`` values are lists. With the option ``pruner`` the
    mean of the scores so far is reported after each fold, as in Optuna's examples.
    """

    library = "optuna"

    def start(self) -> None:
        """Make the study."""
        warnings.simplefilter("ignore")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        name = self.options["sampler"]
        if name == "gp":  # no other sampler draws from torch
            import torch

            torch.manual_seed(self.seed)
            torch.set_num_threads(1)
        more = {"group": True} if name == "tpe" and self.space.is_branched else {}
        sampler = SAMPLERS[name](seed=self.seed, **more)
        several = ["maximize"] * self.options.get("n_objectives", 1)
        name = self.options.get("pruner")
        pruner = None if name is None else PRUNERS[name](self.n_folds)
        self.study = optuna.create_study(
            directions=several, sampler=sampler, pruner=pruner
        )

    def propose(self) -> tuple[Any, Config]:
        """Ask the study for a trial and the trial for its parameters."""
        trial = self.study.ask()
        config: Config = {}
        if self.space.is_branched:
            config[BRANCH] = suggest(trial, self.space.chooser)
        for param in self.space.active(self.space.branch(config)):
            config[param.name] = suggest(trial, param)
        return trial, self.space.prune(config)

    def adopt(self, config: Config) -> Any:
        """Enqueue the configuration and ask for it."""
        self.study.enqueue_trial(config)
        return self.propose()[0]

    def goes_on(self, handle: Any, scores: list[float]) -> bool:
        """Report the mean so far and ask the pruner."""
        handle.report(sum(scores) / len(scores), len(scores))
        return not handle.should_prune()

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Tell the study."""
        if value is None:
            ends = optuna.trial.TrialState
            self.study.tell(handle, state=ends.PRUNED if scores else ends.FAIL)
        else:
            self.study.tell(handle, value)


def suggest(trial: optuna.Trial, param: Param) -> Any:
    """Ask a trial for one parameter."""
    if param.kind == "cat":
        return trial.suggest_categorical(param.name, param.choices)
    if param.kind == "int":
        low, high = int(param.low), int(param.high)
        return trial.suggest_int(param.name, low, high, log=param.log)
    return trial.suggest_float(param.name, param.low, param.high, log=param.log)
