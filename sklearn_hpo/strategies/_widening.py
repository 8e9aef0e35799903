"""How much wider intervals have to be to hold the outcomes they should."""

from __future__ import annotations

import math

from sklearn_hpo.trials import Trial

# The interval that should hold nine outcomes of ten, in deviations of a normal one.
_Z, _OUTSIDE = 1.6448536269514722, 0.1
# Where it begins and how fast it follows, by the tasks of tune, see RESULTS.
_START, _RATE = 0.3, 0.2
# A deviation must stay a number.
_MOST = 5.0


class Widening:
    """Factor of predicted deviations by which nine of ten intervals hold.

    A model is asked where it expects most, so it is disappointed more often than not,
    and the more it takes for known the more often. The factor begins at ``e^0.3`` and
    follows the outcomes, as the quantile tracker of [1]_: each one outside the interval
    ``mean +- 1.645 sd`` multiplies it by ``e^0.18``, each one inside by ``e^-0.02``. If
    one in ten is outside it stays what it is, whatever the law of the outcomes.

    References
    ----------
    .. [1] A. N. Angelopoulos, E. J. Candes and R. J. Tibshirani, "Conformal PID Control
       for Time Series Prediction", NeurIPS 2023.
    """

    def __init__(self) -> None:
        self._log = _START

    def tell(self, trial: Trial) -> None:
        """Compare a score over all folds with what the candidate's note expected."""
        note = trial.candidate.note or {}
        if "sd" not in note or trial.unseen != 0.0:
            return
        is_outside = abs(trial.value - note["mean"]) > _Z * note["sd"]
        self._log = min(self._log + _RATE * (is_outside - _OUTSIDE), _MOST)

    @property
    def factor(self) -> float:
        """What the next deviation is to be multiplied by."""
        return math.exp(self._log)
