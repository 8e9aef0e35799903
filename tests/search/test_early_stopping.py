"""Searches that stop their candidates early."""

from __future__ import annotations

import warnings

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hpo import (
    BayesSearchCV,
    EarlyStopping,
    EvolutionSearchCV,
    GridSearchCV,
    HalvingRandomSearchCV,
    HyperbandSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
    SearchCV,
)
from sklearn_hpo.evaluation import HoldOut
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import History, JournalError

X, y = load_breast_cancer(return_X_y=True)
X_r, y_r = load_diabetes(return_X_y=True)
STOP = EarlyStopping(validation_fraction=0.2, patience=4)
BOOSTING = GradientBoostingRegressor(n_estimators=120, max_depth=2, random_state=0)
RATES = {"learning_rate": [0.1, 0.3, 0.6]}
SPACE = {"learning_rate": Real(0.05, 0.9, log=True)}


def grid(estimator=BOOSTING, space=RATES, **options):
    options = {"cv": 3, "early_stopping": STOP, "error_score": "raise"} | options
    return GridSearchCV(estimator, space, **options)


def bayes(**options):
    options = {
        "n_iter": 7,
        "cv": 4,
        "random_state": 0,
        "early_stopping": STOP,
    } | options
    return BayesSearchCV(BOOSTING, SPACE, **options)


def table(search):
    return {k: v for k, v in search.cv_results_.items() if "_time" not in k}


def test_each_fold_is_the_plain_fit_of_its_rest_with_its_best_iteration() -> None:
    """Everything is done again with scikit-learn alone."""
    search = grid(
        make_pipeline(StandardScaler(), PCA(5), BOOSTING), {"pca__n_components": [3, 6]}
    )
    search.fit(X_r, y_r)
    hold_out = HoldOut.of(0.2, None, None)
    for trial in search.history_.closed:
        for fold, (train, test) in enumerate(KFold(3).split(X_r)):
            rest, held = hold_out.divide(train, fold)
            assert len(held) == round(0.2 * len(train))
            n_iter = int(search.history_.best_iterations[trial.row, fold])
            plain = clone(search.estimator).set_params(
                **trial.candidate.params, gradientboostingregressor__n_estimators=n_iter
            )
            plain.fit(X_r[rest], y_r[rest])
            assert trial.scores[fold] == plain.score(X_r[test], y_r[test])


class Noting(TransformerMixin, BaseEstimator):
    """Notes the rows it is fitted to, by their first column."""

    rows: list[set[float]] = []  # noqa: RUF012 (survives a clone)

    def fit(self, X, y=None):
        type(self).rows.append(set(X[:, 0]))
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return X


@pytest.mark.parametrize("cache", [True, False])
def test_no_step_is_fitted_to_the_rows_that_decide(cache) -> None:
    numbered = np.column_stack([np.arange(len(X)), X])
    pipeline = Pipeline(
        [
            ("scale", "passthrough"),
            ("note", Noting()),
            ("boost", GradientBoostingClassifier(n_estimators=3)),
        ]
    )
    Noting.rows.clear()
    grid(pipeline, {"boost__max_depth": [1]}, refit=False, cache=cache).fit(numbered, y)
    hold_out = HoldOut.of(0.2, y, None)
    folds = StratifiedKFold(3).split(X, y)
    for fold, ((train, test), rows) in enumerate(zip(folds, Noting.rows, strict=True)):
        rest, held = hold_out.divide(train, fold)
        assert rows == set(map(float, rest))
        assert not rows & {*map(float, held), *map(float, test)}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_shared_steps_change_nothing(n_jobs) -> None:
    """Of 12 tasks some worker has 6, so one of the 3 folds comes to it twice."""
    pipeline = make_pipeline(
        StandardScaler(),
        PCA(8, random_state=0),
        HistGradientBoostingClassifier(max_iter=40),
    )
    space = {"histgradientboostingclassifier__learning_rate": [0.1, 0.2, 0.3, 0.4]}
    options = {"return_train_score": True, "n_jobs": n_jobs}
    cached = grid(pipeline, space, **options).fit(X, y)
    plain = grid(pipeline, space, cache=False, **options).fit(X, y)
    np.testing.assert_equal(table(cached), table(plain))
    times = cached.history_.to_frame()
    assert times["shared_time"].sum() > 0


def test_without_early_stopping_nothing_changes() -> None:
    plain, stopped = grid(early_stopping=None).fit(X_r, y_r), grid().fit(X_r, y_r)
    assert stopped.cv_results_.keys() - plain.cv_results_.keys() == {"best_iteration"}
    assert not hasattr(plain, "best_iteration_")
    assert "best_iteration" not in plain.history_.to_frame()
    assert plain.best_estimator_.n_estimators_ == 120


def test_the_refit_has_the_median_of_the_best_candidate() -> None:
    search = grid().fit(X_r, y_r)
    medians = np.median(search.history_.best_iterations, axis=1)
    np.testing.assert_array_equal(search.cv_results_["best_iteration"], medians)
    assert search.best_iteration_ == round(medians[search.best_index_]) < 120
    assert search.best_params_ == search.cv_results_["params"][search.best_index_]
    best = clone(BOOSTING).set_params(
        **search.best_params_, n_estimators=search.best_iteration_
    )
    np.testing.assert_array_equal(search.predict(X_r), best.fit(X_r, y_r).predict(X_r))
    frame = search.history_.to_frame()
    np.testing.assert_array_equal(
        frame["best_iteration"], search.history_.best_iterations.ravel()
    )


def test_a_refit_without_stopping_forgets_the_number() -> None:
    search = grid().fit(X_r, y_r)
    assert hasattr(search, "best_iteration_")
    search.set_params(early_stopping=None).fit(X_r, y_r)
    assert not hasattr(search, "best_iteration_")


def test_the_number_of_iterations_may_be_searched_and_is_the_most() -> None:
    search = grid(space={"n_estimators": [5, 100]}).fit(X_r, y_r)
    few, many = search.history_.best_iterations
    assert (few <= 5).all()
    assert (many > 5).any()
    assert set(search.best_params_) == {"n_estimators"}


@pytest.mark.parametrize(
    "make",
    [
        grid,
        bayes,
        lambda **kw: RandomizedSearchCV(
            BOOSTING, SPACE, n_iter=3, early_stopping=STOP, random_state=0, **kw
        ),
        lambda **kw: ManualSearchCV(BOOSTING, [{}], early_stopping=STOP, **kw),
        lambda **kw: EvolutionSearchCV(
            BOOSTING, SPACE, n_iter=3, early_stopping=STOP, random_state=0, **kw
        ),
        lambda **kw: SearchCV(
            BOOSTING,
            SPACE,
            strategy=Bayes(),
            n_iter=3,
            early_stopping=STOP,
            random_state=0,
            **kw,
        ),
    ],
    ids=["grid", "bayes", "randomized", "manual", "evolution", "search"],
)
def test_every_search_takes_it(make) -> None:
    search = make().set_params(early_stopping=EarlyStopping(0.2))
    search.set_params(early_stopping__patience=3)
    params = clone(search).early_stopping.get_params()
    assert params == {"validation_fraction": 0.2, "patience": 3, "tol": 1e-3}
    search.fit(X_r, y_r)
    assert 0 < search.best_iteration_ < 120


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_the_same_for_any_number_of_workers(backend) -> None:
    alone = bayes(lookahead=4).fit(X_r, y_r)
    with joblib.parallel_config(backend, n_jobs=2):
        both = bayes(lookahead=4).fit(X_r, y_r)
    np.testing.assert_equal(table(both), table(alone))
    assert both.best_iteration_ == alone.best_iteration_


def test_a_journal_brings_the_iterations_back(tmp_path) -> None:
    whole = bayes(journal=tmp_path / "whole").fit(X_r, y_r)
    part = tmp_path / "part"
    lines = (tmp_path / "whole").read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join(lines[: len(lines) // 2]))
    resumed = bayes(journal=part).fit(X_r, y_r)
    np.testing.assert_equal(table(resumed), table(whole))
    assert resumed.best_iteration_ == whole.best_iteration_
    read = History.read(part)
    np.testing.assert_array_equal(read.best_iterations, whole.history_.best_iterations)
    with pytest.raises(JournalError, match="early_stopping"):
        bayes(journal=part, early_stopping=EarlyStopping(0.2, 5)).fit(X_r, y_r)


def test_other_rules_are_other_results() -> None:
    before = bayes(n_iter=4).fit(X_r, y_r)
    same = bayes(n_iter=2, initial_history=before.history_).fit(X_r, y_r)
    np.testing.assert_array_equal(
        same.history_.best_iterations[:4], before.history_.best_iterations
    )
    other = bayes(n_iter=2, initial_history=before.history_, early_stopping=None).fit(
        X_r, y_r
    )
    assert len(other.history_) == 2
    manual = ManualSearchCV(BOOSTING, [{}], warm_start=True, cv=3).fit(X_r, y_r)
    with pytest.raises(ValueError, match="another early_stopping"):
        manual.set_params(early_stopping=STOP).fit(X_r, y_r)


@pytest.mark.parametrize("resource", ["n_samples", "n_estimators"])
def test_rungs_are_stopped_too(resource) -> None:
    search = HalvingRandomSearchCV(
        BOOSTING,
        SPACE,
        resource=resource,
        min_resources=80 if resource == "n_samples" else 5,
        max_resources=440 if resource == "n_samples" else 60,
        random_state=0,
        early_stopping=STOP,
    ).fit(X_r, y_r)
    results = search.cv_results_
    found = search.history_.best_iterations
    assert len(set(results["iter"])) > 1
    assert not np.isnan(found).any()
    if resource == "n_estimators":
        assert (found <= results["n_resources"][:, None]).all()
    best = (
        results["iter"].argmax()
        + results["mean_test_score"][results["iter"] == results["iter"].max()].argmax()
    )
    assert search.best_iteration_ == round(results["best_iteration"][best])
    assert search.best_estimator_.n_estimators_ == search.best_iteration_


def test_what_hyperband_fits_is_stopped() -> None:
    search = HyperbandSearchCV(
        BOOSTING, SPACE, n_iter=9, cv=3, random_state=0, early_stopping=STOP
    ).fit(X_r, y_r)
    told = ~np.isnan(search.history_.best_iterations)
    np.testing.assert_array_equal(
        told.sum(axis=1), search.cv_results_["n_folds_evaluated"]
    )
    assert search.best_estimator_.n_estimators_ == search.best_iteration_


def test_a_rung_too_small_to_be_divided_is_fitted_as_always() -> None:
    search = HalvingRandomSearchCV(
        BOOSTING,
        SPACE,
        min_resources=10,
        random_state=0,
        n_candidates=9,
        early_stopping=EarlyStopping(0.1),
    ).fit(X_r, y_r)
    first, *_, last = search.cv_results_["best_iteration"]
    assert np.isnan(first)
    assert not np.isnan(last)


def test_a_race_is_run_as_always() -> None:
    space = {"learning_rate": Real(1e-4, 0.9, log=True)}
    search = bayes(n_iter=9).set_params(param_distributions=space).fit(X_r, y_r)
    statuses = search.cv_results_["status"]
    assert {"complete", "discarded"} == set(statuses)
    told = (~np.isnan(search.history_.best_iterations)).sum(axis=1)
    np.testing.assert_array_equal(told, search.cv_results_["n_folds_evaluated"])


def test_candidates_of_which_nothing_is_known_are_fitted_as_always() -> None:
    pipeline = Pipeline([("scale", StandardScaler()), ("model", SGDClassifier())])
    space = [
        {"model": [GradientBoostingClassifier(n_estimators=20, random_state=0)]},
        {"model": [LogisticRegression()]},
        {"model": [SGDClassifier(early_stopping=True, random_state=0)]},
    ]
    search = grid(pipeline, space).fit(X, y)
    plain = grid(pipeline, space[1:], early_stopping=None).fit(X, y)
    assert list(np.isnan(search.cv_results_["best_iteration"])) == [False, True, True]
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"][1:], plain.cv_results_["mean_test_score"]
    )
    assert search.best_index_ == 1
    assert not hasattr(search, "best_iteration_")


def test_sample_weights_are_divided_too() -> None:
    """Rows of weight 0 count for nothing: with noise for targets they do no harm."""
    noise = np.random.default_rng(0).random(len(y_r)) < 0.5
    weight = np.where(noise, 0.0, 1.0)
    wrong = np.where(noise, 1e3, y_r)
    search = grid(BOOSTING, RATES, scoring="neg_median_absolute_error")
    right = search.fit(X_r, y_r, sample_weight=weight).predict(X_r[noise])
    found = search.fit(X_r, wrong, sample_weight=weight).predict(X_r[noise])
    assert np.abs(right - y_r[noise]).mean() < 60
    assert np.abs(found - y_r[noise]).mean() < 60


def test_groups_are_not_divided() -> None:
    groups = np.arange(len(y_r)) // 5
    search = grid(cv=GroupKFold(3)).fit(X_r, y_r, groups=groups)
    rest, held = HoldOut.of(0.2, None, groups).divide(np.arange(300), 0)
    assert not set(groups[rest]) & set(groups[held])
    assert search.best_iteration_ > 0


def test_nested_in_another_cross_validation() -> None:
    scores = cross_val_score(grid(), X_r, y_r, cv=3)
    assert (scores > 0.2).all()


def test_a_net_that_ends_where_it_should_does_not_warn() -> None:
    net = make_pipeline(StandardScaler(), MLPClassifier((8,), random_state=0))
    space = {"mlpclassifier__learning_rate_init": [0.05]}
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        search = grid(net, space).fit(X, y)
    last = search.best_estimator_[-1]
    assert last.n_iter_ == last.max_iter == search.best_iteration_


def test_a_net_makes_all_its_best_iterations_whatever_the_training_loss() -> None:
    net = MLPRegressor(
        hidden_layer_sizes=(8,),
        max_iter=30,
        n_iter_no_change=1,
        tol=10.0,
        random_state=0,
    )
    search = grid(net, {}, early_stopping=EarlyStopping(0.2, patience=30))
    search.fit(X_r, y_r)
    folds = search.history_.best_iterations
    assert search.best_estimator_.n_iter_ == np.median(folds) > 3


def test_metrics_and_labels_of_every_kind() -> None:
    labels = np.array(["no", "yes"])[y]
    search = grid(
        HistGradientBoostingClassifier(max_iter=30, random_state=0),
        {"max_leaf_nodes": [4, 8]},
        scoring=["f1_weighted", "roc_auc"],
        refit="roc_auc",
    ).fit(list(map(list, X)), list(labels))
    assert search.best_score_ > 0.95
    assert (search.history_.best_iterations < 30).any()


def test_a_fold_that_fails_fails_alone() -> None:
    bad = {"learning_rate": [0.1, -1.0]}
    search = grid(space=bad, error_score=np.nan)
    with pytest.warns(match=r"fits failed|non-finite"):
        search.fit(X_r, y_r)
    assert np.isnan(search.cv_results_["best_iteration"][1])
    assert search.best_iteration_ > 0


class NeverFit(GradientBoostingRegressor):
    def fit(self, X, y, sample_weight=None, monitor=None):
        pytest.fail("a model was trained")


class NeverFitted(StandardScaler):
    def fit(self, X, y=None, sample_weight=None):
        pytest.fail("a model was trained")


@pytest.mark.parametrize(
    ("early_stopping", "match"),
    [
        (EarlyStopping(0.0), "validation_fraction between 0 and 1, got 0.0"),
        (EarlyStopping(1.0), "validation_fraction between 0 and 1, got 1.0"),
        (EarlyStopping("0.1"), "validation_fraction between 0 and 1, got '0.1'"),
        (EarlyStopping(np.nan), "validation_fraction between 0 and 1, got nan"),
        (EarlyStopping(0.001), "at least 2 rows to stop on"),
        (EarlyStopping(patience=0), "integer patience >= 1, got 0"),
        (EarlyStopping(patience=2.5), "integer patience >= 1, got 2.5"),
        (EarlyStopping(tol=-1e-3), "tol from 0 up to 1, got -0.001"),
        (EarlyStopping(tol="auto"), "tol from 0 up to 1, got 'auto'"),
        (True, "'early_stopping' parameter"),
    ],
    ids=repr,
)
def test_bad_arguments_are_named_before_any_fit(early_stopping, match) -> None:
    search = grid(
        make_pipeline(NeverFitted(), BOOSTING), {}, early_stopping=early_stopping
    )
    with pytest.raises(ValueError, match=match):
        search.fit(X_r[:300], y_r[:300])


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(),
        make_pipeline(NeverFitted(), LogisticRegression()),
        NeverFit(),
    ],
    ids=["forest", "pipeline", "subclass"],
)
def test_an_estimator_of_which_nothing_is_known_is_an_error(estimator) -> None:
    with pytest.raises(ValueError, match=r"one, of HistGrad.*MLPRegressor.*; got"):
        grid(estimator, {}).fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "name", "prefix"),
    [
        (HistGradientBoostingClassifier(early_stopping=True), "early_stopping", ""),
        (SGDClassifier(average=True), "average", "sgdclassifier__"),
        (MLPClassifier(solver="lbfgs"), "solver", "mlpclassifier__"),
    ],
    ids=repr,
)
def test_an_estimator_that_cannot_be_stopped_is_an_error(
    estimator, name, prefix
) -> None:
    if prefix:
        estimator = make_pipeline(NeverFitted(), estimator)
    with pytest.raises(ValueError, match=rf"ended from outside.*{name}"):
        grid(estimator, {}).fit(X, y)
    EarlyStopping().check(estimator, [prefix + name])


def test_twelve_rows() -> None:
    few = {"cv": 3, "early_stopping": EarlyStopping(0.25, patience=2)}
    search = grid(**few).fit(X_r[:12], y_r[:12])
    assert search.best_iteration_ >= 1
    labels = np.array([0, 1] * 6)
    model = GradientBoostingClassifier(n_estimators=9)
    assert grid(model, {}, **few).fit(X[:12], labels).best_iteration_ >= 1


def test_a_class_of_one_member_is_fitted_and_never_decides() -> None:
    labels = y.copy()
    labels[7] = 2
    model = GradientBoostingClassifier(n_estimators=9, random_state=0)
    with pytest.warns(match="least populated class"):
        search = grid(model, {}).fit(X, labels)
    assert list(search.classes_) == [0, 1, 2]


@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr"])
def test_where_a_class_could_not_be_held_out_the_log_loss_decides(scoring) -> None:
    """Of a class of 3 members one of two folds has one, which is fitted."""
    labels = y.copy()
    labels[[7, 200, 400]] = 2
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    found = {}
    for name in (scoring, "accuracy"):
        search = grid(model, {}, scoring=name, cv=StratifiedKFold(2)).fit(X, labels)
        found[name] = search.history_.best_iterations[0]
    n_members = [np.sum(labels[train] == 2) for train, _ in search.cv.split(X, labels)]
    lacks = n_members.index(1)
    assert found[scoring][lacks] == found["accuracy"][lacks]


def test_groups_of_one_class_each() -> None:
    groups = np.arange(len(y)) // 20
    labels = groups % 3
    model = HistGradientBoostingClassifier(max_iter=9, random_state=0)
    search = grid(model, {}, scoring="neg_log_loss", cv=StratifiedGroupKFold(3))
    search.fit(X, labels, groups=groups)
    assert np.isfinite(search.history_.best_iterations).all()
