"""The dangers of sharing the first steps of a pipeline, each by its name."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from scipy.stats import loguniform, randint, uniform
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_extraction.text import (
    CountVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.feature_selection import (
    SelectFromModel,
    SelectKBest,
    VarianceThreshold,
    chi2,
    f_regression,
    mutual_info_classif,
)
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Ridge,
    SGDClassifier,
)
from sklearn.metrics import accuracy_score, check_scoring, make_scorer
from sklearn.model_selection import KFold, ParameterSampler
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KernelCenterer,
    MaxAbsScaler,
    OneHotEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC, SVR, LinearSVC

from sklearn_hpo._compat import HAS_CALLBACKS
from sklearn_hpo.evaluation import FoldSettings, FoldShared, evaluate_fold
from sklearn_hpo.evaluation._outcome import FoldOutcome, RaisedError
from sklearn_hpo.evaluation._store import Store

N = 120
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 12)) * np.linspace(0.1, 9, 12)
Y = X @ RNG.normal(size=12) + RNG.normal(size=N)
LABELS = (X[:, 0] * 20 + X[:, 5] > 0).astype(int) + (X[:, 7] > 4)
HOLES = np.where(RNG.random(X.shape) < 0.05, np.nan, X)
SPARSE = scipy.sparse.random(N, 60, 0.2, format="csr", random_state=0)
FRAME = pd.DataFrame(X[:, :4], columns=list("abcd")).assign(
    s=RNG.choice(["u", "v", "w"], N), t=RNG.choice(list("xyz"), N)
)
TEXT = [" ".join(RNG.choice([f"word{i}" for i in range(80)], 20)) for _ in range(N)]
COLUMNS = ColumnTransformer(
    [
        ("text", OneHotEncoder(handle_unknown="ignore"), ["s", "t"]),
        (
            "numbers",
            Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())]),
            make_column_selector(dtype_include=np.number),
        ),
    ]
)
SPLITS = list(KFold(2, shuffle=True, random_state=0).split(X))


def outcomes(
    estimator: BaseEstimator,
    X: Any,
    y: Any,
    candidates: list[Mapping[str, Any]],
    *,
    cache: bool,
    scoring: Any = None,
    store: Store | None = None,
    **settings: Any,
) -> list[FoldOutcome | RaisedError]:
    """Evaluate candidates one after the other, with or without sharing."""
    scorer = settings.pop("scorer", None) or check_scoring(estimator, scoring)
    shared = FoldShared(
        FoldSettings(
            estimator,
            scorer,
            settings.pop("fit_params", {}),
            settings.pop("score_params", {}),
            n_folds=len(SPLITS),
            n_candidates=len(candidates),
            cache=cache,
            **settings,
        ),
        SPLITS,
        (store or Store()) if cache else None,
    )
    return [
        evaluate_fold(X, y, shared, fold, params, (number, fold), {})
        for number, params in enumerate(candidates)
        for fold in range(len(SPLITS))
    ]


def scores(results: list[Any]) -> list[Any]:
    return [(result.scores, result.train_scores, result.error) for result in results]


def n_shared(results: list[Any]) -> int:
    """How many folds found the first steps done."""
    return sum(result.shared_time > 0 for result in results)


def check(
    estimator: BaseEstimator,
    candidates: list[Mapping[str, Any]],
    *,
    shared: bool,
    X: Any = X,
    y: Any = LABELS,
    **settings: Any,
) -> list[Any]:
    """Compare sharing with the plain way; return what came of sharing."""
    args = (estimator, X, y, candidates)
    plain = outcomes(*args, cache=False, **settings)
    cached = outcomes(*args, cache=True, **settings)
    np.testing.assert_equal(scores(cached), scores(plain))
    assert (n_shared(cached) > 0) is shared
    return cached


TWICE = [{}, {}]

CASES = {
    "scaler, PCA, SVC": (
        make_pipeline(StandardScaler(), PCA(svd_solver="full"), SVC()),
        X,
        LABELS,
        {
            "pca__n_components": [3, 5, 0.9],
            "pca__whiten": [True, False],
            "svc__C": loguniform(0.1, 10),
        },
    ),
    "PCA that chooses": (
        make_pipeline(PCA(), LogisticRegression()),
        X,
        LABELS,
        {
            "pca__n_components": randint(2, 9),
            "logisticregression__C": loguniform(1e-2, 1),
        },
    ),
    "whole steps": (
        make_pipeline(StandardScaler(), Ridge()),
        X,
        Y,
        {
            "standardscaler": [
                StandardScaler(),
                RobustScaler(),
                QuantileTransformer(n_quantiles=20),
                "passthrough",
                None,
            ],
            "ridge__alpha": loguniform(0.1, 10),
        },
    ),
    "polynomials, selection, elastic net": (
        make_pipeline(
            PolynomialFeatures(),
            StandardScaler(),
            SelectKBest(f_regression),
            ElasticNet(),
        ),
        X,
        Y,
        {
            "polynomialfeatures__degree": [1, 2],
            "selectkbest__k": [3, 8],
            "elasticnet__alpha": loguniform(0.01, 1),
            "elasticnet__copy_X": [True, False],
        },
    ),
    "missing values": (
        make_pipeline(SimpleImputer(), RobustScaler(), KNeighborsClassifier()),
        HOLES,
        LABELS,
        {
            "simpleimputer__strategy": ["mean", "median"],
            "kneighborsclassifier__n_neighbors": randint(1, 9),
        },
    ),
    "neighbors' values": (
        make_pipeline(KNNImputer(), GaussianNB()),
        HOLES,
        LABELS,
        {
            "knnimputer__n_neighbors": [2, 5],
            "gaussiannb__var_smoothing": loguniform(1e-9, 1e-1),
        },
    ),
    "sparse": (
        make_pipeline(
            MaxAbsScaler(), TruncatedSVD(random_state=1), LogisticRegression()
        ),
        SPARSE,
        LABELS,
        {
            "truncatedsvd__n_components": [3, 6],
            "logisticregression__C": loguniform(0.1, 1),
        },
    ),
    "sparse to the end": (
        make_pipeline(MaxAbsScaler(), SelectKBest(chi2), LinearSVC(random_state=0)),
        SPARSE.tocsc(),
        LABELS,
        {"selectkbest__k": [10, 30], "linearsvc__C": loguniform(0.1, 1)},
    ),
    "columns": (
        make_pipeline(COLUMNS, LogisticRegression()),
        FRAME,
        LABELS,
        {
            "columntransformer__numbers__fill__strategy": ["mean", "median"],
            "logisticregression__C": loguniform(0.1, 1),
        },
    ),
    "text": (
        make_pipeline(TfidfVectorizer(), LogisticRegression()),
        TEXT,
        LABELS,
        {
            "tfidfvectorizer__ngram_range": [(1, 1), (1, 2)],
            "logisticregression__C": loguniform(0.1, 1),
        },
    ),
    "text in an array": (
        make_pipeline(
            CountVectorizer(),
            TfidfTransformer(),
            TruncatedSVD(random_state=0),
            GaussianNB(),
        ),
        np.array(TEXT, dtype=object),
        LABELS,
        {
            "countvectorizer__binary": [True, False],
            "tfidftransformer__norm": ["l1", "l2"],
            "gaussiannb__var_smoothing": loguniform(1e-9, 1e-1),
        },
    ),
    "union": (
        make_pipeline(
            FeatureUnion([("pca", PCA(2, random_state=0)), ("best", SelectKBest())]),
            SVR(),
        ),
        X,
        Y,
        {"featureunion__best__k": [2, 4], "svr__C": loguniform(0.1, 10)},
    ),
    "supervised, then random": (
        make_pipeline(
            LinearDiscriminantAnalysis(),
            Nystroem(random_state=0, n_components=20),
            SGDClassifier(random_state=0),
        ),
        X,
        LABELS,
        {"nystroem__gamma": [0.1, 1], "sgdclassifier__alpha": loguniform(1e-4, 1e-2)},
    ),
    "frames inside": (
        make_pipeline(StandardScaler(), SelectKBest(), LogisticRegression()).set_output(
            transform="pandas"
        ),
        FRAME[list("abcd")],
        LABELS,
        {"selectkbest__k": [2, 3], "logisticregression__C": loguniform(0.1, 1)},
    ),
    "splines, then random": (
        make_pipeline(
            SplineTransformer(),
            VarianceThreshold(),
            Lasso(selection="random", random_state=3),
        ),
        X,
        pd.Series(Y),
        {"splinetransformer__n_knots": [3, 5], "lasso__alpha": uniform(0.01, 0.1)},
    ),
}
METRICS = {
    int: ["accuracy", "f1_macro", "balanced_accuracy"],
    float: ["r2", "neg_mean_absolute_error"],
}


def several_metrics(estimator: BaseEstimator, y: Any) -> Any:
    kind = int if y is LABELS else float
    return check_scoring(estimator, METRICS[kind], raise_exc=False)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("ignore")
def test_scores_are_the_same_to_the_last_bit(case: str) -> None:
    estimator, X, y, space = CASES[case]
    candidates = list(ParameterSampler(space, 20, random_state=0))
    frames_are_copied = case == "frames inside" and pd.__version__ < "3"
    for settings in (
        {"return_train_score": True},
        {"scorer": several_metrics(estimator, y)},
    ):
        check(estimator, candidates, X=X, y=y, shared=not frames_are_copied, **settings)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("ignore")
def test_scores_through_files_are_the_same_to_the_last_bit(
    case: str, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("sklearn_hpo.evaluation._store.FILE_SECONDS", 0.0)
    estimator, X, y, space = CASES[case]
    candidates = list(ParameterSampler(space, 3, random_state=0))
    settings = {"scoring": None, "return_train_score": True}
    plain = outcomes(estimator, X, y, candidates, cache=False, **settings)
    store = Store(str(tmp_path))
    for _ in range(2):
        cached = outcomes(
            estimator, X, y, candidates, cache=True, store=store, **settings
        )
        np.testing.assert_equal(scores(cached), scores(plain))
        store.clear()
    if case != "frames inside":
        assert n_shared(cached) == sum(
            candidate.get("standardscaler", "") not in ("passthrough", None)
            for candidate in candidates
        ) * len(SPLITS)


# --------------------------------------------------------------- what is shared


def test_each_step_is_fitted_once_a_fold(monkeypatch) -> None:
    fits = []
    for kind in (StandardScaler, PCA):
        fit_transform = kind.fit_transform

        def counted(self, *args, fit_transform=fit_transform, **kwargs):
            fits.append(type(self).__name__)
            return fit_transform(self, *args, **kwargs)

        monkeypatch.setattr(kind, "fit_transform", counted)
    pipeline = make_pipeline(StandardScaler(), PCA(random_state=0), GaussianNB())
    candidates = [
        {"pca__n_components": n, "gaussiannb__var_smoothing": s}
        for n in (2, 3)
        for s in (1e-9, 1e-3, 1e-2)
    ]
    outcomes(pipeline, X, LABELS, candidates, cache=True)
    assert sorted(fits) == ["PCA"] * 4 + ["StandardScaler"] * 2


def test_times_are_those_of_the_whole_pipeline() -> None:
    results = check(
        make_pipeline(QuantileTransformer(n_quantiles=50), Ridge()),
        [{}, {"ridge__alpha": 2.0}],
        y=Y,
        shared=True,
    )
    first, later = results[0], results[len(SPLITS)]
    assert first.shared_time == 0
    assert 0 < later.shared_time < later.fit_time + later.score_time
    assert later.fit_time + later.score_time < 10 * (first.fit_time + first.score_time)


def test_folds_are_not_mixed_up() -> None:
    results = check(make_pipeline(StandardScaler(), SVC()), TWICE, shared=True)
    assert results[0].scores != results[1].scores


def test_searches_are_not_mixed_up() -> None:
    pipeline = make_pipeline(StandardScaler(), SVC())
    outcomes(pipeline, X, LABELS, TWICE, cache=True)
    assert n_shared(outcomes(pipeline, X[::-1], LABELS, [{}], cache=True)) == 0


def test_a_foreign_transformer_ends_the_shared_steps() -> None:
    pipeline = make_pipeline(
        StandardScaler(), FunctionTransformer(lambda X: X + 1), SVC()
    )
    check(pipeline, TWICE, shared=True)
    pipeline.steps[:2] = pipeline.steps[1::-1]
    check(pipeline, TWICE, shared=False)


# -------------------------------------------------------------------- chance


@pytest.mark.parametrize(
    "step",
    [
        PCA(3, svd_solver="randomized", iterated_power=0, n_oversamples=1),
        FeatureUnion([("a", PCA(3, svd_solver="randomized", iterated_power=0))]),
        SelectKBest(mutual_info_classif),
    ],
    ids=["step", "nested", "function"],
)
def test_random_state_none(step: BaseEstimator) -> None:
    results = outcomes(
        make_pipeline(step, GaussianNB()),
        X,
        LABELS,
        [{}] * 5,
        cache=True,
        scoring="neg_log_loss",
    )
    assert n_shared(results) == 0
    if isinstance(step, SelectKBest):
        return  # it may well choose the same columns
    assert len({result.scores for result in results}) > len(SPLITS)


def test_random_state_none_of_a_pca_that_chooses_chance() -> None:
    wide = np.random.default_rng(0).normal(size=(N, 600))
    pipeline = make_pipeline(PCA(3, iterated_power=0, n_oversamples=1), GaussianNB())
    results = outcomes(
        pipeline, wide, LABELS, [{}] * 5, cache=True, scoring="neg_log_loss"
    )
    assert n_shared(results) == 0
    assert len({result.scores for result in results}) == len(results)


class DrawsAndFails(SGDClassifier):
    """Fails after it has drawn, if it is hardly regularized."""

    def fit(self, X, y):
        super().fit(X, y)
        if self.alpha < 1e-5:
            raise ValueError("alpha")
        return self


def test_random_state_none_of_the_last_step() -> None:
    pipeline = make_pipeline(StandardScaler(), DrawsAndFails(max_iter=5, tol=None))
    candidates = [{}, {"drawsandfails__alpha": 1e-6}, {}, {}]
    np.random.seed(0)  # noqa: NPY002 - what random_state=None draws from
    plain = outcomes(pipeline, X, LABELS, candidates, cache=False)
    np.random.seed(0)  # noqa: NPY002
    cached = outcomes(pipeline, X, LABELS, candidates, cache=True)
    assert [r.scores for r in cached] == [r.scores for r in plain]
    assert [r.error is None for r in cached] == [True] * 2 + [False] * 2 + [True] * 4
    assert n_shared(cached) == 4


def test_random_state_none_in_a_thread_is_not_taken_back() -> None:
    last = DrawsAndFails(alpha=1e-6, max_iter=5, tol=None)
    pipeline = make_pipeline(StandardScaler(), last)

    def next_draw(n_candidates: int, *, cache: bool) -> float:
        np.random.seed(0)  # noqa: NPY002
        args = pipeline, X, LABELS, [{}] * n_candidates
        thread = threading.Thread(target=outcomes, args=args, kwargs={"cache": cache})
        thread.start()
        thread.join()
        return np.random.random()  # noqa: NPY002

    assert next_draw(1, cache=True) == next_draw(2, cache=False)


def test_random_state_instance() -> None:
    pca = PCA(3, svd_solver="randomized", random_state=np.random.RandomState(0))
    check(make_pipeline(pca, SVC()), TWICE, shared=True)


def test_warm_start() -> None:
    step = SelectFromModel(LogisticRegression(C=1e-3, warm_start=True))
    check(make_pipeline(step, SVC()), TWICE, shared=False)


# --------------------------------------------------- steps that are not what they seem


class ClonesItself(StandardScaler):
    def __sklearn_clone__(self):
        return self


def test_custom_clone() -> None:
    check(make_pipeline(ClonesItself(), SVC()), TWICE, shared=False)


def test_frozen_step() -> None:
    frozen = pytest.importorskip("sklearn.frozen")
    step = frozen.FrozenEstimator(StandardScaler().fit(X))
    check(make_pipeline(step, SVC()), TWICE, shared=False)


@pytest.mark.filterwarnings("ignore:`TargetEncoder")
def test_fit_transform_is_not_fit_and_transform() -> None:
    encoder = TargetEncoder(random_state=0, target_type="continuous")
    check(
        make_pipeline(encoder, Ridge()),
        [{"ridge__alpha": alpha} for alpha in (0.1, 1.0, 10.0)],
        X=FRAME[["s", "t"]],
        y=Y,
        shared=True,
        return_train_score=True,
    )


@pytest.mark.parametrize(
    "step",
    [
        FunctionTransformer(lambda X: X * 2),
        SelectFromModel(type("Own", (Ridge,), {})()),
        type("Own", (StandardScaler,), {})(),
        FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": object()}),
    ],
    ids=["lambda", "nested class", "class", "unknown object"],
)
def test_opaque_step(step: BaseEstimator) -> None:
    results = outcomes(make_pipeline(step, Ridge()), X, Y, TWICE, cache=True)
    assert n_shared(results) == 0


def test_array_as_parameter() -> None:
    grid = [
        {"columntransformer__scale": StandardScaler(), "columntransformer__cats": step}
        for step in (
            OneHotEncoder(categories=[np.array(["u", "v", "w"], dtype=object)]),
            OneHotEncoder(categories=[np.array(["w", "v", "u"], dtype=object)]),
        )
        for _ in range(2)
    ]
    columns = ColumnTransformer(
        [("cats", OneHotEncoder(), ["s"]), ("scale", "passthrough", ["a", "b"])]
    )
    check(make_pipeline(columns, SVC()), grid, X=FRAME, shared=True)


def test_searched_steps_and_passthrough() -> None:
    candidates = [
        {"scale": step, "reduce": reduce}
        for step in (StandardScaler(), "passthrough", None, StandardScaler())
        for reduce in (PCA(2, random_state=0), PCA(3, random_state=0), "passthrough")
    ]
    pipeline = Pipeline([("scale", None), ("reduce", None), ("model", SVC())])
    check(pipeline, candidates, shared=True, return_train_score=True)


@pytest.mark.filterwarnings("ignore:Scoring failed")
def test_last_step_passthrough() -> None:
    pipeline = Pipeline([("scale", StandardScaler()), ("model", SVC())])
    check(pipeline, [{"model": "passthrough"}], shared=False, error_score=0.0)


def test_steps_searched_as_a_list() -> None:
    steps = [("scale", StandardScaler()), ("model", SVC())]
    check(Pipeline(steps), [{"steps": steps}] * 2, shared=True)


# ------------------------------------------------------------- changes in place


class Vandal(RegressorMixin, BaseEstimator):
    """Learns a sum and leaves zeros behind, when it predicts too."""

    def __init__(self, a: float = 0.0) -> None:
        self.a = a

    def fit(self, X, y):
        self.sum_ = float(np.sum(X)) + self.a
        self._wipe(X)
        y[:] = 0
        return self

    def predict(self, X):
        total = self.sum_ + np.asarray(X).sum(axis=1)
        self._wipe(X)
        return total

    def _wipe(self, X):
        if isinstance(X, pd.DataFrame):
            X.iloc[:, :] = 0.0
        else:
            X[:] = 0


@pytest.mark.parametrize("output", ["default", "pandas"])
@pytest.mark.parametrize("several", [False, True])
def test_last_step_changes_its_data(output: str, several: bool) -> None:
    pipeline = make_pipeline(StandardScaler(), Vandal()).set_output(transform=output)
    kept = X.copy(), Y.copy()
    scoring = ["neg_mean_absolute_error", "neg_mean_squared_error"] if several else "r2"
    copied = output == "pandas" and pd.__version__ < "3"
    candidates = [{"vandal__a": a} for a in (0.0, 0.0, 1.0)]
    settings = {"scoring": scoring, "return_train_score": True}
    plain = outcomes(pipeline, X, Y, candidates, cache=False, **settings)
    cached = outcomes(pipeline, X, Y, candidates, cache=True, **settings)
    np.testing.assert_equal(scores(cached), scores(plain))
    # Several metrics, each of which a whole pipeline transforms the data for.
    assert (n_shared(cached) > 0) is not (several or copied)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(Y, kept[1])


def wiping_accuracy(y_true, y_pred):
    score = accuracy_score(y_true, y_pred)
    y_true[:] = 0
    y_pred[:] = 0
    return score


def test_metric_changes_its_data() -> None:
    check(
        make_pipeline(StandardScaler(), SVC()),
        [{"svc__C": C} for C in (0.1, 0.1, 1.0)],
        shared=True,
        scoring=make_scorer(wiping_accuracy),
        return_train_score=True,
    )


def test_first_step_changes_its_data() -> None:
    check(
        make_pipeline(StandardScaler(copy=False), LinearRegression()),
        TWICE,
        y=Y,
        shared=False,
        return_train_score=True,
    )


def test_first_step_gives_on_the_data_themselves() -> None:
    check(
        make_pipeline(FunctionTransformer(), LinearRegression(copy_X=False)),
        TWICE,
        y=Y,
        shared=False,
        return_train_score=True,
    )


# --------------------------------------------------------------------- scorers


@pytest.mark.parametrize(
    "scorer",
    [
        lambda model, X, y: model.named_steps["standardscaler"].mean_[0],
        lambda model, X, y: {"a": model.score(X, y), "b": X.mean()},
    ],
    ids=["looks into the steps", "looks at X"],
)
def test_a_scorer_that_is_a_function(scorer: Any) -> None:
    pipeline = make_pipeline(StandardScaler(), SVC())
    check(pipeline, TWICE, shared=False, scorer=scorer)


def test_a_function_among_several_scorers() -> None:
    pipeline = make_pipeline(StandardScaler(), SVC())
    scoring = {"own": "accuracy", "other": lambda model, X, y: X.mean()}
    scorer = check_scoring(pipeline, scoring)
    check(pipeline, TWICE, shared=False, scorer=scorer)


@pytest.mark.parametrize("scoring", ["roc_auc", ["accuracy", "roc_auc"]])
@pytest.mark.parametrize("error_score", [np.nan, -1.0])
def test_scorer_that_fails(scoring: Any, error_score: float) -> None:
    """There are three classes, and LinearSVC knows no probabilities."""
    pipeline = make_pipeline(StandardScaler(), LinearSVC(random_state=0))
    scorer = check_scoring(pipeline, scoring, raise_exc=False)
    messages = []
    for cache in (False, True):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results = outcomes(
                pipeline, X, LABELS, [{}], cache=cache, scorer=scorer,
                error_score=error_score,
            )  # fmt: skip
        messages.append(sorted(str(warning.message) for warning in caught))
        values = [result.scores for result in results]
        names = [v.get("roc_auc") if isinstance(v, dict) else v for v in values]
        np.testing.assert_equal(names, [error_score] * len(SPLITS))
    assert messages[0] == messages[1]
    assert len(messages[0]) == len(SPLITS)


# -------------------------------------------------------------------- metadata


WEIGHTS = np.linspace(0.1, 5, N)


def test_metadata_of_a_shared_step() -> None:
    check(
        make_pipeline(StandardScaler(), SVC()),
        TWICE,
        shared=False,
        fit_params={"standardscaler__sample_weight": WEIGHTS},
    )


def test_metadata_of_the_last_step() -> None:
    for weights in (WEIGHTS, WEIGHTS[::-1]):
        check(
            make_pipeline(StandardScaler(), LogisticRegression()),
            TWICE,
            shared=True,
            scoring="neg_log_loss",
            fit_params={"logisticregression__sample_weight": weights},
            score_params={"sample_weight": weights},
        )


def test_metadata_of_a_step_after_the_shared_ones() -> None:
    own = type("Own", (StandardScaler,), {})()
    pipeline = Pipeline(
        [("a", MaxAbsScaler()), ("b", own), ("c", LogisticRegression())]
    )
    check(
        pipeline,
        TWICE,
        shared=True,
        scoring="neg_log_loss",
        fit_params={"b__sample_weight": WEIGHTS, "c__sample_weight": WEIGHTS},
    )


def test_metadata_nobody_takes() -> None:
    check(
        make_pipeline(StandardScaler(), SVC()),
        [{}],
        shared=False,
        fit_params={"sample_weight": WEIGHTS},
        error_score=0.0,
    )


def test_routed_metadata() -> None:
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=True),
            LogisticRegression().set_fit_request(sample_weight=True),
        )
        check(
            pipeline,
            TWICE,
            shared=False,
            scoring="neg_log_loss",
            fit_params={"sample_weight": WEIGHTS},
        )
        check(pipeline, TWICE, shared=True, scoring="neg_log_loss")


class TakesValidation(ClassifierMixin, BaseEstimator):
    def fit(self, X, y, X_val=None):
        self.classes_ = np.unique(y)
        self.mean_ = X_val.mean()
        return self

    def score(self, X, y, sample_weight=None):
        return self.mean_


def test_transform_input() -> None:
    with config_context(enable_metadata_routing=True):
        model = TakesValidation().set_fit_request(X_val=True)
        pipeline = make_pipeline(StandardScaler(), model, transform_input=["X_val"])
        check(pipeline, TWICE, shared=False, fit_params={"X_val": X[:7] + 1.0})


# --------------------------------------------------------------- other settings


def test_output_of_a_step() -> None:
    """The same steps with another output are other steps."""

    class Kind(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.classes_ = np.unique(y)
            return self

        def score(self, X, y):
            return float(isinstance(X, pd.DataFrame))

    store = Store()
    for output, score in (("default", 0.0), ("pandas", 1.0)):
        pipeline = make_pipeline(StandardScaler(), Kind()).set_output(transform=output)
        for result in outcomes(pipeline, X, LABELS, TWICE, cache=True, store=store):
            assert result.scores == score
        pipeline = make_pipeline(StandardScaler(), Kind())
        with config_context(transform_output=output):
            for result in outcomes(pipeline, X, LABELS, TWICE, cache=True, store=store):
                assert result.scores == score


def test_memory_of_the_user(tmp_path) -> None:
    pipeline = make_pipeline(StandardScaler(), SVC(), memory=str(tmp_path))
    check(pipeline, TWICE, shared=False)
    assert list(tmp_path.iterdir())


def test_verbose_pipeline(capsys) -> None:
    pipeline = make_pipeline(StandardScaler(), SVC(), verbose=True)
    check(pipeline, TWICE, shared=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * 2 * 2 * len(SPLITS)


class OwnPipeline(Pipeline):
    """May change y, as imblearn's does."""


def test_subclass_of_pipeline() -> None:
    steps = [("scale", StandardScaler()), ("model", SVC())]
    check(OwnPipeline(steps), TWICE, shared=False)


def test_nested_pipeline_is_one_step() -> None:
    inner = make_pipeline(StandardScaler(), PCA(3, random_state=0))
    candidates = [{"pipeline__pca__n_components": n} for n in (2, 3, 2, 3)]
    check(make_pipeline(inner, SVC()), candidates, shared=True)


def test_pipeline_inside_another_estimator() -> None:
    from sklearn.compose import TransformedTargetRegressor

    inner = make_pipeline(StandardScaler(), Ridge())
    check(TransformedTargetRegressor(inner), TWICE, y=Y, shared=False)


@pytest.mark.skipif(not HAS_CALLBACKS, reason="callbacks came with scikit-learn 1.9")
@pytest.mark.parametrize("step", [0, 1])
def test_callbacks_on_a_step(step: int) -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    pipeline[step]._skl_callbacks = []
    assert hasattr(clone(pipeline)[step], "_skl_callbacks")
    check(pipeline, TWICE, shared=False)


def test_pairs() -> None:
    kernel = X @ X.T
    check(
        make_pipeline(KernelCenterer(), SVC(kernel="precomputed")),
        [{"svc__C": C} for C in (0.1, 1.0)],
        X=kernel,
        shared=True,
        return_train_score=True,
    )


def test_data_of_unknown_kind() -> None:
    array = X.view(type("Array", (np.ndarray,), {}))
    check(make_pipeline(StandardScaler(), SVC()), TWICE, X=array, shared=False)


# ---------------------------------------------------------------------- failures


FAILING = {
    "first step": {"pca__n_components": 99},
    "invalid parameter of the first step": {"pca__whiten": "yes"},
    "last step": {"svc__C": -1.0},
    "no transformer": {"standardscaler": SVC()},
    "no estimator": {"standardscaler": "scaler"},
    "class": {"standardscaler": StandardScaler},
}


@pytest.mark.parametrize("reason", FAILING)
def test_failing_candidate(reason: str) -> None:
    """All its neighbours in the search are well, and its error is the plain one."""
    pipeline = make_pipeline(StandardScaler(), PCA(random_state=0), SVC())
    candidates = [{}, FAILING[reason], {"svc__C": 2.0}, FAILING[reason]]
    results = check(pipeline, candidates, shared=True, error_score=-1.0)
    assert [result.error is None for result in results] == [
        *([True] * 2 + [False] * 2),
        *([True] * 2 + [False] * 2),
    ]


@pytest.mark.parametrize("reason", FAILING)
def test_failing_candidate_that_is_to_be_raised(reason: str) -> None:
    pipeline = make_pipeline(StandardScaler(), PCA(random_state=0), SVC())
    raised = [
        outcomes(pipeline, X, LABELS, [FAILING[reason]], cache=cache,
                 error_score="raise")[0]
        for cache in (False, True)
    ]  # fmt: skip
    plain, cached = raised
    assert isinstance(plain, RaisedError)
    assert type(cached.exception) is type(plain.exception)
    assert str(cached.exception) == str(plain.exception)
    assert cached.trace == plain.trace


# ---------------------------------------------------------------------- warnings


@pytest.mark.parametrize("action", ["always", "default", "once", "error", "ignore"])
def test_warnings_of_shared_steps_reach_the_user_as_often(action: str) -> None:
    """In `fit`: constant columns. In `transform`: categories that are new."""
    X = FRAME.assign(zero=0.0, one=1.0, s=[f"{i % 50}" for i in range(N)])
    columns = ColumnTransformer(
        [
            ("best", SelectKBest(k=2), ["a", "b", "zero", "one"]),
            ("words", OneHotEncoder(handle_unknown="ignore", drop="first"), ["s"]),
        ]
    )
    pipeline = make_pipeline(columns, LogisticRegression())
    candidates = [{"logisticregression__C": C} for C in (0.1, 0.2, 0.3)]
    seen = []
    for cache in (False, True):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter(action)
            results = outcomes(
                pipeline, X, LABELS, candidates, cache=cache, error_score=-1.0
            )
        seen.append(sorted((str(w.message), w.filename, w.lineno) for w in caught))
        failed = [result.error is not None for result in results]
        assert failed == [action == "error"] * len(results)
        assert (n_shared(results) > 0) is (cache and action != "error")
    assert seen[0] == seen[1]
    assert bool(seen[0]) is (action in ("always", "default", "once"))


def test_warnings_are_shown_as_before_after_sharing() -> None:
    shown = warnings.showwarning
    check(make_pipeline(StandardScaler(), SVC()), TWICE, shared=True)
    assert warnings.showwarning is shown
