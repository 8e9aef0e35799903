"""The tuning tasks: one file per family of estimators, `BUNDLED` and `TABLES` in each.

Made for scikit-learn 1.8 and newer, where ``l1_ratio`` alone says which penalty a
logistic regression has. A new task is one more `EstimatorTask` in the file of its
family: a function that builds the estimator of a configuration, and the parameters with
their defaults.
"""

from __future__ import annotations

from benchmarks.compare._task import Task
from benchmarks.compare.tasks import _crossed, _kernels, _linear, _others, _trees
from benchmarks.compare.tasks._data import csv_tables, data_folder
from benchmarks.compare.tasks._surrogates import surrogate_tasks

FAMILIES = (_linear, _kernels, _trees, _others, _crossed)


def all_tasks() -> dict[str, Task]:
    """Return every task that can be run here, by name."""
    tasks: list[Task] = [task for family in FAMILIES for task in family.BUNDLED]
    if csv_tables():
        tasks += [task for family in FAMILIES for task in family.TABLES]
    folder = data_folder()
    if folder is not None:
        tasks += surrogate_tasks(folder)
    return {task.name: task for task in tasks}


__all__ = ["all_tasks"]
