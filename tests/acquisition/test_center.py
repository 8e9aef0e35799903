from __future__ import annotations

import numpy as np
import pytest

from sklearn_hpo.acquisition import Centered


class Flat:
    """Is worth the same everywhere."""

    def __call__(self, A):
        return np.zeros(len(A))

    def with_gradient(self, A):
        return np.zeros(len(A)), np.zeros(A.shape)


ORDERED = np.array([True, True, False])
MIDDLE = np.array([0.5, 0.5, 1.0])


def test_the_middle_is_worth_most_and_the_corners_least() -> None:
    worth = Centered(Flat(), ORDERED, 10, MIDDLE)
    middle, edge, corner = worth(np.array([[0.5, 0.5, 0], [0.5, 1, 0], [0, 1, 0]]))
    assert 0.0 == middle > edge > corner


def test_unordered_inputs_have_no_middle() -> None:
    worth = Centered(Flat(), ORDERED, 10, MIDDLE)
    A = np.array([[0.3, 0.7, 0.0], [0.3, 0.7, 1.0]])
    assert len(set(worth(A))) == 1


def test_nothing_is_held_against_an_end_that_has_proved_good() -> None:
    worth = Centered(Flat(), ORDERED, 10, np.array([0.1, 0.5, 0.0]))
    A = np.array([[0.1, 0.5, 0], [0.8, 0.5, 0], [0.05, 0.5, 0], [0.1, 0.05, 0]])
    known, opposite, beyond, elsewhere = worth(A)
    assert known == opposite == 0.0 > beyond > elsewhere


def test_it_fades_with_the_data() -> None:
    corner = np.zeros((1, 3))
    few, many = (Centered(Flat(), ORDERED, n, MIDDLE)(corner)[0] for n in (10, 1000))
    assert few == pytest.approx(10_000 * many)


def test_the_gradient(check_gradient) -> None:
    worth = Centered(Flat(), ORDERED, 7, np.array([0.3, 0.9, 0.0]))
    for a in np.random.default_rng(0).random((5, 3)):
        value, gradient = worth.with_gradient(a[None])
        assert value == worth(a[None])
        check_gradient(lambda x: worth(x[None])[0], gradient[0], a)
