"""WHAT IT WOULD BE WORTH: acquisition functions and their maximizer.

:class:`LogEI` values points by the improvement a model expects of them, and
:class:`Centered` weighs it by the belief that the ends of a range are seldom best,
:class:`Feasible` by the chance that a candidate does not fail.
:class:`Maximizer` finds the points of a search space that are worth most, continuous
and discrete parameters and branches together. :class:`ModelInputs` says how a model
sees a point.
"""

from sklearn_hpo.acquisition._acquisition import Acquisition
from sklearn_hpo.acquisition._center import Centered
from sklearn_hpo.acquisition._feasible import Feasible
from sklearn_hpo.acquisition._inputs import ModelInputs
from sklearn_hpo.acquisition._logei import LogEI
from sklearn_hpo.acquisition._maximize import Maximizer, canonical

__all__ = [
    "Acquisition",
    "Centered",
    "Feasible",
    "LogEI",
    "Maximizer",
    "ModelInputs",
    "canonical",
]
