"""WHAT WAS TRIED: candidates, tasks, results, and the history that merges them.

A :class:`Candidate` is one setting of the parameters. A :class:`Task` is one fold of
it, and :class:`FoldResult` is what came of the task. A :class:`Trial` collects the
folds of one candidate at one resource. :class:`History` holds them all and is the only
place where results are merged.
"""

from sklearn_hpo.trials._candidate import Candidate, Task
from sklearn_hpo.trials._fold_result import FoldResult, FoldStatus, Scores
from sklearn_hpo.trials._fold_table import TIMES
from sklearn_hpo.trials._history import History
from sklearn_hpo.trials._journal import Journal
from sklearn_hpo.trials._journal_events import Closed, Event, Issued
from sklearn_hpo.trials._journal_file import JournalError
from sklearn_hpo.trials._journal_values import key_of
from sklearn_hpo.trials._trial import Trial, TrialStatus

__all__ = [
    "TIMES",
    "Candidate",
    "Closed",
    "Event",
    "FoldResult",
    "FoldStatus",
    "History",
    "Issued",
    "Journal",
    "JournalError",
    "Scores",
    "Task",
    "Trial",
    "TrialStatus",
    "key_of",
]
