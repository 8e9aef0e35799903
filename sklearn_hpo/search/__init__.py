"""THE SCIKIT-LEARN FACE: the search estimators.

All are meta-estimators like :class:`sklearn.model_selection.GridSearchCV` and differ in
what they try: :class:`GridSearchCV`, :class:`RandomizedSearchCV` and
:class:`ManualSearchCV` go through a list, :class:`BayesSearchCV` and
:class:`EvolutionSearchCV` look back, and :class:`SearchCV` takes any strategy and
schedule. :class:`HalvingRandomSearchCV`, :class:`HalvingGridSearchCV` and
:class:`HyperbandSearchCV`, which looks back, try most candidates on little only. One
loop runs them all.
"""

from sklearn_hpo.search._bayes import BayesSearchCV
from sklearn_hpo.search._evolution import EvolutionSearchCV
from sklearn_hpo.search._grid import GridSearchCV
from sklearn_hpo.search._halving_grid import HalvingGridSearchCV
from sklearn_hpo.search._halving_random import HalvingRandomSearchCV
from sklearn_hpo.search._hyperband import HyperbandSearchCV
from sklearn_hpo.search._loop import Loop
from sklearn_hpo.search._manual import ManualSearchCV
from sklearn_hpo.search._randomized import RandomizedSearchCV
from sklearn_hpo.search._search import SearchCV

__all__ = [
    "BayesSearchCV",
    "EvolutionSearchCV",
    "GridSearchCV",
    "HalvingGridSearchCV",
    "HalvingRandomSearchCV",
    "HyperbandSearchCV",
    "Loop",
    "ManualSearchCV",
    "RandomizedSearchCV",
    "SearchCV",
]
