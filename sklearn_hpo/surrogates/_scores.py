"""From the scores of a search to what a Gaussian process can model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# What is larger says no more, and differences of scores stay finite.
_LARGEST = 1e300

# Means over folds that should be equal differ by so much, relatively.
_ROUNDING = 1e-13

# A symmetric distribution ends one spread below its median: nothing of it is cut.
_SPREADS = 5.0


@dataclass(frozen=True)
class ScoreScale:
    """Winsorizes the bad tail of scores, then standardizes.

    Losses are one-sided: a diverged model loses 1e6 where good ones lose 1, and one
    such score would leave a model nothing to tell the good ones by. How far below the
    median a score still matters is measured on the good side, from the median to the
    best.

    Parameters
    ----------
    floor : float
        Worse scores are raised to it.
    location, scale : float
        What is then taken away, and what the rest is divided by.
    """

    floor: float
    location: float
    scale: float

    @classmethod
    def of(cls, scores: NDArray[np.float64]) -> ScoreScale:
        """Read the scale from scores.

        Parameters
        ----------
        scores : ndarray of shape (n,)
            At least one score, none of them NaN. Greater is better.

        Returns
        -------
        scale : ScoreScale
            By it the scores get mean 0 and variance 1; if all are equal, they get 0.
        """
        y = np.clip(scores, -_LARGEST, _LARGEST)
        # Quarters: an interpolating quantile takes differences of up to 2e300.
        low, median, best = 4.0 * np.quantile(y / 4.0, [0.25, 0.5, 1.0])
        # Where half of the scores are the best one, the good side has no width.
        floor = median - _SPREADS * (best - median) if best > median else low
        y = np.maximum(y, floor)
        width = float(y.max() - y.min())
        if width <= _ROUNDING * float(np.abs(y).max()):
            return cls(floor, median, 1.0)
        # In units of the width the squares stay finite.
        z = (y - median) / width
        return cls(floor, median + width * float(z.mean()), width * float(z.std()))

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return scores (n,) as the model sees them."""
        y = np.clip(scores, self.floor, _LARGEST)
        return (y - self.location) / self.scale
