"""The laws of the house, a test (or more) for each; see doc/architecture.md."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn import model_selection
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler, TargetEncoder
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    Integer,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
)
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.schedules import Full
from sklearn_hpo.search import Loop
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, First, Strategy
from sklearn_hpo.trials import History, Task
from tests.fakes import FakeEvaluator, Witness

SPACE = SearchSpace.from_user(
    [
        {"kind": ["a"], "x": Real(1e-3, 1e3, log=True), "n": Integer(1, 9)},
        {"kind": ["b"], "x": Real(1e-3, 1e3, log=True)},
    ]
)
N_ITER, N_FOLDS, SEED = 14, 3, 7


def score(task: Task) -> float | None:
    params = task.candidate.params
    if params.get("n") == 5:
        return None  # a failing candidate takes part in every law
    return -(np.log10(params["x"]) ** 2) - params.get("n", 3) + 0.1 * task.fold


def run(
    strategy: Strategy,
    *,
    lookahead: int | None = 1,
    capacity: int = 1,
    duration: Callable[[Task], float] = lambda task: 1.0,
    **options: object,
) -> tuple[History, FakeEvaluator]:
    schedule = Full()
    width = max(1, (lookahead or capacity) // 2)
    schedule.start(strategy, SPACE, N_ITER, SEED, N_FOLDS, width)
    history = History(N_FOLDS, N_ITER, seed=SEED)
    evaluator = FakeEvaluator(score, duration)
    loop = Loop(
        schedule,
        history,
        evaluator,
        capacity=lambda: capacity,
        lookahead=lookahead,
        **options,  # type: ignore[arg-type]
    )
    return loop.run(), evaluator


def summary(history: History) -> list[tuple[object, ...]]:
    return [
        (t.candidate.number, dict(t.candidate.params), t.status, t.scores.tolist())
        for t in history.trials
    ]


def assert_same(first: History, second: History) -> None:
    np.testing.assert_equal(summary(first), summary(second))


def adaptive() -> Strategy:
    return First([{"kind": "b", "x": 1.0}], Bayes())


@pytest.mark.parametrize("capacity", [1, 3])
def test_law_1_ask_is_pure_and_tell_is_the_only_door(capacity: int) -> None:
    history, _ = run(Witness(adaptive), capacity=capacity, lookahead=2 * capacity)
    assert len(history) == N_ITER


def test_law_2_no_adaptive_strategy_owns_a_generator() -> None:
    strategy = adaptive()
    run(strategy)
    kept = [*vars(strategy).values(), *vars(strategy.strategy).values()]
    assert not any(
        isinstance(value, (np.random.Generator, np.random.RandomState))
        for value in kept
    )


@pytest.mark.parametrize("state", [3, "instance", None])
def test_law_2_lists_are_drawn_as_scikit_learn_draws_them(state) -> None:
    X, y = load_iris(return_X_y=True)
    space = {"max_depth": [1, 2, 3, 4], "min_samples_leaf": Integer(1, 20)}

    def drawn(searcher: type) -> tuple[list[object], float]:
        np.random.seed(11)  # noqa: NPY002 (the global state is what is tested)
        given = np.random.RandomState(5) if state == "instance" else state
        search = searcher(
            DecisionTreeClassifier(random_state=0),
            space,
            n_iter=5,
            random_state=given,
            cv=KFold(3, shuffle=True),
        ).fit(X, y)
        # The shuffling splitter takes from the global state after the candidates.
        return search.cv_results_["params"], search.best_score_, np.random.rand()  # noqa: NPY002

    assert drawn(RandomizedSearchCV) == drawn(model_selection.RandomizedSearchCV)


def test_law_3_none_with_nothing_pending_means_that_the_space_is_exhausted() -> None:
    space = SearchSpace.from_user({"a": [1, 2, 3], "b": ["x", "y"]})
    strategy, schedule = Bayes(), Full()
    schedule.start(strategy, space, 100, SEED, 1, width=1)
    history = History(1, 100, seed=SEED)
    evaluator = FakeEvaluator(lambda task: float(task.candidate.params["a"]))
    Loop(schedule, history, evaluator, capacity=lambda: 1, lookahead=1).run()
    tried = {tuple(t.candidate.params.values()) for t in history.trials}
    assert len(history) == len(tried) == space.size


TIMINGS = {
    "even": lambda task: 1.0,
    "later is faster": lambda task: 1.0 / (1 + task.ticket),
    "one laggard": lambda task: 50.0 if task.ticket % 7 == 3 else 1.0,
    "by chance": lambda task: float(np.random.default_rng(task.ticket).exponential()),
}


@pytest.mark.parametrize("lookahead", [1, 2, 5])
def test_law_4_the_search_does_not_depend_on_which_worker_was_faster(
    lookahead: int,
) -> None:
    expected, _ = run(adaptive(), lookahead=lookahead)
    for timing, capacity in itertools.product(TIMINGS, [2, 5]):
        history, _ = run(
            adaptive(),
            lookahead=lookahead,
            capacity=capacity,
            duration=TIMINGS[timing],
        )
        assert_same(history, expected)


def test_law_4_without_a_seed_results_are_told_as_they_come() -> None:
    first, _ = run(adaptive(), lookahead=None, capacity=3)
    slow = TIMINGS["one laggard"]
    second, evaluator = run(adaptive(), lookahead=None, capacity=3, duration=slow)
    assert len(first) == len(second) == N_ITER
    assert evaluator.clock < 50.0 * 3  # nobody waits for a laggard


class OrderOfActing(Callback):
    """Notes who acted when, from the inside of the loop."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def spy(self, owner: object, name: str) -> None:
        original = getattr(owner, name)

        def noting(*args, **kwargs):
            self.events.append(f"{type(owner).__name__}.{name}")
            return original(*args, **kwargs)

        setattr(owner, name, noting)

    def fold(self, result, history) -> None:
        self.events.append("callback.fold")

    def trial(self, trial, history) -> None:
        self.events.append("callback.trial")


def test_law_5_order_of_acting() -> None:
    schedule, history = Full(), History(1, 1, seed=SEED)
    strategy, order = Bayes(), OrderOfActing()
    schedule.start(strategy, SPACE, 1, SEED, 1, width=1)
    for owner, name in [
        (history, "record"),
        (schedule, "tell"),
        (history, "close"),
        (strategy, "tell"),
    ]:
        order.spy(owner, name)
    evaluator = FakeEvaluator(lambda task: 1.0)
    Loop(
        schedule, history, evaluator, capacity=lambda: 1, lookahead=1, callbacks=[order]
    ).run()
    assert order.events == [
        "History.record",
        "Full.tell",
        "History.close",
        "Bayes.tell",
        "callback.fold",
        "callback.trial",
    ]


@pytest.mark.parametrize("n_kept", [0, 1, 7, 20, 41])
def test_law_6_known_results_fed_through_the_loop_give_the_same_search(
    n_kept: int,
) -> None:
    whole, _ = run(adaptive(), lookahead=4, capacity=2)

    def known(task: Task):
        if task.ticket >= n_kept:
            return None
        trial = whole.trials[task.candidate.number]
        return replace(whole.result(trial, task.fold), task=task)

    resumed, evaluator = run(adaptive(), lookahead=4, capacity=2, known=known)
    assert_same(resumed, whole)
    assert all(task.ticket >= n_kept for task in evaluator.submitted)


class Moody(ClassifierMixin, BaseEstimator):
    """Refuses to be fitted with some values of its parameter."""

    def __init__(self, mood: float = 0.0) -> None:
        self.mood = mood

    def fit(self, X, y):
        if self.mood < 0.3:
            msg = f"cannot work in mood {self.mood}"
            raise RuntimeError(msg)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_law_7_a_failing_candidate_loses_no_other_result(n_jobs: int) -> None:
    X, y = load_iris(return_X_y=True)
    search = BayesSearchCV(
        Moody(), {"mood": Real(0, 1)}, n_iter=12, random_state=0, n_jobs=n_jobs, cv=2
    )
    with pytest.warns(UserWarning, match="cannot work in mood|non-finite"):
        search.fit(X, y)
    bad = np.array([p["mood"] < 0.3 for p in search.cv_results_["params"]])
    assert bad.any()
    assert np.isnan(search.cv_results_["mean_test_score"][bad]).all()
    assert np.isfinite(search.cv_results_["mean_test_score"][~bad]).all()


def test_law_7_failure_is_judged_over_the_whole_search() -> None:
    X, y = load_iris(return_X_y=True)
    search = BayesSearchCV(Moody(), {"mood": Real(0, 0.2)}, n_iter=4, cv=2)
    with pytest.raises(ValueError, match=r"All the 4 fits failed(.|\n)*in mood"):
        search.fit(X, y)


class CountsFits(LogisticRegression):
    fitted: list[int] = []  # noqa: RUF012

    def fit(self, X, y):
        assert not hasattr(self, "coef_")
        CountsFits.fitted.append(id(self))
        return super().fit(X, y)


def test_law_8_every_fit_is_on_a_clone_and_scores_are_cross_val_scores() -> None:
    X, y = load_iris(return_X_y=True)
    estimator = CountsFits(max_iter=500)
    CountsFits.fitted.clear()
    search = BayesSearchCV(
        estimator, {"C": Real(0.01, 10)}, n_iter=6, cv=3, racing=False, random_state=0
    ).fit(X, y)
    assert len(CountsFits.fitted) == 6 * 3 + 1
    assert id(estimator) not in CountsFits.fitted
    for row, params in enumerate(search.cv_results_["params"]):
        model = clone(estimator).set_params(**params)
        expected = cross_val_score(model, X, y, cv=3).mean()
        assert search.cv_results_["mean_test_score"][row] == expected


def drawn_pipeline(rng: np.random.Generator) -> dict[str, object]:
    """Return a setting of the pipeline below; many have their first steps in common."""
    scalers = ["passthrough", StandardScaler(), StandardScaler(with_std=False)]
    reducers = [
        PCA(2),
        PCA(2, svd_solver="full"),
        PCA(2, svd_solver="randomized"),
        PCA(2, svd_solver="randomized", random_state=0),
        SelectKBest(k=2),
        KMeans(2, n_init=1),
        TargetEncoder(random_state=0),
        FunctionTransformer(np.abs),
        FunctionTransformer(lambda X: X + 1),
    ]
    models = [
        SVC(C=float(rng.choice([0.1, 1.0]))),
        LogisticRegression(C=float(rng.choice([0.1, 1.0])), max_iter=500),
        DecisionTreeClassifier(max_depth=int(rng.integers(1, 4)), random_state=0),
    ]
    return {
        "scale": scalers[rng.integers(len(scalers))],
        "reduce": reducers[rng.integers(len(reducers))],
        "model": models[rng.integers(len(models))],
    }


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("scoring", [None, ["accuracy", "f1_macro"]])
def test_law_8_what_candidates_share_changes_no_score(n_jobs: int, scoring) -> None:
    X, y = load_iris(return_X_y=True)
    rng = np.random.default_rng(0)
    candidates = [drawn_pipeline(rng) for _ in range(60)]
    pipeline = Pipeline([("scale", None), ("reduce", None), ("model", SVC())])
    search = ManualSearchCV(
        pipeline,
        candidates,
        scoring=scoring,
        refit=False,
        cv=3,
        n_jobs=n_jobs,
        return_train_score=True,
    ).fit(X, y)
    shared = search.history_.to_frame().shared_time > 0
    assert shared.mean() > 0.3
    for row, params in enumerate(candidates):
        if getattr(params["reduce"], "random_state", 0) is None and (
            isinstance(params["reduce"], KMeans)
            or getattr(params["reduce"], "svd_solver", None) == "randomized"
        ):
            continue  # drawn anew each time, so there is nothing to compare with
        alone = cross_validate(
            clone(pipeline).set_params(**params),
            X,
            y,
            scoring=scoring,
            cv=3,
            return_train_score=True,
        )
        for name, scores in alone.items():
            if name.startswith(("test", "train")):
                part, _, metric = name.partition("_")
                keys = [f"split{fold}_{part}_{metric}" for fold in range(3)]
                assert [search.cv_results_[k][row] for k in keys] == list(scores)


LAW_9 = {
    "one metric": {},
    "train scores": {"return_train_score": True},
    "metrics": {"scoring": ["accuracy", "f1_macro"], "refit": "f1_macro"},
    "no refit": {"scoring": ["accuracy", "f1_macro"], "refit": False},
    "parallel": {"n_jobs": 2},
    "repeated folds": {"cv": KFold(4, shuffle=True, random_state=0)},
    "callable": {
        "scoring": lambda model, X, y: {"a": model.score(X, y), "b": len(y)},
        "refit": "a",
    },
}


@pytest.mark.parametrize("options", LAW_9.values(), ids=LAW_9)
@pytest.mark.parametrize(
    ("name", "space"),
    [
        ("GridSearchCV", {"C": [0.1, 1, 1, 10], "kernel": ("rbf", "linear")}),
        (
            "GridSearchCV",
            [{"kernel": ["rbf"], "gamma": [0.1, 1]}, {"kernel": ["linear"]}],
        ),
        ("RandomizedSearchCV", {"C": Real(0.01, 10, log=True), "gamma": [0.1, 1]}),
        ("RandomizedSearchCV", {"C": [0.1, 1, 10], "degree": range(2, 6)}),
    ],
)
def test_law_9_equality_with_scikit_learn(name: str, space, options) -> None:
    X, y = load_iris(return_X_y=True)
    more = {"random_state": 0} if name == "RandomizedSearchCV" else {}
    ours, theirs = (
        searcher(SVC(), space, **more, **options).fit(X, y)
        for searcher in (
            {"GridSearchCV": GridSearchCV, "RandomizedSearchCV": RandomizedSearchCV}[
                name
            ],
            getattr(model_selection, name),
        )
    )
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    for key, column in theirs.cv_results_.items():
        if not key.endswith("_time"):
            np.testing.assert_array_equal(ours.cv_results_[key], column, err_msg=key)
            assert type(ours.cv_results_[key]) is type(column)
    for attribute in ("best_index_", "best_score_", "best_params_"):
        assert getattr(ours, attribute, None) == getattr(theirs, attribute, None)
