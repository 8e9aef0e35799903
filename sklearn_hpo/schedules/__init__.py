"""HOW MUCH TO SPEND ON IT: which fold of which candidate comes next.

A :class:`Schedule` stands between the loop and a strategy: it asks the strategy for
candidates, decides which of their folds are run, and closes them. :class:`Full` runs
all folds.
"""

from sklearn_hpo.schedules._full import Full
from sklearn_hpo.schedules._schedule import Proposal, Schedule, Verdict

__all__ = ["Full", "Proposal", "Schedule", "Verdict"]
