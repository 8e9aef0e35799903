from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.compare.tasks import FAMILIES, all_tasks
from benchmarks.compare.tasks._crossed import CrossedTask
from benchmarks.compare.tasks._surrogate_models import MODELS
from benchmarks.compare.tasks._surrogates import FurtherTask

TASKS = [task for family in FAMILIES for task in (*family.BUNDLED, *family.TABLES)]


def test_every_task_has_a_name_of_its_own() -> None:
    assert set(Counter(task.name for task in TASKS).values()) == {1}


def test_no_pair_of_estimator_and_table_is_crossed_that_others_have() -> None:
    crossed = {task.name for task in TASKS if isinstance(task, CrossedTask)}
    assert len(crossed) == 84
    others = {"forest_digits", "sgd_wine", "svr_diabetes", "sgd_concrete_strength"}
    assert not crossed & others


def test_further_instances_are_none_that_the_models_name() -> None:
    named = {f"{m.name}_{i}" for m in MODELS for i in (*m.tune, *m.report)}
    further = [task for task in all_tasks().values() if isinstance(task, FurtherTask)]
    if not further:
        pytest.skip("The surrogates are not here.")
    assert Counter(task.model.name for task in further) == dict.fromkeys(
        [model.name for model in MODELS], 24
    )
    assert not {task.name for task in further} & named
