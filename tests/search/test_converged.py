"""stop_when_converged: the end when what is left to gain is lost in the noise."""

from __future__ import annotations

from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import Ridge

from sklearn_hpo import BayesSearchCV, Real
from sklearn_hpo.callbacks import Converged
from sklearn_hpo.callbacks._converged import noise_of_mean
from sklearn_hpo.trials import History

X, y = load_iris(return_X_y=True)
SPACE = {"alpha": Real(0, 1), "tol": Real(0, 1)}
SCORES = np.array([0.8, 0.9, 0.85, 0.95])


class Folds:
    """Four folds told apart by the number of their test rows."""

    def get_n_splits(self, X=None, y=None, groups=None) -> int:
        return 4

    def split(self, X, y=None, groups=None):
        for fold in range(4):
            yield np.arange(10, 150), np.arange(fold + 1)


def peak(model) -> float:
    return -10.0 * (model.alpha - 0.3) ** 2 - 10.0 * (model.tol - 0.6) ** 2


def score(spread: float):
    """Return a scorer whose folds differ by `spread` for every candidate alike."""

    def scorer(model, X, y) -> float:
        return peak(model) + spread * (len(X) - 2.5)

    return scorer


def search(spread: float, **options) -> BayesSearchCV:
    options = {"n_iter": 45, "cv": Folds(), "random_state": 0} | options
    options = {"stop_when_converged": True, "racing": False} | options
    options = {"scoring": score(spread)} | options
    return BayesSearchCV(Ridge(), SPACE, **options).fit(X, y)


def trial(improvement: float | None, number: int = 0):
    note = None if improvement is None else {"improvement": improvement}
    candidate = SimpleNamespace(note=note, number=number)
    return SimpleNamespace(candidate=candidate, resource=None, scores=SCORES)


def stops(improvements, n_before: int = 15):
    """Return how many proposals are made before the search ends."""
    callback = Converged()
    callback.begin(History(4, 100))
    for count, improvement in enumerate(improvements, 1):
        told = SimpleNamespace(
            n_closed=n_before + count, incumbent=lambda resource: trial(None)
        )
        if callback.trial(trial(improvement), told):
            return count
    return None


def test_the_noise_is_that_of_nadeau_and_bengio() -> None:
    """Var = 0.0125 / 3, times 1 / 4 + 1 / 3, is 7 / 2880."""
    assert noise_of_mean(trial(None)) == pytest.approx(np.sqrt(7 / 2880))


def test_folds_that_are_equal_have_no_noise() -> None:
    for score in (0.1, 0.7, 0.96, 1.0):
        for k in (3, 5, 10):
            scores = np.full(k, score)
            assert noise_of_mean(SimpleNamespace(scores=scores)) == 0.0


SMALL, LARGE = 0.049, 0.05  # the noise is 0.0493


@pytest.mark.parametrize(
    ("improvements", "n_before", "end"),
    [
        ([SMALL] * 9, 15, 5),
        ([LARGE] * 9, 15, None),
        ([SMALL] * 4 + [LARGE] + [SMALL] * 5, 15, 10),
        ([SMALL] * 30, 0, 20),
        ([SMALL] * 2 + [None] * 4 + [SMALL] * 3, 15, 9),
        ([None] * 50, 0, None),
    ],
    ids=["five", "too large", "one between", "20 at least", "not asked", "no model"],
)
def test_when_it_stops(improvements, n_before, end) -> None:
    assert stops(improvements, n_before) == end


def test_it_ends_early_in_much_noise_and_not_without() -> None:
    noisy, exact = search(1.0), search(1e-9)
    assert 20 <= len(noisy.history_) < 30
    assert len(exact.history_) > len(noisy.history_)
    assert noisy.best_score_ > -1.0


def test_a_best_candidate_whose_folds_are_equal_has_the_usual_noise() -> None:
    def perfect_somewhere(model, X, y) -> float:
        return 1.0 if model.alpha < 0.3 else 0.9 + 0.01 * len(X)

    found = search(0.0, n_iter=60, scoring=perfect_somewhere)
    assert found.best_score_ == 1.0
    assert 20 <= len(found.history_) < 60


def test_where_all_candidates_are_equal_it_ends() -> None:
    assert len(search(0.0, scoring=lambda model, X, y: 0.5).history_) == 20


def test_the_default_is_to_go_on() -> None:
    assert len(search(1.0, stop_when_converged=False).history_) == 45


def summary(fitted):
    return [(t.candidate.params, t.status, t.value) for t in fitted.history_.trials]


def test_it_does_not_depend_on_which_worker_was_faster() -> None:
    with joblib.parallel_config("threading", n_jobs=3):
        one, other = (search(1.0, lookahead=5) for _ in range(2))
    alone = search(1.0, lookahead=5)
    assert summary(one) == summary(other) == summary(alone)
    assert len(alone.history_) < 45


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.98])
def test_a_search_that_was_killed_ends_at_the_same_candidate(tmp_path, kept) -> None:
    path = tmp_path / "search.jsonl"
    whole = search(1.0, journal=path)
    lines = path.read_text().splitlines(keepends=True)
    assert len(whole.history_) < 45
    path.write_text("".join(lines[: int(kept * len(lines))]))
    assert summary(search(1.0, journal=path)) == summary(whole)


def test_a_journal_goes_on_without_the_stop(tmp_path) -> None:
    path = tmp_path / "search.jsonl"
    early = search(1.0, journal=path)
    longer = search(1.0, journal=path, stop_when_converged=False)
    assert len(early.history_) < len(longer.history_) == 45
    assert summary(longer)[:20] == summary(early)[:20]


def test_one_fold_does_not_tell_its_noise() -> None:
    with pytest.raises(ValueError, match="stop_when_converged: expected at least 2 f"):
        search(1.0, cv=[(np.arange(75), np.arange(75, 150))])
