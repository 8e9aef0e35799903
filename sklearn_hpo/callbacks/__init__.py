"""WHO WATCHES: callbacks, called as results are told.

A :class:`Callback` sees the history at the beginning, after every fold and trial, and
at the end, and may stop the search. :class:`Progress` draws a bar;
:class:`TargetScore`, :class:`NoImprovement` and :class:`Converged` stop.

They stand beside scikit-learn's own callbacks (``search.set_callbacks(...)``, from
scikit-learn 1.9), which follow the tasks of a fit but not the trials of a search.
"""

from sklearn_hpo.callbacks._callback import Callback
from sklearn_hpo.callbacks._converged import Converged
from sklearn_hpo.callbacks._progress import Progress
from sklearn_hpo.callbacks._stopping import NoImprovement, TargetScore

__all__ = ["Callback", "Converged", "NoImprovement", "Progress", "TargetScore"]
