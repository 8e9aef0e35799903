"""HOW GOOD IT IS: the cross-validation evaluator every search shares.

:class:`Evaluator` takes tasks and gives back fold results. One fold runs in
:func:`evaluate_fold`, described by :class:`FoldSettings`. Where it runs is the business
of the executor, the only place that knows joblib: calls go to the workers one by one,
so that the next task can be decided by the last result.
"""

from sklearn_hpo.evaluation._best_possible import best_possible
from sklearn_hpo.evaluation._evaluator import Evaluator
from sklearn_hpo.evaluation._executor import Executor, open_executor
from sklearn_hpo.evaluation._fold import FoldSettings, evaluate_fold

__all__ = [
    "Evaluator",
    "Executor",
    "FoldSettings",
    "best_possible",
    "evaluate_fold",
    "open_executor",
]
