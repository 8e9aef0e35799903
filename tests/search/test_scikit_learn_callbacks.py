"""scikit-learn's own callbacks, from 1.9 on."""

from __future__ import annotations

import pytest

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn 1.9 has them")
from sklearn.base import clone  # noqa: E402
from sklearn.datasets import load_iris  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402

from sklearn_hpo import (  # noqa: E402
    BayesSearchCV,
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    Real,
)

X, y = load_iris(return_X_y=True)


class Recording:
    """Notes the hooks it is called by."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, object]] = []

    def note(self, hook: str, estimator, context) -> None:
        self.events.append((hook, context.task_name, estimator))

    def setup(self, estimator, context) -> None:
        self.note("setup", estimator, context)

    def on_fit_task_begin(self, estimator, context) -> None:
        self.note("begin", estimator, context)

    def on_fit_task_end(self, estimator, context) -> None:
        self.note("end", estimator, context)

    def teardown(self, estimator, context) -> None:
        self.note("teardown", estimator, context)

    def count(self, hook: str, task: str) -> int:
        return sum(event[:2] == (hook, task) for event in self.events)


SPACE = {"C": Real(0.01, 10)}
SEARCHES = [
    GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 0.5, 1, 2]}, cv=2),
    RandomizedSearchCV(LogisticRegression(max_iter=500), SPACE, n_iter=4, cv=2),
    BayesSearchCV(
        LogisticRegression(max_iter=500), SPACE, n_iter=4, cv=2, racing=False
    ),
]
each_search = pytest.mark.parametrize("search", SEARCHES)


@each_search
def test_every_task_begins_and_ends(search) -> None:
    recording = Recording()
    search = clone(search).set_callbacks(recording).fit(X, y)
    for task, times in {
        "fit": 1,
        "search": 1,
        "candidate-split-evaluation": 8,
        "refit-with-best-params": 1,
    }.items():
        assert recording.count("begin", task) == times
        assert recording.count("end", task) == times
    assert recording.events[0][0] == "setup"
    assert recording.events[-1][0] == "teardown"
    assert all(event[2] is search for event in recording.events)


@each_search
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scikit_learns_progress_bar(search, n_jobs, capsys, monkeypatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("rich._console", None)  # an older one has a width of its own
    search = clone(search).set_params(n_jobs=n_jobs)
    search.set_callbacks(callback.ProgressBar()).fit(X, y)
    shown = capsys.readouterr().out
    assert f"{type(search).__name__} - search #0" in shown
    assert "100%" in shown


class FailsInBetween(DecisionTreeClassifier):
    def fit(self, X, y, sample_weight=None):
        if self.max_depth == 3:
            raise ValueError
        return super().fit(X, y, sample_weight)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_more_evaluations_than_planned_are_not_told_of() -> None:
    """All of a rung fail, so that the next best go on, until there are none."""
    search = HalvingGridSearchCV(
        FailsInBetween(max_depth=9),
        {"min_samples_leaf": list(range(1, 10))},
        resource="max_depth",
        cv=2,
    )
    recording = Recording()
    search.set_callbacks(recording).fit(X, y)
    assert search.n_candidates_ == [9, 9]
    assert recording.count("begin", "candidate-split-evaluation") == 2 * (9 + 3 + 1)
