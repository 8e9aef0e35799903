"""Log expected improvement, from large gains to hopeless points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sklearn_hpo.acquisition import LogEI
from sklearn_hpo.acquisition._logei import log_h
from sklearn_hpo.surrogates import GaussianProcess

Z = np.array([-1e6, -1e4, -1e3, -101.0, -99.0, -30.0, -5.0, -1.001, -0.999, 0.0, 3.0])


def laplace(power, x):
    """Integrate t^power exp(-t - t^2 / (2 x^2)) over t > 0, for x > 0."""
    return quad(
        lambda t: t**power * np.exp(-t - 0.5 * (t / x) ** 2), 0, 60, epsabs=0, limit=200
    )[0]


def slow_log_h(z):
    """h(z) is the mean gain E[(z + e)+]; u = t / |z| takes phi(z) out of it."""
    if z > -1.0:
        return np.log(quad(lambda u: u * norm.pdf(u - z), 0, z + 40, epsabs=0)[0])
    return norm.logpdf(z) - 2.0 * np.log(-z) + np.log(laplace(1, -z))


@pytest.mark.parametrize("z", Z)
def test_value_against_quadrature(z):
    value, _ = log_h(np.array([z]))
    np.testing.assert_allclose(value, slow_log_h(z), rtol=1e-10)


@pytest.mark.parametrize("z", Z[Z < -1.0])
def test_what_is_left_beside_the_density(z):
    # For z = -1e6 the density's logarithm is -5e11 and hides everything else.
    _, slope = log_h(np.array([z]))
    np.testing.assert_allclose(slope, -z * laplace(0, -z) / laplace(1, -z), rtol=1e-9)


@pytest.mark.parametrize("z", Z[Z > -2.0])
def test_slope_is_the_derivative(z):
    h = 1e-5
    upper, lower = log_h(np.array([z + h, z - h]))[0]
    np.testing.assert_allclose(log_h(np.array([z]))[1], (upper - lower) / (2 * h), 1e-6)


def test_monotone_and_finite_over_the_whole_range():
    z = -np.logspace(6, -3, 20001)
    value, slope = log_h(np.concatenate([z, -z[::-1]]))
    assert np.isfinite(value).all()
    assert (np.diff(value) > 0.0).all()
    assert (slope > 0.0).all()


@pytest.fixture
def gp():
    rng = np.random.default_rng(0)
    X = rng.random((20, 3))
    X[:, 2] = rng.integers(3, size=20)
    y = np.sin(5 * X[:, 0]) - X[:, 1]
    theta = np.log([0.4, 0.7, 1.0, 1.2, 1e-3])
    return GaussianProcess(X, y, theta, np.array([False, False, True]))


def test_equals_expected_improvement(gp):
    A = np.random.default_rng(1).random((9, 3))
    mean, variance = gp.predict(A)
    sd = np.sqrt(variance)
    z = (mean - 0.8) / sd
    np.testing.assert_allclose(
        np.exp(LogEI(gp, 0.8)(A)), sd * (norm.pdf(z) + z * norm.cdf(z)), rtol=1e-6
    )


def test_noise_takes_from_what_is_known(gp):
    """Huang et al. (2006): times 1 - sqrt(N / (v + N))."""
    A = np.vstack([np.random.default_rng(1).random((9, 3)), gp.X[:3]])
    _, variance = gp.predict(A)
    part = 1.0 - np.sqrt(0.2 / (variance + 0.2))
    found = np.exp(LogEI(gp, 0.8, 0.2)(A) - LogEI(gp, 0.8)(A))
    np.testing.assert_allclose(found, part, rtol=1e-6)


@pytest.mark.parametrize("noise", [0.0, 1e-6, 0.3])
@pytest.mark.parametrize("best", [-1.0, 0.9, 5.0, 1e3])
def test_gradient(check_gradient, gp, best, noise):
    acquisition = LogEI(gp, best, noise)
    for a in np.random.default_rng(2).random((5, 3)):
        a[2] = 1.0
        gradient = acquisition.with_gradient(a[None])[1][0]
        check_gradient(
            lambda x: acquisition(np.array([[x[0], x[1], 1.0]]))[0], gradient[:2], a[:2]
        )
        assert gradient[2] == 0.0


def test_both_calls_agree(gp):
    A = np.random.default_rng(3).random((50, 3))
    acquisition = LogEI(gp, 0.9)
    np.testing.assert_allclose(acquisition(A), acquisition.with_gradient(A)[0], 1e-8)


def test_a_known_point_far_below_the_best_is_finite(gp):
    value, gradient = LogEI(gp, 1e6).with_gradient(gp.X)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
