"""Searches by successive halving: as scikit-learn's, but safe."""

from __future__ import annotations

import warnings

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn import model_selection
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import HalvingGridSearchCV, HalvingRandomSearchCV, Real
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.trials import History

X, y = make_classification(300, n_features=5, flip_y=0.2, random_state=0)
SPACE = {"C": loguniform(0.01, 100), "fit_intercept": [True, False]}


def randomized(estimator=None, space=None, **options):
    options = {"random_state": 0, "cv": 3, "min_resources": 30} | options
    estimator = estimator or LogisticRegression()
    return HalvingRandomSearchCV(estimator, space or SPACE, **options)


class Fades(ClassifierMixin, BaseEstimator):
    """Scores worse the more it gets."""

    def __init__(self, quality=0.0, n=1) -> None:
        self.quality = quality
        self.n = n

    def fit(self, X, y):
        return self

    def score(self, X, y):
        return self.quality - 10 * self.n


def fades(**options):
    options = {"resource": "n", "max_resources": 9, "cv": 2} | options
    return HalvingGridSearchCV(Fades(), {"quality": list(range(9))}, **options)


class Seen(ClassifierMixin, BaseEstimator):
    """Scores by how many rows it was shown; remembers what else it was given."""

    def __init__(self, a=0) -> None:
        self.a = a

    def fit(self, X, y, sample_weight=None):
        if sample_weight is not None:
            np.testing.assert_array_equal(sample_weight, X[:, 0])
        self.classes_ = np.unique(y)
        self.n_rows_ = len(X)
        return self

    def score(self, X, y):
        return len(X) + self.n_rows_ / 10_000 + 0.1 * len(self.classes_)


def same_results(one, other) -> None:
    assert one.keys() == other.keys()
    for name, column in one.items():
        if "time" not in name:
            np.testing.assert_array_equal(column, other[name], err_msg=name)


@pytest.mark.parametrize("instance", [False, True])
def test_the_first_candidates_are_those_of_scikit_learn(instance) -> None:
    def seed():
        return np.random.RandomState(3) if instance else 3

    options = {"min_resources": 100, "cv": 3}
    ours = randomized(random_state=seed(), **options).fit(X, y)
    theirs = model_selection.HalvingRandomSearchCV(
        LogisticRegression(), SPACE, random_state=seed(), **options
    ).fit(X, y)
    n = ours.n_candidates_[0]
    assert n == theirs.n_candidates_[0] == 3
    assert list(ours.cv_results_["params"][:n]) == list(
        theirs.cv_results_["params"][:n]
    )
    for name in ("n_resources_", "n_candidates_", "n_remaining_candidates_"):
        assert getattr(ours, name) == getattr(theirs, name)


def test_the_smallest_rung_is_safe() -> None:
    """At least 20 of each class and 5 %, 200 where that leaves three rungs."""
    from sklearn_hpo.search._resources import _fewest_samples

    def fewest(n, n_classes=None, n_folds=5):
        classes = None if n_classes is None else np.arange(n) % n_classes
        return _fewest_samples(n, n_folds, classes, 3)

    assert fewest(1_000, 2) == 111
    assert fewest(1_000, 10) == 200
    assert fewest(3_000, 2) == 200
    assert fewest(100_000, 2) == 5_000
    assert fewest(150, 3) == 60
    assert fewest(150, 3, n_folds=20) == 120
    assert fewest(500) == 55


def test_few_samples_are_not_divided() -> None:
    few = {"min_resources": "smallest", "cv": 5}
    search = randomized(**few).fit(X[:60], y[:60])
    assert search.n_resources_ == [60]
    assert search.n_candidates_ == [3]  # as many as scikit-learn's


def test_points_that_are_equal_are_tried_once() -> None:
    points = [{"C": 2.0}, {"C": 3.0}, {"C": 2.0}]
    search = randomized(initial_params=points, n_candidates=6).fit(X, y)
    assert search.n_candidates_[0] == 8


def test_a_rung_is_a_column_and_its_amount_another() -> None:
    search = randomized(n_candidates=9).fit(X, y)
    results = search.cv_results_
    assert search.n_resources_ == [30, 90, 270]
    assert results["iter"].tolist() == [0] * 9 + [1] * 3 + [2]
    assert results["n_resources"].tolist() == [30] * 9 + [90] * 3 + [270]
    assert search.n_candidates_ == [9, 3, 1]
    assert search.n_iterations_ == 3
    frame = search.history_.to_frame()
    assert frame["resource"].unique().tolist() == [30, 90, 270]


def test_the_winner_is_of_the_highest_rung() -> None:
    search = fades().fit(X, y)
    results = search.cv_results_
    assert results["iter"][search.best_index_] == 2
    assert search.best_params_ == {"quality": 8, "n": 9}
    assert search.best_score_ == 8 - 90 < results["mean_test_score"].max()


def test_a_callable_refit_may_not_take_a_lower_rung() -> None:
    search = fades(refit=lambda results: int(np.argmax(results["mean_test_score"])))
    with pytest.raises(ValueError, match="expected the index of a candidate of the"):
        search.fit(X, y)
    last = fades(refit=lambda results: len(results["iter"]) - 1).fit(X, y)
    assert last.best_params_["n"] == 9


class StopAfter(Callback):
    def __init__(self, n) -> None:
        self.n = n

    def begin(self, history: History) -> None:
        self.left_ = self.n

    def trial(self, trial, history: History) -> bool:
        self.left_ -= 1
        return self.left_ == 0


def test_a_search_that_is_stopped_has_the_best_of_the_rung_it_came_to() -> None:
    search = fades(callbacks=[StopAfter(10)]).fit(X, y)
    assert search.n_candidates_ == [9, 1]
    assert search.n_resources_ == [1, 3]
    assert search.best_params_ == {"quality": 8, "n": 3}


def test_test_parts_are_whole_and_training_parts_have_all_classes() -> None:
    rare = np.where(np.arange(300) < 6, 2, y)
    search = randomized(
        Seen(), {"a": [1, 2, 3, 4, 5]}, n_candidates=5, return_train_score=True
    ).fit(X, rare)
    scores = search.cv_results_["split0_test_score"]
    assert set(np.floor(scores)) == {100}
    np.testing.assert_allclose(
        scores % 1, np.where(search.cv_results_["iter"] == 0, 0.302, 0.306)
    )
    assert set(np.floor(search.cv_results_["split0_train_score"])) == {20, 60}


@pytest.mark.parametrize("kind", ["frame", "list", "sparse"])
def test_data_of_any_kind_are_cut(kind) -> None:
    pandas = pytest.importorskip("pandas")
    scipy_sparse = pytest.importorskip("scipy.sparse")
    make = {
        "frame": pandas.DataFrame,
        "list": np.ndarray.tolist,
        "sparse": scipy_sparse.csr_matrix,
    }[kind]
    expected = randomized(n_candidates=3).fit(X, y)
    search = randomized(n_candidates=3).fit(make(X), list(y))
    np.testing.assert_allclose(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )


def test_sample_weight_is_cut_with_the_samples() -> None:
    search = randomized(Seen(), {"a": [1, 2, 3]}, error_score="raise")
    search.fit(X, y, sample_weight=X[:, 0])
    assert search.n_candidates_ == [3, 1]


def test_groups_stay_whole() -> None:
    groups = np.arange(300) // 4

    class Whole(Seen):
        def fit(self, X, y):
            assert set(np.unique(X[:, 1], return_counts=True)[1]) == {4}
            return super().fit(X, y)

    with_groups = np.column_stack([X[:, 0], groups])
    search = randomized(
        Whole(), {"a": [1, 2, 3]}, cv=GroupKFold(3), error_score="raise"
    )
    assert search.fit(with_groups, y, groups=groups).n_candidates_ == [3, 1]


@pytest.mark.parametrize("racing", [False, True])
def test_the_number_of_jobs_changes_nothing(racing) -> None:
    options = {"n_candidates": 9, "racing": racing, "random_state": 1}
    one = randomized(**options).fit(X, y)
    with joblib.parallel_config("threading"):
        several = randomized(n_jobs=3, **options).fit(X, y)
    if racing:  # decided with other results told, so others may be discarded
        assert one.n_candidates_ == several.n_candidates_
    else:
        same_results(one.cv_results_, several.cv_results_)
    assert one.best_params_ == several.best_params_


def test_worker_processes_go_on_with_what_others_have_fitted() -> None:
    estimator = make_pipeline(StandardScaler(), RandomForestClassifier(random_state=0))
    options = {
        "param_grid": {"randomforestclassifier__max_depth": [1, 2, 3, 4, 5, 6]},
        "resource": "randomforestclassifier__n_estimators",
        "max_resources": 12,
        "cv": 2,
    }
    plain = HalvingGridSearchCV(estimator, cache=False, **options).fit(X, y)
    one = HalvingGridSearchCV(estimator, **options).fit(X, y)
    two = HalvingGridSearchCV(estimator, n_jobs=2, **options).fit(X, y)
    same_results(plain.cv_results_, one.cv_results_)
    same_results(plain.cv_results_, two.cv_results_)


@pytest.mark.parametrize("before", [[StandardScaler()], ["passthrough"], []])
def test_the_model_of_a_pipelines_last_step_goes_on(monkeypatch, before) -> None:
    fitted = []
    fit = RandomForestClassifier.fit

    def counted(self, X, y, sample_weight=None):
        fitted.append(self.n_estimators - len(getattr(self, "estimators_", ())))
        return fit(self, X, y, sample_weight)

    monkeypatch.setattr(RandomForestClassifier, "fit", counted)
    search = HalvingGridSearchCV(
        make_pipeline(*before, RandomForestClassifier(random_state=0)),
        {"randomforestclassifier__max_depth": [1, 2, 3]},
        resource="randomforestclassifier__n_estimators",
        max_resources=12,
        cv=2,
        refit=False,
    ).fit(X, y)
    assert fitted == [4] * 6 + [8] * 2
    plain = clone(search).set_params(cache=False).fit(X, y)
    assert fitted[8:] == [4] * 6 + [12] * 2
    same_results(plain.cv_results_, search.cv_results_)


def test_several_metrics_and_the_one_that_promotes() -> None:
    trees = DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 4, 8, 16, 32]}

    def search(metric):
        return HalvingGridSearchCV(
            *trees, scoring=["accuracy", "neg_log_loss"], refit=metric, factor=2, cv=3
        ).fit(X, y)

    for metric in ("accuracy", "neg_log_loss"):
        found = search(metric)
        results = found.cv_results_
        means, rungs = results[f"mean_test_{metric}"], results["iter"]
        depths = results["param_max_depth"]
        best = np.argsort(-means[rungs == 0], kind="stable")[: found.n_candidates_[1]]
        assert depths[rungs == 1].tolist() == depths[best].tolist()
        assert found.best_score_ == means[rungs == rungs.max()].max()


@pytest.mark.parametrize("n_lines", [3, 20, 45, 60])
@pytest.mark.parametrize("racing", [False, True])
def test_a_search_goes_on_where_it_was_stopped(tmp_path, n_lines, racing) -> None:
    path = tmp_path / "journal.jsonl"
    options = {
        "n_candidates": 9,
        "racing": racing,
        "estimator": MLPClassifier((3,), random_state=0),
        "space": {"alpha": loguniform(1e-4, 1)},
        "resource": "max_iter",
        "min_resources": 2,
        "max_resources": 18,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = randomized(journal=path, **options).fit(X, y)
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:n_lines]))
        resumed = randomized(journal=path, **options).fit(X, y)
    same_results(whole.cv_results_, resumed.cv_results_)
    assert sum('"done"' in line for line in lines[:n_lines]) < whole.history_.n_fits


def test_random_searches_without_a_seed_go_on_too(tmp_path) -> None:
    path = tmp_path / "journal.jsonl"
    options = {"random_state": None, "n_candidates": 6, "cv": KFold(3, shuffle=True)}
    whole = randomized(journal=path, **options).fit(X, y)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:10]))
    resumed = randomized(journal=path, **options).fit(X, y)
    same_results(whole.cv_results_, resumed.cv_results_)


def test_initial_params_come_first_and_in_addition() -> None:
    search = randomized(n_candidates=5, initial_params=[{"C": 7.0}]).fit(X, y)
    assert search.n_candidates_[0] == 6
    assert search.cv_results_["params"][0] == {"C": 7.0}


def test_the_estimators_own_value_is_the_most_of_a_parameter() -> None:
    search = HalvingGridSearchCV(
        RandomForestClassifier(27, random_state=0), {"max_depth": [1, 2, 3]}, cv=2
    ).set_params(resource="n_estimators")
    assert search.fit(X, y).n_resources_ == [9, 27]


def test_a_parameter_that_is_no_iteration_is_set() -> None:
    search = HalvingGridSearchCV(
        KNeighborsClassifier(),
        {"weights": ["uniform", "distance"]},
        resource="n_neighbors",
        max_resources=6,
        factor=2,
        cv=2,
    ).fit(X, y)
    assert search.cv_results_["param_n_neighbors"].tolist() == [3, 3, 6]
    assert search.best_estimator_.n_neighbors == 6


def test_only_the_classes_known_go_on() -> None:
    """A class that ignores its warm_start is fitted anew, with the same scores."""

    class Ignores(SGDClassifier):
        pass

    options = {"resource": "max_iter", "max_resources": 9, "cv": 2, "refit": False}
    for estimator in (Ignores(random_state=0, tol=None, warm_start=True),):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grid = {"alpha": [1e-4, 1e-2, 1.0]}
            cached = HalvingGridSearchCV(estimator, grid, **options).fit(X, y)
            plain = HalvingGridSearchCV(estimator, grid, cache=False, **options)
            same_results(cached.cv_results_, plain.fit(X, y).cv_results_)


def test_a_class_with_three_members() -> None:
    rare = np.where(np.arange(300) < 3, 2, y)
    search = HalvingRandomSearchCV(
        LogisticRegression(),
        SPACE,
        cv=StratifiedKFold(3, shuffle=True, random_state=0),
        random_state=0,
        scoring="roc_auc_ovr",
        error_score="raise",
    ).fit(X, rare)
    assert search.n_resources_[0] == 60


def test_twelve_rows() -> None:
    search = HalvingRandomSearchCV(
        LogisticRegression(), SPACE, cv=2, random_state=0
    ).fit(X[:12], [0, 1] * 6)
    assert search.n_resources_ == [12]
    assert search.n_candidates_ == [1]


def test_groups_of_one_member() -> None:
    search = randomized(cv=GroupKFold(3)).fit(X, y, groups=np.arange(300))
    assert search.n_resources_ == [30, 90, 270]


@pytest.mark.parametrize("cv", [KFold(3, shuffle=True), ShuffleSplit(3)], ids=repr)
def test_folds_that_are_shuffled_without_a_seed_are_the_same_on_every_rung(cv) -> None:
    # All rungs see the same test rows: their sum tells them apart.
    def rows(estimator, X, y):
        return float(X[:, 0].sum())

    search = randomized(cv=cv, scoring=rows).fit(X, y)
    for fold in range(3):
        assert len(set(search.cv_results_[f"split{fold}_test_score"])) == 1


def test_regression_has_no_classes() -> None:
    X, y = make_regression(200, random_state=0)
    search = HalvingRandomSearchCV(
        Ridge(), {"alpha": Real(0.01, 100, log=True)}, random_state=0
    ).fit(X, y)
    assert search.n_resources_ == [22, 66, 198]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resource": "Cs"}, r"Cannot use resource=Cs .* Did you mean 'C'\?"),
        ({"resource": "C", "max_resources": 9}, "Cannot use parameter C as the"),
        ({"resource": "dual"}, "counts something, got 'dual', for which .* False"),
        ({"min_resources": 50, "max_resources": 40}, "min_resources_=50 is greater"),
        ({"max_resources": 301}, "at most the number of samples, 300, got 301"),
        ({"resource": "random_state", "min_resources": 1}, "positive integer, got No"),
        ({"n_candidates": "exhaust", "min_resources": "exhaust"}, "both set to 'exh"),
    ],
    ids=["unknown", "searched", "flag", "bounds", "many", "no integer", "exhaust"],
)
def test_bad_input_is_an_error_before_any_fit(options, message) -> None:
    class Never(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            raise AssertionError

    with pytest.raises(ValueError, match=message):
        randomized(Never(), **options).fit(X, y)


def test_a_resource_of_a_step_is_named_with_the_step() -> None:
    pipeline = make_pipeline(StandardScaler(), RandomForestClassifier())
    search = HalvingGridSearchCV(
        pipeline,
        {"randomforestclassifier__max_depth": [1, 2]},
        resource="n_estimators",
        max_resources=9,
    )
    with pytest.raises(ValueError, match="mean 'randomforestclassifier__n_estim"):
        search.fit(X, y)
    search.set_params(resource="randomforestclassifier")
    with pytest.raises(ValueError, match="counts something, got 'randomforestcl"):
        search.fit(X, y)


def by_folds(**options):
    options = {"resource": "n_folds", "cv": 6, "factor": 2} | options
    return HalvingGridSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"max_depth": [1, 2, 4, 8, 16]},
        **options,
    )


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_a_rung_may_be_some_folds_more(n_jobs) -> None:
    with joblib.parallel_config("threading"):
        search = by_folds(n_jobs=n_jobs).fit(X, y)
    results = search.cv_results_
    assert search.n_resources_ == [1, 2, 4]
    assert search.n_candidates_ == [5, 3, 2]
    full = model_selection.GridSearchCV(search.estimator, search.param_grid, cv=6).fit(
        X, y
    )
    scores = np.array(
        [full.cv_results_[f"split{fold}_test_score"] for fold in range(6)]
    )
    for row, params in enumerate(results["params"]):
        n = results["n_resources"][row]
        expected = scores[:, full.cv_results_["params"].index(params)]
        own = [results[f"split{fold}_test_score"][row] for fold in range(6)]
        np.testing.assert_array_equal(own[:n], expected[:n])
        assert np.isnan(own[n:]).all()
        assert results["n_folds_evaluated"][row] == n
        assert results["mean_test_score"][row] == pytest.approx(expected[:n].mean())
        assert results["std_test_score"][row] == pytest.approx(expected[:n].std())
        assert results["mean_fit_time"][row] > 0
    assert results["iter"][search.best_index_] == 2


def test_no_fold_is_run_twice() -> None:
    search = by_folds().fit(X, y)
    frame = search.history_.to_frame()
    n_run = (frame["shared_time"] == 0).sum()
    assert n_run == 5 * 1 + 3 * 1 + 2 * 2
    assert search.history_.n_fits == 5 * 1 + 3 * 2 + 2 * 4


def test_a_search_by_folds_goes_on_where_it_was_stopped(tmp_path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = by_folds(journal=path).fit(X, y)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:25]))
    same_results(whole.cv_results_, by_folds(journal=path).fit(X, y).cv_results_)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_resources": 7}, "at most the number of folds, 6, got 7"),
        ({"racing": True}, "racing: expected False beside resource='n_folds'"),
    ],
    ids=["too many", "racing"],
)
def test_folds_have_their_bounds(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        by_folds(**options).fit(X, y)
