"""One fold at a time, wherever it runs."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pytest
from sklearn import config_context, get_config
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from sklearn_hpo import BayesSearchCV, GridSearchCV, RandomizedSearchCV, Real
from sklearn_hpo.evaluation import FoldSettings, FoldShared, evaluate_fold
from sklearn_hpo.evaluation._outcome import RaisedError

X, y = load_iris(return_X_y=True)
SPACE = {"C": Real(0.01, 10, log=True)}
MODEL = LogisticRegression(max_iter=300)


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
@pytest.mark.parametrize("searcher", [RandomizedSearchCV, BayesSearchCV])
def test_the_backend_does_not_change_the_search(searcher, backend: str) -> None:
    def fitted(n_jobs: int):
        more = {"lookahead": 4} if searcher is BayesSearchCV else {}
        search = searcher(
            MODEL, SPACE, n_iter=7, random_state=0, n_jobs=n_jobs, cv=3, **more
        )
        return search.fit(X, y).cv_results_

    alone = fitted(1)
    with joblib.parallel_config(backend):
        together = fitted(2)
    assert together["params"] == alone["params"]
    np.testing.assert_array_equal(together["mean_test_score"], alone["mean_test_score"])


def test_batches_do_not_change_the_search(monkeypatch) -> None:
    from sklearn_hpo._compat import BackendStream

    expected = GridSearchCV(MODEL, {"C": [0.1, 1, 10]}, n_jobs=2).fit(X, y)
    monkeypatch.setattr(BackendStream, "supports", staticmethod(lambda parallel: False))
    search = GridSearchCV(MODEL, {"C": [0.1, 1, 10]}, n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )


class SeesConfiguration(BaseEstimator):
    def __init__(self, a: int = 0) -> None:
        self.a = a

    def fit(self, X, y):
        return self

    def score(self, X, y) -> float:
        return float(get_config()["assume_finite"])


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential"])
def test_workers_run_under_the_callers_configuration(backend: str) -> None:
    with config_context(assume_finite=True), joblib.parallel_config(backend, n_jobs=2):
        search = GridSearchCV(SeesConfiguration(), {"a": [1, 2]}).fit(X, y)
    assert (search.cv_results_["mean_test_score"] == 1.0).all()


class UnpicklableError(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


class RaisesUnpicklable(SeesConfiguration):
    def fit(self, X, y):
        raise UnpicklableError(1, 2)


def test_an_exception_that_does_not_pickle_comes_back_as_its_text() -> None:
    search = GridSearchCV(
        RaisesUnpicklable(), {"a": [1, 2]}, error_score="raise", n_jobs=2
    )
    with pytest.raises(RuntimeError, match="UnpicklableError: 1 and 2"):
        search.fit(X, y)


def test_an_exception_in_the_same_process_is_the_very_one() -> None:
    search = GridSearchCV(RaisesUnpicklable(), {"a": [1]}, error_score="raise")
    with pytest.raises(UnpicklableError):
        search.fit(X, y)


def test_raised_error_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(RaisedError(ValueError("no"), "trace")))
    assert isinstance(copy.exception, ValueError)
    assert copy.trace == "trace"


class BadConstructor(SeesConfiguration):
    def set_params(self, **params):
        if params.get("a") == 2:
            msg = "a cannot be set to 2"
            raise ValueError(msg)
        return super().set_params(**params)


def test_a_parameter_that_cannot_be_set_fails_its_candidate_alone() -> None:
    search = GridSearchCV(BadConstructor(), {"a": [1, 2, 3]}, cv=2)
    with pytest.warns(UserWarning, match="cannot be set to 2|non-finite"):
        search.fit(X, y)
    finite = np.isfinite(search.cv_results_["mean_test_score"])
    assert finite.tolist() == [True, False, True]


def test_evaluate_fold_leaves_the_estimator_alone() -> None:
    estimator = LogisticRegression(max_iter=300)
    settings = FoldSettings(
        estimator=estimator,
        scorer=lambda model, X, y: model.score(X, y),
        fit_params={},
        score_params={},
        n_folds=3,
        n_candidates=1,
    )
    train, test = next(KFold(3, shuffle=True, random_state=0).split(X))
    shared = FoldShared(settings, [(train, test)])
    outcome = evaluate_fold(X, y, shared, 0, {"C": 0.5}, (0, 0), {})
    assert outcome.error is None
    assert 0 < outcome.scores <= 1
    assert estimator.C == 1.0
    assert not hasattr(estimator, "coef_")
