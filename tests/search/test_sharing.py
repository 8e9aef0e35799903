"""Nothing is fitted twice, and no score changes by that."""

from __future__ import annotations

import joblib
import numpy as np
import pytest
from scipy.stats import randint
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Lasso, LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV as PlainGridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    SearchCV,
)
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import Candidate

X, y = make_classification(120, 8, random_state=0)
TWICE = [{"C": [0.1, 1.0]}, {"C": [1.0, 10.0]}, {"C": [0.1]}]


@pytest.fixture
def fits(monkeypatch) -> list[str]:
    """The estimators of scikit-learn fitted in this process, in order."""
    fitted: list[str] = []

    def count(kind: type) -> None:
        plain = kind.fit

        def fit(self, X, y=None, **params):
            fitted.append(kind.__name__)
            return plain(self, X, y, **params)

        monkeypatch.setattr(kind, "fit", fit)

    for kind in (LogisticRegression, RandomForestClassifier, StandardScaler):
        count(kind)
    return fitted


def scores(search) -> np.ndarray:
    return np.array(
        [search.cv_results_[f"split{fold}_test_score"] for fold in range(5)]
    )


@pytest.mark.parametrize(("n_jobs", "backend"), [(1, None), (3, "threading")])
def test_of_equal_candidates_one_is_fitted(fits, n_jobs, backend) -> None:
    search = GridSearchCV(LogisticRegression(), TWICE, refit=False, n_jobs=n_jobs)
    with joblib.parallel_config(backend) if backend else joblib.parallel_config():
        search.fit(X, y)
    assert len(fits) == 3 * 5
    assert len(search.cv_results_["params"]) == 5
    plain = PlainGridSearchCV(LogisticRegression(), TWICE).fit(X, y)
    assert (scores(search) == scores(plain)).all()
    frame = search.history_.to_frame()
    shared = frame[frame.shared_time > 0]
    assert sorted(set(shared.candidate)) == [2, 4]
    assert (shared.shared_time == shared.fit_time + shared.score_time).all()


def test_without_the_cache_everything_is_fitted(fits) -> None:
    GridSearchCV(LogisticRegression(), TWICE, refit=False, cache=False).fit(X, y)
    assert len(fits) == 5 * 5


def test_what_draws_numbers_is_fitted_again(fits) -> None:
    space = {"max_depth": [2, 2]}
    forest = RandomForestClassifier(2)
    GridSearchCV(forest, space, refit=False).fit(X, y)
    assert len(fits) == 2 * 5
    forest.set_params(random_state=0)
    GridSearchCV(forest, space, refit=False).fit(X, y)
    assert len(fits) == 3 * 5


@pytest.mark.parametrize(
    "first", [SelectFromModel(Lasso(0.01)), RFE(SVR(kernel="linear")), "passthrough"]
)
def test_the_global_generator_is_where_it_would_be(first) -> None:
    forest = RandomForestClassifier(2)
    model = Pipeline([("first", first), ("last", forest)])
    space = [{"last": [SVC()] * 2}, {"last__max_depth": [1, 2, 3]}]
    found = []
    for kind in (PlainGridSearchCV, GridSearchCV):
        np.random.seed(0)  # noqa: NPY002 - what random_state=None draws from
        found.append(scores(kind(model, space).fit(X, y)))
    np.testing.assert_array_equal(*found)


def test_a_generator_draws_the_same_for_each_clone(fits) -> None:
    forest = RandomForestClassifier(2, random_state=np.random.RandomState(0))
    GridSearchCV(forest, {"max_depth": [2, 2]}, refit=False).fit(X, y)
    assert len(fits) == 5


def test_values_that_are_equal_but_of_other_types_are_not_the_same(fits) -> None:
    GridSearchCV(LogisticRegression(), {"C": [1, 1.0]}, refit=False).fit(X, y)
    assert len(fits) == 2 * 5


class Counting(ClassifierMixin, BaseEstimator):
    n_fits = 0

    def __init__(self, a=0) -> None:
        self.a = a

    def fit(self, X, y):
        type(self).n_fits += 1
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[self.a])


def test_an_estimator_of_the_users_own_may_do_anything_and_is_fitted_each_time() -> (
    None
):
    Counting.n_fits = 0
    GridSearchCV(Counting(), {"a": [0, 0, 1]}, refit=False).fit(X, y)
    assert Counting.n_fits == 3 * 5


def test_a_scorer_of_the_users_own_sees_every_model(fits) -> None:
    seen = []

    def scorer(estimator, X, y) -> float:
        seen.append(estimator)
        return estimator.score(X, y)

    GridSearchCV(LogisticRegression(), TWICE, scoring=scorer, refit=False).fit(X, y)
    assert len(seen) == 5 * 5


def test_random_search_with_replacement_keeps_its_rows(fits) -> None:
    search = RandomizedSearchCV(
        LogisticRegression(),
        {"max_iter": randint(100, 103)},
        n_iter=12,
        random_state=0,
        refit=False,
    ).fit(X, y)
    assert len(search.cv_results_["params"]) == 12
    assert len(fits) == 3 * 5


def test_manual_search_too(fits) -> None:
    ManualSearchCV(LogisticRegression(), [{}, {"C": 2.0}, {"C": 2.0}], refit=False).fit(
        X, y
    )
    assert len(fits) == 2 * 5


class Stubborn(Strategy):
    def start(self, space, n_iter, seed) -> None:
        self.space_ = space

    def ask(self, number, pending, rng) -> Candidate:
        return Candidate(number, {"C": float(1 + number // 4)}, 0)

    def tell(self, trial) -> None:
        pass


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_strategy_that_repeats_itself_costs_nothing(fits, n_jobs) -> None:
    search = SearchCV(
        LogisticRegression(),
        {"C": (0.1, 10.0, "uniform")},
        strategy=Stubborn(),
        n_iter=8,
        random_state=0,
        racing=False,
        refit=False,
        n_jobs=n_jobs,
        initial_params=[{"C": 1.0}],
    )
    with joblib.parallel_config("threading"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 8
    assert len(fits) == 2 * 5


@pytest.mark.parametrize("racing", [False, True])
@pytest.mark.parametrize("kind", [GridSearchCV, BayesSearchCV])
def test_pipelines_share_their_first_steps(fits, kind, racing) -> None:
    pipeline = make_pipeline(StandardScaler(), PCA(4), LogisticRegression())
    space = {"logisticregression__C": [0.01, 0.1, 1.0, 10.0]}
    more = {} if kind is GridSearchCV else {"random_state": 0, "n_iter": 4}
    one, other = (
        kind(pipeline, space, racing=racing, refit=False, cache=cache, **more).fit(X, y)
        for cache in (True, False)
    )
    assert fits.count("StandardScaler") == 5 + fits.count("LogisticRegression") / 2
    assert (one.history_.fit_times > 0).any()
    np.testing.assert_array_equal(scores(one), scores(other))
    assert one.cv_results_["params"] == other.cv_results_["params"]


@pytest.mark.parametrize("first", [Nystroem(n_components=6), PCA(2)])
def test_who_draws_from_the_global_generator_draws_what_scikit_learn_would(
    first,
) -> None:
    pipeline = make_pipeline(StandardScaler(), first, SGDClassifier())
    grid = {"sgdclassifier__alpha": [1e-4, 1e-2, 1e-4]}
    plain, mine = (kind(pipeline, grid) for kind in (PlainGridSearchCV, GridSearchCV))
    for search in (plain, mine):
        np.random.seed(0)  # noqa: NPY002 (this is the generator in question)
        search.fit(X, y)
    assert (scores(mine) == scores(plain)).all()
