from __future__ import annotations

import numpy as np

from sklearn_hpo.acquisition import Centered

RANGES = np.array([True, True, False])


class Flat:
    """Is worth the same everywhere."""

    def __call__(self, A):
        return np.zeros(len(A))

    def with_gradient(self, A):
        return np.zeros(len(A)), np.zeros(A.shape)


def test_the_middle_is_worth_most_and_the_corners_least() -> None:
    worth = Centered(Flat(), RANGES, n=10)
    middle, edge, corner = worth(np.array([[0.5, 0.5, 0], [0.5, 1, 0], [0, 1, 0]]))
    assert 0.0 == middle > edge > corner


def test_other_inputs_have_no_middle() -> None:
    worth = Centered(Flat(), RANGES, n=10)
    A = np.array([[0.3, 0.7, 0.0], [0.3, 0.7, 1.0]])
    assert len(set(worth(A))) == 1


def test_it_fades_with_the_data() -> None:
    corner = np.zeros((1, 3))
    few, many = (Centered(Flat(), RANGES, n)(corner)[0] for n in (10, 100))
    assert np.isclose(few, 1000 * many)


def test_the_gradient(check_gradient) -> None:
    worth = Centered(Flat(), RANGES, n=7)
    for a in np.random.default_rng(0).random((5, 3)):
        value, gradient = worth.with_gradient(a[None])
        assert value == worth(a[None])
        check_gradient(lambda x: worth(x[None])[0], gradient[0], a)
