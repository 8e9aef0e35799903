"""Gaussian process at given hyperparameters."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from sklearn_hpo.surrogates import GaussianProcess, Trend
from sklearn_hpo.surrogates._trend import NO_TREND

THETA = np.log([0.3, 0.8, 2.0, 1.7, 1e-3])
ORDERED = np.zeros(3, bool)
MIXED = np.array([False, True, False])
TREND = Trend(np.array([0, 2]))


def data(unordered, n=25, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.random((n, 3))
    X[:, unordered] = rng.integers(3, size=(n, unordered.sum()))
    return X, np.sin(5 * X[:, 0]) + X[:, 1] * X[:, 2]


def test_matches_scikit_learn():
    X, y = data(ORDERED)
    A = np.random.default_rng(1).random((300, 3))
    kernel = ConstantKernel(1.7) * Matern([0.3, 0.8, 2.0], nu=2.5) + WhiteKernel(1e-3)
    peer = GaussianProcessRegressor(kernel, optimizer=None, alpha=0.0).fit(X, y)
    peer_mean, peer_sd = peer.predict(A, return_std=True)
    mean, variance = GaussianProcess(X, y, THETA, ORDERED).predict(A)
    np.testing.assert_allclose(mean, peer_mean, atol=1e-8)
    # scikit-learn predicts with noise
    np.testing.assert_allclose(variance, peer_sd**2 - 1e-3, atol=1e-8)


def test_noise_vector_matches_scikit_learn():
    X, y = data(ORDERED)
    noise = np.linspace(0.0, 0.5, len(y))
    kernel = ConstantKernel(1.7) * Matern([0.3, 0.8, 2.0], nu=2.5)
    peer = GaussianProcessRegressor(kernel, optimizer=None, alpha=noise + 1e-3)
    mean, _ = GaussianProcess(X, y, THETA, ORDERED, noise).predict(X)
    np.testing.assert_allclose(mean, peer.fit(X, y).predict(X), atol=1e-8)


def test_a_trend_is_a_mean_and_a_covariance_more():
    X, y = data(ORDERED)
    A = np.random.default_rng(1).random((300, 3))
    matern = ConstantKernel(1.7) * Matern([0.3, 0.8, 2.0], nu=2.5)

    def cov(B, C):
        return matern(B, C) + TREND.basis(B) @ TREND.basis(C).T

    K = cov(X, X) + 1e-3 * np.eye(len(X))
    away = y - TREND.basis(X) @ TREND.expected
    slow_mean = TREND.basis(A) @ TREND.expected + cov(A, X) @ np.linalg.solve(K, away)
    slow_cov = cov(A, A) - cov(A, X) @ np.linalg.solve(K, cov(X, A))
    gp = GaussianProcess(X, y, THETA, ORDERED, trend=TREND)
    mean, variance = gp.predict(A)
    np.testing.assert_allclose(mean, slow_mean, atol=1e-8)
    np.testing.assert_allclose(variance, np.diag(slow_cov), atol=1e-8)


@pytest.mark.parametrize("unordered", [ORDERED, MIXED])
@pytest.mark.parametrize("trend", [NO_TREND, TREND])
@pytest.mark.parametrize("output", [0, 1])
def test_gradients(check_gradient, unordered, trend, output):
    gp = GaussianProcess(*data(unordered), THETA, unordered, trend=trend)
    A, _ = data(unordered, n=4, seed=1)
    for a in A:

        def moment(free, a=a):
            point = a.copy()
            point[~unordered] = free
            return gp.predict(point[None])[output][0]

        gradient = gp.predict_with_gradients(a[None])[2 + output][0]
        check_gradient(moment, gradient[~unordered], a[~unordered])
        assert not gradient[unordered].any()


def test_both_predictions_agree():
    X, y = data(MIXED)
    gp = GaussianProcess(X, y, THETA, MIXED, trend=TREND)
    A, _ = data(MIXED, n=600, seed=1)
    for fast, slow in zip(gp.predict(A), gp.predict_with_gradients(A), strict=False):
        np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-12)


def test_an_unseen_code_differs_from_all():
    X, y = data(MIXED)
    gp = GaussianProcess(X, y, THETA, MIXED)
    A = np.array([[0.5, 7.0, 0.5], [0.5, -1.0, 0.5]])
    mean, _ = gp.predict(A)
    np.testing.assert_allclose(mean[0], mean[1])


@pytest.mark.parametrize("q", [1, 6])
def test_extension_equals_the_whole(q):
    X, y = data(MIXED, n=30)
    noise = np.linspace(0.0, 0.1, 30)
    whole = GaussianProcess(X, y, THETA, MIXED, noise, TREND)
    part = GaussianProcess(X[:-q], y[:-q], THETA, MIXED, noise[:-q], TREND)
    extended = part.extended(X[-q:], y[-q:], noise[-q:])
    A, _ = data(MIXED, n=50, seed=1)
    for one, other in zip(extended.predict(A), whole.predict(A), strict=False):
        np.testing.assert_allclose(one, other, atol=1e-9)


def test_extension_leaves_the_old_one_alone():
    X, y = data(ORDERED)
    gp = GaussianProcess(X, y, THETA, ORDERED)
    before = gp.predict(X)[0]
    gp.extended(X[:2], y[:2] + 1.0)
    np.testing.assert_array_equal(gp.predict(X)[0], before)


def test_another_expectation_is_that_of_a_model_made_with_it():
    X, y = data(MIXED)
    noise = np.linspace(0.0, 0.1, len(y))
    gp = GaussianProcess(X, y, THETA, MIXED, noise, TREND)
    before = gp.predict(X)[0]
    doubted = TREND.doubted(0.5)
    np.testing.assert_array_equal(doubted.expected, 0.5 * TREND.expected)
    slow = GaussianProcess(X, y, THETA, MIXED, noise, doubted)
    A, _ = data(MIXED, n=50, seed=1)
    fast = gp.expecting(doubted)
    for one, other in zip(fast.predict(A), slow.predict(A), strict=False):
        np.testing.assert_allclose(one, other, atol=1e-9)
    np.testing.assert_array_equal(gp.predict(X)[0], before)


def test_fantasies_at_the_mean_keep_the_mean_and_take_variance():
    X, y = data(ORDERED)
    gp = GaussianProcess(X, y, THETA, ORDERED)
    A = np.random.default_rng(1).random((40, 3))
    pending = A[:3]
    fantasy = gp.extended(pending, gp.predict(pending)[0])
    np.testing.assert_allclose(fantasy.predict(A)[0], gp.predict(A)[0], atol=1e-8)
    assert (fantasy.predict(A)[1] <= gp.predict(A)[1] + 1e-12).all()


def test_points_that_differ_by_a_rounding_error():
    X, y = data(ORDERED)
    X = np.vstack([X, X[:1] + 1e-15, X[:1]])
    y = np.append(y, y[[0, 0]])
    theta = np.log([0.3, 0.8, 2.0, 1.7, 1e-30])
    mean, variance = GaussianProcess(X, y, theta, ORDERED).predict(X)
    np.testing.assert_allclose(mean, y, atol=1e-3)
    assert (variance > 0.0).all()


def test_hopeless_covariance_is_an_error():
    X, y = data(ORDERED)
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        GaussianProcess(X, y, THETA, ORDERED, noise=np.full(len(y), np.nan))


def test_no_inputs_at_all():
    gp = GaussianProcess(np.empty((3, 0)), np.ones(3), np.log([1.0, 0.1]), ORDERED[:0])
    mean, _ = gp.predict(np.empty((2, 0)))
    np.testing.assert_allclose(mean, 3.0 / 3.1)
