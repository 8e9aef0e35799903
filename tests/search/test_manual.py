from __future__ import annotations

import pickle
import time
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold
from sklearn.svm import SVC

from sklearn_hpo import GridSearchCV, ManualSearchCV

X, y = load_iris(return_X_y=True)


class CountsFits(SVC):
    n_fits = 0

    def fit(self, X, y, sample_weight=None):
        CountsFits.n_fits += 1
        return super().fit(X, y, sample_weight)


class OfFunctions(SVC):
    def fit(self, X, y, sample_weight=None):
        return super().fit([[f()] for f in X], y)

    def predict(self, X):
        return super().predict([[f()] for f in X])


class Waits(SVC):
    def fit(self, X, y, sample_weight=None):
        time.sleep(1.3 * (self.C == 2))
        return super().fit(X, y, sample_weight)


@pytest.fixture
def search() -> ManualSearchCV:
    CountsFits.n_fits = 0
    return ManualSearchCV(
        CountsFits(),
        [{}, {"C": 10}],
        warm_start=True,
        refit=False,
        cv=KFold(3, shuffle=True),
    )


def test_it_evaluates_exactly_the_list() -> None:
    candidates = [{"C": 1}, {"C": 1}, {"kernel": "linear"}]
    search = ManualSearchCV(SVC(), candidates).fit(X, y)
    assert search.cv_results_["params"] == candidates
    grid = GridSearchCV(SVC(), [{"C": [1, 1]}, {"kernel": ["linear"]}]).fit(X, y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], grid.cv_results_["mean_test_score"]
    )


def test_add_is_set_params_with_a_new_list(search) -> None:
    before = search.candidates
    assert search.add({"C": 2}, {"C": 3}) is search
    assert search.get_params()["candidates"] == [{}, {"C": 10}, {"C": 2}, {"C": 3}]
    assert before == [{}, {"C": 10}]


def test_what_met_a_limit_is_fitted_again_under_another_one() -> None:
    search = ManualSearchCV(
        Waits(), [{}, {"C": 2}], warm_start=True, refit=False, cv=2, fit_timeout=1.0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = search.fit(X, y).cv_results_["mean_fit_time"]
        assert [t.status for t in search.history_.trials] == ["complete", "timeout"]
        again = search.fit(X, y).cv_results_["mean_fit_time"]
    np.testing.assert_array_equal(again, first)
    last = search.set_params(fit_timeout=60.0).fit(X, y).cv_results_["mean_fit_time"]
    assert [t.status for t in search.history_.trials] == ["complete", "complete"]
    assert last[0] == first[0]


def test_warm_start_fits_only_what_was_added(search) -> None:
    search.fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    search.add({"C": 0.1}).fit(X, y)
    assert CountsFits.n_fits == 9
    # The splitter shuffles anew at each call: the former folds were used again.
    np.testing.assert_array_equal(search.cv_results_["mean_test_score"][:2], scores)


def test_without_warm_start_every_fit_starts_anew(search) -> None:
    search.set_params(warm_start=False).fit(X, y)
    search.add({"C": 0.1}).fit(X, y)
    assert CountsFits.n_fits == 6 + 9


def test_rows_may_be_dropped_and_reordered(search) -> None:
    search.fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    search.set_params(candidates=[{"C": 10}]).fit(X, y)
    assert CountsFits.n_fits == 6
    assert search.cv_results_["mean_test_score"] == scores[1:]


def test_an_equal_candidate_takes_one_row_each(search) -> None:
    search.fit(X, y)
    search.add({"C": 10}).fit(X, y)
    assert CountsFits.n_fits == 9


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("X", lambda s: (s, X * 2, y, {})),
        ("y", lambda s: (s, X, 1 - y, {})),
        ("set of fit parameters", lambda s: (s, X, y, {"sample_weight": y + 1.0})),
        ("estimator", lambda s: (s.set_params(estimator__tol=0.1), X, y, {})),
        ("scoring", lambda s: (s.set_params(scoring="f1_macro"), X, y, {})),
        ("cv", lambda s: (s.set_params(cv=4), X, y, {})),
        (
            "return_train_score",
            lambda s: (s.set_params(return_train_score=True), X, y, {}),
        ),
    ],
)
def test_a_warm_start_on_something_else_is_an_error_that_names_it(
    search, part: str, change
) -> None:
    search.fit(X, y)
    search, data, target, params = change(search)
    with pytest.raises(ValueError, match=f"warm_start=True .* another {part}"):
        search.fit(data, target, **params)
    assert CountsFits.n_fits == 6


def test_data_that_have_no_name_are_searched_but_not_known_again() -> None:
    data = [lambda i=i: i for i in range(20)]  # cannot be pickled
    target = [i // 10 for i in range(20)]
    search = ManualSearchCV(OfFunctions(), [{}], warm_start=True, cv=2)
    assert search.fit(data, target).best_score_ > 0.5
    with pytest.raises(ValueError, match="another X"):
        search.fit(data, target)


def test_a_generator_of_folds_serves_both_fits() -> None:
    folds = KFold(3).split(X)
    search = ManualSearchCV(SVC(), [{}], warm_start=True, cv=folds).fit(X, y)
    search.add({"C": 2}).fit(X, y)
    assert search.n_splits_ == 3
    assert len(search.cv_results_["params"]) == 2


def test_a_warm_start_survives_pickling_and_a_clone_starts_anew(search) -> None:
    search.fit(X, y)
    copy = pickle.loads(pickle.dumps(search))
    copy.add({"C": 0.1}).fit(X, y)
    assert copy.history_.n_fits == 9
    n_fits = CountsFits.n_fits
    clone(copy).fit(X, y)
    assert CountsFits.n_fits == n_fits + 9
