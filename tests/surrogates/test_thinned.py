from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from sklearn_hpo.surrogates import thinned

UNORDERED = np.array([False, False, True])
WEIGHTS = np.array([1.0, 4.0, 0.5])


def points(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.random((n, 2)), rng.integers(3, size=n)])


def distances(X):
    """Return the squared distances by scipy."""
    Z = X[:, :2] * np.sqrt(WEIGHTS[:2])
    return cdist(Z, Z, "sqeuclidean") + WEIGHTS[2] * (X[:, None, 2] != X[:, 2])


@pytest.mark.parametrize("size", [3, 10, 59])
def test_each_point_taken_is_the_farthest_from_those_before(size: int) -> None:
    X = points(60)
    D = distances(X)
    taken = [7, 30]
    while len(taken) < size:
        rest = np.setdiff1d(np.arange(60), taken)
        taken.append(rest[D[rest][:, taken].min(axis=1).argmax()])
    rows = thinned(X, np.array([7, 30]), size, WEIGHTS, UNORDERED)
    assert rows.tolist() == sorted(taken)


def test_all_points_where_they_are_few() -> None:
    rows = thinned(points(5), np.array([1]), 5, WEIGHTS, UNORDERED)
    assert rows.tolist() == [0, 1, 2, 3, 4]


def test_equal_points_are_taken_once_each() -> None:
    X = np.repeat(points(1), 20, axis=0)
    rows = thinned(X, np.array([4]), 9, WEIGHTS, UNORDERED)
    assert len(np.unique(rows)) == 9
    assert 4 in rows


def test_a_cluster_is_thinned_and_a_far_point_stays() -> None:
    X = np.vstack([0.5 + 1e-3 * points(200), [[0.0, 0.0, 0.0]], [[1.0, 1.0, 0.0]]])
    X[:, 2] = 0.0
    rows = thinned(X, np.arange(3), 6, WEIGHTS, UNORDERED)
    assert {200, 201} < set(rows.tolist())
