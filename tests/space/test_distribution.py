"""What holds for distributions of every kind."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo.space import Categorical, Integer, Real, as_distribution
from sklearn_hpo.space._ordinal import Ordinal

ALL = {
    "Real": Real(-1, 3.5),
    "Real, log": Real(1e-3, 1e3, log=True),
    "Real, constant": Real(2, 2),
    "Integer": Integer(-3, 7),
    "Integer, log": Integer(1, 1000, log=True),
    "Categorical": Categorical(["a", None, 3, (1, 2)]),
    "Ordinal": Ordinal([1, 10, 100]),
    "Frozen": as_distribution(stats.norm(1, 2)),
    "FrozenDiscrete": as_distribution(stats.binom(9, 0.5)),
    "FrozenDiscrete, infinite": as_distribution(stats.poisson(3)),
}
each = pytest.mark.parametrize("name", ALL)
U = np.r_[0, np.random.default_rng(0).uniform(size=30), 1]


def same(a: Any, b: Any) -> bool:
    return a == b and type(a) is type(b)


@each
def test_encode_and_decode_agree(name: str) -> None:
    distribution = ALL[name]
    distribution.validate()
    for u in U:
        value = distribution.decode(u)
        again = distribution.decode(distribution.encode(value))
        if isinstance(value, float):
            assert again == pytest.approx(value, rel=1e-12)
        else:
            assert same(again, value)


@each
def test_nearest_is_the_value_itself_or_one_that_is_there(name: str) -> None:
    distribution = ALL[name]
    for u in U:
        value = distribution.decode(u)
        assert same(distribution.nearest(value), value)
    for other in (object(), "no such value", math.nan, True, -math.inf, math.inf):
        assert distribution.encode(distribution.nearest(other)) is not None


@pytest.mark.parametrize(
    ("values", "wanted", "nearest"),
    [
        (Real(-1, 3.5), 7, 3.5),
        (Real(1e-3, 1e3, log=True), 0, 1e-3),
        (Real(1e-3, 1e3, log=True), "auto", 1.0),
        (Real(-1, 3), math.nan, 1.0),
        (Integer(-3, 7), 0.2, 0),
        (Integer(1, 20), 7.0, 7),
        (Integer(1, 1000, log=True), 30.6, 31),
        (Integer(1, 2**45), 2.0**44 + 0.2, 2**44),
        (Integer(1, 9), math.inf, 9),
        (Ordinal([100, 1, 10]), 40, 10),
        (Ordinal([1, 10, 100]), -math.inf, 1),
        (Ordinal([1, 10, 100]), None, 10),
        (Categorical(["a", None, 3, 8]), 6, 8),
        (Categorical(["a", None, 3, 8]), 3.0, 3),
        (Categorical(["a", None, 3, 8]), "b", "a"),
        (Categorical([math.nan, 1.0, 4.0]), 3, 4.0),
        (Categorical(["a", 1.0, 4.0]), math.nan, "a"),
        (as_distribution(stats.uniform(1, 2)), 9, 3.0),
        (as_distribution(stats.binom(9, 0.5)), 11, 9),
        (as_distribution(stats.poisson(3)), 2.5, 2),
        (as_distribution(stats.rv_discrete(values=([1, 50], [0.5, 0.5]))), 40, 50),
    ],
)
def test_what_is_nearest(values: Any, wanted: object, nearest: object) -> None:
    assert values.nearest(wanted) == pytest.approx(nearest)


@each
def test_coordinates_of_one_value_have_one_place_and_one_cell(name: str) -> None:
    distribution = ALL[name]
    seen: dict[Any, tuple[Any, Any]] = {}
    for u, place in zip(U, distribution.place(U), strict=True):
        assert 0 <= place <= 1
        entry = seen.setdefault(distribution.decode(u), (place, distribution.cell(u)))
        assert entry == (place, distribution.cell(u))
    assert len({cell for _, cell in seen.values()}) == len(seen)


@each
def test_levels_are_indexes(name: str) -> None:
    distribution = ALL[name]
    if distribution.n_values < math.inf:
        for i in range(distribution.n_values):
            assert distribution.index(distribution.level(i)) == i


@each
def test_scalars_of_numpy_are_coordinates_too(name: str) -> None:
    distribution = ALL[name]
    for u in (0.0, 0.3, 1.0):
        assert same(distribution.decode(np.float64(u)), distribution.decode(u))


@each
def test_place_leaves_its_argument_alone(name: str) -> None:
    u = U.copy()
    ALL[name].place(u)
    np.testing.assert_array_equal(u, U)


@each
@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, "pickle"])
def test_copies_are_equal(name: str, make: Any) -> None:
    distribution = ALL[name]
    again = (
        pickle.loads(pickle.dumps(distribution))
        if make == "pickle"
        else make(distribution)
    )
    assert again.token() == distribution.token()
    assert all(same(again.decode(u), distribution.decode(u)) for u in U)


@pytest.mark.parametrize("name", [n for n in ALL if not n.startswith("Frozen")])
def test_repr_is_code(name: str) -> None:
    names = {"Real": Real, "Integer": Integer, "Categorical": Categorical}
    again = eval(repr(ALL[name]), {**names, "Ordinal": Ordinal})
    assert again.token() == ALL[name].token()
    assert type(again) is type(ALL[name])


@each
def test_tokens_survive_json(name: str) -> None:
    token = ALL[name].token()
    assert json.loads(json.dumps(token)) == token


def test_tokens_tell_kinds_apart() -> None:
    tokens = [json.dumps(distribution.token()) for distribution in ALL.values()]
    assert len(set(tokens)) == len(tokens)


@each
def test_one_draw_is_a_value(name: str) -> None:
    distribution = ALL[name]
    value = distribution.rvs(random_state=0)
    assert distribution.encode(value) is not None
    assert not isinstance(value, np.generic)


@each
@pytest.mark.parametrize(("size", "shape"), [(4, (4,)), ((2, 3), (2, 3)), (0, (0,))])
def test_draws_have_the_shape_asked_for(
    name: str, size: int | tuple[int, ...], shape: tuple[int, ...]
) -> None:
    assert ALL[name].rvs(size=size, random_state=0).shape == shape


@pytest.mark.parametrize(
    ("name", "kind"), [("Real", "f"), ("Integer", "i"), ("Categorical", "O")]
)
def test_draws_have_the_type_of_the_values(name: str, kind: str) -> None:
    assert ALL[name].rvs(size=3, random_state=0).dtype.kind == kind


@each
def test_draws_are_repeatable(name: str) -> None:
    draw = ALL[name].rvs
    generators = [0, np.random.RandomState(0)]
    first, second = (list(draw(size=5, random_state=g)) for g in generators)
    assert first == second
    generators = [np.random.default_rng(0), np.random.default_rng(0)]
    first, second = (list(draw(size=5, random_state=g)) for g in generators)
    assert first == second


def test_without_a_random_state_the_global_one_is_used() -> None:
    np.random.seed(0)  # noqa: NPY002
    first = Real(0, 1).rvs()
    assert first == Real(0, 1).rvs(random_state=0)
    assert first != Real(0, 1).rvs()


def test_rvs_checks_the_arguments() -> None:
    with pytest.raises(ValueError, match="low must not be above high"):
        Real(2, 1).rvs()


def test_ranges_are_compared_by_value() -> None:
    assert Real(0, 1) == Real(0, 1) != Real(0, 2)
    assert len({Integer(0, 1), Integer(0, 1), Integer(0, 2)}) == 2
