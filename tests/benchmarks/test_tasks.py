from __future__ import annotations

from collections import Counter

from benchmarks.compare.tasks import FAMILIES
from benchmarks.compare.tasks._crossed import ELSEWHERE, CrossedTask


def test_every_task_has_a_name_of_its_own() -> None:
    tasks = [task for family in FAMILIES for task in (*family.BUNDLED, *family.TABLES)]
    names = Counter(task.name for task in tasks)
    assert set(names.values()) == {1}


def test_no_pair_of_estimator_and_table_is_crossed_that_others_have() -> None:
    tasks = [task for family in FAMILIES for task in (*family.BUNDLED, *family.TABLES)]
    crossed = {task.name for task in tasks if isinstance(task, CrossedTask)}
    others = {task.name for task in tasks} - crossed
    assert len(crossed) == 75
    # The name of one of the others is shorter.
    assert ELSEWHERE - others == {"sgd_concrete_strength"}
    assert not ELSEWHERE & crossed
