"""Neighbours that differ in one discrete value."""

from __future__ import annotations

import numpy as np
from scipy import stats

from sklearn_hpo import Categorical, Integer, Real
from sklearn_hpo.acquisition import ModelInputs
from sklearn_hpo.acquisition._neighbours import Neighbours
from sklearn_hpo.space import SearchSpace


def neighbours_of(values, *params):
    """Return the owners and the params of all neighbours."""
    space = SearchSpace.from_user(values)
    branch, u = (
        np.array(part) for part in zip(*map(space.encode, params), strict=True)
    )
    rng = np.random.default_rng(0)
    owner, near = Neighbours(ModelInputs(space))(branch, u, rng)
    decoded = [
        space.decode(int(branch[s]), v) for s, v in zip(owner, near, strict=True)
    ]
    return owner, decoded


def test_all_exchanges_of_one_value():
    values = {"c": ["a", "b", "d"], "n": Integer(1, 3), "x": Real(0, 1)}
    _, near = neighbours_of(values, {"c": "a", "n": 2, "x": 0.3})
    assert [(p["c"], p["n"], p["x"]) for p in near] == [
        ("b", 2, 0.3),
        ("d", 2, 0.3),
        ("a", 1, 0.3),
        ("a", 3, 0.3),
    ]


def test_a_long_range_of_integers_is_tried_at_growing_distance():
    _, near = neighbours_of({"n": Integer(1, 1000)}, {"n": 500})
    steps = sorted(abs(p["n"] - 500) for p in near)
    assert steps[:6] == [1, 1, 2, 2, 4, 4]
    assert len(steps) < 20


def test_a_thousand_choices_are_sampled():
    values = {"c": Categorical([f"c{i}" for i in range(1000)])}
    _, near = neighbours_of(values, {"c": "c7"})
    assert 31 <= len({p["c"] for p in near} - {"c7"}) <= 32


def test_discrete_values_without_end():
    _, near = neighbours_of({"k": stats.poisson(50)}, {"k": 50})
    assert min(p["k"] for p in near) < 50 < max(p["k"] for p in near)


def test_neighbours_stay_in_their_branch():
    values = [{"e": ["a"], "n": Integer(1, 3)}, {"e": ["b"], "c": ["u", "v"]}]
    owner, near = neighbours_of(values, {"e": "a", "n": 1}, {"e": "b", "c": "u"})
    assert owner.tolist() == [0, 0, 1]
    assert near == [{"e": "a", "n": 2}, {"e": "a", "n": 3}, {"c": "v", "e": "b"}]


def test_no_discrete_values_no_neighbours():
    owner, near = neighbours_of({"x": Real(0, 1)}, {"x": 0.5})
    assert len(owner) == len(near) == 0
