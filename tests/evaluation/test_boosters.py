"""LightGBM and XGBoost go on from a booster, where they are installed."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification

from sklearn_hpo import HalvingGridSearchCV
from sklearn_hpo.evaluation import Iterations
from sklearn_hpo.evaluation._store import Store
from sklearn_hpo.evaluation.resources._kept import Kept

X, y = make_classification(200, n_informative=4, random_state=0)
RUNGS = [3, 9, 27]


@pytest.fixture(params=["lightgbm", "xgboost"])
def package(request):
    pytest.importorskip(request.param)
    return request.param


def booster(package, kind="Classifier", **params):
    name = {"lightgbm": "LGBM", "xgboost": "XGB"}[package] + kind
    quiet = {"verbose": -1} if package == "lightgbm" else {"verbosity": 0}
    make = getattr(importlib.import_module(package), name)
    return make(**{"random_state": 0, "n_jobs": 1, **quiet, **params})


def climb(estimator, rungs, store=None, **fit_params):
    """Return the models of some rungs, each fitted as a task would."""
    models = []
    for amount in rungs:
        kept = Kept(store, 0, 0)
        new = clone(estimator).set_params(n_estimators=amount)
        resource = Iterations("n_estimators", RUNGS)
        models.append(resource.fit(new, X, y, fit_params, amount, "", kept))
        kept.write()
    return models


def n_trees(model):
    if hasattr(model, "booster_"):
        return model.booster_.num_trees()
    return model.get_booster().num_boosted_rounds()


@pytest.mark.parametrize("kind", ["Classifier", "Regressor"])
def test_a_booster_keeps_its_trees_and_gets_more(package, kind) -> None:
    models = climb(booster(package, kind), RUNGS, Store())
    assert [n_trees(model) for model in models] == RUNGS
    assert models[-1].get_params()["n_estimators"] == RUNGS[-1]
    single = booster(package, kind, n_estimators=RUNGS[-1]).fit(X, y)
    np.testing.assert_allclose(models[-1].predict(X), single.predict(X), atol=0.1)


def test_what_was_kept_decides_nothing(package) -> None:
    estimator = booster(package, subsample=0.7, colsample_bytree=0.5)
    kept = climb(estimator, RUNGS, Store())[-1]
    nothing = climb(estimator, RUNGS[-1:])[-1]
    gap = climb(estimator, RUNGS[::2], Store())[-1]
    for other in (nothing, gap):
        np.testing.assert_array_equal(kept.predict_proba(X), other.predict_proba(X))


def test_what_may_have_fewer_trees_is_fitted_anew(package) -> None:
    kind = "boosting_type" if package == "lightgbm" else "booster"
    store = Store()
    for estimator in (booster(package, **{kind: "dart"}),):
        climb(estimator, RUNGS[:1], store)
        assert store.get("model-0-0") is None


@pytest.mark.filterwarnings("ignore:The argument 'eval_set' is deprecated")
@pytest.mark.parametrize(
    ("params", "fit_params"),
    [
        ({"boosting": "dart"}, {}),
        ({"early_stopping": 3}, {}),
        ({}, {"init_score": np.linspace(-1.0, 1.0, len(y))}),
    ],
    ids=["another name", "stops", "init_score"],
)
def test_lightgbm_is_told_in_many_ways_what_cannot_go_on(params, fit_params) -> None:
    pytest.importorskip("lightgbm")
    store = Store()
    fit_params = fit_params | {"eval_set": [(X, y)]}
    climb(booster("lightgbm", **params), RUNGS[:1], store, **fit_params)
    assert store.get("model-0-0") is None


def test_a_search_by_trees(package) -> None:
    search = HalvingGridSearchCV(
        booster(package),
        {"max_depth": [1, 2, 3]},
        resource="n_estimators",
        max_resources=9,
        cv=2,
    ).fit(X, y)
    assert search.n_resources_ == [3, 9]
    assert search.best_params_["n_estimators"] == 9


def test_a_booster_without_a_number_of_trees() -> None:
    pytest.importorskip("xgboost")
    search = HalvingGridSearchCV(
        booster("xgboost"), {"max_depth": [1, 2]}, resource="n_estimators"
    )
    with pytest.raises(ValueError, match="positive integer, got None for 'n_estim"):
        search.fit(X, y)
