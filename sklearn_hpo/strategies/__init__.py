"""WHAT TO TRY NEXT: strategies that propose candidates.

Every :class:`Strategy` answers ``ask`` and learns by ``tell``. :class:`Listed` goes
through a list (grid, random and manual search), :class:`Bayes` asks a model of the
scores, and :class:`First` puts known points before another strategy's own.
"""

from sklearn_hpo.strategies._bayes import Bayes
from sklearn_hpo.strategies._first import First
from sklearn_hpo.strategies._listed import Listed
from sklearn_hpo.strategies._strategy import Strategy

__all__ = ["Bayes", "First", "Listed", "Strategy"]
