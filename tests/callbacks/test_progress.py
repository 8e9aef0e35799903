from __future__ import annotations

import pickle
import sys

import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from sklearn_hpo import BayesSearchCV, Real
from sklearn_hpo.callbacks import Callback, Progress

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
