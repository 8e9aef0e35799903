"""Distributions of choices: what they learn and what they keep."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo.strategies._categories import Categories, _whitened
from sklearn_hpo.strategies._gaussian import Weights


def test_samples_follow_the_probabilities() -> None:
    categories = Categories([3, 2], margin=0.1)
    categories.q = [np.array([0.2, 0.5, 0.3]), np.array([0.9, 0.1])]
    rng = np.random.default_rng(0)
    drawn = np.array([categories.sample(rng) for _ in range(6000)])
    for column, q in zip(drawn.T, categories.q, strict=True):
        counts = np.bincount(column, minlength=len(q))
        # Rejects a right sampler once in a million.
        assert stats.chisquare(counts, 6000 * q).pvalue > 1e-6


def test_the_root_is_that_of_the_fisher_matrix() -> None:
    q = np.array([0.2, 0.5, 0.3])
    rng = np.random.default_rng(0)
    fisher = np.diag(1 / q[:-1]) + 1 / q[-1]  # of the first K - 1 probabilities
    for _ in range(5):
        step = rng.normal(size=3)
        step -= step.mean()
        length = _whitened(q, step)
        assert length @ length == pytest.approx(step[:-1] @ fisher @ step[:-1])


def test_it_learns_which_choices_are_good_and_keeps_the_margin() -> None:
    lam = 10
    w = Weights(1, lam).best
    categories = Categories([4, 2, 3], margin=0.08)
    rng = np.random.default_rng(1)
    for _ in range(150):
        chosen = np.array([categories.sample(rng) for _ in range(lam)])
        score = (chosen == [2, 1, 0]).sum(axis=1) + 0.01 * rng.normal(size=lam)
        categories.update(chosen[np.argsort(-score)], w)
        for q, K in zip(categories.q, (4, 2, 3), strict=True):
            assert q.sum() == pytest.approx(1.0)
            assert q.min() >= 0.08 / (K - 1) - 1e-12
    assert [int(q.argmax()) for q in categories.q] == [2, 1, 0]
    assert min(q.max() for q in categories.q) > 0.85


def test_where_nothing_matters_it_takes_smaller_steps() -> None:
    w = Weights(1, 10).best
    rng = np.random.default_rng(2)
    categories = Categories([3, 3], margin=0.1)
    for _ in range(200):
        categories.update(np.array([categories.sample(rng) for _ in range(10)]), w)
    assert categories.Delta > 3.0
