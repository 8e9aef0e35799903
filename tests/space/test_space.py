from __future__ import annotations

import itertools
import json
import math
import pickle
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid

from sklearn_hpo.space import Categorical, Integer, Real, SearchSpace

C = (1e-3, 1e3, "log-uniform")
BRANCHES = [
    {"kernel": ["linear"], "C": C},
    {"kernel": ["rbf", "poly"], "C": C, "gamma": stats.loguniform(1e-4, 1)},
    {"kernel": ["rbf", "poly"], "C": C, "degree": Integer(2, 5)},
]
MIXED = {
    "real": Real(-1, 1),
    "log": Real(1e-3, 1e3, log=True),
    "integer": Integer(1, 100, log=True),
    "choice": ["a", None, (1, 2)],
    "number": [1, 10, 100, 1000],
    "frozen": stats.norm(),
    "discrete": stats.binom(9, 0.3),
}


def points(space: SearchSpace, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """`n` random points."""
    return space.from_unit(np.random.default_rng(0).uniform(size=(n, 1 + space.n_dims)))


def equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Floats within 1e-12, anything else of the same type and value."""
    return a.keys() == b.keys() and all(
        math.isclose(a[k], b[k], rel_tol=1e-12)
        if isinstance(a[k], float)
        else a[k] == b[k] and type(a[k]) is type(b[k])
        for k in a
    )


# ------------------------------------------------------------------ coordinates


def test_equal_parameters_of_several_branches_share_a_coordinate() -> None:
    space = SearchSpace.from_user(BRANCHES)
    names = [name for name, _ in space.coordinates]
    assert names == ["C", "kernel", "gamma", "kernel", "degree"]
    np.testing.assert_array_equal(
        space.active,
        [[1, 1, 0, 0, 0], [1, 0, 1, 1, 0], [1, 0, 0, 1, 1]],
    )
    assert (space.n_branches, space.n_dims) == (3, 5)
    assert space.names == ("C", "degree", "gamma", "kernel")


def test_equal_names_with_other_values_do_not() -> None:
    space = SearchSpace.from_user([{"C": [1, 2, 3]}, {"C": [1.0, 2.0, 3.0]}])
    assert space.n_dims == 2


def test_a_list_and_its_categorical_do_not() -> None:
    space = SearchSpace.from_user([{"C": [1, 2, 3]}, {"C": Categorical([1, 2, 3])}])
    assert space.n_dims == 2


def test_equal_values_under_other_names_do_not() -> None:
    assert SearchSpace.from_user({"a": [1, 2], "b": [1, 2]}).n_dims == 2


def test_a_shared_coordinate_decodes_to_the_branchs_own_objects() -> None:
    estimators = [LogisticRegression(), LogisticRegression()]
    space = SearchSpace.from_user([{"model": [e]} for e in estimators])
    assert space.n_dims == 1
    for branch in range(2):
        decoded = space.decode(branch, np.array([0.5]))
        assert decoded["model"] is estimators[branch]


def test_the_order_of_the_users_dict_does_not_matter() -> None:
    first = SearchSpace.from_user({"a": [1, 2], "b": C})
    second = SearchSpace.from_user({"b": C, "a": [1, 2]})
    assert first.token() == second.token()
    assert [n for n, _ in first.coordinates] == [n for n, _ in second.coordinates]


def test_only_names_used_twice_need_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Categorical, "token", None)
    SearchSpace.from_user([{"a": ["x"]}, {"b": ["x"]}])


# ------------------------------------------------------------------ there and back


@pytest.mark.parametrize("user", [MIXED, BRANCHES, {}, [{}, {"a": [1, 2]}]])
def test_points_and_parameters_agree(user: Any) -> None:
    space = SearchSpace.from_user(user)
    for branch, u in zip(*points(space), strict=True):
        params = space.decode(branch, u)
        found = space.encode(params)
        assert found is not None
        assert equal(space.decode(*found), params)
        assert found[1].shape == (space.n_dims,)


@settings(deadline=None)
@given(st.integers(0, 2), st.data())
def test_parameters_come_back_in_their_branch(branch: int, data: st.DataObject) -> None:
    space = SearchSpace.from_user(BRANCHES)
    u = np.array(data.draw(st.lists(st.floats(0, 1), min_size=5, max_size=5)))
    u[~space.active[branch]] = np.nan
    found = space.encode(space.decode(branch, u))
    assert found is not None
    assert found[0] == branch
    np.testing.assert_array_equal(np.isnan(found[1]), ~space.active[branch])


def test_decoded_names_are_sorted() -> None:
    space = SearchSpace.from_user({"b": [1], "a": [2], "c": [3]})
    assert list(space.decode(0, np.full(3, 0.5))) == ["a", "b", "c"]


def test_the_first_branch_that_fits_is_found() -> None:
    space = SearchSpace.from_user([{"a": [1, 2]}, {"a": [2, 3]}, {"a": [3, 4]}])
    assert [space.encode({"a": a})[0] for a in (1, 2, 3, 4)] == [0, 0, 1, 2]


@pytest.mark.parametrize(
    "params",
    [{}, {"C": 1.0}, {"kernel": "rbf", "C": 1.0}, {"kernel": "linear", "C": 1e4},
     {"kernel": "sigmoid", "C": 1.0}, {"kernel": "linear", "C": 1.0, "gamma": 0.1}],
)  # fmt: skip
def test_what_is_outside_the_space_has_no_point(params: dict[str, Any]) -> None:
    assert SearchSpace.from_user(BRANCHES).encode(params) is None


def test_an_empty_dict_is_one_candidate() -> None:
    space = SearchSpace.from_user({})
    assert (space.n_branches, space.n_dims, space.size) == (1, 0, 1)
    assert space.decode(0, np.empty(0)) == {}
    branch, u = space.encode({})
    assert (branch, u.shape) == (0, (0,))
    assert space.place(np.zeros(3, dtype=int), np.empty((3, 0))).shape == (3, 0)
    assert space.key(0, u) == ()
    assert space.point(0)[0] == 0


# ------------------------------------------------------------------ place and key


@pytest.mark.parametrize("user", [MIXED, BRANCHES])
def test_place_is_that_of_each_coordinate(user: Any) -> None:
    space = SearchSpace.from_user(user)
    branch, u = points(space)
    placed = space.place(branch, u)
    np.testing.assert_array_equal(np.isnan(placed), ~space.active[branch])
    for dim, (_, distribution) in enumerate(space.coordinates):
        rows = space.active[branch, dim]
        np.testing.assert_array_equal(
            placed[rows, dim], distribution.place(u[rows, dim])
        )


@pytest.mark.parametrize("user", [MIXED, BRANCHES])
def test_place_of_one_point_is_its_place_among_many(user: Any) -> None:
    space = SearchSpace.from_user(user)
    branch, u = points(space, 20)
    placed = space.place(branch, u)
    for i in range(20):
        alone = space.place(branch[i : i + 1], u[i : i + 1])
        np.testing.assert_array_equal(alone[0], placed[i])


def test_keys_are_equal_where_values_are() -> None:
    space = SearchSpace.from_user(
        {"i": Integer(1, 3), "c": ["a", "b"], "n": [1, 2, 3], "d": stats.binom(2, 0.5),
         "p": stats.poisson(1)}
    )  # fmt: skip
    of_key: dict[Any, Any] = {}
    for branch, u in zip(*points(space, 500), strict=True):
        params = tuple(space.decode(branch, u).values())
        assert of_key.setdefault(space.key(branch, u), params) == params
    assert len(set(of_key.values())) == len(of_key)


def test_keys_of_continuous_values_are_their_places() -> None:
    space = SearchSpace.from_user({"a": Real(0, 1), "b": stats.norm()})
    assert space.key(0, np.array([0.25, 0.75])) == (0.25, 0.75)


def test_branches_that_share_all_coordinates_share_keys() -> None:
    space = SearchSpace.from_user([{"a": [1, 2]}, {"a": [1, 2]}, {"a": [2, 1]}])
    keys = [space.key(*space.point(i)) for i in range(6)]
    assert keys[:2] == keys[2:4]
    assert len(set(keys)) == 4


# ------------------------------------------------------------------ size and points


@pytest.mark.parametrize(
    "grid",
    [
        {"a": [1, 2, 3], "b": ["x", "y"]},
        {"b": ["x", "y"], "a": [1, 2, 3], "c": [None]},
        [{"a": [1, 2]}, {"b": ["x", "y", "z"], "a": [1, 2]}, {}],
    ],
)
def test_points_are_in_the_order_of_a_parameter_grid(grid: Any) -> None:
    space = SearchSpace.from_user(grid)
    listed = [space.decode(*space.point(i)) for i in range(space.size)]
    assert listed == list(ParameterGrid(grid))


def test_points_of_a_finite_space_are_all_different() -> None:
    space = SearchSpace.from_user(
        [
            {"i": Integer(1, 5, log=True), "d": stats.binom(3, 0.5), "r": Real(2, 2)},
            {"n": [1, 10, 100]},
        ]
    )
    assert space.size == 5 * 4 * 1 + 3
    found = [space.point(i) for i in range(space.size)]
    assert len({space.key(*point) for point in found}) == space.size
    for branch, u in found:
        np.testing.assert_array_equal(np.isnan(u), ~space.active[branch])


@pytest.mark.parametrize("index", [-1, 2])
def test_points_outside_a_finite_space(index: int) -> None:
    with pytest.raises(IndexError, match=f"from 0 to size - 1 .* got {index} .*size 2"):
        SearchSpace.from_user({"a": [1, 2]}).point(index)


def test_points_of_an_infinite_space() -> None:
    with pytest.raises(IndexError, match=r"in a finite space, got 0 for .* size inf"):
        SearchSpace.from_user({"a": C}).point(0)


def test_a_huge_finite_space_is_counted_exactly() -> None:
    space = SearchSpace.from_user({f"p{i}": Integer(1, 1000) for i in range(200)})
    assert space.size == 1000**200
    last = space.decode(*space.point(space.size - 1))
    assert set(last.values()) == {1000}


def test_one_infinite_parameter_among_many_values_is_infinite() -> None:
    user = {f"p{i}": Integer(1, 1000) for i in range(200)}
    assert SearchSpace.from_user({**user, "C": C}).size == math.inf


# ------------------------------------------------------------------ from the unit cube


def test_branches_are_cut_from_the_first_column() -> None:
    space = SearchSpace.from_user(BRANCHES)
    v = np.full((5, 6), 0.25)
    v[:, 0] = [0, 0.33, 0.34, 0.99, 1]
    branch, u = space.from_unit(v)
    assert branch.tolist() == [0, 0, 1, 2, 2]
    np.testing.assert_array_equal(np.isnan(u), ~space.active[branch])
    assert np.all(u[space.active[branch]] == 0.25)


def test_from_unit_leaves_its_argument_alone() -> None:
    v = np.full((3, 6), 0.25)
    SearchSpace.from_user(BRANCHES).from_unit(v)
    assert np.all(v == 0.25)


# ------------------------------------------------------------------ token, copies


def test_tokens_tell_spaces_apart() -> None:
    users = [{}, [{}, {}], {"a": [1]}, {"a": [2]}, {"b": [1]}, [{"a": [1]}] * 2]
    tokens = [SearchSpace.from_user(user).token() for user in users]
    for a, b in itertools.combinations(tokens, 2):
        assert a != b
    assert all(json.loads(json.dumps(token)) == token for token in tokens)


def test_a_pickled_space_is_the_same() -> None:
    space = SearchSpace.from_user(BRANCHES)
    again = pickle.loads(pickle.dumps(space))
    assert again.token() == space.token()
    for branch, u in zip(*points(space, 10), strict=True):
        assert again.decode(branch, u) == space.decode(branch, u)


def test_repr_is_code() -> None:
    space = SearchSpace.from_user({"C": C, "a": ["x", None], "n": Integer(1, 2)})
    names = {"Real": Real, "Integer": Integer, "Categorical": Categorical}
    again = eval(repr(space), {**names, "SearchSpace": SearchSpace})
    assert again.token() == space.token()


# ------------------------------------------------------------------ speed


def seconds(call: Callable[[], Any], n: int = 20) -> float:
    """Time of the fastest of n calls: what the machine's other work cannot lengthen."""
    times = []
    for _ in range(n):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def test_many_points_are_placed_at_once() -> None:
    user = {f"r{i}": C for i in range(4)} | {f"i{i}": Integer(1, 99) for i in range(3)}
    space = SearchSpace.from_user(
        user | {"c": ["a", "b"], "n": [1, 10, 100], "l": Integer(1, 999, log=True)}
    )
    v = np.random.default_rng(0).uniform(size=(2048, 11))
    branch, u = space.from_unit(v)
    assert seconds(lambda: space.from_unit(v)) < 0.005  # 0.1 ms
    assert seconds(lambda: space.place(branch, u)) < 0.005  # 0.4 ms
    assert seconds(lambda: space.decode(0, u[0])) < 0.0005  # 20 us


def test_a_long_list_is_no_burden() -> None:
    numbers = np.random.default_rng(0).uniform(size=10_000).tolist()
    assert seconds(lambda: SearchSpace.from_user({"a": numbers}), 5) < 0.1  # 2 ms
    space = SearchSpace.from_user({"a": numbers})
    assert seconds(lambda: space.encode({"a": float(repr(numbers[-1]))}), 5) < 0.01
