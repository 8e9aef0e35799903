"""Distributions of choices that move to where their best samples lie.

Notation, after [1]_ and [2]_
-----------------------------
q      (K,) probabilities of the K values of a choice, one array for each choice
Delta  accuracy asked for: 1 at first, greater where steps point anywhere
s      accumulated steps
gamma  expected square of their length if all were chance

.. [1] R. Hamano et al., "CatCMA: Stochastic Optimization for Mixed-Category Problems",
   GECCO 2024, section 3.
.. [2] Y. Akimoto et al., "Adaptive Stochastic Natural Gradient Method for One-Shot
   Neural Architecture Search", ICML 2019, section 4 and appendix B.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SNR = 1.5  # [2]_: steps are shortened until they say so much more than chance


class Categories:
    """Independent choices, learned by the adaptive stochastic natural gradient.

    Parameters
    ----------
    n_values : sequence of int
        Number of values of each choice, at least 2.
    margin : float
        Least chance of another value than the likeliest, for each choice.
    """

    def __init__(self, n_values: Sequence[int], margin: float) -> None:
        self.q = [np.full(K, 1 / K) for K in n_values]
        self.least = [margin / (K - 1) for K in n_values]  # [1]_, eq. 14
        n_free = sum(K - 1 for K in n_values)
        self.s = np.zeros(n_free)
        self.gamma = 0.0
        self.Delta = 1.0

    def sample(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return an index for each choice, of shape (n_choices,)."""
        draws = rng.random(len(self.q))
        pairs = zip(self.q, draws, strict=True)
        return np.array([np.searchsorted(q.cumsum()[:-1], u) for q, u in pairs], int)

    def update(self, chosen: NDArray[np.int64], w: Array) -> None:
        """Move to what the best samples chose.

        Parameters
        ----------
        chosen : ndarray of shape (lam, n_choices) of int
            Samples, best first.
        w : ndarray of shape (lam,)
            Their weights, not negative, with sum 1.
        """
        natural = [
            np.bincount(column, w, minlength=len(q)) - q
            for column, q in zip(chosen.T, self.q, strict=True)
        ]
        plain = np.concatenate(list(map(_whitened, self.q, natural)))
        norm = float(np.linalg.norm(plain)) + 1e-12
        delta = 1 / self.Delta
        self.q = [q + delta / norm * g for q, g in zip(self.q, natural, strict=True)]
        beta = delta / math.sqrt(len(plain))
        self.s = (1 - beta) * self.s + math.sqrt(beta * (2 - beta)) * plain / norm
        self.gamma = (1 - beta) ** 2 * self.gamma + beta * (2 - beta)
        self.Delta *= math.exp(beta * (self.gamma - float(self.s @ self.s) / _SNR))
        self.q = list(map(_with_margin, self.q, self.least))


def _whitened(q: Array, step: Array) -> Array:
    """Return a step (K,) in units of chance: root of the Fisher matrix, (K - 1,)."""
    last, root = q[-1], np.sqrt(q[:-1])
    return step[:-1] / root + root * step[:-1].sum() / (last + math.sqrt(last))


def _with_margin(q: Array, least: float) -> Array:
    """Raise probabilities to the least one, the others giving in proportion."""
    q = np.maximum(q, least)
    spare = q - least
    return q - (q.sum() - 1) * spare / spare.sum()
