"""WHAT IT WOULD BE WORTH: acquisition functions and their maximizer.

:class:`LogEI` values points by the improvement a model expects of them, and
:class:`Centered` weighs it by the belief that the ends of a range are seldom best.
:class:`Maximizer` finds the points of a search space that are worth most, continuous
and discrete parameters and branches together. :class:`ModelInputs` says how a model
sees a point.
"""

from sklearn_hpo.acquisition._center import Centered
from sklearn_hpo.acquisition._inputs import ModelInputs
from sklearn_hpo.acquisition._logei import LogEI
from sklearn_hpo.acquisition._maximize import Maximizer, canonical

__all__ = ["Centered", "LogEI", "Maximizer", "ModelInputs", "canonical"]
