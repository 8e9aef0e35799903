"""Optuna's TPE with its Hyperband pruner, run in the environment of Optuna."""

from __future__ import annotations

import warnings

import optuna

from benchmarks.compare._space import BRANCH, Space
from benchmarks.compare.runners._optuna import suggest
from benchmarks.fidelity._peer import listen


def main() -> None:
    """Search for ever; the other side ends it."""
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    about, ask = listen()
    space = Space.from_json(about["space"])
    least, most = about["least"], about["most"]
    pruner = optuna.pruners.HyperbandPruner(least, most, reduction_factor=3)
    more = {"group": True} if space.is_branched else {}
    sampler = optuna.samplers.TPESampler(seed=about["seed"], **more)
    study = optuna.create_study(
        study_name=f"{about['name']} {about['seed']}",  # brackets are drawn by it
        direction="maximize",
        sampler=sampler,
        pruner=pruner,
    )
    amounts = [most]
    while amounts[0] // 3 >= least:
        amounts.insert(0, amounts[0] // 3)

    def objective(trial: optuna.Trial) -> float:
        config = {}
        if space.is_branched:
            config[BRANCH] = suggest(trial, space.chooser)
        for param in space.active(space.branch(config)):
            config[param.name] = suggest(trial, param)
        for amount in amounts:
            score = ask(space.prune(config), amount)
            trial.report(score, amount)
            if amount < most and trial.should_prune():
                raise optuna.TrialPruned
        return score

    study.optimize(objective)


if __name__ == "__main__":
    main()
