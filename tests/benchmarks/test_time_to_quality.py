from __future__ import annotations

import time

import pytest
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV
from sklearn.tree import DecisionTreeClassifier

from benchmarks.time_to_quality._record import Recording, candidates
from benchmarks.time_to_quality._table import reached

GRID = {"max_depth": [1, 2, 3, 4]}


def found(search, path, **arguments):
    X, y = load_iris(return_X_y=True)
    scorer = Recording("accuracy", list(GRID), str(path))
    model = DecisionTreeClassifier(random_state=0)
    fitted = search(model, GRID, cv=5, scoring=scorer, **arguments)
    began = time.time()
    fitted.fit(X, y)
    return fitted, candidates(path, began, 5, len(y))


def test_every_candidate_is_found_with_its_mean_score(tmp_path):
    search, each = found(GridSearchCV, tmp_path / "lines", return_train_score=True)
    assert [c.fits for c in each] == [5, 10, 15, 20]
    scores = search.cv_results_["mean_test_score"]
    assert [c.score for c in each] == pytest.approx(list(scores))


def test_candidates_on_few_rows_do_not_count(tmp_path):
    search, each = found(HalvingGridSearchCV, tmp_path / "lines", factor=2)
    n_last = search.n_candidates_[-1] if search.n_resources_[-1] > 135 else 0
    assert len(each) == n_last


def test_a_target_is_reached_by_the_first_candidate_that_meets_it():
    each = [
        {"seconds": 1.0, "fits": 5, "score": 0.5},
        {"seconds": 2.0, "fits": 10, "score": 0.9},
    ]
    record = {"seconds": 3.0, "fits": 12, "found": each}
    assert reached(record, 0.8) == (2.0, 10, True)
    assert reached(record, 0.95) == (3.0, 12, False)
