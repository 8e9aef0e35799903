"""scikit-learn's estimator checks, for each public search over several estimators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_hpo import (
    BayesSearchCV,
    EvolutionSearchCV,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    HyperbandSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    SearchCV,
)
from sklearn_hpo.strategies import Bayes

SPACES: list[tuple[BaseEstimator, dict[str, list[Any]]]] = [
    (LogisticRegression(), {"C": [0.1, 1.0, 10.0]}),
    (DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 3]}),
    (
        Ridge(),
        {"alpha": [0.1, 1.0, 10.0]},
    ),  # Ridge and KNeighborsRegressor: many outputs
    (KNeighborsRegressor(), {"n_neighbors": [1, 2, 3]}),
    (make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [0.1, 1.0, 10.0]}),
    (KMeans(n_init=1, random_state=0), {"n_clusters": [2, 3, 4]}),
]


def searches() -> Iterator[BaseEstimator]:
    """Yield every public search, a grid and a model's over every kind of estimator.

    Three candidates, so that in a search that looks back the last is a model's.
    """
    shared = {"cv": 2}
    seeded = {**shared, "n_iter": 3, "random_state": 0}
    for estimator, space in SPACES:
        yield GridSearchCV(estimator, space, **shared)
        yield BayesSearchCV(estimator, space, **seeded)
    for estimator, space in SPACES[1::2]:  # a classifier, a regressor, a clusterer
        ((name, values),) = space.items()
        candidates = [{name: value} for value in values]
        yield ManualSearchCV(estimator, candidates=candidates, **shared)
        yield RandomizedSearchCV(estimator, space, **seeded)
        yield EvolutionSearchCV(estimator, space, **seeded)
        yield HyperbandSearchCV(estimator, space, min_resources=9, **seeded)
        yield HalvingGridSearchCV(estimator, space, **shared)
        yield HalvingRandomSearchCV(
            estimator, space, n_candidates=3, cv=2, random_state=0
        )
        yield SearchCV(estimator, space, strategy=Bayes(), **seeded)


@parametrize_with_checks(list(searches()))
def test_estimator_check(estimator: BaseEstimator, check: Any) -> None:
    check(estimator)
