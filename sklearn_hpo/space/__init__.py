"""What may be tried.

A search space is a dict from names of parameters to what they may be, or a list of such
dicts, called branches. For one parameter a user writes

=============================================  ========================================
``[1, 10, 100]``                               choices; three numbers or more are
                                               ordered by their value
``["linear", "rbf"]``, ``range(3)``, arrays    choices
``Categorical([1, 10, 100])``                  choices without order
``(1e-3, 1e3, "log-uniform")``                 a range; of integers if both bounds are
``Real(1e-3, 1e3, log=True)``                  the same
``Integer(1, 100)``                            integers, both bounds included
``scipy.stats.loguniform(1e-3, 1e3)``          any frozen distribution of scipy
an object with ``rvs``                         anything, in random search
=============================================  ========================================

Every parameter becomes a `Distribution`, which lays its values out on [0, 1] by their
probability: `encode` and `decode` go there and back. `SearchSpace` does the same for
all parameters together and knows which of them belong to which branch. Strategies see
points of the unit cube, estimators see values, and this wing alone knows both.

`place` tells a model where to see a point. All coordinates of one value have one place:
the middle of the cell of an integer or of an unordered choice, the value itself,
rescaled, for a list of numbers.

A new distribution is a subclass of `Distribution` in a file of its own; a new shorthand
is a line in the table of ``_shorthands.py``.
"""

from sklearn_hpo.space._categorical import Categorical
from sklearn_hpo.space._choices import Choices
from sklearn_hpo.space._distribution import Distribution
from sklearn_hpo.space._integer import Integer
from sklearn_hpo.space._real import Real
from sklearn_hpo.space._shorthands import as_choices, as_distribution, for_sampler
from sklearn_hpo.space._space import SearchSpace
from sklearn_hpo.space._token import canonical_token

__all__ = [
    "Categorical",
    "Choices",
    "Distribution",
    "Integer",
    "Real",
    "SearchSpace",
    "as_choices",
    "as_distribution",
    "canonical_token",
    "for_sampler",
]
