from __future__ import annotations

import pickle
import sys

import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from sklearn_hpo import (
    BayesSearchCV,
    HalvingGridSearchCV,
    HyperbandSearchCV,
    Real,
)
from sklearn_hpo.callbacks import Callback, Progress
from sklearn_hpo.strategies import Random

X, y = load_iris(return_X_y=True)


def search(*callbacks) -> BayesSearchCV:
    return BayesSearchCV(
        SVC(), {"C": Real(0.1, 10)}, n_iter=4, cv=2, callbacks=list(callbacks)
    )


def test_it_shows_what_is_done_and_the_best_score(capsys, monkeypatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    fitted = search(Progress("my search")).fit(X, y)
    shown = capsys.readouterr().out
    assert "my search" in shown
    assert "8/8" in shown
    assert f"best {fitted.best_score_:.4g}" in shown


@pytest.mark.parametrize(
    ("resource", "n_fits"), [("n_samples", 2 * (9 + 3)), ("n_folds", 9 * 1 + 3 * 3)]
)
def test_all_rungs_make_a_full_bar(resource, n_fits, capsys, monkeypatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    search = HalvingGridSearchCV(
        SVC(),
        {"C": [0.1 * 2**k for k in range(9)]},
        resource=resource,
        min_resources=50 if resource == "n_samples" else 1,
        cv=2 if resource == "n_samples" else 3,
        verbose=1,
        callbacks=[Progress()],
    ).fit(X, y)
    shown = capsys.readouterr().out
    assert f"totalling {n_fits} fits" in shown
    assert f"{n_fits}/{n_fits}" in shown
    assert search.n_candidates_ == [9, 3]


def test_hyperband_nearly_fills_the_bar(capsys, monkeypatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    search = HyperbandSearchCV(
        SVC(),
        {"C": Real(0.1, 10)},
        strategy=Random(),
        n_iter=20,
        cv=2,
        min_resources=15,
        racing=False,
        random_state=0,
        callbacks=[Progress()],
    ).fit(X, y)
    n_fits = search.history_.n_fits
    expected = search.history_.n_expected
    assert f"{n_fits}/{expected}" in capsys.readouterr().out
    assert n_fits <= expected < 1.2 * n_fits


def test_the_bar_is_full_at_the_end_of_a_race(capsys, monkeypatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    fitted = BayesSearchCV(
        SVC(),
        {"C": Real(1e-4, 1e3, log=True), "gamma": Real(1e-6, 100, log=True)},
        n_iter=12,
        random_state=0,
        callbacks=[Progress()],
    ).fit(X, y)
    assert fitted.history_.n_fits < 60
    assert "60/60" in capsys.readouterr().out


def test_without_rich_it_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    with pytest.raises(ImportError, match=r"sklearn-hpo\[progress\]"):
        search(Progress()).fit(X, y)


def test_a_search_with_a_bar_pickles_and_clones() -> None:
    pytest.importorskip("rich")
    progress = Progress()
    fitted = search(progress).fit(X, y)
    assert pickle.loads(pickle.dumps(fitted)).callbacks[0].description == "search"
    assert clone(fitted).callbacks[0] is progress


class StopAfter(Callback):
    def __init__(self, n: int) -> None:
        self.n = n

    def trial(self, trial, history) -> bool:
        return len(history.closed) >= self.n


def test_a_callback_stops_the_search() -> None:
    fitted = search(StopAfter(2)).fit(X, y)
    assert len(fitted.cv_results_["params"]) == 2
    assert hasattr(fitted, "best_estimator_")
