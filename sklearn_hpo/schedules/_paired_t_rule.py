"""A t-test on paired folds that knows how few folds there are.

Notation
--------
s, c      (K,)  scores of the candidate, NaN where unseen, and of the incumbent
d         (k,)  their differences on the folds seen
nu0, v0         weight and size of what earlier candidates say of the variance of d
v, nu           variance of d and its degrees of freedom
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from sklearn_hpo.schedules._racing_rule import Estimate, RacingRule
from sklearn_hpo.trials import Trial

_NU0 = 4.0
# Before so many candidates have been compared there is no telling how much differences
# vary, and only the bound ends a candidate.
_FEWEST = 3
# The median of so many variances hardly moves any more.
_REMEMBERED = 101
# Differences vary at least by this part of the variance of the incumbent's own scores.
# Without such a floor a few close differences look like certainty.
_FLOOR = 0.5


class PairedTRule(RacingRule):
    """Ends a candidate that has almost no chance to beat the incumbent.

    Two reasons end it. The bound is exact: even the best possible scores on all
    remaining folds would leave it below the incumbent. The test is statistical: given
    the differences d on k of K folds, the mean difference over all K is t-distributed
    around mean(d) with standard error ``sqrt(v (1/k - 1/K))``. That is the
    finite-population correction [1]_: the folds are all the folds there are. The
    candidate ends if the chance of a mean above zero is below `delta`. After one fold
    its score must also be below every score of the incumbent.

    The variance v is that of d, pooled with the median over earlier candidates, and not
    less than half the variance of the incumbent's scores.

    Parameters
    ----------
    delta : float, default=0.05
        Chance of winning below which a candidate ends. It bounds the error of a single
        test, which concerns the search only if the candidate would have been the best
        of all.

    Notes
    -----
    The test takes the folds to be drawn in random order. A splitter that makes other
    folds for each candidate takes away the pairing; an estimator whose `random_state`
    is None adds its own noise to d, which the variance accounts for.

    References
    ----------
    .. [1] W. G. Cochran, "Sampling Techniques", 3rd ed., 1977, section 2.6.
    """

    def __init__(self, delta: float = 0.05) -> None:
        self.delta = delta

    def start(self, n_folds: int, best_possible: float | None) -> None:
        """Forget everything and prepare for a search.

        Raises
        ------
        ValueError
            If `delta` is not in [0, 0.5).
        """
        if not (isinstance(self.delta, (int, float)) and 0.0 <= self.delta < 0.5):
            raise ValueError(
                f"PairedTRule: expected delta in [0, 0.5), got {self.delta!r}."
            )
        self.n_folds_ = n_folds
        self.best_possible_ = best_possible
        self.variances_: deque[float] = deque(maxlen=_REMEMBERED)
        self.v0_ = 0.0

    @np.errstate(over="ignore", invalid="ignore")
    def judge(
        self, scores: NDArray[np.float64], incumbent_scores: NDArray[np.float64]
    ) -> Estimate | None:
        """Return the mean expected over all folds and its variance, None to go on."""
        d = (scores - incumbent_scores)[~np.isnan(scores)]
        k, K = len(d), self.n_folds_
        if k in (0, K) or not np.isfinite(d).all():
            return None
        if not (
            self._out_of_reach(scores, incumbent_scores)
            or self._unlikely(d, scores, incumbent_scores)
        ):
            return None
        v, _ = self._variance(d, incumbent_scores)
        noise = incumbent_scores.var(ddof=1) / K + v * (1 / k - 1 / K)
        return float(incumbent_scores.mean() + d.mean()), float(noise)

    @np.errstate(over="ignore", invalid="ignore")
    def chance(
        self, scores: NDArray[np.float64], incumbent_scores: NDArray[np.float64]
    ) -> float:
        """Return the chance that the mean over all folds is above the incumbent's."""
        d = (scores - incumbent_scores)[~np.isnan(scores)]
        k, K = len(d), self.n_folds_
        if not k:
            return 0.5
        v, nu = self._variance(d, incumbent_scores)
        error = np.sqrt(v * (1 / k - 1 / K))
        if not error > 0.0:
            return float(np.heaviside(d.mean(), 0.5))
        return float(stdtr(nu, d.mean() / error))

    @np.errstate(over="ignore", invalid="ignore")
    def tell(self, trial: Trial, incumbent: Trial) -> None:
        """Learn how much the differences of a closed trial vary."""
        d = trial.scores - incumbent.scores
        d = d[np.isfinite(d)]
        if len(d) < 2:
            return
        self.variances_.append(float(d.var(ddof=1)))
        self.v0_ = float(np.median(self.variances_))

    def _out_of_reach(
        self, scores: NDArray[np.float64], incumbent_scores: NDArray[np.float64]
    ) -> bool:
        """Whether the best possible scores on the other folds would not be enough."""
        if self.best_possible_ is None:
            return False
        best = np.where(np.isnan(scores), self.best_possible_, scores)
        return bool(best.mean() < incumbent_scores.mean())

    def _unlikely(
        self,
        d: NDArray[np.float64],
        scores: NDArray[np.float64],
        incumbent_scores: NDArray[np.float64],
    ) -> bool:
        """Whether the chance to win is below `delta`."""
        if len(self.variances_) < _FEWEST:
            return False
        if len(d) == 1 and np.nanmin(scores) >= incumbent_scores.min():
            return False
        return self.chance(scores, incumbent_scores) < self.delta

    def _variance(
        self, d: NDArray[np.float64], incumbent_scores: NDArray[np.float64]
    ) -> tuple[float, float]:
        """Return v and nu: the variance of d pooled with that of earlier candidates."""
        v0 = max(self.v0_, _FLOOR * float(incumbent_scores.var(ddof=1)))
        nu = _NU0 + len(d) - 1
        return (_NU0 * v0 + float(np.square(d - d.mean()).sum())) / nu, nu
