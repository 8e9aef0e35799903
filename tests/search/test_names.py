"""Names are checked before any fit, with the closest valid one in the error."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
)

X, y = load_iris(return_X_y=True)
PIPELINE = Pipeline([("scale", StandardScaler()), ("clf", SVC())])


class NeverFit(SVC):
    def fit(self, X, y):
        pytest.fail("a model was trained")


@pytest.mark.parametrize(
    "make",
    [
        lambda name: GridSearchCV(NeverFit(), {name: [1, 2]}),
        lambda name: GridSearchCV(NeverFit(), [{"C": [1]}, {name: [1, 2]}]),
        lambda name: RandomizedSearchCV(NeverFit(), {name: [1, 2]}, n_iter=2),
        lambda name: ManualSearchCV(NeverFit(), [{"C": 1}, {name: 1}]),
        lambda name: BayesSearchCV(NeverFit(), {name: [1, 2]}),
        lambda name: GridSearchCV(NeverFit(), {"C": [1]}, initial_params=[{name: 1}]),
    ],
)
def test_an_unknown_name_is_an_error_with_the_closest_valid_one(make) -> None:
    with pytest.raises(ValueError, match=r"Invalid parameter 'gama'.*mean 'gamma'"):
        make("gama").fit(X, y)


def test_a_name_in_the_wrong_case() -> None:
    with pytest.raises(ValueError, match="Did you mean 'C'"):
        GridSearchCV(NeverFit(), {"c": [1, 2]}).fit(X, y)


def test_the_name_of_a_step_that_was_left_out_is_found() -> None:
    search = GridSearchCV(PIPELINE, {"C": [1, 2]})
    with pytest.raises(ValueError, match="Did you mean 'clf__C'"):
        search.fit(X, y)


def test_a_name_below_a_searched_step_may_belong_to_any_choice() -> None:
    space = {"clf": [LogisticRegression(max_iter=500)], "clf__l1_ratio": [0.0]}
    GridSearchCV(PIPELINE, space, cv=2).fit(X, y)


def test_a_name_below_a_step_searched_by_an_array() -> None:
    models = np.array([LogisticRegression(max_iter=500)], dtype=object)
    GridSearchCV(PIPELINE, {"clf": models, "clf__l1_ratio": [0.0]}, cv=2).fit(X, y)


def test_a_name_below_a_step_of_searched_steps() -> None:
    steps = [[("svm", SVC())], [("scale", StandardScaler()), ("svm", SVC())]]
    space = {"steps": steps, "svm__C": [1, 10]}
    assert len(GridSearchCV(PIPELINE, space, cv=2).fit(X, y).cv_results_["params"]) == 4
    with pytest.raises(ValueError, match="Invalid parameter 'svm__c'"):
        GridSearchCV(PIPELINE, {"steps": steps, "svm__c": [1]}).fit(X, y)


def test_a_name_below_a_searched_step_that_no_choice_knows() -> None:
    space = {"clf": [LogisticRegression(), "passthrough"], "clf__gamma": [1.0]}
    with pytest.raises(ValueError, match="Invalid parameter 'clf__gamma'"):
        GridSearchCV(PIPELINE, space).fit(X, y)


class TakesAnything(BaseEstimator):
    """As the boosting libraries do: more can be set than is listed."""

    def __init__(self, **kwargs: object) -> None:
        self.kwargs = kwargs

    @classmethod
    def _get_param_names(cls) -> list[str]:
        return []

    def set_params(self, **params: object):
        self.kwargs.update(params)
        return self

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None) -> float:
        return float(self.kwargs["depth"])


def test_a_name_that_can_be_set_though_it_is_not_listed() -> None:
    search = GridSearchCV(TakesAnything(), {"depth": [1, 3, 2]}).fit(X, y)
    assert search.best_params_ == {"depth": 3}
