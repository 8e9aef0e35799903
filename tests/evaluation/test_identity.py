from __future__ import annotations

import contextlib
import functools
import subprocess
import sys

import numpy as np
import pytest
from sklearn import set_config
from sklearn.base import BaseEstimator, clone
from sklearn.cluster import FeatureAgglomeration
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import (
    SelectFromModel,
    SelectKBest,
    f_classif,
    mutual_info_classif,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.manifold import Isomap
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC, SVR
from sklearn.utils import all_estimators

from sklearn_hpo.evaluation._identity import (
    identity_once_fitted,
    left_nothing_to_chance,
    repeatable_identity,
)


def same(estimator: BaseEstimator, n_samples: int = 100) -> str | None:
    return repeatable_identity(estimator, n_samples)


class Foreign(StandardScaler):
    """Nobody knows what it does."""


def heard(estimator: BaseEstimator) -> BaseEstimator:
    estimator._skl_callbacks = [object()]
    return estimator


REPEATABLE = [
    StandardScaler(),
    PCA(svd_solver="full"),
    PCA(random_state=0),
    PCA(random_state=np.random.RandomState(0)),
    QuantileTransformer(subsample=100),
    QuantileTransformer(subsample=None),
    SelectKBest(f_classif, k=3),
    SelectFromModel(LogisticRegression()),
    SelectFromModel(RandomForestClassifier(random_state=0)),
    FunctionTransformer(np.log1p),
    FunctionTransformer(np.nan_to_num, kw_args={"nan": 0.0}),
    TfidfVectorizer(stop_words=["a", "b"], dtype=np.float32),
    TfidfVectorizer(vocabulary={"a", "b"}),
    OneHotEncoder(categories=[np.array(["a", "b"], dtype=object)]),
    FeatureUnion([("a", PCA(2, random_state=0)), ("b", StandardScaler())]),
    ColumnTransformer(
        [
            ("a", OneHotEncoder(), ["s"]),
            ("b", make_pipeline(StandardScaler()), make_column_selector("^x")),
            ("c", "drop", slice(3)),
        ]
    ),
    make_pipeline(StandardScaler(), Ridge()),
]

NOT_REPEATABLE = {
    "random_state": PCA(svd_solver="randomized"),
    "random_state of a part": SelectFromModel(RandomForestClassifier()),
    "random_state in a nested list": FeatureUnion([("a", PCA())]),
    "random_state by another default": TargetEncoder(),
    "random solver": SelectFromModel(LogisticRegression(solver="saga")),
    "subsample smaller than the data": QuantileTransformer(subsample=99),
    "warm_start": SelectFromModel(LogisticRegression(warm_start=True)),
    "memory": FeatureAgglomeration(memory="folder"),
    "memory of a part": ColumnTransformer(
        [("a", make_pipeline(StandardScaler(), memory="folder"), [0])]
    ),
    "verbose": ColumnTransformer([("a", StandardScaler(), [0])], verbose=True),
    "copy": StandardScaler(copy=False),
    "lambda": FunctionTransformer(lambda X: X),
    "partial": FunctionTransformer(functools.partial(np.clip, a_min=0, a_max=1)),
    "random function": FunctionTransformer(np.random.permutation),
    "function with a random_state": SelectKBest(mutual_info_classif),
    "method": TfidfVectorizer(tokenizer="a".split),
    "own function": FunctionTransformer(same),
    "subclass": Foreign(),
    "own class": SelectFromModel(Foreign()),
    "unknown object": FunctionTransformer(np.clip, kw_args={"a": object()}),
    "subclass of dict": FunctionTransformer(
        np.clip, kw_args=type("Dict", (dict,), {})(a=1)
    ),
    "callbacks": heard(StandardScaler()),
    "Isomap": Isomap(),
    "draws without need": SVC(),
    "draws without need or random_state": SelectFromModel(SVR(kernel="linear")),
    "Generator": PCA(random_state=np.random.default_rng(0)),
}


@pytest.mark.parametrize("estimator", REPEATABLE, ids=lambda e: type(e).__name__)
def test_repeatable(estimator: BaseEstimator) -> None:
    assert same(estimator) is not None
    assert same(clone(estimator)) == same(estimator)


@pytest.mark.parametrize("reason", NOT_REPEATABLE)
def test_not_repeatable(reason: str) -> None:
    assert same(NOT_REPEATABLE[reason]) is None


def test_own_clone() -> None:
    frozen = pytest.importorskip("sklearn.frozen")
    assert same(frozen.FrozenEstimator(StandardScaler().fit([[1.0]]))) is None


def test_different_estimators_differ() -> None:
    different = [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_mean=0),
        StandardScaler().set_output(transform="pandas"),
        PolynomialFeatures(),
        PolynomialFeatures(interaction_only=1),
        PCA(1, random_state=0),
        PCA(1.0, random_state=0),
        PCA(True, random_state=0),
        PCA(1, random_state=1),
        PCA(np.int64(1), random_state=0),
        PCA(1, random_state=np.random.RandomState(0)),
        PCA(1, random_state=np.random.RandomState(1)),
        FunctionTransformer(np.log),
        FunctionTransformer(np.log1p),
        TfidfVectorizer(vocabulary=["a", "b"]),
        TfidfVectorizer(vocabulary=("a", "b")),
        TfidfVectorizer(vocabulary=["b", "a"]),
        TfidfVectorizer(vocabulary=["a, 'b"]),
        make_pipeline(StandardScaler()),
        make_pipeline(make_pipeline(StandardScaler())),
        OneHotEncoder(categories=[np.array([1, 2])]),
        OneHotEncoder(categories=[np.array([1, 3])]),
        OneHotEncoder(categories=[np.array([1.0, 2.0])]),
    ]
    names = [same(estimator) for estimator in different]
    assert None not in names
    assert len(set(names)) == len(names)


def test_the_name_is_the_same_in_another_process() -> None:
    code = (
        "from sklearn.feature_extraction.text import TfidfVectorizer;"
        "from sklearn_hpo.evaluation._identity import repeatable_identity;"
        "print(repeatable_identity(TfidfVectorizer(stop_words={'a', 'b', 'c'}), 9))"
    )
    names = {
        subprocess.check_output(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            text=True,
        )
        for seed in ("1", "2", "3")
    }
    assert len(names) == 1
    assert "None" not in names.pop()


@pytest.mark.parametrize(
    ("shape", "shared"), [((100, 5), True), ((100, 90), True), ((600, 200), False)]
)
def test_a_pca_is_asked_again_when_it_has_chosen(shape, shared) -> None:
    pca = PCA(3)
    identity_once_fitted(pca, shape[0])
    pca.fit(np.random.default_rng(0).normal(size=shape))
    assert left_nothing_to_chance(pca) is shared


def test_a_choosing_pca_is_no_seeded_one() -> None:
    assert identity_once_fitted(PCA(3), 9) != identity_once_fitted(
        PCA(3, random_state=0), 9
    )


# They transform y, two sets of variables, images, or more columns than there are here.
OTHER_DATA = {
    "CCA",
    "GaussianRandomProjection",
    "LabelBinarizer",
    "LabelEncoder",
    "MultiLabelBinarizer",
    "PLSCanonical",
    "PLSSVD",
    "PatchExtractor",
    "SparseRandomProjection",
    "TSNE",
}


def repeatable_transformers() -> list[BaseEstimator]:
    found = []
    for name, kind in all_estimators(type_filter="transformer"):
        if name in OTHER_DATA:
            continue
        for params in ({}, {"random_state": 0}):
            with contextlib.suppress(TypeError):  # no such parameter, or one is missing
                estimator = kind(**params)
                if same(estimator) is not None:
                    found.append(estimator)
    return found


X = np.abs(np.random.default_rng(0).normal(size=(40, 5)))
LABELS = np.arange(40) % 2
DATA = (X, X @ X.T, LABELS, ["a b", "b c d"] * 20, [{"a": 1, "b": 2}] * 40)


def fit_transform(estimator: BaseEstimator) -> list[np.ndarray]:
    for data in DATA:
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            fitted = clone(estimator)
            outs = fitted.fit_transform(data, LABELS), fitted.transform(data)
            return [np.asarray(getattr(o, "toarray", lambda o=o: o)()) for o in outs]
    raise ValueError(f"no data for {estimator}")


@pytest.mark.parametrize("estimator", repeatable_transformers(), ids=str)
@pytest.mark.filterwarnings("ignore")
def test_a_transformer_called_repeatable_is(estimator: BaseEstimator) -> None:
    """Every transformer of scikit-learn, by two fits under different global seeds."""
    np.random.seed(0)  # noqa: NPY002 - what random_state=None draws from
    first = fit_transform(estimator)
    np.random.seed(1)  # noqa: NPY002
    for again, before in zip(fit_transform(estimator), first, strict=True):
        np.testing.assert_array_equal(again, before)


def test_most_transformers_are_repeatable() -> None:
    assert len(repeatable_transformers()) > 60


def test_global_output_is_not_part_of_the_estimator() -> None:
    before = same(StandardScaler())
    set_config(transform_output="pandas")
    try:
        assert same(StandardScaler()) == before
    finally:
        set_config(transform_output="default")
