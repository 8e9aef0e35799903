"""Hyperparameter search for scikit-learn.

Change one import and keep the rest of the code::

    from sklearn_hpo import BayesSearchCV

Spaces are declared with :class:`Real`, :class:`Integer` and :class:`Categorical`, or
with what scikit-learn's own searches take.
"""

# First, because it refuses versions in which another import would fail.
from sklearn_hpo._compat import refuse_old_versions as _refuse_old_versions  # noqa: F401
from sklearn_hpo.evaluation import EarlyStopping
from sklearn_hpo.search import (
    BayesSearchCV,
    EvolutionSearchCV,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    HyperbandSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    SearchCV,
)
from sklearn_hpo.space import Categorical, Integer, Real

__version__ = "0.1.0"

__all__ = [
    "BayesSearchCV",
    "Categorical",
    "EarlyStopping",
    "EvolutionSearchCV",
    "GridSearchCV",
    "HalvingGridSearchCV",
    "HalvingRandomSearchCV",
    "HyperbandSearchCV",
    "Integer",
    "ManualSearchCV",
    "RandomizedSearchCV",
    "Real",
    "SearchCV",
    "__version__",
]
