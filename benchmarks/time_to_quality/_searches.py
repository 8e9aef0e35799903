"""The searches under test; each function runs in the environment of its library."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.compare._space import Param
from benchmarks.time_to_quality._tasks import Timed

N_ITER = 100
N_MANY = 400  # of those that a larger number only makes go on
N_SURVEY = 150  # candidates of the searches that tell what can be reached
N_JOBS = 2


def steps(param: Param, n: int) -> list[Any]:
    """Return `n` values of a parameter at equal distances, or all its choices."""
    if param.kind == "cat":
        return list(param.choices)
    spaced = np.geomspace if param.log else np.linspace
    values = spaced(param.low, param.high, n)
    if param.kind == "int":
        return sorted({round(value) for value in values})
    return values.tolist()


def grid_values(task: Timed, n_iter: int) -> dict[str, list[Any]]:
    """Return the grid of equal steps whose size is nearest to a number."""

    def grid_of(n: int) -> dict[str, list[Any]]:
        return {param.name: steps(param, n) for param in task.params}

    def misses(values: dict[str, list[Any]]) -> float:
        return abs(math.log(math.prod(map(len, values.values())) / n_iter))

    return min(map(grid_of, range(2, n_iter + 1)), key=misses)


@dataclass(frozen=True)
class LogInteger:
    """Integers uniform in the logarithm, which scipy does not have."""

    low: int
    high: int

    def rvs(self, random_state: Any = None) -> int:
        """Draw one."""
        low, high = math.log(self.low - 0.5), math.log(self.high + 0.5)
        drawn = round(math.exp(random_state.uniform(low, high)))
        return min(max(drawn, self.low), self.high)


def distribution(param: Param) -> Any:
    """Return a parameter for the searches that draw from scipy's distributions."""
    if param.kind == "cat":
        return list(param.choices)
    if param.kind == "int" and param.log:
        return LogInteger(int(param.low), int(param.high))
    if param.kind == "int":
        return list(range(int(param.low), int(param.high) + 1))
    if param.log:
        return stats.loguniform(param.low, param.high)
    return stats.uniform(param.low, param.high - param.low)


def grid(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
    """scikit-learn's GridSearchCV over about as many candidates."""
    from sklearn.model_selection import GridSearchCV

    return GridSearchCV(
        task.estimator,
        grid_values(task, n_iter),
        scoring=scorer,
        cv=task.cv,
        n_jobs=N_JOBS,
    )


def randomized(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
    """scikit-learn's RandomizedSearchCV."""
    from sklearn.model_selection import RandomizedSearchCV

    return RandomizedSearchCV(
        task.estimator,
        {param.name: distribution(param) for param in task.params},
        n_iter=n_iter,
        scoring=scorer,
        cv=task.cv,
        n_jobs=N_JOBS,
        random_state=seed,
    )


def halving(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
    """scikit-learn's HalvingRandomSearchCV from as many candidates."""
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV

    return HalvingRandomSearchCV(
        task.estimator,
        {param.name: distribution(param) for param in task.params},
        n_candidates=n_iter,
        min_resources="exhaust",
        scoring=scorer,
        cv=task.cv,
        n_jobs=N_JOBS,
        random_state=seed,
    )


def skopt_bayes(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
    """scikit-optimize's BayesSearchCV."""
    from skopt import BayesSearchCV
    from skopt.space import Categorical, Integer, Real

    def dimension(param: Param) -> Any:
        if param.kind == "cat":
            return Categorical(list(param.choices))
        prior = "log-uniform" if param.log else "uniform"
        kind = Integer if param.kind == "int" else Real
        return kind(param.low, param.high, prior=prior)

    return BayesSearchCV(
        task.estimator,
        {param.name: dimension(param) for param in task.params},
        n_iter=n_iter,
        scoring=scorer,
        cv=task.cv,
        n_jobs=N_JOBS,
        random_state=seed,
    )


def optuna_search(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
    """OptunaSearchCV with its default sampler."""
    import optuna
    from optuna_integration.sklearn import OptunaSearchCV

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def domain(param: Param) -> Any:
        made = optuna.distributions
        if param.kind == "cat":
            return made.CategoricalDistribution(list(param.choices))
        if param.kind == "int":
            return made.IntDistribution(int(param.low), int(param.high), log=param.log)
        return made.FloatDistribution(param.low, param.high, log=param.log)

    return OptunaSearchCV(
        task.estimator,
        {param.name: domain(param) for param in task.params},
        n_trials=n_iter,
        scoring=scorer,
        cv=task.cv,
        n_jobs=N_JOBS,
        random_state=seed,
    )


def genetic(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
    """sklearn-genetic-opt's GASearchCV, 10 individuals, about as many candidates."""
    import random

    from sklearn_genetic import GASearchCV
    from sklearn_genetic.space import Categorical, Continuous, Integer

    def domain(param: Param) -> Any:
        if param.kind == "cat":
            return Categorical(list(param.choices))
        if param.kind == "int":
            return Integer(int(param.low), int(param.high))
        prior = "log-uniform" if param.log else "uniform"
        return Continuous(param.low, param.high, distribution=prior)

    domains = {param.name: domain(param) for param in task.params}
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (the library draws from it)
    return GASearchCV(
        task.estimator,
        param_grid=domains,
        population_size=10,
        generations=(n_iter - 10) // 20,  # each has twice as many children
        scoring=scorer,
        cv=task.cv,
        n_jobs=N_JOBS,
        verbose=False,
    )


def dask(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
    """dask-ml's RandomizedSearchCV."""
    from dask_ml.model_selection import RandomizedSearchCV

    return RandomizedSearchCV(
        task.estimator,
        {param.name: distribution(param) for param in task.params},
        n_iter=n_iter,
        scoring=scorer,
        cv=task.cv,
        n_jobs=N_JOBS,
        random_state=seed,
    )


def ours(name: str) -> Callable[[Timed, Any, int, int], Any]:
    """Return the function for one of our searches."""

    def make(task: Timed, scorer: Any, seed: int, n_iter: int) -> Any:
        import sklearn_hpo

        def domain(param: Param) -> Any:
            if param.kind == "cat":
                return list(param.choices)
            kind = sklearn_hpo.Integer if param.kind == "int" else sklearn_hpo.Real
            # Bounds of an integer are whole. (No `cast`: records know this code.)
            return kind(param.low, param.high, log=param.log)  # type: ignore[arg-type]

        return getattr(sklearn_hpo, name)(
            task.estimator,
            {param.name: domain(param) for param in task.params},
            n_iter=n_iter,
            scoring=scorer,
            cv=task.cv,
            n_jobs=N_JOBS,
            random_state=seed,
        )

    return make


@dataclass(frozen=True)
class Entry:
    """A search and the environment it runs in."""

    environment: str
    make: Callable[[Timed, Any, int, int], Any]
    library: str
    n_iter: int = N_ITER


SEARCHES = {
    "scikit-learn GridSearchCV": Entry("here", grid, "scikit-learn"),
    "scikit-learn RandomizedSearchCV": Entry(
        "here", randomized, "scikit-learn", N_MANY
    ),
    "scikit-learn HalvingRandomSearchCV": Entry("here", halving, "scikit-learn"),
    "scikit-optimize BayesSearchCV": Entry("skopt", skopt_bayes, "scikit-optimize"),
    "OptunaSearchCV": Entry("optuna", optuna_search, "optuna-integration", N_MANY),
    "GASearchCV": Entry("genetic", genetic, "sklearn-genetic-opt"),
    "dask-ml RandomizedSearchCV": Entry("dask", dask, "dask-ml"),
    "sklearn_hpo RandomizedSearchCV": Entry("here", ours("RandomizedSearchCV"), ""),
    "sklearn_hpo BayesSearchCV": Entry("here", ours("BayesSearchCV"), "", N_MANY),
}
SURVEYS = {
    "survey by Optuna": Entry("optuna", optuna_search, "optuna-integration", N_SURVEY),
    "survey by sklearn_hpo": Entry("here", ours("BayesSearchCV"), "", N_SURVEY),
}
ALL = SEARCHES | SURVEYS
