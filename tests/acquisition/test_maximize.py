"""The maximizer over spaces of every kind."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from scipy.stats import poisson

from sklearn_hpo import Categorical, Integer, Real
from sklearn_hpo.acquisition import Maximizer, _maximize, canonical
from sklearn_hpo.space import SearchSpace


class Smooth:
    """A hill over continuous inputs, with a bonus for a place of the others."""

    def __init__(self, top, weights):
        self.top, self.weights = np.array(top), np.array(weights)

    def __call__(self, A):
        return -((A - self.top) ** 2) @ self.weights

    def with_gradient(self, A):
        return self(A), -2.0 * (A - self.top) * self.weights


def maximized(space, acquisition, seed=0, taken=(), known=None):
    """Return an iterator over params, best first."""
    maximizer = Maximizer(space)
    rng = np.random.default_rng(seed)
    if known is None:
        branch, u = space.from_unit(rng.random((3, 1 + space.n_dims)))
    else:
        branch, u = (np.array(part) for part in zip(*known, strict=True))
    scale = np.full(len(maximizer.inputs.unordered), 0.3)
    ranked = maximizer.maximize(acquisition, scale, branch, u, taken, rng)
    return (space.decode(*point) for point in ranked)


def test_continuous():
    space = SearchSpace.from_user({f"x{i}": Real(0, 1) for i in range(6)})
    top = np.linspace(0.1, 0.9, 6)
    best = next(maximized(space, Smooth(top, np.ones(6))))
    np.testing.assert_allclose(list(best.values()), top, atol=0.03)


def test_at_the_border():
    space = SearchSpace.from_user({"x": Real(0, 1), "y": Real(0, 1)})
    best = next(maximized(space, Smooth([-1.0, 2.0], [1.0, 1.0])))
    assert (best["x"], best["y"]) == (0.0, 1.0)


def test_mixed():
    space = SearchSpace.from_user(
        {"n": Integer(1, 1000), "x": Real(0, 1), "y": Real(0, 1)}
    )
    best = next(maximized(space, Smooth([0.6165, 0.2, 0.8], [9.0, 1.0, 1.0])))
    assert best["n"] == 617
    assert abs(best["x"] - 0.2) < 0.03


def test_many_choices_at_once():
    space = SearchSpace.from_user(
        {f"c{i}": Categorical([*"abcdefgh"]) for i in range(8)}
    )
    top = (np.arange(8) + 0.5) / 8
    best = next(maximized(space, Smooth(top, np.ones(8))))
    assert "".join(best.values()) == "abcdefgh"


def test_the_best_branch():
    space = SearchSpace.from_user([{"x": Real(0, 1)}, {"y": Real(0, 1)}])
    best = next(maximized(space, Smooth([0.5, 0.3, 1.0], [1.0, 1.0, 1.0])))
    assert abs(best["y"] - 0.3) < 0.03


def test_points_are_ranked_by_what_they_are_worth():
    branches = [{"x": Real(0, 1), f"y{i}": Real(0, 1), "c": [*"ab"]} for i in range(4)]
    del branches[3]["c"]
    space = SearchSpace.from_user(branches)
    inputs = Maximizer(space).inputs
    d = len(inputs.unordered)
    acquisition = Smooth(np.full(d, 0.4), np.arange(1.0, d + 1.0))
    ranked = [space.encode(best) for best in maximized(space, acquisition)]
    X = inputs(*map(np.array, zip(*ranked, strict=True)))
    assert set(X[:, -1]) == {0.0, 1.0, 2.0, 3.0}
    assert (np.diff(acquisition(X)) <= 1e-12).all()


def test_a_narrow_top_beside_a_known_point():
    values = {f"x{i}": Real(0, 1) for i in range(10)}
    space = SearchSpace.from_user(values)
    top = np.full(10, 0.37)

    class Needle(Smooth):
        def __call__(self, A):
            return -np.log1p(super().__call__(A) * -1e4)

        def with_gradient(self, A):
            value, gradient = super().with_gradient(A)
            return self(A), gradient * 1e4 / (1.0 - 1e4 * value)[:, None]

    known = [(0, top + 0.02)]
    best = next(maximized(space, Needle(top, np.ones(10)), known=known))
    np.testing.assert_allclose(list(best.values()), top, atol=1e-2)


def test_a_small_space_is_ranked_whole():
    space = SearchSpace.from_user({"n": Integer(1, 7), "c": ["a", "b"]})
    ranked = list(maximized(space, Smooth([0.25, 0.0], [1e-3, 1.0])))
    assert [p["n"] for p in ranked] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    assert [p["c"] for p in ranked] == ["a", "b"] * 7


def test_what_is_taken_is_left_out():
    space = SearchSpace.from_user({"n": Integer(1, 5000)})
    top = Smooth([0.5], [1.0])
    first = next(maximized(space, top))
    taken = {space.key(*space.encode(first))}
    second = next(maximized(space, top, taken=taken))
    assert first["n"] in (2500, 2501)
    assert abs(second["n"] - first["n"]) == 1


def test_all_are_distinct():
    space = SearchSpace.from_user({"n": Integer(1, 40), "m": Integer(1, 40)})
    ranked = [*islice(maximized(space, Smooth([0.5, 0.5], [1.0, 1.0])), 50)]
    assert len({tuple(p.values()) for p in ranked}) == 50


def test_flat_everywhere():
    space = SearchSpace.from_user({"x": Real(0, 1), "c": [*"abc"]})
    assert next(maximized(space, Smooth([0.0, 0.0], [0.0, 0.0])))


@pytest.mark.parametrize("seed", range(3))
def test_the_same_generator_the_same_answer(seed):
    space = SearchSpace.from_user({"x": Real(0, 1), "n": Integer(1, 50)})
    acquisition = Smooth([0.3, 0.7], [1.0, 1.0])
    one, other = (next(maximized(space, acquisition, seed)) for _ in range(2))
    assert one == other


def test_coordinates_of_one_value_have_one_canonical_point():
    space = SearchSpace.from_user({"x": Real(1.0, 1.0 + 4e-16), "n": Integer(1, 3)})
    one = canonical(space, 0, np.array([0.34, 0.40]))
    other = canonical(space, 0, np.array([0.66, 0.41]))
    assert space.key(*one) == space.key(*other)


def test_of_points_with_the_same_values_one_is_decoded(monkeypatch):
    decoded = []
    monkeypatch.setattr(
        _maximize,
        "canonical",
        lambda *point: decoded.append(point) or canonical(*point),
    )
    space = SearchSpace.from_user({"n": poisson(5)})
    ranked = list(maximized(space, Smooth([0.5], [1.0])))
    assert len({best["n"] for best in ranked}) == len(ranked) > 5
    assert len(decoded) < 2 * len(ranked)
