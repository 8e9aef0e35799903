"""sklearn-genetic-opt's GASearchCV.

It has no ask and tell, so its real search runs against an estimator that records.
"""

from __future__ import annotations

import random
import warnings
from typing import Any

from sklearn_genetic import GASearchCV
from sklearn_genetic.space import Categorical, Continuous, Integer

from benchmarks.compare._space import Param
from benchmarks.compare.runners._bridge import ROWS, SPLIT, TARGET, Bridged

POPULATION = 10


class Peer(Bridged):
    """The search with its defaults, but for a population that fits the budget.

    With the default population of 50 the whole budget would be its random first
    generation; 10 is what its documentation shows. It knows no conditions: the space is
    flattened. Candidates it has in its cache are not asked for again.
    """

    library = "sklearn-genetic-opt"

    def fit(self) -> None:
        """Run more generations than the budget allows."""
        warnings.simplefilter("ignore")
        grid = {p.name: translate(p) for p in self.space.flat()}
        random.seed(self.seed)  # its Categorical has just seeded Python from the clock
        given = None if self.given is None else [self.space.fill(self.given)]
        search = GASearchCV(
            self.estimator,
            cv=SPLIT,
            param_grid=grid,
            population_size=POPULATION,
            generations=self.budget,
            warm_start_configs=given,
            verbose=False,
            refit=False,
        )
        search.fit(ROWS, TARGET)


def translate(param: Param) -> Any:
    """Translate one parameter; its integers know no logarithm."""
    if param.kind == "cat":
        return Categorical(list(param.choices))
    if param.kind == "int":
        return Integer(int(param.low), int(param.high))
    prior = "log-uniform" if param.log else "uniform"
    return Continuous(param.low, param.high, distribution=prior)
