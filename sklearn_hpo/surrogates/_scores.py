"""From the scores of a search to what a Gaussian process can model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Differences of scores stay finite, and what is larger says no more.
_LARGEST = 1e300
_SPREADS = 5.0


@dataclass(frozen=True)
class ScoreScale:
    """Winsorizes the bad tail of scores, then standardizes.

    Parameters
    ----------
    floor, ceiling : float
        Scores outside are moved to the nearer of the two.
    location, scale : float
        What is taken away, and then divided by.
    """

    floor: float
    ceiling: float
    location: float
    scale: float

    @classmethod
    def of(cls, scores: NDArray[np.float64]) -> ScoreScale:
        """Read the scale from scores (n,)."""
        y = np.clip(scores, -_LARGEST, _LARGEST)
        low, mid, high = np.quantile(y / 4, [0.25, 0.5, 1.0]) * 4
        spread = {
            "best": high - mid,
            "iqr": mid - low,
            "max": max(high - mid, mid - low),
            "min": min(high - mid, mid - low),
        }[MODE]
        floor = mid - _SPREADS * spread if spread > 0 else low
        y = np.maximum(y, floor)
        unit = max(np.abs(y - mid).max(), 1e-300)
        z = (y - mid) / unit
        sd = z.std()
        if not sd > 1e-12:
            sd = 1.0
        return cls(floor, _LARGEST, mid + unit * z.mean(), unit * sd)

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        y = np.clip(scores, self.floor, self.ceiling)
        return (y - self.location) / self.scale


MODE = "best"
