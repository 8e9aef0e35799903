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
    """Yield every public search over every estimator.

    Three candidates, so that in a search that looks back the last is a model's.
    """
    for estimator, space in SPACES:
        (name, values), shared = *space.items(), {"cv": 2}
        candidates = [{name: value} for value in values]
        seeded = {**shared, "n_iter": 3, "random_state": 0}
        yield GridSearchCV(estimator, space, **shared)
        yield RandomizedSearchCV(estimator, space, **seeded)
        yield ManualSearchCV(estimator, candidates=candidates, **shared)
        yield BayesSearchCV(estimator, space, **seeded)
        yield HyperbandSearchCV(estimator, space, min_resources=9, **seeded)
        yield SearchCV(estimator, space, strategy=Bayes(), **seeded)
    for estimator, space in SPACES[::4]:
        yield HalvingGridSearchCV(estimator, space, cv=2)
        yield HalvingRandomSearchCV(
            estimator, space, n_candidates=3, cv=2, random_state=0
        )


@parametrize_with_checks(list(searches()))
def test_estimator_check(estimator: BaseEstimator, check: Any) -> None:
    check(estimator)
