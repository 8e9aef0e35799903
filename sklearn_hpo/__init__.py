"""Hyperparameter search for scikit-learn.

Change one import and keep the rest of the code::

    from sklearn_hpo import BayesSearchCV

Spaces are declared with :class:`Real`, :class:`Integer` and :class:`Categorical`, or
with what scikit-learn's own searches take.
"""

from sklearn_hpo.search import (
    BayesSearchCV,
    GridSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    SearchCV,
)
from sklearn_hpo.space import Categorical, Integer, Real

__version__ = "0.1.0"

__all__ = [
    "BayesSearchCV",
    "Categorical",
    "GridSearchCV",
    "Integer",
    "ManualSearchCV",
    "RandomizedSearchCV",
    "Real",
    "SearchCV",
    "__version__",
]
