"""What a score at one rung says of the score at the next.

Notation
--------
a, b       (m,)  scores of the same candidates at a rung and at the next one
beta, v          slope of b in a, and variance of b about the line
s                spread of all scores at the lower rung
kappa, nu0       weights, in candidates, of the prior of the slope and of v
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Before candidates have shown it, a difference at a rung is believed to be as large at
# the next one, up to a deviation of half the spread.
_KAPPA, _NU0, _PRIOR_SD = 2.0, 2.0, 0.5


@dataclass(frozen=True)
class Link:
    """Bayesian linear regression of the scores at a rung on those at the rung below.

    That those who rose were chosen by `a` does no harm to a regression on `a`, as it
    would to a correlation. The prior of the slope has mean 1, that of the level is
    flat, that of the variance is a scaled inverse chi-square [1]_.

    Parameters
    ----------
    center, level : float
        Means of a and b.
    slope, variance : float
        beta, not negative, and v.
    n, weight : float
        m, and what the slope is known by: ``sum (a - center)^2 + kappa s^2``.

    References
    ----------
    .. [1] A. Gelman et al., "Bayesian Data Analysis", 3rd ed., 2013, ch. 14.
    """

    center: float
    level: float
    slope: float
    variance: float
    n: int
    weight: float

    @classmethod
    def of(cls, a: NDArray[np.float64], b: NDArray[np.float64], spread: float) -> Link:
        """Learn from candidates that have been at both rungs.

        Parameters
        ----------
        a, b : ndarray of shape (m,)
            Their scores, m at least 1.
        spread : float
            Of all scores at the lower rung.
        """
        center, level = float(a.mean()), float(b.mean())
        da, db = a - center, b - level
        prior = _KAPPA * spread**2
        weight = float(da @ da) + prior
        slope = (float(da @ db) + prior) / weight if weight > 0.0 else 1.0
        slope = max(slope, 0.0)
        rest = float(np.square(db - slope * da).sum())
        variance = (_NU0 * (_PRIOR_SD * spread) ** 2 + rest) / (_NU0 + len(a))
        return cls(center, level, slope, variance, len(a), weight)

    def __call__(self, value: float, noise: float) -> tuple[float, float]:
        """Return mean and variance at the next rung of a score with a variance."""
        distance = value - self.center
        leverage = distance**2 / self.weight if self.weight > 0.0 else 0.0
        own = self.variance * (1.0 + 1.0 / self.n + leverage)
        return self.level + self.slope * distance, self.slope**2 * noise + own
