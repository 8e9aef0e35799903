from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sklearn_hpo.space import as_distribution


class Dice:
    """Has rvs and nothing else; `size` is not even known to it."""

    def rvs(self, random_state: Any = None) -> int:
        return int(np.random.default_rng(random_state).integers(1, 7))


class ManyDice:
    def rvs(self, size: Any, random_state: Any) -> Any:
        return np.random.default_rng(random_state).integers(1, 7, size)


def test_it_draws_as_the_object_does() -> None:
    assert as_distribution(Dice()).rvs(random_state=3) == Dice().rvs(random_state=3)
    drawn = as_distribution(ManyDice()).rvs(size=5, random_state=3)
    np.testing.assert_array_equal(drawn, ManyDice().rvs(5, 3))


def test_it_has_no_coordinates() -> None:
    sampled = as_distribution(Dice())
    message = "ppf and cdf is expected here, got .*Dice.* use RandomizedSearchCV"
    with pytest.raises(TypeError, match=message):
        sampled.encode(3)
    with pytest.raises(TypeError, match=message):
        sampled.decode(0.5)
    with pytest.raises(TypeError, match=message):
        sampled.place(np.array([0.5]))


def test_its_values_are_not_counted() -> None:
    sampled = as_distribution(Dice())
    sampled.validate()
    assert sampled.n_values == math.inf


def test_its_token_is_that_of_the_object() -> None:
    assert as_distribution(Dice()).token() == as_distribution(Dice()).token()
    assert as_distribution(Dice()).token() != as_distribution(ManyDice()).token()
