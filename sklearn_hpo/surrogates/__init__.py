"""WHAT WE BELIEVE: models of the scores.

:class:`GaussianProcess` predicts scores, with gradients, at given hyperparameters;
:func:`fit_theta` finds these, and :class:`LogPosterior` is what it maximizes.
:class:`Trend` is what single inputs are believed to add.
:class:`ScoreScale` turns the scores of a search into ones a model can take.
:func:`thinned` leaves points out where there are too many.
:func:`one_thread` keeps BLAS from spreading small matrices over many threads.
"""

from sklearn_hpo.surrogates._fit import LogPosterior, cold_starts, fit_theta
from sklearn_hpo.surrogates._gp import GaussianProcess
from sklearn_hpo.surrogates._scores import ScoreScale
from sklearn_hpo.surrogates._thinned import thinned
from sklearn_hpo.surrogates._threads import one_thread
from sklearn_hpo.surrogates._trend import Trend

__all__ = [
    "GaussianProcess",
    "LogPosterior",
    "ScoreScale",
    "Trend",
    "cold_starts",
    "fit_theta",
    "one_thread",
    "thinned",
]
