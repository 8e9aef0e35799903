"""refit="posterior": the candidate of which the model believes most."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import Ridge
from sklearn.svm import SVC

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
    SearchCV,
)
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes

X, y = load_iris(return_X_y=True)
SPACE = {"alpha": Real(0, 1)}


def test_pairs_of_numbers_are_logged_once(caplog) -> None:
    search(n_iter=2).set_params(param_distributions={"alpha": (0.1, 0.9)}).fit(X, y)
    assert [r.levelname for r in caplog.records if "two choices" in r.message] == [
        "WARNING"
    ]


def hill(alpha: float) -> float:
    return -4.0 * (alpha - 0.6) ** 2


def noisy(model, X, y) -> float:
    """Score by a hill and noise that depends on the value alone."""
    luck = np.random.default_rng(int(model.alpha * 2**40)).standard_normal()
    return hill(model.alpha) + 0.3 * luck


def search(**options):
    options = {"n_iter": 30, "cv": 2, "scoring": noisy, "random_state": 0} | options
    options = {"refit": "posterior", "racing": False} | options
    return BayesSearchCV(Ridge(), SPACE, **options)


def test_it_takes_back_what_the_neighbours_do_not_confirm() -> None:
    """Of 30 points at random the luckiest is twice as far from the top, and more.

    Were the rules equally good, the signs of the 5 large differences would all be this
    way with a chance of 3%; the seeds are fixed.
    """
    loss = np.zeros(2)
    for seed in range(12):
        points = [{"alpha": a} for a in np.random.default_rng(seed).random(30)]
        fitted = search(n_iter=30, initial_params=points).fit(X, y)
        luckiest = fitted.cv_results_["mean_test_score"].argmax()
        lucky = fitted.cv_results_["params"][luckiest]
        loss -= hill(fitted.best_params_["alpha"]), hill(lucky["alpha"])
    assert loss[0] < loss[1] / 2


def test_it_agrees_with_a_model_of_scikit_learn() -> None:
    fitted = search().fit(X, y)
    alpha = np.array(fitted.cv_results_["param_alpha"], float)[:, None]
    scores = fitted.cv_results_["mean_test_score"]
    kernel = RBF(0.3, (0.1, 10.0)) + WhiteKernel(0.1)  # shorter it follows the noise
    other = GaussianProcessRegressor(kernel, normalize_y=True).fit(alpha, scores)
    means = other.predict(alpha)
    assert means[fitted.best_index_] > means.max() - 0.05
    assert fitted.best_score_ == scores[fitted.best_index_]
    assert fitted.best_estimator_.alpha == fitted.best_params_["alpha"]


def test_without_noise_it_is_as_good_as_the_best_mean() -> None:
    fitted = search(scoring=lambda model, X, y: hill(model.alpha)).fit(X, y)
    assert fitted.cv_results_["mean_test_score"].max() - fitted.best_score_ < 1e-5


def test_it_never_takes_a_candidate_that_lost_a_race() -> None:
    space = {"C": Real(1e-3, 1e3, log=True), "gamma": Real(1e-4, 10, log=True)}
    fitted = BayesSearchCV(
        SVC(), space, n_iter=25, random_state=0, refit="posterior"
    ).fit(X, y)
    status = fitted.cv_results_["status"]
    assert (status == "discarded").any()
    assert status[fitted.best_index_] == "complete"


def test_it_is_the_same_after_a_resume(tmp_path) -> None:
    """Also where the journal was begun with another refit."""
    path = tmp_path / "search.jsonl"
    whole = search().fit(X, y)
    search(n_iter=30, refit=True, journal=path, target_score=0.1).fit(X, y)
    again = search(journal=path).fit(X, y)
    assert again.best_index_ == whole.best_index_
    assert again.best_params_ == whole.best_params_


@pytest.mark.parametrize("n_iter", [1, 2])
def test_few_candidates(n_iter: int) -> None:
    fitted = search(n_iter=n_iter).fit(X, y)
    assert fitted.best_index_ == fitted.cv_results_["mean_test_score"].argmax()


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_all_but_one_failed() -> None:
    first = iter([1.0, 1.0])
    fitted = search(n_iter=6, scoring=lambda *_: next(first, np.nan)).fit(X, y)
    assert fitted.best_index_ == 0
    assert fitted.best_score_ == 1.0


def test_a_point_from_outside_the_space_counts_with_its_own_mean() -> None:
    fitted = search(
        initial_params=[{"alpha": 7.0}], scoring=lambda model, X, y: model.alpha
    ).fit(X, y)
    assert fitted.best_params_ == {"alpha": 7.0}


@pytest.mark.parametrize(
    "other",
    [
        GridSearchCV(SVC(), {"C": [1]}, refit="posterior"),
        RandomizedSearchCV(SVC(), {"C": [1]}, n_iter=1, refit="posterior"),
        ManualSearchCV(SVC(), [{"C": 1}], refit="posterior"),
        SearchCV(SVC(), {"C": [1]}, strategy=Bayes(), refit="posterior"),
    ],
    ids=lambda search: type(search).__name__,
)
def test_other_searches_have_no_model_to_ask(other) -> None:
    with pytest.raises(ValueError, match=r"refit.*'posterior'.*Use BayesSearchCV"):
        other.fit(X, y)


def test_with_several_metrics_refit_names_one_of_them() -> None:
    several = {"n_iter": 6, "scoring": ["r2", "neg_mean_squared_error"]}
    with pytest.raises(ValueError, match=r"scorer key.*'posterior' was passed"):
        search(**several).fit(X, y)
    named = search(scoring={"posterior": noisy, "r2": "r2"}, n_iter=6).fit(X, y)
    assert named.best_index_ == named.cv_results_["mean_test_posterior"].argmax()


def test_the_trials_may_come_in_any_order() -> None:
    fitted = search(n_iter=12).fit(X, y)
    trials = fitted.history_.trials
    means = []
    for told in (trials, trials[::-1]):
        strategy = Bayes()
        strategy.start(SearchSpace.from_user(SPACE), 12, 0)
        strategy.learn(told)
        means.append(strategy.expected([t.candidate for t in trials]))
    np.testing.assert_allclose(means[0], means[1], rtol=1e-4)
