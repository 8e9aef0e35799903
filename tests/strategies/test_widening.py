"""The factor that makes nine of ten intervals hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, t, uniform

from sklearn_hpo.strategies._widening import Widening
from sklearn_hpo.trials import Candidate
from tests.fakes import completed


def outcome(value: float, sd: float, mean: float = 0.0):
    return completed(Candidate(0, {}, 0, {"mean": mean, "sd": sd}), value)


@pytest.mark.parametrize("law", [norm(0, 5), norm(-1, 0.1), t(2), uniform(0, 1e-3)])
def test_of_any_law_nine_of_ten_are_inside(law) -> None:
    widening = Widening()
    outside = []
    for z in law.rvs(3000, random_state=0):
        sd = widening.factor
        widening.tell(outcome(z, sd))
        outside.append(abs(z) > 1.645 * sd)
    # What the factor has moved by tells how many were outside: of 0.2 T log units at
    # most 9 are used up, so the share is exact to 0.015.
    assert np.mean(outside) == pytest.approx(0.1, abs=0.015)


def test_a_miss_widens_and_a_hit_narrows_a_little() -> None:
    widening = Widening()
    first = widening.factor
    widening.tell(outcome(3.0, 1.0))
    assert widening.factor == pytest.approx(first * math.exp(0.18))
    widening.tell(outcome(11.0, 1.0, mean=10.0))
    assert widening.factor == pytest.approx(first * math.exp(0.16))


def test_only_what_was_predicted_and_seen_whole_counts() -> None:
    widening = Widening()
    first = widening.factor
    widening.tell(completed(Candidate(0, {}), 1e9))
    for unseen in (0.1, math.nan):
        discarded = outcome(1e9, 1.0)
        discarded.unseen = unseen
        widening.tell(discarded)
    assert widening.factor == first


def test_it_stays_a_number_whatever_comes() -> None:
    widening = Widening()
    for _ in range(10_000):
        widening.tell(outcome(1e300, 1.0))
    assert math.isfinite(widening.factor)
