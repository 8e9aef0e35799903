"""A search space as a model sees it."""

from __future__ import annotations

import numpy as np
from scipy import stats

from sklearn_hpo import Categorical, Integer, Real
from sklearn_hpo.acquisition import ModelInputs
from sklearn_hpo.space import SearchSpace

BRANCHES = [
    {"kind": ["a"], "x": Real(0, 1), "n": Integer(1, 4)},
    {"kind": ["b"], "x": Real(0, 1), "c": Categorical([1, 2, 3])},
]


def inputs_at(values, *params):
    space = SearchSpace.from_user(values)
    branch, u = zip(*(space.encode(p) for p in params), strict=True)
    inputs = ModelInputs(space)
    return inputs, inputs(np.array(branch), np.array(u))


def test_constants_are_no_inputs():
    values = {
        "fixed": ["only"],
        "same": Real(2, 2),
        "n": Integer(3, 3),
        "x": Real(0, 1),
    }
    inputs, X = inputs_at(values, {"fixed": "only", "same": 2.0, "n": 3, "x": 0.25})
    np.testing.assert_array_equal(X, [[0.25]])
    assert not inputs.unordered[0]


def test_an_integer_is_seen_where_it_is_rounded_to():
    space = SearchSpace.from_user({"n": Integer(1, 4)})
    X = ModelInputs(space)(np.zeros(3, int), np.array([[0.01], [0.12], [0.24]]))
    np.testing.assert_array_equal(X, np.full((3, 1), 0.125))


def test_the_branch_is_the_last_input_and_unordered():
    inputs, X = inputs_at(
        BRANCHES, {"kind": "a", "x": 0.5, "n": 1}, {"kind": "b", "x": 0.5, "c": 1}
    )
    assert inputs.unordered[-1]
    assert X[0, -1] != X[1, -1]


def test_inactive_inputs_are_alike_in_all_points_of_a_branch():
    _, X = inputs_at(
        BRANCHES, {"kind": "a", "x": 0.1, "n": 1}, {"kind": "a", "x": 0.9, "n": 1}
    )
    assert np.isfinite(X).all()
    assert (X[0] != X[1]).sum() == 1


def test_an_inactive_choice_is_like_no_choice():
    params = [{"kind": "b", "x": 0.5, "c": c} for c in (1, 2, 3)]
    inputs, X = inputs_at(BRANCHES, {"kind": "a", "x": 0.5, "n": 1}, *params)
    choices = X[:, :-1][:, inputs.unordered[:-1]]
    assert len(np.unique(choices)) == 4


def test_only_continuous_values_move_freely():
    values = {
        "x": Real(1e-3, 1e3, log=True),
        "n": Integer(1, 9),
        "c": ["a", "b"],
        "list": [1, 2, 3],
        "normal": stats.norm(),
        "poisson": stats.poisson(3),
    }
    space = SearchSpace.from_user(values)
    inputs = ModelInputs(space)
    names = [space.coordinates[j][0] for j in inputs.columns[inputs.continuous]]
    assert sorted(names) == ["normal", "x"]


def test_ranges_have_values_between_two_ends():
    values = {
        "x": Real(0, 1),
        "n": Integer(1, 9),
        "c": Categorical(["a", "b", "c"]),
        "two": [False, True],
        "list": [1, 2, 3],
    }
    space = SearchSpace.from_user([values, {"y": Real(0, 1)}])
    inputs = ModelInputs(space)
    assert not inputs.ranges[-1]
    names = [space.coordinates[j][0] for j in inputs.columns[inputs.ranges[:-1]]]
    assert sorted(names) == ["list", "n", "x", "y"]


def test_what_is_inactive_does_not_move():
    space = SearchSpace.from_user([{"x": Real(0, 1)}, {"y": Real(0, 1)}])
    free = ModelInputs(space).free(np.array([0, 1]))
    np.testing.assert_array_equal(free, [[True, False, False], [False, True, False]])
