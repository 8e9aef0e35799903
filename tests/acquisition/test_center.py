from __future__ import annotations

import numpy as np

from sklearn_hpo.acquisition import Centered
from sklearn_hpo.surrogates import GaussianProcess

RANGES = np.array([True, True, False])


class Flat:
    """Is worth the same everywhere."""

    def __call__(self, A):
        return np.zeros(len(A))

    def with_gradient(self, A):
        return np.zeros(len(A)), np.zeros(A.shape)


def told(function) -> GaussianProcess:
    """Return a model of scores at a few points; the third input is unordered."""
    X = np.random.default_rng(0).random((12, 3))
    X[:, 2] = np.arange(12) % 2
    return GaussianProcess(
        X,
        function(*X.T),
        np.log([0.5, 0.5, 0.5, 1.0, 1e-4]),
        np.array([False, False, True]),
    )


NOTHING = told(lambda a, b, c: 0.0 * a)
UPHILL = told(lambda a, b, c: 3.0 * a)


def test_the_middle_is_worth_most_and_the_corners_least() -> None:
    worth = Centered(Flat(), NOTHING, RANGES, n=10)
    middle, edge, corner = worth(np.array([[0.5, 0.5, 0], [0.5, 1, 0], [0, 1, 0]]))
    assert 0.0 == middle > edge > corner


def test_other_inputs_have_no_middle() -> None:
    worth = Centered(Flat(), NOTHING, RANGES, n=10)
    A = np.array([[0.3, 0.7, 0.0], [0.3, 0.7, 1.0]])
    assert len(set(worth(A))) == 1


def test_it_fades_with_the_data() -> None:
    corner = np.zeros((1, 3))
    few, many = (Centered(Flat(), NOTHING, RANGES, n)(corner)[0] for n in (10, 100))
    assert np.isclose(few, 100 * many)


def test_nothing_is_held_against_an_end_that_the_model_is_sure_of() -> None:
    worth = Centered(Flat(), UPHILL, RANGES, n=10)
    low, high, other, middle = worth(
        np.array([[0, 0.5, 0], [1, 0.5, 0], [0.5, 1, 0], [0.5, 0.5, 0]])
    )
    assert middle == 0.0
    assert high > 0.01 * low
    assert low == -3.0
    assert other < 0.5 * low


def test_an_end_that_is_a_little_better_is_held_to_be_chance() -> None:
    worth = Centered(Flat(), told(lambda a, b, c: 0.1 * a), RANGES, n=10)
    assert worth(np.array([[1.0, 0.5, 0.0]])) == -3.0


def test_the_gradient(check_gradient) -> None:
    worth = Centered(Flat(), UPHILL, RANGES, n=7)
    for a in np.random.default_rng(0).random((5, 3)):
        value, gradient = worth.with_gradient(a[None])
        assert value == worth(a[None])
        check_gradient(lambda x: worth(x[None])[0], gradient[0], a)
