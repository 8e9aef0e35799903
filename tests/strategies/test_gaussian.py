"""CMA-ES against a slow implementation of the tutorial, and on known functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo.strategies._gaussian import Gaussian, Weights


class Tutorial:
    """Hansen's tutorial line by line: loops, a matrix inverse, no shortcut."""

    def __init__(self, mean, sigma, lam) -> None:
        d = self.d = len(mean)
        self.lam, self.m, self.sigma = lam, np.array(mean), sigma
        self.C, self.p_s, self.p_c, self.g = np.eye(d), np.zeros(d), np.zeros(d), 0
        raw = [math.log((lam + 1) / 2) - math.log(i) for i in range(1, lam + 1)]
        mu = lam // 2
        self.mu_eff = sum(raw[:mu]) ** 2 / sum(w**2 for w in raw[:mu])
        minus = sum(raw[mu:]) ** 2 / sum(w**2 for w in raw[mu:])
        self.c_s = (self.mu_eff + 2) / (d + self.mu_eff + 5)
        root = math.sqrt((self.mu_eff - 1) / (d + 1)) - 1
        self.d_s = 1 + 2 * max(0, root) + self.c_s
        self.c_c = (4 + self.mu_eff / d) / (d + 4 + 2 * self.mu_eff / d)
        self.c_1 = 2 / ((d + 1.3) ** 2 + self.mu_eff)
        top = self.mu_eff - 2 + 1 / self.mu_eff
        self.c_mu = min(1 - self.c_1, 2 * top / ((d + 2) ** 2 + 2 * self.mu_eff / 2))
        alphas = [
            1 + self.c_1 / self.c_mu,
            1 + 2 * minus / (self.mu_eff + 2),
            (1 - self.c_1 - self.c_mu) / (d * self.c_mu),
        ]
        positive = sum(w for w in raw if w >= 0)
        negative = -sum(w for w in raw if w < 0)
        self.w = [w / positive if w >= 0 else min(alphas) * w / negative for w in raw]

    def update(self, x) -> None:
        d, self.g = self.d, self.g + 1
        values, B = np.linalg.eigh(self.C)
        inverse = np.linalg.inv(B @ np.diag(np.sqrt(values)) @ B.T)
        y = [(row - self.m) / self.sigma for row in x]
        limit = math.sqrt(d) + 2 * d / (d + 2)
        y = [s * min(1, limit / np.linalg.norm(inverse @ s)) for s in y]
        y_w = sum(w * s for w, s in zip(self.w, y, strict=True) if w > 0)
        self.m = self.m + self.sigma * y_w
        self.p_s = (1 - self.c_s) * self.p_s + math.sqrt(
            self.c_s * (2 - self.c_s) * self.mu_eff
        ) * (inverse @ y_w)
        expected = math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d**2))
        norm = np.linalg.norm(self.p_s)
        self.sigma *= math.exp(self.c_s / self.d_s * (norm / expected - 1))
        left = norm / math.sqrt(1 - (1 - self.c_s) ** (2 * self.g))
        h = 1 if left < (1.4 + 2 / (d + 1)) * expected else 0
        self.p_c = (1 - self.c_c) * self.p_c + h * math.sqrt(
            self.c_c * (2 - self.c_c) * self.mu_eff
        ) * y_w
        C = (
            1
            + self.c_1 * (1 - h) * self.c_c * (2 - self.c_c)
            - self.c_1
            - self.c_mu * sum(self.w)
        ) * self.C
        C = C + self.c_1 * np.outer(self.p_c, self.p_c)
        for w, s in zip(self.w, y, strict=True):
            shrunk = w if w >= 0 else w * d / np.linalg.norm(inverse @ s) ** 2
            C = C + self.c_mu * shrunk * np.outer(s, s)
        self.C = C


@pytest.mark.parametrize(("d", "lam"), [(1, 6), (2, 6), (5, 8), (8, 13), (20, 12)])
def test_an_update_is_that_of_the_tutorial(d: int, lam: int) -> None:
    rng = np.random.default_rng(d)
    fast = Gaussian(np.full(d, 0.4), 0.3, lam)
    slow = Tutorial(np.full(d, 0.4), 0.3, lam)
    scale = np.linspace(1, 5, d)
    for _ in range(12):
        x = np.array([fast.sample(rng) for _ in range(lam)])
        x[-1] += 10.0  # one step that is too long
        x = x[np.argsort((scale * np.square(x - 0.6)).sum(axis=1))]
        fast.update(x)
        slow.update(x)
        np.testing.assert_allclose(fast.m, slow.m, rtol=1e-9)
        np.testing.assert_allclose(fast.sigma, slow.sigma, rtol=1e-9)
        np.testing.assert_allclose(fast.C, slow.C, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("part", "stalled"), [(0.97, False), (1.03, True)])
def test_a_first_step_too_long_for_chance_leaves_the_path_alone(part, stalled) -> None:
    """After one update p_sigma is sqrt(c (2 - c) mu_eff) y_w, after chance N(0, I)."""
    gaussian = Gaussian(np.full(4, 0.5), 0.2, 8)
    bound = (1.4 + 2 / 5) * gaussian.expected_norm / math.sqrt(gaussian.weights.mu_eff)
    step = gaussian.sigma * np.array([part * bound, 0.0, 0.0, 0.0])
    gaussian.update(np.tile(gaussian.m + step, (8, 1)))
    assert (gaussian.p_c == 0.0).all() == stalled


def test_weights_of_the_better_half_sum_to_one() -> None:
    weights = Weights(5, 10)
    assert weights.best.sum() == pytest.approx(1.0)
    assert (np.diff(weights.w) < 0).all()


def test_it_finds_the_minimum_of_a_turned_ellipsoid() -> None:
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    scale = np.array([1.0, 10.0, 100.0, 1000.0])

    def loss(x) -> float:
        return float(scale @ np.square(turn @ (x - 0.3)))

    search = Gaussian(np.full(4, 0.8), 0.2, 8)
    for _ in range(250):
        x = np.array([search.sample(rng) for _ in range(8)])
        search.update(x[np.argsort([loss(row) for row in x])])
    np.testing.assert_allclose(search.m, 0.3, atol=1e-3)


def test_samples_have_the_covariance_it_says() -> None:
    search = Gaussian(np.zeros(2), 2.0, 6)
    search.C = np.array([[1.0, 0.6], [0.6, 2.0]])
    search.A = np.array([1.0, 3.0])
    search._decompose()
    rng = np.random.default_rng(0)
    x = np.array([search.sample(rng) for _ in range(20_000)])
    wanted = 4 * np.outer(search.A, search.A) * search.C
    # Six standard errors of a variance: a false alarm in a billion.
    assert np.abs(np.cov(x.T) / wanted - 1).max() < 6 * math.sqrt(2 / 20_000) * 2
    np.testing.assert_allclose(search.deviations, np.sqrt(np.diag(wanted)))


THRESHOLDS = np.array([0.25, 0.5, 0.75])


@pytest.mark.parametrize("mean", [-0.4, 0.1, 0.3, 0.375, 0.49, 0.6, 0.9, 2.0])
@pytest.mark.parametrize("sigma", [1e-6, 1e-3, 0.1, 1.0])
def test_no_value_freezes(mean: float, sigma: float) -> None:
    alpha = 0.1
    search = Gaussian(np.array([mean, 0.5]), sigma, 6)
    cell = np.searchsorted(THRESHOLDS, mean)
    search.keep_margin(0, THRESHOLDS, alpha)
    edges = np.concatenate([[-np.inf], THRESHOLDS, [np.inf]])
    law = stats.norm(search.m[0], search.deviations[0])
    stays = law.cdf(edges[cell + 1]) - law.cdf(edges[cell])
    assert 1 - stays >= alpha * (1 - 1e-6)
    assert np.searchsorted(THRESHOLDS, search.m[0]) == cell
    assert search.m[1] == 0.5
    assert search.A[1] == 1.0


def test_a_margin_that_is_kept_anyway_changes_nothing() -> None:
    search = Gaussian(np.array([0.4]), 0.2, 6)
    search.keep_margin(0, THRESHOLDS, 0.05)
    assert search.m[0] == pytest.approx(0.4)
    assert search.A[0] == pytest.approx(1.0)
