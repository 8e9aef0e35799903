"""WHAT TO TRY NEXT: strategies that propose candidates.

Every :class:`Strategy` answers ``ask`` and learns by ``tell``. :class:`Listed` goes
through a list (grid, random and manual search), :class:`Bayes` asks a model of the
scores, :class:`DifferentialEvolution`, :class:`CMAES` and :class:`Genetic` let the best
candidates have children, :class:`Evolution` in the way that suits, and :class:`Random`
draws. :class:`First` puts known points before another strategy's own, and
:class:`MultiFidelity` lets another strategy learn from candidates tried at several
resources.
"""

from sklearn_hpo.strategies._bayes import Bayes
from sklearn_hpo.strategies._cmaes import CMAES
from sklearn_hpo.strategies._differential_evolution import DifferentialEvolution
from sklearn_hpo.strategies._dominance import front_numbers
from sklearn_hpo.strategies._evolution import Evolution
from sklearn_hpo.strategies._evolution_for import EVOLUTIONS, evolution_for
from sklearn_hpo.strategies._first import First
from sklearn_hpo.strategies._genetic import Genetic
from sklearn_hpo.strategies._listed import Listed
from sklearn_hpo.strategies._multi_fidelity import MultiFidelity
from sklearn_hpo.strategies._random import Random
from sklearn_hpo.strategies._strategy import Strategy

__all__ = [
    "CMAES",
    "EVOLUTIONS",
    "Bayes",
    "DifferentialEvolution",
    "Evolution",
    "First",
    "Genetic",
    "Listed",
    "MultiFidelity",
    "Random",
    "Strategy",
    "evolution_for",
    "front_numbers",
]
