"""What users get wrong: a clear error, before any model is trained."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV as PlainGridSearchCV
from sklearn.model_selection import KFold
from sklearn.svm import SVC

from sklearn_hpo import (
    BayesSearchCV,
    Categorical,
    GridSearchCV,
    HalvingGridSearchCV,
    Integer,
    RandomizedSearchCV,
    Real,
    SearchCV,
)
from sklearn_hpo.callbacks import Callback, Progress
from sklearn_hpo.schedules import PairedTRule, Racing
from sklearn_hpo.strategies import Random
from tests.fakes import OnlyRvs

X, y = load_iris(return_X_y=True)
SPACE = {"C": Real(0.1, 10)}


class NeverFit(SVC):
    def fit(self, X, y):
        pytest.fail("a model was trained")


def bayes(space=SPACE, **options) -> BayesSearchCV:
    return BayesSearchCV(NeverFit(), space, **{"n_iter": 3, **options})


@pytest.mark.parametrize(
    ("search", "match"),
    [
        (bayes("C"), "'param_distributions'"),
        (bayes({"C": "0.1"}), "'C'"),
        (bayes({"C": []}), "'C'"),
        (bayes({"C": Real(10, 1)}), "'C'"),
        (bayes({"C": Real(0, 1, log=True)}), "'C'"),
        (bayes({"C": Real(0.1, float("nan"))}), "'C'"),
        (bayes({"C": (10, 1, "uniform")}), "'C'"),
        (bayes({"C": 1.0}), "'C'"),
        (bayes([]), "dict"),
        (bayes(n_iter=0), "'n_iter'"),
        (bayes(lookahead=0), "'lookahead'"),
        (bayes(cv=1), "n_splits|splits"),
        (bayes(pre_dispatch="2*jobs"), "jobs"),
        (bayes(callbacks=Progress()), "'callbacks'"),
        (bayes(callbacks=[print]), "callbacks: expected a list of Callback, got <bu"),
        (bayes(callbacks=[Callback]), r"got the class .* Give an object: Callback\(\)"),
        (bayes({"C": stats.randint}), r"'C'.*randint\(low, high\)"),
        (bayes({"C": Real}), r"'C'.*got the class Real"),
        (bayes(racing=PairedTRule), r"racing: .* class PairedTRule"),
        (bayes(cv=KFold), r"cv: .* class KFold. Call it: KFold\(\)"),
        (bayes(cv=[([0, 60], [150])]), "cv: fold 0 has the row 150, .* 150 samples"),
        (bayes(cv=[(0, 1)]), r"cv: expected an array of indices .* array\(0\)"),
        (SearchCV(NeverFit(), SPACE, strategy=Random), "strategy: .* class Random"),
        (
            SearchCV(NeverFit(), SPACE, strategy=Random(), schedule=Racing),
            "schedule: .* class Racing",
        ),
        (bayes(racing=PairedTRule(delta="a")), "delta in .* got 'a'"),
        (bayes(target_score=float("nan")), "'target_score'"),
        (bayes(initial_params=[{1: 2}]), "initial_params: .* got {1: 2}"),
        (bayes(initial_params={"C": 1}), "initial_params: expected a list"),
        (
            bayes(initial_history={"params": [{"C": 1}], "mean_test_score": []}),
            "1 sett",
        ),
        (bayes({"C": (0.1, 10, "log_uniform")}), "'C'.*mean 'log"),
        (GridSearchCV(NeverFit(), {"C": SPACE["C"]}), "'C'"),
        (GridSearchCV(NeverFit(), {1: [1]}), "must be strings, got 1"),
        (GridSearchCV(NeverFit(), {"C": stats.uniform(0, 1)}), "'C'"),
        (GridSearchCV(NeverFit(), {"C": Integer(1, 3)}), "'C'"),
        (RandomizedSearchCV(NeverFit(), {"C": Real(2, 1)}), "'C'"),
        (RandomizedSearchCV(NeverFit(), SPACE, n_iter=0), "'n_iter'"),
    ],
)
def test_a_bad_argument_is_named_before_any_fit(search, match: str) -> None:
    with pytest.raises((TypeError, ValueError), match=match):
        search.fit(X, y)


def test_an_estimator_without_fit() -> None:
    with pytest.raises(ValueError, match=r"'estimator'.*'fit'"):
        BayesSearchCV(object(), SPACE).fit(X, y)


def test_no_y_where_it_is_needed() -> None:
    with pytest.raises(ValueError, match="requires y to be passed"):
        GridSearchCV(NeverFit(), {"C": [1, 2]}).fit(X)


class TakesTargetFromX(SVC):
    def fit(self, X, y=None):
        return super().fit(X[:, 1:], X[:, 0])

    def score(self, X, y=None) -> float:
        return super().score(X[:, 1:], X[:, 0])


def test_no_y_for_a_classifier_that_finds_it_elsewhere() -> None:
    both = np.column_stack([y, X])
    search = GridSearchCV(TakesTargetFromX(), {"C": [1, 10]}).fit(both)
    plain = PlainGridSearchCV(TakesTargetFromX(), {"C": [1, 10]}).fit(both)
    assert search.best_score_ == plain.best_score_


def test_a_subclass_that_searches_in_scikit_learns_way() -> None:
    class TwoPasses(GridSearchCV):
        def _run_search(self, evaluate_candidates) -> None:
            evaluate_candidates([{"C": 1}])

    with pytest.raises(TypeError, match="TwoPasses, which overrides _run_search"):
        TwoPasses(NeverFit(), {"C": [1, 2]}).fit(X, y)


def test_y_of_another_length() -> None:
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        bayes().fit(X, y[:-1])


@pytest.mark.parametrize(
    "search",
    [bayes(cv=[]), bayes(cv=iter([])), GridSearchCV(NeverFit(), {"C": [1]}, cv=[])],
)
def test_cv_without_splits(search) -> None:
    with pytest.raises(ValueError, match="Was the CV iterator empty"):
        search.fit(X, y)


class Miscounting(KFold):
    def get_n_splits(self, *args, **kwargs) -> int:
        return 7


def test_cv_that_miscounts() -> None:
    with pytest.raises(ValueError, match="Expected 7 splits, got 3"):
        bayes(cv=Miscounting(3)).fit(X, y)


def test_a_distribution_with_rvs_only_is_fine_for_random_search() -> None:
    search = RandomizedSearchCV(SVC(), {"C": OnlyRvs()}, n_iter=2, cv=2).fit(X, y)
    assert search.best_params_ == {"C": 0.5}


def test_a_distribution_with_rvs_only_cannot_be_modelled() -> None:
    with pytest.raises((TypeError, ValueError), match=r"'C'(.|\n)*rvs"):
        bayes({"C": OnlyRvs()}).fit(X, y)


def test_a_tuple_of_two_numbers_is_two_choices_and_the_log_says_so(caplog) -> None:
    search = BayesSearchCV(SVC(), {"C": (0.1, 10)}, n_iter=5, cv=2).fit(X, y)
    assert sorted(search.cv_results_["param_C"].tolist()) == [0.1, 10]
    messages = [r.message for r in caplog.records if r.name.startswith("sklearn_hpo")]
    assert len(messages) == 1
    assert ": C." in messages[0]


SCORES = {
    "nan": lambda model, X, y: np.nan,
    "sometimes nan": lambda model, X, y: np.nan if model.C > 5 else model.C,
}


def test_all_scores_nan() -> None:
    search = BayesSearchCV(SVC(), SPACE, n_iter=3, cv=2, scoring=SCORES["nan"])
    with pytest.warns(UserWarning, match="non-finite"):
        search.fit(X, y)
    assert (search.cv_results_["rank_test_score"] == 1).all()


def test_nan_scores_rank_last_and_the_search_goes_on() -> None:
    scoring = SCORES["sometimes nan"]
    search = BayesSearchCV(
        SVC(), SPACE, n_iter=12, cv=2, scoring=scoring, random_state=0
    )
    with pytest.warns(UserWarning, match="non-finite"):
        search.fit(X, y)
    assert search.best_params_["C"] > 4


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_scorer_that_returns_a_string(n_jobs: int) -> None:
    search = BayesSearchCV(
        SVC(), SPACE, n_iter=3, cv=2, scoring=string_score, n_jobs=n_jobs
    )
    with pytest.raises(ValueError, match="scoring must return a number"):
        search.fit(X, y)


def string_score(model, X, y) -> str:
    return "good"


def sometimes_string_score(model, X, y) -> str | float:
    return "good" if model.kernel == "rbf" else 0.5


@pytest.mark.parametrize("kind", [BayesSearchCV, GridSearchCV])
def test_who_scores_a_string_costs_itself_only(kind) -> None:
    space = {"C": [1.0, 10.0], "kernel": ["linear", "rbf"]}
    search = kind(SVC(), space, cv=2, scoring=sometimes_string_score, refit=False)
    with pytest.warns(FitFailedWarning, match="scoring must return a number"):
        search.fit(X, y)
    bad = search.cv_results_["param_kernel"] == "rbf"
    assert bad.sum() == 2
    assert np.isnan(search.cv_results_["mean_test_score"][bad]).all()
    assert {t.status for t in search.history_.trials} == {"complete", "failed"}
    with pytest.raises(ValueError, match=r"^scoring must return a number"):
        search.set_params(error_score="raise").fit(X, y)


@pytest.mark.parametrize("kind", [BayesSearchCV, GridSearchCV])
@pytest.mark.parametrize("score", [1j, np.complex64(1j), {}, {"a": 1j, "b": 1.0}])
def test_scores_that_no_table_can_hold(kind, score) -> None:
    space = {"C": [1.0, 10.0]}
    search = kind(SVC(), space, cv=2, scoring=lambda *_: score, refit=False)
    with pytest.raises(ValueError, match=r"fits failed(.|\n)*must return a number"):
        search.fit(X, y)
    with pytest.raises(ValueError, match=r"^scoring must return a number, got .*[j}]"):
        search.set_params(error_score="raise").fit(X, y)


@pytest.mark.parametrize("error_score", [np.nan, -1.0])
@pytest.mark.parametrize("bad", [0, 2])
@pytest.mark.filterwarnings("ignore")
def test_a_scorer_of_several_metrics_that_fails_costs_that_candidate_only(
    bad: int, error_score: float
) -> None:
    C = [0.1, 1.0, 10.0]

    def scoring(model, X, y) -> dict[str, float]:
        if C[bad] == model.C:
            raise ArithmeticError("no score")
        return {"a": model.C, "b": -model.C}

    options = {"scoring": scoring, "refit": "b", "return_train_score": True}
    search = GridSearchCV(SVC(), {"C": C}, error_score=error_score, cv=2, **options)
    results = search.fit(X, y).cv_results_
    for metric, sign in (("a", 1), ("b", -1)):
        expected = sign * np.array(C)
        expected[bad] = error_score
        for column in (f"mean_test_{metric}", f"split1_train_{metric}"):
            np.testing.assert_array_equal(results[column], expected)
    assert search.multimetric_
    assert "mean_test_score" not in results


@pytest.mark.parametrize("kind", [BayesSearchCV, HalvingGridSearchCV, "racing"])
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.filterwarnings("ignore")
def test_error_score_is_no_measurement(kind, several: bool) -> None:
    def score(model, X, y) -> float:
        if model.C > 1:
            raise ArithmeticError("no score")
        return model.C

    options: dict = {"scoring": score, "error_score": -9.0, "cv": 3}
    if several:
        options |= {"scoring": {"a": score, "b": "accuracy"}, "refit": "a"}
    if kind == "racing":
        kind, options["racing"] = GridSearchCV, True
    search = kind(SVC(), {"C": [0.1, 0.5, 10.0, 20.0]}, **options).fit(X, y)
    assert search.best_params_["C"] == 0.5
    by_C = {t.candidate.params["C"]: t.status for t in search.history_.trials}
    assert by_C[10.0] == by_C[20.0] == "failed"
    results = search.cv_results_
    failed = results["param_C"].data.astype(float) > 1
    metric = "a" if several else "score"
    assert set(results[f"split0_test_{metric}"][failed]) == {-9.0}


def test_a_value_rejected_in_some_candidates_only() -> None:
    space = {"C": [-1.0, 1.0, 10.0], "kernel": ["linear", "rbf"]}
    search = BayesSearchCV(SVC(), space, n_iter=6, cv=2, random_state=0)
    with pytest.warns(FitFailedWarning, match="'C' parameter of SVC"):
        search.fit(X, y)
    bad = search.cv_results_["param_C"] == -1.0
    assert np.isnan(search.cv_results_["mean_test_score"][bad]).all()
    assert search.best_params_["C"] > 0


def test_a_value_rejected_in_all_candidates() -> None:
    search = BayesSearchCV(SVC(), {"C": Real(-2, -1)}, n_iter=3, cv=2)
    with pytest.raises(ValueError, match=r"All the 3 fits failed(.|\n)*'C' parameter"):
        search.fit(X, y)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_error_score_raise_keeps_the_type_of_the_error(n_jobs: int) -> None:
    search = GridSearchCV(
        SVC(), {"C": [1, -1]}, error_score="raise", n_jobs=n_jobs, cv=2
    )
    with pytest.raises(ValueError, match="'C' parameter of SVC"):
        search.fit(X, y)


def test_categorical_stands_for_its_choices_in_a_grid() -> None:
    search = GridSearchCV(SVC(), {"C": Categorical([1, 2])}, cv=2).fit(X, y)
    assert search.cv_results_["params"] == [{"C": 1}, {"C": 2}]
