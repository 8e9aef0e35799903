"""The table of peers: which runner, in which environment, with which settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# How a peer is started: as it comes, or with the task's default configuration first.
PLAIN, GIVEN = "plain", "given"
VARIANTS = {PLAIN: "as it comes", GIVEN: "default given first"}


@dataclass(frozen=True)
class Peer:
    """One optimizer of the comparison.

    Parameters
    ----------
    name : str
        Name in the files of results.
    title : str
        Name in the tables.
    runner : str
        File in ``runners`` without its underscore.
    environment : str
        Name of the environment it runs in; "here" is the one of the bench itself.
    kind : str
        ``"random"``, ``"model"``, ``"evolution"``, ``"local"`` or ``"ours"``.
    options : dict
        Settings the runner reads.
    variants : tuple of str
        Rows in the tables; see `VARIANTS`.
    quick : bool
        Whether it is part of the quick subset.
    prunes : bool
        Whether it may stop a configuration before its last fold. Its searches have the
        fits of as many evaluations as others, and are run only where it is named.
    """

    name: str
    title: str
    runner: str
    environment: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    variants: tuple[str, ...] = (PLAIN, GIVEN)
    quick: bool = False
    prunes: bool = False

    def labelled(self, label: str, options: Mapping[str, Any]) -> Peer:
        """Return a copy with other settings and results of its own."""
        return replace(
            self,
            name=f"{self.name}-{label}",
            title=f"{self.title} ({label})",
            options={**self.options, **options},
        )


# Cheap ones first: their results are there while the others still think.
PEERS = (
    Peer("random", "random search", "random", "here", "random", quick=True),
    Peer(
        "ours_randomized",
        "sklearn_hpo RandomizedSearchCV",
        "ours_randomized",
        "here",
        "ours",
        variants=(PLAIN,),
    ),
    Peer(
        "ours_bayes",
        "sklearn_hpo BayesSearchCV",
        "ours_bayes",
        "here",
        "ours",
        variants=(PLAIN,),
        quick=True,
    ),
    Peer(
        "ours_bayes_racing",
        "sklearn_hpo BayesSearchCV, racing",
        "ours_bayes",
        "here",
        "ours",
        {"racing": True},
        variants=(PLAIN,),
        prunes=True,
    ),
    Peer(
        "ours_evolution",
        "sklearn_hpo EvolutionSearchCV",
        "ours_evolution",
        "here",
        "ours",
        variants=(PLAIN,),
        quick=True,
    ),
    Peer(
        "optuna_tpe",
        "Optuna TPE",
        "optuna",
        "optuna",
        "model",
        {"sampler": "tpe"},
        quick=True,
    ),
    Peer(
        "optuna_tpe_median",
        "Optuna TPE with MedianPruner",
        "optuna",
        "optuna",
        "model",
        {"sampler": "tpe", "pruner": "median"},
        prunes=True,
    ),
    Peer(
        "optuna_tpe_hyperband",
        "Optuna TPE with HyperbandPruner",
        "optuna",
        "optuna",
        "model",
        {"sampler": "tpe", "pruner": "hyperband"},
        prunes=True,
    ),
    Peer(
        "optuna_cma",
        "Optuna CMA-ES",
        "optuna",
        "optuna",
        "evolution",
        {"sampler": "cma"},
    ),
    Peer(
        "optuna_nsga2",
        "Optuna NSGA-II",
        "optuna",
        "optuna",
        "evolution",
        {"sampler": "nsga2"},
    ),
    Peer("cmaes", "cmaes CatCMAwM", "cmaes", "optuna", "evolution"),
    Peer("dehb", "DE of DEHB", "dehb", "dehb", "evolution", variants=(PLAIN,)),
    Peer("hyperopt", "hyperopt TPE", "hyperopt", "hyperopt", "model"),
    Peer(
        "blendsearch",
        "FLAML BlendSearch",
        "flaml",
        "flaml",
        "local",
        {"searcher": "blendsearch"},
    ),
    Peer("cfo", "FLAML CFO", "flaml", "flaml", "local", {"searcher": "cfo"}),
    Peer("nevergrad", "nevergrad NGOpt", "nevergrad", "nevergrad", "evolution"),
    Peer(
        "genetic", "sklearn-genetic-opt GASearchCV", "genetic", "genetic", "evolution"
    ),
    Peer("smac", "SMAC3 HPO", "smac", "smac", "model"),
    Peer(
        "optuna_gp",
        "Optuna GPSampler",
        "optuna",
        "optuna",
        "model",
        {"sampler": "gp"},
        quick=True,
    ),
    Peer("skopt", "scikit-optimize GP", "skopt", "skopt", "model"),
    Peer("ax", "Ax", "ax", "ax", "model"),
    Peer("hebo", "HEBO", "hebo", "hebo", "model"),
)
BY_NAME = {peer.name: peer for peer in PEERS}
USUAL = tuple(peer.name for peer in PEERS if not peer.prunes)
