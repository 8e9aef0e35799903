"""Our own path through a fold, against scikit-learn's function."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import check_scoring
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from sklearn_hpo.evaluation import FoldSettings, FoldShared, _folds, evaluate_fold
from sklearn_hpo.evaluation import _fold as fold_module
from sklearn_hpo.evaluation._outcome import FoldOutcome, RaisedError
from sklearn_hpo.evaluation._store import Store

N = 60
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 4))
Y = X @ RNG.normal(size=4) + RNG.normal(size=N)
LABELS = (Y > 0).astype(int)
NAMES = np.array(["no", "yes"])[LABELS]
TEXT = [" ".join(RNG.choice(["a1", "b2", "c3", "d4"], 6)) for _ in range(N)]
SPLITS = list(KFold(3, shuffle=True, random_state=0).split(X))


def evaluate(
    estimator: BaseEstimator,
    X: Any,
    y: Any,
    candidates: list[dict[str, Any]],
    *,
    scorer: Any = None,
    store: Store | None = None,
    **settings: Any,
) -> list[FoldOutcome | RaisedError]:
    settings = {"fit_params": {}, "score_params": {}, **settings}
    shared = FoldShared(
        FoldSettings(
            estimator,
            scorer or check_scoring(estimator),
            n_folds=len(SPLITS),
            n_candidates=len(candidates),
            **settings,
        ),
        SPLITS,
        store,
    )
    return [
        evaluate_fold(X, y, shared, fold, params, (number, fold), {})
        for number, params in enumerate(candidates)
        for fold in range(len(SPLITS))
    ]


def by_scikit_learn(monkeypatch, *args: Any, **settings: Any) -> list[Any]:
    with monkeypatch.context() as patch:
        patch.setattr(fold_module.Fold, "supports", staticmethod(lambda X, y: False))
        return evaluate(*args, **settings)


def facts(results: list[Any]) -> list[Any]:
    return [
        (type(result.exception), str(result.exception))
        if isinstance(result, RaisedError)
        else (
            result.scores,
            result.train_scores,
            result.error and result.error.splitlines()[-1],
            result.score_time == 0.0,
        )
        for result in results
    ]


def check(monkeypatch, *args: Any, **settings: Any) -> list[Any]:
    """Compare, each candidate twice so that the second finds the fold cut."""
    theirs, their_warnings = noted(by_scikit_learn, monkeypatch, *args, **settings)
    for store in (None, Store()):
        ours, our_warnings = noted(evaluate, *args, store=store, **settings)
        np.testing.assert_equal(facts(ours), facts(theirs))
        assert our_warnings == their_warnings
    return ours


def noted(function: Any, *args: Any, **settings: Any) -> Any:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = function(*args, **settings)
    return result, [(w.category, str(w.message).splitlines()[0]) for w in caught]


class Memmapped:
    """Stands in for a file of the test's folder."""


DATA = {
    "array": (Ridge(), X, Y, {"alpha": 2.0}),
    "F array": (Ridge(), np.asfortranarray(X), Y, {"alpha": 2.0}),
    "float32": (Ridge(), X.astype(np.float32), Y, {"alpha": 2.0}),
    "read-only": (Ridge(), Memmapped, Y, {"alpha": 2.0}),
    "csr": (Ridge(), scipy.sparse.csr_matrix(X), Y, {"alpha": 2.0}),
    "csc": (Ridge(), scipy.sparse.csc_matrix(X), Y, {"alpha": 2.0}),
    "rows": (Ridge(), X.tolist(), Y.tolist(), {"alpha": 2.0}),
    "pandas": (Ridge(), pd.DataFrame(X), pd.Series(Y), {"alpha": 2.0}),
    "polars": (Ridge(), pl.DataFrame(X), Y, {"alpha": 2.0}),
    "strings": (LogisticRegression(), X, NAMES, {"C": 2.0}),
    "categories": (
        LogisticRegression(),
        X,
        pd.Series(NAMES, dtype="category"),
        {"C": 2.0},
    ),
    "text": (
        make_pipeline(TfidfVectorizer(), LogisticRegression()),
        TEXT,
        NAMES,
        {"logisticregression__C": 2.0},
    ),
    "several targets": (Ridge(), X, np.c_[Y, -Y], {"alpha": 2.0}),
    "no targets": (KernelDensity(), X, None, {"bandwidth": 0.5}),
    "pairs": (SVC(), X @ X.T, LABELS, {"kernel": "precomputed"}),
}


@pytest.mark.parametrize("kind", DATA)
def test_scores_are_scikit_learns(kind: str, monkeypatch, tmp_path) -> None:
    estimator, data, y, params = DATA[kind]
    if data is Memmapped:
        np.save(tmp_path / "X.npy", X)
        data = np.load(tmp_path / "X.npy", mmap_mode="r")
    candidates = [{}, params, {}]
    if kind == "pairs":
        candidates = [params, {}, params]
    args = (estimator, data, y, candidates)
    results = check(monkeypatch, *args, return_train_score=True)
    assert all(np.isfinite(result.scores) for result in results)
    assert results[0].scores == results[-len(SPLITS)].scores


def test_metadata_are_cut_with_the_data(monkeypatch) -> None:
    weights = np.linspace(0.1, 4, N)
    settings = {
        "fit_params": {"sample_weight": weights},
        "score_params": {"sample_weight": weights.tolist()},
        "return_train_score": True,
    }
    check(monkeypatch, Ridge(), X, Y, [{}, {"alpha": 2.0}], **settings)


class Fails(RegressorMixin, BaseEstimator):
    """Fails where it is told to."""

    def __init__(self, where: str | None = None, a: int = 0) -> None:
        self.where = where
        self.a = a

    def set_params(self, **params):
        if params.get("a") == 1:
            raise ValueError("it cannot be set")
        return super().set_params(**params)

    def fit(self, X, y, **fit_params):
        if self.where == "fit":
            raise RuntimeError("it cannot be fitted")
        return self

    def predict(self, X):
        if self.where == "predict":
            raise RuntimeError("it cannot predict")
        return np.zeros(len(X))


@pytest.mark.parametrize("error_score", [np.nan, -1, "raise", "other"])
@pytest.mark.parametrize("where", [None, "fit", "predict", "set", "unknown"])
@pytest.mark.parametrize("several", [False, True])
def test_failures_are_scikit_learns(monkeypatch, error_score, where, several) -> None:
    scoring = ["r2", "neg_mean_squared_error"] if several else "r2"
    scorer = check_scoring(
        Fails(), scoring, **({"raise_exc": error_score == "raise"} if several else {})
    )
    params = {"a": 1} if where == "set" else {"where": where}
    if where == "unknown":
        params = {"b": 1}
    check(
        monkeypatch,
        *(Fails(), X, Y, [params]),
        scorer=scorer,
        error_score=error_score,
        return_train_score=True,
    )


@pytest.mark.parametrize("value", ["text", None, np.zeros(2), {"a": "text"}])
def test_scores_that_are_no_numbers(monkeypatch, value) -> None:
    results = check(monkeypatch, Ridge(), X, Y, [{}], scorer=lambda *args: value)
    assert "scoring must return a number" in str(results[0].exception)


@pytest.mark.parametrize(
    "value", [np.float64(2), np.array(2.0), {"a": np.array(1), "b": True}]
)
def test_scores_that_are_numbers(monkeypatch, value) -> None:
    results = check(monkeypatch, Ridge(), X, Y, [{}], scorer=lambda *args: value)
    values = results[0].scores
    values = values.values() if isinstance(values, dict) else [values]
    assert {type(value) for value in values} <= {float, int, bool}


@pytest.mark.parametrize("kernel", [X[:, :3], X.tolist()], ids=["oblong", "list"])
def test_pairs_that_are_none(monkeypatch, kernel) -> None:
    results = check(monkeypatch, SVC(kernel="precomputed"), kernel, LABELS, [{}])
    assert isinstance(results[0], RaisedError)


def test_metadata_that_do_not_fit(monkeypatch) -> None:
    settings = {"fit_params": {"unheard_of": 1}, "error_score": -1.0}
    results = check(monkeypatch, Ridge(), X, Y, [{}], **settings)
    assert "unheard_of" in results[0].error


def test_verbose_output_is_scikit_learns(capsys) -> None:
    evaluate(Ridge(), X, Y, [{"alpha": 2.0}], verbose=3, store=Store())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(SPLITS)
    assert all("alpha=2.0" in line and "score=" in line for line in lines)


# ------------------------------------------------------------- folds that are kept


class Vandal(RegressorMixin, BaseEstimator):
    """Learns a sum and leaves zeros behind."""

    def __init__(self, a: float = 0.0) -> None:
        self.a = a

    def fit(self, X, y, sample_weight=None):
        self.sum_ = self._sum(X) + self._sum(y) + self.a
        if sample_weight is not None:
            self.sum_ += sample_weight.sum()
            sample_weight[:] = 0
        self._wipe(X)
        self._wipe(y)
        return self

    def score(self, X, y):
        score = self.sum_ + 2 * self._sum(X) + 3 * self._sum(y)
        self._wipe(X)
        self._wipe(y)
        return score

    def _sum(self, data):
        return float(data.sum().sum() if hasattr(data, "sum") else np.sum(data))

    def _wipe(self, data):
        if isinstance(data, (pd.DataFrame, pd.Series)):
            data.iloc[:] = 0.0
        elif scipy.sparse.issparse(data):
            data.data[:] = 0
        else:
            data[:] = [0] * len(data) if isinstance(data, list) else 0


VICTIMS = {
    "array": (X, Y),
    "F array": (np.asfortranarray(X), Y),
    "columns": (np.repeat(X, 2, axis=1)[:, ::2], np.c_[Y, Y][:, 0]),
    "csr": (scipy.sparse.csr_matrix(X), Y),
    "csc": (scipy.sparse.csc_matrix(X), Y),
    "lists": (list(X[:, 0]), list(Y)),
    "pandas": (pd.DataFrame(X), pd.Series(Y)),
}


@pytest.mark.parametrize("kind", VICTIMS)
def test_an_estimator_that_changes_its_data_changes_nobody_elses(kind) -> None:
    data, y = VICTIMS[kind]
    before = np.array(data.todense() if scipy.sparse.issparse(data) else data)
    candidates = [{"a": a} for a in (0.0, 0.0, 1.0, 0.0)]
    plain = evaluate(Vandal(), data, y, candidates, return_train_score=True)
    kept = evaluate(
        Vandal(), data, y, candidates, return_train_score=True, store=Store()
    )
    assert facts(kept) == facts(plain)
    assert len({result.scores for result in kept}) == 2 * len(SPLITS)
    after = np.array(data.todense() if scipy.sparse.issparse(data) else data)
    np.testing.assert_array_equal(after, before)


def test_an_estimator_that_changes_its_weights_changes_nobody_elses() -> None:
    weights = np.linspace(0.1, 4, N)
    settings = {"fit_params": {"sample_weight": weights}, "store": Store()}
    results = evaluate(Vandal(), X, Y, [{}, {}], **settings)
    assert facts(results[: len(SPLITS)]) == facts(results[len(SPLITS) :])
    assert weights[0] == 0.1


def count_cuts(monkeypatch) -> list[int]:
    cuts: list[int] = []
    cut = _folds.safe_split

    def counted(*args):
        cuts.append(1)
        return cut(*args)

    monkeypatch.setattr(_folds, "safe_split", counted)
    return cuts


def test_a_fold_is_cut_once_for_all_candidates(monkeypatch) -> None:
    cuts = count_cuts(monkeypatch)
    evaluate(Ridge(), X, Y, [{"alpha": a} for a in (1, 2, 3)], store=Store())
    assert len(cuts) == 2 * len(SPLITS)


def test_a_fold_of_pairs_is_another_one(monkeypatch) -> None:
    cuts = count_cuts(monkeypatch)
    candidates = [{"kernel": kernel} for kernel in ("precomputed", "rbf") * 2]
    check(monkeypatch, SVC(), X @ X.T, LABELS, candidates)
    cuts.clear()
    evaluate(SVC(), X @ X.T, LABELS, candidates, store=Store())
    assert len(cuts) == 4 * len(SPLITS)


def test_a_fold_too_large_for_the_memory_is_cut_again(monkeypatch) -> None:
    cuts = count_cuts(monkeypatch)
    store = Store(memory_bytes=1000)
    evaluate(GaussianNB(), X, LABELS, [{}, {}], store=store)
    assert len(cuts) == 4 * len(SPLITS)


def test_folds_of_two_searches_do_not_mix() -> None:
    for data in (X, -X, X[::-1]):
        first, *_ = evaluate(LinearRegression(), data, Y, [{}], store=Store())
        plain, *_ = evaluate(LinearRegression(), data, Y, [{}])
        assert first.scores == plain.scores
