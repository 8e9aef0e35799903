"""Projected BFGS ascent."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from sklearn_hpo.acquisition._ascent import ascend

D = 4
ALL = np.ones((1, D), bool)


def bowl(center, curvature):
    def function(x):
        return -((x - center) ** 2) @ curvature, -2.0 * (x - center) * curvature

    return function


def rough(x):
    """Several summits, some at the border."""
    others = [np.prod(np.delete(x, j, axis=1), axis=1) for j in range(D)]
    value = (np.cos(7.0 * x) + x).sum(axis=1) + np.prod(x, axis=1)
    return value, 1.0 - 7.0 * np.sin(7.0 * x) + np.stack(others, axis=1)


def test_finds_the_summit_inside():
    center = np.array([0.2, 0.5, 0.7, 0.9])
    function = bowl(center, np.array([1.0, 10.0, 100.0, 1000.0]))
    x, f = ascend(function, np.full((1, D), 0.4), ALL, np.ones(D), tolerance=1e-12)
    np.testing.assert_allclose(x[0], center, atol=1e-4)
    np.testing.assert_allclose(f, 0.0, atol=1e-6)


def test_finds_the_summit_at_the_border():
    center = np.array([-0.5, 0.5, 1.5, 0.3])
    x, _ = ascend(bowl(center, np.ones(D)), np.full((1, D), 0.4), ALL, np.ones(D))
    np.testing.assert_allclose(x[0], [0.0, 0.5, 1.0, 0.3], atol=1e-2)


def test_what_is_not_free_stays():
    free = np.array([[True, False, True, False], [False] * 4])
    start = np.full((2, D), 0.4)
    start[:, [1, 3]] = 5.0, -1.0  # the number of a branch, no choice
    before = start.copy()
    x, _ = ascend(bowl(np.full(D, 0.8), np.ones(D)), start, free, np.ones(D))
    np.testing.assert_array_equal(x[~free], before[~free])
    np.testing.assert_allclose(x[0, [0, 2]], 0.8, atol=1e-2)


def test_never_below_the_start_and_never_outside():
    start = np.random.default_rng(0).uniform(0.01, 1.0, (20, D))
    x, f = ascend(rough, start, np.ones((20, D), bool), np.full(D, 0.1))
    assert (f >= rough(start)[0]).all()
    assert (x >= 0.0).all()
    assert (x <= 1.0).all()
    np.testing.assert_array_equal(f, rough(x)[0])


def test_the_batch_is_its_parts():
    start = np.random.default_rng(1).uniform(0.01, 1.0, (5, D))
    whole, _ = ascend(rough, start, np.ones((5, D), bool), np.full(D, 0.1))
    parts = [ascend(rough, s[None], ALL, np.full(D, 0.1))[0][0] for s in start]
    np.testing.assert_allclose(whole, parts, atol=1e-8)


def test_as_good_as_scipy_from_the_same_starts():
    starts = np.random.default_rng(0).random((30, D))
    _, f = ascend(rough, starts, np.ones((30, D), bool), np.full(D, 0.2), 100, 1e-8)

    def loss(x):
        value, gradient = rough(x[None])
        return -value[0], -gradient[0]

    box = [(0.0, 1.0)] * D
    peers = [minimize(loss, start, jac=True, bounds=box) for start in starts]
    # Neighboring summits differ by 0.9, and who climbs which one is chance.
    assert f.mean() > np.mean([-peer.fun for peer in peers]) - 0.2


def test_ends_where_the_gradient_points_out_or_vanishes():
    starts = np.random.default_rng(1).random((10, D))
    x, _ = ascend(rough, starts, np.ones((10, D), bool), np.full(D, 0.2), 100, 1e-10)
    _, g = rough(x)
    inside = (x > 0.0) & (x < 1.0)
    assert np.abs(g[inside]).max() < 1e-2
    assert (g[x == 0.0] <= 0.0).all()
    assert (g[x == 1.0] >= 0.0).all()


def test_flat_function_ends_at_once():
    calls = []

    def flat(x):
        calls.append(len(x))
        return np.zeros(len(x)), np.zeros_like(x)

    x, _ = ascend(flat, np.full((1, D), 0.4), ALL, np.ones(D))
    assert (x == 0.4).all()
    assert len(calls) < 10
