"""Hyperparameters: posterior density, gradient and maximum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import lognorm, multivariate_normal
from sklearn.gaussian_process.kernels import Matern

from sklearn_hpo.surrogates import LogPosterior, Trend, cold_starts, fit_theta


def data(d=3, n=30, n_unordered=1, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.random((n, d))
    unordered = np.arange(d) >= d - n_unordered
    X[:, unordered] = rng.integers(3, size=(n, n_unordered))
    y = np.sin(6 * X[:, 0]) + 0.5 * X[:, -1] + 0.05 * rng.standard_normal(n)
    return X, (y - y.mean()) / y.std(), unordered


@pytest.mark.parametrize("n_unordered", [0, 1, 2, 3])
@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("trended", [False, True])
def test_gradient_of_log_posterior(check_gradient, n_unordered, noisy, trended):
    X, y, unordered = data(n_unordered=n_unordered)
    noise = np.linspace(0.0, 0.3, len(y)) if noisy else None
    trend = Trend(np.flatnonzero(~unordered & trended))
    posterior = LogPosterior(X, y, unordered, noise, trend)
    rng = np.random.default_rng(1)
    for _ in range(5):
        theta = rng.normal([-1.0, -1.0, -1.0, 0.0, -4.0], 1.0)
        check_gradient(lambda t: posterior(t)[0], posterior(theta)[1], theta)


def log_prior(theta, unordered):
    """Densities over the parameters themselves, by scipy."""
    d = (~unordered).sum()
    mu = np.where(unordered, 0.0, np.sqrt(2.0) + 0.5 * np.log(max(d, 1)))
    sigma = np.where(unordered, 1.0, np.sqrt(3.0))
    mu, sigma = np.append(mu, [0.0, -1.0]), np.append(sigma, [1.0, 2.0])
    return lognorm(sigma, scale=np.exp(mu)).logpdf(np.exp(theta)).sum()


@pytest.mark.parametrize("trended", [False, True])
def test_value_is_likelihood_times_prior(trended):
    X, y, unordered = data(n_unordered=0)
    trend = Trend(np.arange(3 * trended))
    posterior = LogPosterior(X, y, unordered, trend=trend)
    H = trend.basis(X)

    def slow(theta):
        *lengthscales, s, noise = np.exp(theta)
        K = s * Matern(lengthscales, nu=2.5)(X) + noise * np.eye(len(X)) + H @ H.T
        likelihood = multivariate_normal(H @ trend.expected, K).logpdf(y)
        return likelihood + log_prior(theta, unordered)

    one, other = np.log([[0.3, 1.0, 2.0, 1.5, 0.01], [0.1, 3.0, 0.2, 0.5, 0.1]])
    np.testing.assert_allclose(
        posterior(one)[0] - posterior(other)[0], slow(one) - slow(other), rtol=1e-8
    )


@pytest.mark.parametrize("d", [1, 4, 25])
def test_mode_of_the_lengthscale_prior_has_the_jacobian(d):
    # The likelihood of a single observation does not depend on lengthscales.
    posterior = LogPosterior(np.full((1, d), 0.5), np.zeros(1), np.zeros(d, bool))

    def loss(lengthscale):
        theta = np.append(np.full(d, lengthscale), [1.0, 0.01])
        return -posterior(np.log(theta))[0]

    mode = minimize_scalar(
        loss, bounds=(1e-3, 20.0), method="bounded", options={"xatol": 1e-9}
    ).x
    np.testing.assert_allclose(mode, np.exp(np.sqrt(2) - 3) * np.sqrt(d), rtol=1e-4)


def test_fit_reaches_a_summit():
    X, y, unordered = data()
    theta = fit_theta(X, y, unordered)
    _, gradient = LogPosterior(X, y, unordered)(theta)
    # Only a bound may hold a gradient back.
    inside = (theta > np.log([0.0101] * 4 + [1.01e-5])) & (theta < np.log(99.0))
    assert np.abs(gradient[inside]).max() < 0.1


def test_fit_is_no_worse_than_any_start():
    X, y, unordered = data()
    posterior = LogPosterior(X, y, unordered)
    reached = posterior(fit_theta(X, y, unordered))[0]
    assert all(reached >= posterior(start)[0] for start in cold_starts(unordered))


def test_fit_finds_the_inputs_that_matter():
    rng = np.random.default_rng(0)
    X = rng.random((60, 4))
    y = np.sin(8 * X[:, 1])
    theta = fit_theta(X, (y - y.mean()) / y.std(), np.zeros(4, bool))
    assert theta[:4].argmin() == 1
    assert np.exp(theta[1]) < 1.0 < np.exp(theta[[0, 2, 3]]).min()
    assert np.exp(theta[-1]) < 1e-3


@pytest.mark.parametrize("deviation", [0.15, 0.3, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_fit_tells_noise_from_signal(deviation, seed):
    rng = np.random.default_rng(seed)
    X = rng.random((80, 2))
    y = np.sin(3 * X[:, 0]) + deviation * rng.standard_normal(80)
    share = deviation**2 / y.var()  # of the variance of y: 0.2, 0.5 and 0.75
    y = (y - y.mean()) / y.std()
    noise = np.exp(fit_theta(X, y, np.zeros(2, bool))[-1])
    # The sample variance of 80 normal draws is 1 +- 0.16.
    assert 0.55 < noise / share < 1.6


def test_warm_start_stays_at_the_summit():
    X, y, unordered = data()
    theta = fit_theta(X, y, unordered)
    np.testing.assert_allclose(fit_theta(X, y, unordered, [theta]), theta, atol=0.05)


def test_one_observation_is_enough():
    theta = fit_theta(np.full((1, 2), 0.5), np.zeros(1), np.array([False, True]))
    assert np.isfinite(theta).all()
