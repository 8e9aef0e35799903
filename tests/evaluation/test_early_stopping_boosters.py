"""LightGBM and XGBoost, where they are installed."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.metrics import get_scorer

from sklearn_hpo import EarlyStopping, GridSearchCV
from sklearn_hpo.evaluation.early_stopping._adapters import adapter_of
from sklearn_hpo.evaluation.early_stopping._fit import ValidationPart, fit_until_best

CANCER = load_breast_cancer(return_X_y=True)
WINE = load_wine(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)


def booster(package: str, kind: str, **params: Any) -> Any:
    """Return a booster that says nothing."""
    module = pytest.importorskip(package)
    name = {"lightgbm": "LGBM", "xgboost": "XGB"}[package] + kind
    quiet = {"verbose": -1} if package == "lightgbm" else {"verbosity": 0}
    return getattr(module, name)(n_jobs=1, random_state=0, **quiet, **params)


each_package = pytest.mark.parametrize("package", ["lightgbm", "xgboost"])


@each_package
@pytest.mark.parametrize(
    ("kind", "data", "metric"),
    [
        ("Classifier", CANCER, "roc_auc"),
        ("Classifier", WINE, "accuracy"),
        ("Regressor", DIABETES, "r2"),
    ],
)
def test_a_stopped_booster_predicts_as_a_plain_one(package, kind, data, metric) -> None:
    model = booster(package, kind, n_estimators=60, learning_rate=0.2, subsample=0.8)
    X, y = data
    X, y, X_held, y_held = X[::2], y[::2], X[1::4], y[1::4]
    stopped = clone(model)
    part = ValidationPart(X_held, y_held, {}, get_scorer(metric), None, 5)
    n_iter = fit_until_best(stopped, X, y, {}, part)
    plain = clone(model).set_params(n_estimators=n_iter).fit(X, y)
    method = "predict_proba" if is_classifier(model) else "predict"
    np.testing.assert_array_equal(
        getattr(stopped, method)(X_held), getattr(plain, method)(X_held)
    )
    np.testing.assert_array_equal(stopped.predict(X_held), plain.predict(X_held))
    assert stopped.get_params() == plain.get_params()


@each_package
def test_the_best_iteration_has_the_best_score(package) -> None:
    model = booster(package, "Classifier", n_estimators=15, learning_rate=0.5)
    X, y, X_held, y_held = CANCER[0][::2], CANCER[1][::2], *(d[1::2] for d in CANCER)
    scorer = get_scorer("neg_log_loss")
    part = ValidationPart(X_held, y_held, {}, scorer, None, 15)
    n_iter = fit_until_best(clone(model), X, y, {}, part)
    fits = (clone(model).set_params(n_estimators=n).fit(X, y) for n in range(1, 16))
    scores = [scorer(fitted, X_held, y_held) for fitted in fits]
    assert scores[n_iter - 1] == pytest.approx(max(scores), abs=1e-6)


@pytest.mark.filterwarnings("error:The argument 'eval_set'")
@pytest.mark.parametrize("names", [["a", "b", "c"], [0, 50, 1000]])
def test_labels_may_be_anything(names) -> None:
    model = booster("lightgbm", "Classifier", n_estimators=60)
    X, y = WINE
    scorer = get_scorer("neg_log_loss")
    found = []
    for labels in (y, np.array(names)[y]):
        part = ValidationPart(X[1::4], labels[1::4], {}, scorer, None, 5)
        found.append(fit_until_best(clone(model), X[::2], labels[::2], {}, part))
    assert found[0] == found[1]


@each_package
def test_a_search_refits_the_median(package) -> None:
    model = booster(package, "Regressor", n_estimators=200)
    search = GridSearchCV(
        model,
        {"learning_rate": [0.1, 0.3]},
        cv=3,
        early_stopping=EarlyStopping(0.2, patience=5),
    ).fit(*DIABETES)
    folds = search.history_.best_iterations[search.best_index_]
    assert search.best_iteration_ == np.median(folds) < 200
    assert search.best_estimator_.n_estimators == search.best_iteration_


def test_an_early_stopping_callback_of_xgboost_is_left_alone() -> None:
    model = booster("xgboost", "Regressor")
    callback = pytest.importorskip("xgboost.callback").EarlyStopping(rounds=3)
    adapter = adapter_of(model)
    assert adapter is not None
    assert not adapter.stops(model.set_params(callbacks=[callback]))


@pytest.mark.parametrize("names", [("eval_set",), ("eval_X", "eval_y")], ids=str)
def test_what_lightgbm_is_to_evaluate_is_replaced(names) -> None:
    model = booster("lightgbm", "Regressor", n_estimators=100)
    if names[0] not in inspect.signature(model.fit).parameters:
        pytest.skip("another version of LightGBM")
    X, y = DIABETES
    values = DIABETES if len(names) == 2 else ([DIABETES],)
    part = ValidationPart(X[1::4], y[1::4], {}, get_scorer("r2"), None, 5)
    found = [
        fit_until_best(clone(model), X[::2], y[::2], given, part)
        for given in ({}, dict(zip(names, values, strict=True)))
    ]
    assert found[0] == found[1]


def test_lightgbm_is_not_to_stop_by_two_rules() -> None:
    model = booster("lightgbm", "Regressor")
    rule = pytest.importorskip("lightgbm").early_stopping(3)
    part = ValidationPart(*DIABETES, {}, get_scorer("r2"), None, 5)
    with pytest.raises(ValueError, match="callbacks of LightGBM that do not stop"):
        fit_until_best(model, *DIABETES, {"callbacks": [rule]}, part)


@pytest.mark.parametrize(
    ("package", "params"),
    [
        ("lightgbm", {"boosting_type": "dart"}),
        ("lightgbm", {"early_stopping_round": 3}),
        ("lightgbm", {"num_iterations": 3}),
        ("lightgbm", {"objective": lambda y, p: (p - y, np.ones_like(y))}),
        ("xgboost", {"booster": "dart"}),
        ("xgboost", {"early_stopping_rounds": 3}),
        ("xgboost", {"objective": lambda y, p: (p - y, np.ones_like(y))}),
    ],
)
def test_who_has_a_rule_of_his_own_or_changes_old_trees_is_left_alone(
    package, params
) -> None:
    model = booster(package, "Regressor", **params)
    adapter = adapter_of(model)
    assert adapter is not None
    assert not adapter.stops(model)
