"""Bayesian optimization with a Gaussian process.

Notation
--------
branch, u  (n,) and (n, n_dims)  points with a finite score, in the order told
scores     (n,)                  their scores, greater is better
noise      (n,)                  variances that what was not seen adds to the scores
rows       (m,)                  which of them the model is fitted to, m = n if few
X, y       (m, d) and (m,)       these as the model sees them
theta      (d + 2,)              hyperparameters of the model
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.acquisition import (
    Acquisition,
    Centered,
    Feasible,
    LogEI,
    Maximizer,
)
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._design import Design, Keys, Point
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.strategies._widening import Widening
from sklearn_hpo.surrogates import (
    GaussianProcess,
    ScoreScale,
    Trend,
    cold_starts,
    fit_theta,
    one_thread,
    thinned,
)
from sklearn_hpo.trials import Candidate, Trial

# Numbers of scores at which the fit looks for a new summit of the posterior; at all
# others it climbs on from the last one.
_COLD_FITS = (2, 3, 5, 10, 20, 40, 80, 160, 320)
# From so many scores on the hyperparameters are fitted some 40 times per doubling of n.
# Of more that are told at once so many count for them: from nowhere the climb is long.
_FIT_ALWAYS = 100
# Most scores that the model is fitted to, and most failures. With so many a suggestion
# costs some 0.1 s; the time grows with their cube, the memory with their square.
_MOST = 500
_MOST_FAILED = 250
# Scores in a row without a gain after which the same places are worth less.
_STUCK = 8
# How much of the expected curvature is expected by who doubts it.
_DOUBTED = 0.5
# Points around which the maximizer looks more closely.
_BEST_KNOWN = 4


class Bayes(Strategy):
    """Proposes where a Gaussian process of the scores expects most improvement.

    The first candidates are the points of a scrambled Sobol sequence. From then on the
    model is fitted each time a score is told, a Matern kernel with a
    :class:`~sklearn_hpo.surrogates.Trend` for each range, and LogEI [1]_ is maximized
    over all branches of the space. Whether best values lie inside ranges or at their
    ends is believed in two ways, and after each proposal in vain the other way has its
    turn: with a prior for the inside that soon fades, see
    :class:`~sklearn_hpo.acquisition.Centered`, or without it and with half the
    curvature expected of the trend. Candidates that are pending count as if
    they had scored what the model expects of them, the kriging believer of [3]_, and a
    score estimated from some of the folds counts for less. No score is invented for a
    failed candidate: it lowers the chance of success around it, see
    :class:`~sklearn_hpo.acquisition.Feasible`. Nothing is tried twice, and when eight
    scores in a row brought no gain, less is expected of places that are known: the
    expected improvement is the augmented one [2]_ until there is a gain.

    The `note` of a candidate the model proposed holds what it expected, in units of the
    scores: ``mean`` and ``sd`` of the mean over all folds, the deviation with the noise
    the model has learned and widened so that nine of ten scores come within 1.645 of
    them, and ``improvement``, the expected improvement on the best score. Pending
    candidates do not count there.

    Parameters
    ----------
    n_initial : int, default=4
        Number of candidates to hear of before the model proposes, those from elsewhere
        included.

    References
    ----------
    .. [1] S. Ament et al., "Unexpected Improvements to Expected Improvement for
       Bayesian Optimization", NeurIPS 2023.
    .. [2] D. Huang et al., "Global Optimization of Stochastic Black-Box Systems via
       Sequential Kriging Meta-Models", Journal of Global Optimization 34, 2006.
    .. [3] D. Ginsbourger, R. Le Riche and L. Carraro, "Kriging Is Well-Suited to
       Parallelize Optimization", Computational Intelligence in Expensive Optimization
       Problems, Springer, 2010.
    """

    def __init__(self, n_initial: int = 4) -> None:
        self.n_initial = n_initial

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Forget everything and prepare for a search.

        Raises
        ------
        ValueError
            If the space has a distribution that can only be drawn from.
        """
        self.space_ = space
        self.design_ = Design(space, seed)
        self.maximizer_ = Maximizer(space)
        self.inputs_ = self.maximizer_.inputs
        self.trend_ = Trend(np.flatnonzero(self.inputs_.ranges))
        self.doubted_ = self.trend_.doubted(_DOUBTED)
        self.points_: list[Point] = []
        self.scores_: list[float] = []
        self.noise_: list[float] = []
        self.failed_: list[Point] = []
        self.theta_: NDArray[np.float64] | None = None
        self.gp_: GaussianProcess | None = None
        self.n_stuck_ = 0
        self.n_in_vain_ = 0
        self.widening_ = Widening()

    def tell(self, trial: Trial) -> None:
        """Learn from a closed trial: its score, or that it failed."""
        n, best = len(self.scores_), max(self.scores_, default=-math.inf)
        self._hear(trial)
        if len(self.scores_) > n:
            self.n_stuck_ = 0 if self.scores_[-1] > best else self.n_stuck_ + 1
            with one_thread():
                self._fit()

    def learn(self, trials: Iterable[Trial]) -> None:
        """Learn from many closed trials: the model is fitted once, to all of them."""
        for trial in trials:
            self._hear(trial)
        with one_thread():
            self._fit()

    def expected(self, candidates: Iterable[Candidate]) -> NDArray[np.float64]:
        """Return what the model believes of candidates, evaluated ones or not.

        Parameters
        ----------
        candidates : iterable of Candidate
            Any.

        Returns
        -------
        means : ndarray of shape (n,)
            Posterior means of their scores over all folds; NaN outside the space, and
            for all as long as fewer than two scores were told.
        """
        places = [self.space_.encode(candidate.params) for candidate in candidates]
        means = np.full(len(places), np.nan)
        inside = [i for i, place in enumerate(places) if place is not None]
        if inside and self.gp_ is not None:
            X = self.inputs_(*_stacked([p for p in places if p is not None]))
            mean, _ = self.gp_.predict(X)
            means[inside] = self.scale_.location + self.scale_.scale * mean
        return means

    def _hear(self, trial: Trial) -> None:
        """Remember a closed trial."""
        point = self.design_.tell(trial.candidate)
        if point is None:
            return
        is_proposal = trial.candidate.note is not None
        if is_proposal and not trial.value > max(self.scores_, default=-math.inf):
            self.n_in_vain_ += 1
        if not math.isfinite(trial.value):
            self.failed_.append(point)
            return
        self.points_.append(point)
        self.scores_.append(trial.value)
        self.widening_.tell(trial)
        # What all folds leave uncertain is learned, as a part of theta; this comes on
        # top for the folds that were not seen.
        self.noise_.append(trial.unseen)

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return the next candidate, None if the space is exhausted."""
        taken = self.design_.taken(pending)
        gp = None if len(self.design_.told) < self.n_initial else self.gp_
        if gp is None:
            point = self.design_.first(number, taken)
        else:
            with one_thread():
                point = self._propose(gp, self.design_.points(pending), taken, rng)
        point = point or self.design_.untaken(taken, rng)
        if point is None:
            return None
        branch, u = point
        note = None if gp is None else self._prediction(gp, point)
        return Candidate(number, self.space_.decode(branch, u), branch, note)

    def _fit(self) -> None:
        """Fit the model to all scores, if there are two of them.

        The path of the hyperparameters depends on the order of the scores alone, so a
        strategy that is told them again goes the same way.
        """
        if len(self.scores_) < 2:
            return
        X = self.inputs_(*_stacked(self.points_))
        scores = np.array(self.scores_)
        n, unordered = len(scores), self.inputs_.unordered
        self.scale_ = scale = ScoreScale.of(scores)
        y = scale(scores)
        # No score is less certain than one not seen, whose deviation is 1. A variance
        # that overflowed is NaN, being a difference.
        noise = np.fmin(np.sqrt(np.array(self.noise_)) / scale.scale, 1.0) ** 2
        rows = some = self.rows_ = self._representatives(X, scores, _MOST)
        if self.theta_ is None or n <= _FIT_ALWAYS or n % (n // 50) == 0:
            starts = [] if self.theta_ is None else [self.theta_]
            if self.theta_ is None:
                some = self._representatives(X, scores, _FIT_ALWAYS)
            if n in _COLD_FITS or not starts:
                starts += cold_starts(unordered)
            self.theta_ = fit_theta(
                X[some], y[some], unordered, starts, noise[some], self.trend_
            )
        X, y, noise = X[rows], y[rows], noise[rows]
        self.gp_ = GaussianProcess(X, y, self.theta_, unordered, noise, self.trend_)

    def _representatives(
        self, X: NDArray[np.float64], scores: NDArray[np.float64], most: int
    ) -> NDArray[np.int_]:
        """Return the scores to fit to: all, or a good part if more than `most`.

        A third are the best ones, between which the search has to decide, a third the
        last ones told, which say what the model was wrong about. The rest of them fill
        the space, so that no region that was found bad looks new.
        """
        n = len(scores)
        if n <= most:
            return np.arange(n)
        best = np.argsort(-scores, kind="stable")[: most // 3]
        kept = np.union1d(best, np.arange(n - most // 3, n))
        unordered = self.inputs_.unordered
        theta = cold_starts(unordered)[0] if self.theta_ is None else self.theta_
        return thinned(X, kept, most, np.exp(-2.0 * theta[:-2]), unordered)

    def _propose(
        self,
        gp: GaussianProcess,
        pending: list[Point],
        taken: Keys,
        rng: np.random.Generator,
    ) -> Point | None:
        """Return the point worth most that is not taken, None if none was found."""
        best = np.argsort(-gp.y, kind="stable")[:_BEST_KNOWN]
        doubts = self._doubts(len(pending))
        if doubts:
            gp = gp.expecting(self.doubted_)
        top, told = self._top(gp), gp
        if pending:
            X = self.inputs_(*_stacked(pending))
            mean, _ = gp.predict(X)
            gp = gp.extended(X, mean)
            top = max(top, mean.max())
        noise = gp.noise if self.n_stuck_ >= _STUCK else 0.0
        inside = self.inputs_.ranges & (not doubts)
        worth = Centered(self._worth(LogEI(gp, top, noise), told), inside, len(taken))
        branch, u = _stacked([self.points_[i] for i in self.rows_[best]])
        scale = np.exp(gp.theta[:-2])
        ranked = self.maximizer_.maximize(worth, scale, branch, u, taken, rng)
        return next(ranked, None)

    def _doubts(self, n_pending: int) -> bool:
        """Return whether it is the turn of who doubts that the inside is best.

        After a gain it is the same as before, and among those that are pending at once
        it is every other.
        """
        return (self.n_in_vain_ + n_pending) % 2 == 0

    def _top(self, gp: GaussianProcess) -> float:
        """Return the best score that is none of a guess, the best of all if all are."""
        seen = np.array(self.noise_)[self.rows_] <= 0.0
        return float(gp.y[seen].max() if seen.any() else gp.y.max())

    def _prediction(self, gp: GaussianProcess, point: Point) -> dict[str, float]:
        """Return what is expected of a point, in units of the scores.

        From what was told alone: a pending candidate makes nothing more certain.
        """
        X = self.inputs_(*_stacked([point]))
        with one_thread():
            mean, variance = gp.predict(X)
            gain = np.exp(LogEI(gp, self._top(gp))(X))
        scale, location = self.scale_.scale, self.scale_.location
        return {
            "mean": float(location + scale * mean[0]),
            "sd": float(scale * np.sqrt(variance[0] + gp.noise))
            * self.widening_.factor,
            "improvement": float(scale * gain[0]),
        }

    def _worth(self, improvement: LogEI, told: GaussianProcess) -> Acquisition:
        """Return the improvement, weighed by the chance of success.

        Parameters
        ----------
        improvement : LogEI
            What the model expects.
        told : GaussianProcess
            The model of what was told.
        """
        if not self.failed_:
            return improvement
        return Feasible(improvement, self._losses(told.X))

    def _losses(self, scored: NDArray[np.float64]) -> GaussianProcess:
        """Return a model of where candidates fail: -1 there, 0 where they do not.

        Parameters
        ----------
        scored : ndarray of shape (m, d)
            Where candidates succeeded.
        """
        unordered = self.inputs_.unordered
        # One failure speaks for much of the space, and success ends abruptly.
        short, middle, _ = cold_starts(unordered)
        theta = np.append(middle[:-1], short[-1])
        failed = self.inputs_(*_stacked(self.failed_))
        last = np.arange(len(failed))[-_MOST_FAILED // 2 :]
        rows = thinned(failed, last, _MOST_FAILED, np.exp(-2.0 * theta[:-2]), unordered)
        X = np.vstack([scored, failed[rows]])
        loss = -(np.arange(len(X)) >= len(X) - len(rows)).astype(float)
        return GaussianProcess(X, loss, theta, unordered)


def _stacked(points: Sequence[Point]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return branches (n,) and coordinates (n, n_dims) of points."""
    branch, u = zip(*points, strict=True)
    return np.array(branch), np.array(u)
