"""A reason to end a search: what is left to gain is lost in the noise.

=============  ======================================================================
k              number of folds
s^2            variance of the best candidate's scores over the folds
r              n_test / n_train, which is 1 / (k - 1) in a k-fold cross-validation
noise          standard deviation of the mean, ``sqrt((1 / k + r) s^2)``
=============  ======================================================================
"""

from __future__ import annotations

import math

import numpy as np

from sklearn_hpo.callbacks._callback import Callback
from sklearn_hpo.trials import History, Trial

# Fewer candidates say little of what is left to gain (the least in Optuna as well).
_N_MIN = 20
# One proposal is made while others are pending, and not the best one; and a model that
# knows little may think for once that it knows all.
_IN_A_ROW = 5


class Converged(Callback):
    """Stops a search when the improvement to expect is less than the noise of the CV.

    A cross-validation estimates how good a model is on new data, with an error of its
    own. Once the expected improvement is smaller than that error, who wins is decided
    by which rows are in the folds [1]_. The error of the best candidate's mean is
    estimated from its folds; since their training sets overlap, its variance is
    ``1 / k + 1 / (k - 1)`` times that of the folds [2]_, for any splitter with k folds.
    Where its folds are all equal, as those of a perfect candidate are, the median error
    of the others counts, and where all candidates are equal nothing is to gain.

    The improvement is what the strategy notes of each candidate that it proposes, see
    :class:`~sklearn_hpo.strategies.Bayes`. Five proposals in a row must promise less
    than the noise, and 20 candidates be evaluated.

    References
    ----------
    .. [1] A. Makarova et al., "Automatic Termination for Hyperparameter Optimization",
       AutoML 2022.
    .. [2] C. Nadeau and Y. Bengio, "Inference for the Generalization Error", Machine
       Learning 52, 2003.
    """

    def begin(self, history: History) -> None:
        """Count from zero."""
        self.count_ = 0

    def trial(self, trial: Trial, history: History) -> bool:
        """Stop if this is the last proposal in a row that promised too little."""
        note = trial.candidate.note or {}
        best = history.incumbent(trial.resource)
        if best is None or "improvement" not in note:
            return False
        noise = noise_of_mean(best) or _usual_noise(trial.resource, history)
        small = note["improvement"] < noise
        self.count_ = self.count_ + 1 if small else 0
        return self.count_ >= _IN_A_ROW and history.n_closed >= _N_MIN


def _usual_noise(resource: float | None, history: History) -> float:
    """Return the median noise of those that have any, infinite if all are equal."""
    complete = [
        trial
        for trial in history.closed
        if trial.status == "complete" and trial.resource == resource
    ]
    if len({trial.value for trial in complete}) == 1:
        return math.inf
    noises = [noise for noise in map(noise_of_mean, complete) if noise > 0.0]
    return float(np.median(noises)) if noises else 0.0


def noise_of_mean(trial: Trial) -> float:
    """Return the standard deviation of a complete trial's mean as an estimate.

    Parameters
    ----------
    trial : Trial
        A complete one, with k >= 2 folds.

    Returns
    -------
    noise : float
        Nadeau and Bengio, eq. 9: ``sqrt((1 / k + 1 / (k - 1)) s^2)``.
    """
    k = len(trial.scores)
    d = trial.scores - trial.scores[0]  # exactly 0 where all are equal
    return float(np.sqrt((1.0 / k + 1.0 / (k - 1)) * d.var(ddof=1)))
