"""HOW MUCH TO SPEND ON IT: which fold of which candidate comes next.

A :class:`Schedule` stands between the loop and a strategy: it asks the strategy for
candidates, decides which of their folds are run, and closes them. :class:`Full` runs
all folds; :class:`Racing` stops at the fold where a :class:`RacingRule`, such as
:class:`PairedTRule`, sees no chance left. :class:`Halving` tries all candidates with
little of a resource, and the best of them with more and more; :class:`Hyperband` does
so from several starts, and for candidates that are proposed one by one.
"""

from sklearn_hpo.schedules._full import Full
from sklearn_hpo.schedules._halving import Halving
from sklearn_hpo.schedules._hyperband import Hyperband
from sklearn_hpo.schedules._paired_t_rule import PairedTRule
from sklearn_hpo.schedules._racing import Racing
from sklearn_hpo.schedules._racing_rule import RacingRule
from sklearn_hpo.schedules._schedule import Proposal, Schedule, Verdict

__all__ = [
    "Full",
    "Halving",
    "Hyperband",
    "PairedTRule",
    "Proposal",
    "Racing",
    "RacingRule",
    "Schedule",
    "Verdict",
]
