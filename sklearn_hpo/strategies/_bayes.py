"""Bayesian optimization with a Gaussian process.

=============  ==============  ======================================================
branch, u      (n,) (n, n_dims)  told points with a finite score, in the order told
scores         (n,)            their scores, greater is better
X, y           (n, d) (n,)     the same as the model sees them
theta          (d + 2,)        kernel hyperparameters
=============  ==============  ======================================================
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sklearn_hpo.acquisition import LogEI, Maximizer, ModelInputs, canonical
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.surrogates import (
    GaussianProcess,
    ScoreScale,
    cold_starts,
    fit_theta,
    one_thread,
)
from sklearn_hpo.trials import Candidate, Trial

Point = tuple[int, NDArray[np.float64]]

# Fits that look for a new summit of the posterior; the others climb on from the last.
_COLD_FITS = (2, 3, 5, 10, 20, 40, 80, 160, 320)
_BEST_KNOWN = 4
_WHOLE = 1000


class Bayes(Strategy):
    """Proposes where a Gaussian process of the scores expects most improvement.

    Parameters
    ----------
    n_initial : int, default=None
        Candidates to have before the model proposes; until then they come from a
        Sobol sequence. None for one more than there are parameters, at least 5 and at
        most 10, but no more than a quarter of the search.
    """

    def __init__(self, n_initial: int | None = None) -> None:
        self.n_initial = n_initial

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        if space.unmodelled:
            raise ValueError(
                f"Bayes expects distributions with ppf and cdf, got parameters "
                f"{list(space.unmodelled)} that have only rvs. Give them ppf and cdf, "
                "or use RandomizedSearchCV."
            )
        self.space_ = space
        self.seed_ = seed
        self.maximizer_ = Maximizer(space)
        self.inputs_ = self.maximizer_.inputs
        d = len(self.inputs_.unordered)
        few = min(max(d + 1, 5), 10, n_iter // 4)
        self.n_initial_ = few if self.n_initial is None else self.n_initial
        self.taken_ = set()
        self.points_ = []
        self.scores_ = []
        self.theta_ = None
        self.gp_ = None

    def tell(self, trial: Trial) -> None:
        point = self.space_.encode(trial.candidate.params)
        if point is None:
            return
        self.taken_.add(self.space_.key(*point))
        if not np.isfinite(trial.value):
            return
        self.points_.append(point)
        self.scores_.append(trial.value)
        if len(self.scores_) >= 2:
            with one_thread():
                self._fit()

    def ask(self, number, pending, rng):
        points = [p for c in pending if (p := self.space_.encode(c.params)) is not None]
        taken = self.taken_.union(self.space_.key(*p) for p in points)
        if len(self.taken_) + len(points) < self.n_initial_ or self.gp_ is None:
            point = self._sobol(number, taken)
        else:
            with one_thread():
                point = self._propose(points, taken, rng)
        if point is None:
            point = self._untaken(taken, rng)
        if point is None:
            return None
        branch, u = point
        return Candidate(number, self.space_.decode(branch, u), branch)

    def _fit(self):
        X = self.inputs_(*_stacked(self.points_))
        scores = np.array(self.scores_)
        y = ScoreScale.of(scores)(scores)
        n = len(y)
        if n <= 100 or n % (n // 50) == 0:
            starts = [] if self.theta_ is None else [self.theta_]
            if n in _COLD_FITS:
                starts += cold_starts(self.inputs_.unordered)
            self.theta_ = fit_theta(X, y, self.inputs_.unordered, starts)
        self.gp_ = GaussianProcess(X, y, self.theta_, self.inputs_.unordered)

    def _propose(self, pending, taken, rng):
        gp = self.gp_
        best = np.argsort(-gp.y, kind="stable")[:_BEST_KNOWN]
        top = gp.y.max()
        if pending:
            X = self.inputs_(*_stacked(pending))
            mean, _ = gp.predict(X)
            gp = gp.extended(X, mean)
            top = max(top, mean.max())
        branch, u = _stacked([self.points_[i] for i in best])
        scale = np.exp(gp.theta[:-2])
        return next(
            self.maximizer_.maximize(LogEI(gp, top), scale, branch, u, taken, rng), None
        )

    def _sobol(self, number, taken):
        sobol = qmc.Sobol(
            1 + self.space_.n_dims,
            scramble=True,
            seed=np.random.default_rng(self.seed_),
        )
        m = number.bit_length()
        branch, u = self.space_.from_unit(sobol.random_base2(m)[number : number + 1])
        point = canonical(self.space_, int(branch[0]), u[0])
        return None if self.space_.key(*point) in taken else point

    def _untaken(self, taken, rng):
        size = self.space_.size
        if size < np.inf:
            offset = int(rng.integers(size))
            points = (self.space_.point((offset + i) % size) for i in range(size))
        else:
            branch, u = self.space_.from_unit(
                rng.random((_WHOLE, 1 + self.space_.n_dims))
            )
            points = zip(branch, u)
        for b, u in points:
            point = canonical(self.space_, int(b), u)
            if self.space_.key(*point) not in taken:
                return point
        return None


def _stacked(points):
    branch, u = zip(*points)
    return np.array(branch), np.array(u)
