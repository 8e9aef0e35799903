"""HOW GOOD IT IS: the cross-validation evaluator every search shares.

:class:`Evaluator` takes tasks and gives back fold results. One fold runs in
:func:`evaluate_fold`, described by :class:`FoldSettings`. Where it runs is the business
of the executor: it hands calls to the workers of a joblib backend one by one, so that
the next task can be decided by the last result, and finds out who ends his worker. How
the data get there is the business of the placement: threads see them as they are,
processes map one file, clusters are sent them once. What a rung of a search gives a fit
more of is the business of a :class:`Resource`.
"""

from sklearn_hpo.evaluation._best_possible import best_possible
from sklearn_hpo.evaluation._evaluator import Evaluator, WorkerDiedError
from sklearn_hpo.evaluation._executor import Executor
from sklearn_hpo.evaluation._fold import evaluate_fold
from sklearn_hpo.evaluation._limits import FitTimeoutError
from sklearn_hpo.evaluation._open_executor import open_executor
from sklearn_hpo.evaluation._settings import FoldSettings, FoldShared
from sklearn_hpo.evaluation.early_stopping._adapters import set_iterations
from sklearn_hpo.evaluation.early_stopping._early_stopping import (
    EarlyStopping,
    Stopping,
)
from sklearn_hpo.evaluation.early_stopping._validation_part import HoldOut
from sklearn_hpo.evaluation.resources._folds import Folds
from sklearn_hpo.evaluation.resources._iterations import Iterations
from sklearn_hpo.evaluation.resources._parameter import Parameter
from sklearn_hpo.evaluation.resources._resource import Resource
from sklearn_hpo.evaluation.resources._samples import Samples

__all__ = [
    "EarlyStopping",
    "Evaluator",
    "Executor",
    "FitTimeoutError",
    "FoldSettings",
    "FoldShared",
    "Folds",
    "HoldOut",
    "Iterations",
    "Parameter",
    "Resource",
    "Samples",
    "Stopping",
    "WorkerDiedError",
    "best_possible",
    "evaluate_fold",
    "open_executor",
    "set_iterations",
]
