from __future__ import annotations

from collections import Counter

from benchmarks.compare.tasks import FAMILIES
from benchmarks.compare.tasks._crossed import CrossedTask

TASKS = [task for family in FAMILIES for task in (*family.BUNDLED, *family.TABLES)]


def test_every_task_has_a_name_of_its_own() -> None:
    assert set(Counter(task.name for task in TASKS).values()) == {1}


def test_no_pair_of_estimator_and_table_is_crossed_that_others_have() -> None:
    crossed = {task.name for task in TASKS if isinstance(task, CrossedTask)}
    assert len(crossed) == 75
    assert not crossed & {"forest_digits", "svr_diabetes", "sgd_concrete_strength"}
