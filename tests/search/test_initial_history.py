"""A search that is told what earlier ones have found."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import model_selection
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import KFold

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    Integer,
    RandomizedSearchCV,
    Real,
    SearchCV,
)
from sklearn_hpo.search import _earlier
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import Candidate, History, JournalError

rng = np.random.default_rng(0)
X, y = rng.normal(size=(30, 2)), rng.normal(size=30)
SPACE = {"a": Real(0, 10), "b": ["one", "two"]}


class Model(BaseEstimator):
    """Its score depends on its parameters and on the fold."""

    n_fits = 0

    def __init__(self, a=1.0, b="one", n=3, part=None) -> None:
        self.a = a
        self.b = b
        self.n = n
        self.part = part

    def fit(self, X, y=None):
        type(self).n_fits += 1
        if self.a > 9:
            msg = "too much"
            raise ValueError(msg)
        return self

    def score(self, X, y=None) -> float:
        loss = (self.a - 3) ** 2 + (self.b == "two") + abs(self.n - 3)
        return float(X.sum() / 100 - loss)


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def bayes(history=None, space=SPACE, **options) -> BayesSearchCV:
    options = {"n_iter": 6, "random_state": 1, "cv": 3, "refit": False} | options
    return BayesSearchCV(Model(), space, initial_history=history, **options)


def earlier(space=SPACE, **options) -> BayesSearchCV:
    return bayes(space=space, n_iter=12, random_state=0, **options).fit(X, y)


# Whatever the strategy proposes, one candidate fails.
FAILING = [{"a": 9.5, "b": "one"}]


def n_fits_of(search: SearchCV, X=X, y=y) -> int:
    Model.n_fits = 0
    search.fit(X, y)
    return Model.n_fits


def by_params(search: SearchCV) -> dict[str, float]:
    results = search.cv_results_
    return {str(p): m for p, m in zip(results["params"], results["mean_test_score"])}  # noqa: B905


def test_what_is_known_is_told_and_not_evaluated_again(caplog) -> None:
    former = earlier()
    with caplog.at_level(logging.INFO, "sklearn_hpo"):
        n_fits = n_fits_of(search := bayes(former.history_))
    assert "12 of its 12 candidates lie in the space" in caplog.text
    params = search.cv_results_["params"]
    assert len(params) == 12 + 6
    assert n_fits <= 6 * 3
    frame = search.history_.to_frame()
    assert n_fits == len(frame) - former.history_.n_fits
    # None is tried twice, and all have the scores they had.
    assert len({str(p) for p in params}) == 18
    scores, before = by_params(search), by_params(former)
    assert {p: scores[p] for p in before} == pytest.approx(before, nan_ok=True)
    assert search.best_score_ >= former.best_score_
    # No time was spent on them here.
    told = frame[frame.candidate < 12]
    np.testing.assert_allclose(told.shared_time, told.fit_time + told.score_time)


def test_the_strategy_hears_of_it() -> None:
    heard = []
    listeners = set()

    class Listening(Bayes):
        def tell(self, trial):
            heard.append((dict(trial.candidate.params), trial.status))
            listeners.add(self)
            super().tell(trial)

    former = earlier()
    SearchCV(
        Model(), SPACE, strategy=Listening(), n_iter=1, cv=3, refit=False,
        initial_history=former.history_, random_state=0,
    ).fit(X, y)  # fmt: skip
    statuses = [t.status for t in former.history_.trials]
    assert sorted(status for _, status in heard[:12]) == sorted(statuses)
    assert len(heard) == 13
    # A model of 12 candidates knows where it is good.
    places = [Candidate(n, {"a": a, "b": "one"}) for n, a in enumerate((0, 3, 6))]
    [strategy] = listeners
    low, best, high = strategy.expected(places)
    assert best == pytest.approx(0.0, abs=1.0)
    assert max(low, high) < best - 2
    # It goes through the better half of the scores; bad ones it knows to be bad.
    candidates, scores = zip(
        *((t.candidate, t.value) for t in former.history_.trials if t.value > -np.inf),
        strict=True,
    )
    better = scores >= np.median(scores)
    np.testing.assert_allclose(
        strategy.expected(candidates)[better], np.array(scores)[better], atol=0.1
    )


def test_a_journal_says_the_same_as_its_history(tmp_path: Path) -> None:
    space = {**SPACE, "part": [Model(a=1), Model(a=2), (1, 2)]}
    former = earlier(space, journal=tmp_path / "journal")
    one = bayes(former.history_, space).fit(X, y)
    other = bayes(tmp_path / "journal", space).fit(X, y)
    assert len(one.cv_results_["params"]) == 18
    assert by_params(one) == pytest.approx(by_params(other), nan_ok=True)
    for params in other.cv_results_["params"]:
        assert any(params["part"] is choice for choice in space["part"])


def test_discarded_and_failed_candidates_are_told_as_such() -> None:
    former = earlier(initial_params=FAILING)
    statuses = pd.Series([t.status for t in former.history_.trials]).value_counts()
    assert statuses["discarded"] > 0
    assert statuses["failed"] > 0
    for racing in (True, False):
        search = bayes(former.history_, n_iter=1, racing=racing).fit(X, y)
        told = pd.Series([t.status for t in search.history_.trials[:12]])
        assert told.value_counts().to_dict() == statuses.to_dict()
        for trial in search.history_.trials[:12]:
            if trial.status == "discarded":
                assert trial.lost_to.status == "complete"


@pytest.mark.parametrize("kind", [GridSearchCV, RandomizedSearchCV])
def test_any_search_of_ours_will_do(kind) -> None:
    lists = {"a": [0.5, 2.0, 4.0], "b": ["one", "two"]}
    former = kind(Model(), lists, cv=3, refit=False).fit(X, y)
    search = bayes(former.history_)
    assert n_fits_of(search) <= 18
    assert len(search.cv_results_["params"]) == 12


OTHERS = {
    "X": lambda history: bayes(history).fit(X + 1, y),
    "y": lambda history: bayes(history).fit(X, y + 1),
    "folds": lambda history: bayes(history, cv=4).fit(X, y),
    "scoring": lambda history: bayes(history, scoring=lambda m, X, y: m.a).fit(X, y),
    "estimator": lambda history: bayes(history).set_params(estimator__n=4).fit(X, y),
    "return_train_score": lambda history: bayes(history, return_train_score=True).fit(
        X, y
    ),
}


@pytest.mark.parametrize(("part", "fit"), OTHERS.items(), ids=OTHERS)
def test_of_anything_else_the_best_are_tried_first(part, fit, caplog) -> None:
    former = earlier()
    with caplog.at_level(logging.INFO, "sklearn_hpo"):
        search = fit(former.history_)
    assert f"another {part}:" in caplog.text
    assert "the best 2 that lie in the space are tried first" in caplog.text
    params = search.cv_results_["params"]
    assert len(params) == 6
    complete = [t for t in former.history_.trials if t.status != "failed"]
    best = sorted(complete, key=lambda t: -t.value)[:2]
    assert params[:2] == [t.candidate.params for t in best]
    # The estimator's own setting comes after them.
    assert params[2] == {"a": 1.0, "b": "one"}


def tables() -> dict:
    lists = {"a": [0.5, 2.0, 4.0, 9.5], "b": ["one", "two"]}
    theirs = model_selection.GridSearchCV(Model(), lists, cv=3, refit=False).fit(X, y)
    history = GridSearchCV(Model(), lists, cv=3, refit=False).fit(X, y).history_
    frame = pd.DataFrame(theirs.cv_results_)
    text = frame.astype({"params": str})
    return {
        "cv_results_": theirs.cv_results_,
        "frame": frame,
        "from a file": text,
        "history": history.to_frame(),
    }


@pytest.mark.parametrize("kind", ["cv_results_", "frame", "from a file", "history"])
def test_a_table_gives_starting_points(kind, caplog) -> None:
    with caplog.at_level(logging.INFO, "sklearn_hpo"):
        search = bayes(tables()[kind]).fit(X, y)
    assert "does not say of which data and folds it is" in caplog.text
    params = search.cv_results_["params"]
    assert params[:2] == [{"a": 2.0, "b": "one"}, {"a": 4.0, "b": "one"}]
    assert len(params) == 6


def test_what_tables_do_to_values_is_undone() -> None:
    space = [{"n": Integer(1, 9), "a": [1.0]}, {"b": ["one", "two"]}]
    former = bayes(space=space, racing=False).fit(X, y).history_
    search = bayes(former.to_frame(), space, n_iter=10, racing=False).fit(X, y)
    best = sorted((trial.value for trial in former.closed), reverse=True)[:2]
    assert [trial.value for trial in search.history_.trials[:2]] == best
    kept = [{"n": 2, "a": 1.0}, {"b": "two"}]
    table = pd.DataFrame({"mean_test_score": [1.0, 0.5]}).assign(
        param_n=[2.0, np.nan], param_a=[1.0, np.nan], param_b=[np.nan, "two"]
    )
    points = bayes(table, space, n_iter=10).fit(X, y).cv_results_["params"]
    assert points[:2] == kept
    assert isinstance(points[0]["n"], int)


def test_starting_points_come_after_initial_params_and_are_few() -> None:
    former = bayes(n_iter=30, random_state=0, racing=False).fit(X, y).history_
    given = {"a": 7.0, "b": "two"}
    search = bayes(former, n_iter=60, initial_params=[given]).fit(X, y + 1)
    first = search.cv_results_["params"][: _earlier.MOST_TRIED + 2]
    assert first[0] == given
    assert first[-1] == {"a": 1.0, "b": "one"}
    known = [t.candidate.params for t in former.trials]
    assert all(params in known for params in first[1:-1])


def test_spaces_may_overlap() -> None:
    former = earlier({"a": Real(0, 10), "n": [2, 3]}).history_
    with_own = [t for t in former.closed if t.candidate.params["n"] == 3]
    # n is not searched any more and has its own value; b is new.
    search = bayes(former, n_iter=1).fit(X, y)
    told = search.cv_results_["params"][:-1]
    assert 0 < len(told) <= len(with_own) < 12
    assert {p["a"] for p in told} <= {t.candidate.params["a"] for t in with_own}
    assert {p["b"] for p in told} == {"one"}
    narrow = bayes(former, {"a": Real(2, 4), "n": [2, 3]}, n_iter=1).fit(X, y)
    assert all(2 <= params["a"] <= 4 for params in narrow.cv_results_["params"])


def test_parameters_of_another_part_are_not_completed() -> None:
    former = bayes(space={"part": [Model(), None]}, n_iter=2).fit(X, y).history_
    search = bayes(former, {"part": [Model(), None], "part__a": [1.0, 2.0]}, n_iter=1)
    search.set_params(estimator__part=Model())
    assert not any(
        trial.candidate.params["part"] is None
        for trial in search.fit(X, y).history_.trials
    )


def test_with_limits_of_its_own_what_timed_out_is_left_out(monkeypatch) -> None:
    former = earlier(initial_params=FAILING).history_
    for trial in former.trials:
        if trial.status == "failed":
            trial.status = "timeout"
    n_ok = sum(trial.status != "timeout" for trial in former.trials)
    assert n_ok < 12
    assert len(bayes(former, n_iter=1).fit(X, y).history_) == 12 + 1
    relaxed = bayes(former, n_iter=1, fit_timeout=60.0).fit(X, y)
    assert len(relaxed.history_) == n_ok + 1


def test_another_objective_is_another_search(caplog) -> None:
    scoring = {"one": lambda m, X, y: m.a, "two": lambda m, X, y: -m.a}
    former = bayes(scoring=scoring, refit="one").fit(X, y).history_
    same = bayes(former, scoring=scoring, refit="one").fit(X, y)
    assert len(same.history_) == 12
    with caplog.at_level(logging.INFO, "sklearn_hpo"):
        assert len(bayes(former, scoring=scoring, refit="two").fit(X, y).history_) == 6
    assert "another objective" in caplog.text


def test_a_finite_space_may_be_known_already() -> None:
    space = {"b": ["one", "two"]}
    former = bayes(space=space).fit(X, y).history_
    search = bayes(former, space)
    assert n_fits_of(search) == 0
    assert len(search.cv_results_["params"]) == 2
    # But a setting from outside of it is not.
    search = bayes(former, space, n_iter=1, initial_params=[{"b": "three"}])
    assert n_fits_of(search) > 0
    assert search.cv_results_["params"][-1] == {"b": "three"}


def test_an_unfinished_journal_tells_what_it_has(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    earlier(journal=journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:25]))
    n_closed = len(History.read(journal).closed)
    assert 0 < n_closed < 12
    search = bayes(journal, n_iter=2).fit(X, y)
    assert len(search.cv_results_["params"]) == n_closed + 2


def test_it_resumes_and_belongs_to_what_the_search_is(tmp_path: Path) -> None:
    former = earlier().history_
    journal = tmp_path / "journal"
    expected = bayes(former, journal=journal).fit(X, y)
    content = journal.read_bytes()
    begin = content.index(b"\n") + 1
    for end in np.random.default_rng(0).integers(begin, len(content), 8):
        journal.write_bytes(content[:end])
        done = content[: content.rfind(b"\n", 0, end) + 1].count(b'{"done"')
        resumed = bayes(former, journal=journal)
        assert n_fits_of(resumed) == content.count(b'{"done"') - done
        assert by_params(resumed) == pytest.approx(by_params(expected), nan_ok=True)
    assert n_fits_of(bayes(former, journal=journal)) == 0
    for other in (None, bayes(random_state=5).fit(X, y).history_):
        with pytest.raises(JournalError, match="another initial_history"):
            bayes(other, journal=journal).fit(X, y)


def test_a_search_that_was_told_can_be_told_on(tmp_path: Path) -> None:
    first = earlier().history_
    second = bayes(first).fit(X, y).history_
    third = bayes(second, n_iter=2, random_state=2).fit(X, y)
    assert len(third.history_) == 12 + 6 + 2


def test_a_clone_elsewhere_has_starting_points() -> None:
    search = clone(bayes(earlier().history_, refit=True))
    scores = model_selection.cross_val_score(search, X, y, cv=KFold(2))
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"a": [1.0]}, ValueError, r"expected cv_results_ .* got columns \['a'\]"),
        (pd.DataFrame({"a": [1.0]}), ValueError, "expected cv_results_"),
        ({"params": [{"a": 1}]}, ValueError, "expected cv_results_"),
        ("nowhere/to/be/found", JournalError, "initial_history: .*No such file"),
        (".", JournalError, "initial_history: .*Name the file"),
        (__file__, JournalError, "is no journal"),
        (7, ValueError, "parameter of BayesSearchCV"),
    ],
)
def test_what_is_no_history_is_refused_before_any_fit(given, error, match) -> None:
    search = bayes(given)
    Model.n_fits = 0
    with pytest.raises(error, match=match):
        search.fit(X, y)
    assert Model.n_fits == 0
