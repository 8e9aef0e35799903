from __future__ import annotations

import json
import random

import pytest

from benchmarks.compare._space import Space, cat, integer, real


def test_json_and_back_is_the_same_space(make_task):
    space = make_task().space
    assert Space.from_json(json.loads(json.dumps(space.to_json()))) == space


def test_the_default_is_in_the_first_branch(make_task):
    default = {"branch": "a", "x": 0.1, "k": 3, "c": None}
    assert make_task().space.default() == default


def test_samples_have_exactly_the_active_parameters(make_task):
    space, rng = make_task().space, random.Random(0)
    for _ in range(50):
        config = space.sample(rng)
        assert space.prune(config) == config
        assert ("k" in config) == (config["branch"] == "a")


def test_a_choice_is_found_by_value_and_type():
    param = cat("c", (1, 1.0, True, "1", None), 1)
    for i, choice in enumerate(param.choices):
        assert param.index(choice) == i
        assert param.unlabel(param.label(choice)) is choice


def test_nest_and_back(make_task):
    space, rng = make_task().space, random.Random(0)
    for _ in range(20):
        config = space.sample(rng)
        nested = space.nest(config)
        assert set(nested) == {"x", "tree"}
        assert space.unnest(nested) == config


def test_rounding_at_a_bound_is_forgiven():
    assert real("x", 1e-4, 1.0, 1.0).clean(1.0 + 1e-12) == 1.0


@pytest.mark.parametrize("value", [0, 10, 2.0e9])
def test_a_value_outside_the_range_is_the_runners_fault(value):
    with pytest.raises(ValueError, match=r"'k' lies in \[1, 9\]"):
        integer("k", 1, 9, 3).clean(value)
