"""Scores as the model sees them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_hpo.surrogates import ScoreScale


def scaled(*scores):
    scores = np.array(scores, dtype=float)
    return ScoreScale.of(scores)(scores)


def test_ordinary_scores_are_standardized_and_no_more():
    scores = np.random.default_rng(0).normal(0.8, 0.05, 50)
    expected = (scores - scores.mean()) / scores.std()
    np.testing.assert_allclose(scaled(*scores), expected, atol=1e-9)


@pytest.mark.parametrize("loss", [1e3, 1e6, 1e100, 1e300])
def test_one_diverged_model_leaves_the_others_apart(loss):
    good = scaled(0.5, 0.6, 0.7, 0.8, 0.9, -loss)[:-1]
    assert np.diff(good).min() > 0.1


def test_many_diverged_models_leave_the_others_apart():
    y = scaled(0.5, 0.6, 0.7, 0.8, 0.9, 1.0, -1e6, -1e9, -1e300, -30.0)
    assert np.diff(y[:6]).min() > 0.05


def test_a_good_tail_is_kept():
    y = scaled(0.0, 0.1, 0.2, 10.0)
    assert y[3] > y[2] + 1.0


@pytest.mark.parametrize("score", [0.0, 1.0, -1e300, 1e300, 0.1])
def test_equal_scores_are_zero(score):
    np.testing.assert_array_equal(scaled(*[score] * 5), 0.0)


def test_scores_that_differ_by_rounding_are_equal():
    y = scaled(0.9, 0.9 + 2e-16, 0.9 - 1e-16)
    assert np.abs(y).max() < 1e-12


def test_one_score():
    np.testing.assert_array_equal(scaled(0.7), 0.0)


def test_half_of_the_scores_the_best():
    y = scaled(1.0, 1.0, 1.0, 1.0, 0.2, -1e9)
    assert y[0] > y[4] >= y[5] > -5.0


def test_infinite_scores_are_very_bad_or_very_good():
    y = scaled(-np.inf, 0.1, 0.2, np.inf)
    assert np.isfinite(y).all()
    assert y.argmin() == 0
    assert y.argmax() == 3


@given(arrays(float, st.integers(1, 12), elements=st.floats(-1e308, 1e308)))
def test_finite_and_in_the_same_order(scores):
    y = ScoreScale.of(scores)(scores)
    assert np.isfinite(y).all()
    assert (np.diff(y[np.argsort(scores)]) >= 0.0).all()
    assert np.abs(y).max() < 1e3
