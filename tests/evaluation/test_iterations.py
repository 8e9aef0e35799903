"""Iterations that go on: the models of single fits, or of the rungs alone."""

from __future__ import annotations

import warnings
from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import (
    LogisticRegression,
    Perceptron,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sklearn_hpo.evaluation import Iterations
from sklearn_hpo.evaluation._store import Store
from sklearn_hpo.evaluation.resources._kept import Kept
from sklearn_hpo.evaluation.resources._warm_start import WARM_STARTS, WarmStart

X, y = make_classification(
    120, n_features=6, n_informative=4, n_classes=3, random_state=0
)
WEIGHT = np.linspace(0.5, 2.0, len(y))
RUNGS = [3, 7, 20]
EXACT = [
    RandomForestClassifier(random_state=0, max_features=3),
    RandomForestRegressor(random_state=1, max_samples=0.7),
    ExtraTreesClassifier(random_state=2, class_weight={0: 1, 1: 2, 2: 3}),
    ExtraTreesRegressor(random_state=3, max_depth=3),
    GradientBoostingClassifier(random_state=0, subsample=0.6, max_features=2),
    GradientBoostingRegressor(random_state=1, loss="huber", init="zero"),
    HistGradientBoostingClassifier(random_state=0, max_features=0.5),
    HistGradientBoostingRegressor(random_state=1, loss="absolute_error"),
    # With a greater rate rounding errors would grow.
    SGDClassifier(random_state=0, loss="log_loss", tol=None, shuffle=False, alpha=0.01),
    SGDRegressor(random_state=0, tol=None, shuffle=False),
    Perceptron(random_state=0, tol=None, shuffle=False),
]
OTHERS = [
    MLPClassifier((5,), random_state=0),
    MLPRegressor(
        hidden_layer_sizes=(5,), random_state=0, solver="sgd", learning_rate_init=1e-3
    ),
    SGDClassifier(random_state=0, loss="log_loss", tol=None),
    SGDRegressor(random_state=0, tol=None),
    Perceptron(random_state=0, tol=None),
    SGDClassifier(random_state=0, loss="log_loss", tol=1e-6),
    SGDRegressor(random_state=0, learning_rate="adaptive", tol=None),
    LogisticRegression(),
]


def name_of(estimator) -> str:
    return type(estimator).__name__


@pytest.fixture(autouse=True)
def _may_not_converge():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def climb(estimator, rungs=RUNGS, *, store=None, resource=None, weight=None, step=""):
    """Return the model of the last rung, after those of the rungs before."""
    parameter = WARM_STARTS[type(estimator)].parameter
    resource = resource or Iterations(f"{step}{parameter}", RUNGS)
    fit_params = {} if weight is None else {"sample_weight": weight}
    for amount in rungs:
        kept = Kept(store, 0, 0)
        new = clone(estimator).set_params(**{parameter: amount})
        model = resource.fit(new, X, y, fit_params, amount, step, kept)
        kept.write()
    return model


def single(estimator, amount=RUNGS[-1], weight=None):
    parameter = WARM_STARTS[type(estimator)].parameter
    fit_params = {} if weight is None else {"sample_weight": weight}
    return clone(estimator).set_params(**{parameter: amount}).fit(X, y, **fit_params)


def outputs(model):
    if hasattr(model, "predict_proba"):
        return model.predict_proba(X)
    if hasattr(model, "decision_function"):
        return model.decision_function(X)
    return model.predict(X)


def n_fitted(monkeypatch, estimator):
    """Return a list of how many iterations each fit of the class may make."""
    parameter = WARM_STARTS[type(estimator)].parameter
    seen = []
    fit = type(estimator).fit

    def counted(self, X, y, *args, **kwargs):
        had = len(getattr(self, "estimators_", ()))
        seen.append(getattr(self, parameter) - had)
        return fit(self, X, y, *args, **kwargs)

    monkeypatch.setattr(type(estimator), "fit", counted)
    return seen


@pytest.mark.parametrize("estimator", EXACT, ids=name_of)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["", "weighted"])
def test_a_model_that_went_on_is_that_of_a_single_fit(estimator, weight) -> None:
    model = climb(estimator, store=Store(), weight=weight)
    expected = single(estimator, weight=weight)
    assert model.get_params() == expected.get_params()
    np.testing.assert_allclose(outputs(model), outputs(expected), rtol=0, atol=1e-10)


@pytest.mark.parametrize("estimator", OTHERS, ids=name_of)
def test_any_other_model_depends_on_the_rungs_alone(estimator) -> None:
    model = climb(estimator, store=Store())
    nothing_kept = climb(estimator, RUNGS[-1:])
    gap = climb(estimator, [RUNGS[0], RUNGS[-1]], store=Store())
    np.testing.assert_array_equal(outputs(model), outputs(nothing_kept))
    np.testing.assert_array_equal(outputs(model), outputs(gap))
    assert model.get_params() == single(estimator).get_params()


STOCHASTIC = [SGDClassifier, SGDRegressor, Perceptron]


@pytest.mark.parametrize("kind", STOCHASTIC, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("tol", [None, 1e-9])
def test_steps_are_counted_on_by_partial_fit(kind, tol, monkeypatch) -> None:
    calls = []
    partial_fit = kind.partial_fit

    def counted(self, *args, **kwargs):
        calls.append(kind)
        return partial_fit(self, *args, **kwargs)

    monkeypatch.setattr(kind, "partial_fit", counted)
    estimator = kind(random_state=0, tol=tol, n_iter_no_change=RUNGS[-1])
    assert climb(estimator, store=Store()).t_ == single(estimator).t_
    assert len(calls) == len(RUNGS) - 1


@pytest.mark.parametrize("kind", STOCHASTIC, ids=lambda kind: kind.__name__)
def test_epochs_end_with_convergence(kind) -> None:
    estimator = kind(random_state=0, tol=1e9, n_iter_no_change=1)
    model, expected = climb(estimator, store=Store()), single(estimator)
    np.testing.assert_array_equal(outputs(model), outputs(expected))
    assert (model.t_, model.n_iter_) == (expected.t_, expected.n_iter_)


def test_only_what_a_rung_adds_is_fitted(monkeypatch) -> None:
    seen = n_fitted(monkeypatch, EXACT[0])
    climb(EXACT[0], store=Store())
    assert seen == [3, 4, 13]


def test_what_is_not_there_is_fitted_at_once_where_that_is_the_same(
    monkeypatch,
) -> None:
    seen = n_fitted(monkeypatch, EXACT[0])
    climb(EXACT[0], store=None)
    assert seen == [3, 7, 20]


def test_what_cannot_be_read_is_fitted_anew() -> None:
    store = Store()
    climb(EXACT[0], RUNGS[:1], store=store)
    store.put("model-0-0", b"no pickle", 9)
    model = climb(EXACT[0], RUNGS[1:], store=store)
    np.testing.assert_array_equal(outputs(model), outputs(single(EXACT[0])))


def test_a_model_that_cannot_go_on_is_fitted_anew(monkeypatch) -> None:
    store = Store()
    climb(EXACT[0], RUNGS[:1], store=store)

    def refuse(self, *args):
        raise ValueError

    monkeypatch.setattr(WarmStart, "go_on", refuse)
    model = climb(EXACT[0], RUNGS[1:], store=store)
    np.testing.assert_array_equal(outputs(model), outputs(single(EXACT[0])))


def test_a_model_that_has_converged_is_that_of_a_single_fit() -> None:
    estimator = LogisticRegression(C=0.01)
    resource = Iterations("max_iter", [50, 100, 200])
    model = climb(estimator, [50, 100, 200], store=Store(), resource=resource)
    expected = single(estimator, 200)
    assert expected.n_iter_[0] < 50
    np.testing.assert_array_equal(model.coef_, expected.coef_)
    assert model.get_params() == expected.get_params()


class Subclass(RandomForestClassifier):
    """Might do anything."""


@pytest.mark.parametrize(
    "estimator",
    [
        Subclass(random_state=0),
        RandomForestClassifier(random_state=np.random.RandomState(0)),
        RandomForestClassifier(random_state=0, class_weight="balanced"),
        GradientBoostingClassifier(random_state=0, n_iter_no_change=3),
        HistGradientBoostingClassifier(random_state=0, early_stopping=True),
        SGDClassifier(random_state=0, average=True),
        MLPClassifier((3,), random_state=0, early_stopping=True),
        LogisticRegression(solver="liblinear", random_state=0),
    ],
    ids=name_of,
)
def test_what_is_not_known_to_go_on_is_fitted_anew(estimator) -> None:
    known = [kind for kind in type(estimator).__mro__ if kind in WARM_STARTS]
    parameter = WARM_STARTS[known[0]].parameter
    resource, store = Iterations(parameter, RUNGS), Store()
    for amount in RUNGS:
        kept = Kept(store, 0, 0)
        new = clone(estimator).set_params(**{parameter: amount})
        model = resource.fit(new, X, y > 0, {}, amount, "", kept)
        kept.write()
        assert kept.get() is None
        assert model is new


@pytest.mark.parametrize(
    ("estimator", "fit_params"),
    [
        (
            GradientBoostingClassifier(random_state=0),
            {"monitor": lambda stage, *_: stage % 7 == 1},
        ),
        (SGDClassifier(random_state=0), {"coef_init": np.ones((3, 6))}),
    ],
    ids=["monitor", "coef_init"],
)
def test_arguments_of_a_fit_are_met_once(estimator, fit_params) -> None:
    parameter = WARM_STARTS[type(estimator)].parameter
    resource, store = Iterations(parameter, RUNGS), Store()
    for amount in RUNGS:
        kept = Kept(store, 0, 0)
        new = clone(estimator).set_params(**{parameter: amount})
        # scikit-learn goes on in the very array of coefficients it is given.
        model = resource.fit(new, X, y, deepcopy(fit_params), amount, "", kept)
        kept.write()
    expected = clone(estimator).set_params(**{parameter: RUNGS[-1]})
    expected.fit(X, y, **fit_params)
    np.testing.assert_array_equal(
        model.decision_function(X), expected.decision_function(X)
    )
