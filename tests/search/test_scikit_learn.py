"""Inside scikit-learn: as a part of its tools, with all kinds of data."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sklearn
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_iris, make_regression
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GroupKFold,
    TunedThresholdClassifierCV,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.fixes import parse_version

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    Integer,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
    SearchCV,
)
from sklearn_hpo.strategies import Bayes

X, y = load_iris(return_X_y=True)
X2, y2 = load_breast_cancer(return_X_y=True)
MODEL = LogisticRegression(max_iter=2000)
C = Real(0.01, 10, log=True)


def searches(estimator=MODEL, name: str = "C", **options) -> dict[str, object]:
    few = {"n_iter": 3, "random_state": 0, **options}
    return {
        "grid": GridSearchCV(estimator, {name: [0.1, 1]}, **options),
        "random": RandomizedSearchCV(estimator, {name: C}, **few),
        "manual": ManualSearchCV(estimator, [{name: 0.1}, {}], **options),
        "bayes": BayesSearchCV(estimator, {name: C}, **few),
        "any": SearchCV(estimator, {name: C}, strategy=Bayes(), **few),
    }


each_search = pytest.mark.parametrize("kind", list(searches()))


@each_search
def test_nested_cross_validation(kind: str) -> None:
    scores = cross_validate(searches(cv=2)[kind], X, y, cv=3, n_jobs=2)
    assert (scores["test_score"] > 0.8).all()


@each_search
def test_in_a_pipeline(kind: str) -> None:
    model = make_pipeline(StandardScaler(), searches(cv=2)[kind]).fit(X, y)
    assert model.score(X, y) > 0.8


@each_search
def test_in_scikit_learns_ensembles(kind: str) -> None:
    search = searches(
        make_pipeline(StandardScaler(), MODEL), "logisticregression__C", cv=2
    )[kind]
    for model in (
        VotingClassifier([("a", search), ("b", MODEL)]),
        StackingClassifier([("a", search), ("b", DecisionTreeClassifier())], cv=2),
        CalibratedClassifierCV(search, cv=2),
        TunedThresholdClassifierCV(search, cv=2),
    ):
        assert model.fit(X2, y2).score(X2, y2) > 0.8, model


@each_search
def test_a_fitted_search_pickles_and_clones(kind: str) -> None:
    search = searches(cv=2)[kind].fit(X, y)
    copy = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(copy.predict(X), search.predict(X))
    assert len(copy.history_) == len(search.history_)
    assert not hasattr(clone(search), "history_")


@each_search
def test_fit_is_idempotent_under_a_seed(kind: str) -> None:
    search = searches(cv=2)[kind]
    first = search.fit(X, y).cv_results_
    second = search.fit(X, y).cv_results_
    assert first["params"] == second["params"]
    np.testing.assert_array_equal(first["mean_test_score"], second["mean_test_score"])


@each_search
def test_sparse_data(kind: str) -> None:
    dense = searches(cv=2)[kind].fit(X, y)
    thin = searches(cv=2)[kind].fit(sparse.csr_matrix(X), y)
    assert thin.score(sparse.csr_matrix(X), y) == pytest.approx(dense.score(X, y))


@each_search
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames(kind: str, library: str) -> None:
    frames = pytest.importorskip(library)
    frame = frames.DataFrame(
        {"size": X[:, 0].tolist(), "color": ["red", "green", "blue"] * 50}
    )
    old = parse_version(sklearn.__version__) < parse_version("1.9")
    if old and not hasattr(frame, "__dataframe__"):
        pytest.skip("scikit-learn before 1.9 does not know polars 2")
    model = make_pipeline(
        make_column_transformer(
            (StandardScaler(), ["size"]), (OneHotEncoder(), ["color"])
        ),
        MODEL,
    )
    search = searches(model, "logisticregression__C", cv=2)[kind]
    search.fit(frame, frames.Series("kind", y) if library == "polars" else y)
    assert search.feature_names_in_.tolist() == ["size", "color"]
    assert search.score(frame, y) > 0.5


@each_search
def test_lists_of_text(kind: str) -> None:
    texts = ["good tea", "fine tea", "bad tea", "poor tea"] * 6
    model = make_pipeline(TfidfVectorizer(), MODEL)
    search = searches(model, "logisticregression__C", cv=2)[kind]
    assert search.fit(texts, [1, 1, 0, 0] * 6).score(texts, [1, 1, 0, 0] * 6) == 1.0


@each_search
def test_folds_that_are_ranges(kind: str) -> None:
    halves = range(0, 150, 2), range(1, 150, 2)
    ranges = searches(cv=[halves, halves[::-1]])[kind].fit(X, y)
    indices = [np.array(half) for half in halves]
    arrays = searches(cv=[indices, indices[::-1]])[kind].fit(X, y)
    assert ranges.best_score_ == arrays.best_score_


@each_search
def test_groups_reach_the_splitter(kind: str) -> None:
    groups = np.arange(len(y)) % 5
    search = searches(cv=GroupKFold(5))[kind].fit(X, y, groups=groups)
    assert search.n_splits_ == 5


@each_search
def test_sample_weight_reaches_fit_and_score(kind: str) -> None:
    weight = np.where(y == 0, 1e-9, 1.0)
    search = searches(cv=3, scoring="accuracy")[kind].fit(X, y, sample_weight=weight)
    assert (search.predict(X[y == 0]) != 0).mean() >= 0.0
    plain = searches(cv=3, scoring="accuracy")[kind].fit(X, y)
    assert search.best_score_ != plain.best_score_


@each_search
def test_metadata_routing(kind: str) -> None:
    with config_context(enable_metadata_routing=True):
        model = LogisticRegression(max_iter=500).set_fit_request(sample_weight=True)
        search = searches(model, cv=GroupKFold(3), scoring=MODEL_SCORER)[kind]
        search.fit(X, y, sample_weight=y + 1.0, groups=np.arange(len(y)) % 3)
        assert search.score(X, y) > 0.8


def MODEL_SCORER(model, X, y) -> float:  # noqa: N802
    return model.score(X, y)


@each_search
def test_set_output_of_the_caller_reaches_the_workers(kind: str) -> None:
    pytest.importorskip("pandas")
    with config_context(transform_output="pandas"):
        model = make_pipeline(StandardScaler(), MODEL)
        search = searches(model, "logisticregression__C", cv=2, n_jobs=2)[kind]
        search.fit(X, y)
        scaled = search.best_estimator_[0].transform(X)
    assert list(scaled.columns) == ["x0", "x1", "x2", "x3"]


@each_search
def test_several_outputs(kind: str) -> None:
    data, targets = make_regression(60, 4, n_targets=2, random_state=0)
    search = searches(Ridge(), "alpha", cv=2)[kind].fit(data, targets)
    assert search.predict(data).shape == (60, 2)
    assert search.__sklearn_tags__().target_tags.multi_output


@each_search
def test_several_metrics(kind: str) -> None:
    options = {"scoring": ["accuracy", "neg_log_loss"], "refit": "neg_log_loss"}
    search = searches(cv=2, **options)[kind].fit(X, y)
    assert search.multimetric_
    best = search.cv_results_["mean_test_neg_log_loss"].max()
    assert search.best_score_ == best


def test_the_metric_that_refit_names_is_optimized() -> None:
    metrics = {"first": lambda m, X, y: -m.C, "second": lambda m, X, y: m.C}
    search = BayesSearchCV(
        SVC(), {"C": Real(1, 9)}, n_iter=12, scoring=metrics, refit="second", cv=2
    ).fit(X, y)
    assert search.best_params_["C"] > 8
    assert search.history_.incumbent().value > 8


def test_the_first_metric_is_optimized_if_refit_names_none() -> None:
    metrics = {"first": lambda m, X, y: -m.C, "second": lambda m, X, y: m.C}
    search = BayesSearchCV(
        SVC(), {"C": Real(1, 9)}, n_iter=12, scoring=metrics, refit=False, cv=2
    ).fit(X, y)
    assert search.history_.incumbent().candidate.params["C"] < 2
    assert not hasattr(search, "best_index_")


def test_choices_come_back_as_the_objects_given_and_are_never_modified() -> None:
    steps = [StandardScaler(), "passthrough", None]
    model = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
    search = BayesSearchCV(model, {"standardscaler": steps}, cv=2).fit(X, y)
    found = [p["standardscaler"] for p in search.cv_results_["params"]]
    assert {id(value) for value in found} == {id(step) for step in steps}
    assert not hasattr(steps[0], "mean_")


def test_the_dict_of_a_grid_works_in_every_search() -> None:
    space = {"C": [0.01, 0.1, 1, 10]}
    for search in (
        GridSearchCV(MODEL, space, cv=2),
        RandomizedSearchCV(MODEL, space, n_iter=4, cv=2),
        BayesSearchCV(MODEL, space, cv=2),
    ):
        tried = search.fit(X, y).cv_results_["param_C"]
        assert sorted(tried.tolist()) == space["C"]


def test_branches_in_one_table() -> None:
    space = [
        {"kernel": ["rbf"], "gamma": Real(1e-3, 1, log=True)},
        {"kernel": ["poly"], "degree": Integer(2, 5)},
    ]
    given = [{"kernel": "rbf", "gamma": 0.1}, {"kernel": "poly", "degree": 3}]
    search = BayesSearchCV(SVC(), space, n_iter=10, cv=2, initial_params=given)
    search.fit(X, y)
    masks = [search.cv_results_[f"param_{n}"].mask for n in ("gamma", "degree")]
    assert (masks[0] != masks[1]).all()


def test_html_repr() -> None:
    search = BayesSearchCV(MODEL, {"C": C}, n_iter=2, cv=2)
    assert "LogisticRegression" in search._repr_html_()
    assert "BayesSearchCV" in search.fit(X, y)._repr_html_()
