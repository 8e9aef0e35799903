"""What was tried in place of `Bayes`; RESULTS.md says what it brought.

Notation
--------
z      (n,)        scores as `ScoreScale` makes them
X, A   (n, d)      points as the model sees them, told ones and others
ab     (d, 2)      exponents of Kumaraswamy's distribution function by input
"""

from __future__ import annotations

import math
from copy import copy
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy.stats import yeojohnson

from sklearn_hpo.acquisition import Acquisition, LogEI
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.surrogates import (
    GaussianProcess,
    LogPosterior,
    ScoreScale,
    fit_theta,
)

Array = NDArray[np.float64]

# A transform has to be so much more probable than none, in units of the logarithm.
MARGIN = 2.0
# Scores before which there is no evidence to speak of.
FEW = 8


class PowerScale:
    """Scores on the scale of `ScoreScale`, transformed [1]_ and standardized again.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        What the scale is read from.
    power : float
        That of Yeo and Johnson; 1 changes nothing.

    Attributes
    ----------
    log_slope : float
        Sum of the logarithms of its slopes at the scores, against no transform.

    References
    ----------
    .. [1] I.-K. Yeo and R. A. Johnson, "A New Family of Power Transformations to
       Improve Normality or Symmetry", Biometrika 87, 2000.
    """

    def __init__(self, scores: Array, power: float) -> None:
        self.base = ScoreScale.of(scores)
        self.power = power
        z = self.base(scores)
        bent = yeojohnson(z, power)
        self.mean, self.sd = float(bent.mean()), float(bent.std()) or 1.0
        self.location, self.scale = self.base.location, self.base.scale
        slopes = (power - 1.0) * np.sign(z) * np.log1p(np.abs(z)) - math.log(self.sd)
        self.log_slope = float(slopes.sum())

    def __call__(self, scores: Array) -> Array:
        """Return scores (n,) as the model sees them."""
        return (yeojohnson(self.base(scores), self.power) - self.mean) / self.sd


class TransformedScores(Bayes):
    """With a power transform of the scores where the evidence asks for it."""

    powers = (0.0, 0.5, 1.5, 2.0, 3.0)

    def _fit(self) -> None:
        before = copy(self)
        super()._fit()
        if len(self.scores_) < FEW:
            return
        least, chosen = log_evidence(self.gp_) + MARGIN, self
        for power in self.powers:
            other = copy(before)
            scale = PowerScale(np.array(self.scores_), power)
            with patch("sklearn_hpo.strategies._bayes.ScoreScale") as stand_in:
                stand_in.of.return_value = scale
                super(TransformedScores, other)._fit()
            evidence = log_evidence(other.gp_) + scale.log_slope
            if evidence > least:
                least, chosen = evidence, other
        self.__dict__.update(vars(chosen))


def log_evidence(gp: Any) -> float:
    """Return the log posterior of a model at its own hyperparameters."""
    return LogPosterior(gp.X, gp.y, gp.unordered, trend=gp.trend)(gp.theta)[0]


def warped(X: Array, ab: Array) -> Array:
    """Return Kumaraswamy's distribution function 1 - (1 - x^a)^b of each input.

    It is P. Kumaraswamy's of 1980, the warp of HEBO; 1 and 1 leave an input as it is.
    """
    a, b = ab.T
    return np.where((ab == 1.0).all(axis=1), X, 1.0 - (1.0 - inside(X) ** a) ** b)


def warp_slope(X: Array, ab: Array) -> Array:
    """Return the derivative of `warped` by each input."""
    a, b = ab.T
    x = inside(X)
    slope = a * b * x ** (a - 1.0) * (1.0 - x**a) ** (b - 1.0)
    return np.where((ab == 1.0).all(axis=1), 1.0, slope)


def inside(X: Array) -> Array:
    """Return inputs a little away from the ends, where slopes are infinite."""
    return np.clip(X, 1e-6, 1.0 - 1e-6)


class WarpedProcess:
    """A Gaussian process of warped inputs, asked about unwarped ones."""

    def __init__(self, gp: GaussianProcess, X: Array, ab: Array) -> None:
        self.gp = gp
        self.X = X
        self.ab = ab

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.gp, name)

    def predict(self, A: Array) -> tuple[Array, Array]:
        """Return means and variances (m,) at points (m, d)."""
        return self.gp.predict(warped(A, self.ab))

    def predict_with_gradients(self, A: Array) -> tuple[Array, Array, Array, Array]:
        """Return means, variances (m,) and their gradients (m, d)."""
        W, slope = warped(A, self.ab), warp_slope(A, self.ab)
        mean, variance, d_mean, d_variance = self.gp.predict_with_gradients(W)
        return mean, variance, slope * d_mean, slope * d_variance

    def extended(self, X_new: Array, y_new: Array) -> WarpedProcess:
        """Return the posterior with further observations."""
        gp = self.gp.extended(warped(X_new, self.ab), y_new)
        return WarpedProcess(gp, np.vstack([self.X, X_new]), self.ab)


class WarpedInputs(Bayes):
    """With warped inputs, each where the evidence asks for it."""

    warps = ((1.0, 1.0), (2.0, 1.0), (0.5, 1.0), (1.0, 2.0), (1.0, 0.5))

    def start(self, *search: Any) -> None:
        """Begin without a warp."""
        super().start(*search)
        self.ab_ = np.ones((len(self.inputs_.unordered), 2))

    def _fit(self) -> None:
        super()._fit()
        if len(self.scores_) < FEW:
            return
        plain: Any = self.gp_
        X, y, unordered = plain.X, plain.y, plain.unordered

        def worth(ab: Array) -> float:
            posterior = LogPosterior(warped(X, ab), y, unordered, trend=self.trend_)
            return posterior(plain.theta)[0] - MARGIN * (ab != 1.0).any(axis=1).sum()

        most = worth(self.ab_)
        for j in np.flatnonzero(~unordered):
            for warp in self.warps:
                ab = self.ab_.copy()
                ab[j] = warp
                if worth(ab) > most:
                    most, self.ab_ = worth(ab), ab
        if (self.ab_ != 1.0).any():
            W = warped(X, self.ab_)
            theta = fit_theta(W, y, unordered, [plain.theta], trend=self.trend_)
            gp = GaussianProcess(W, y, theta, unordered, trend=self.trend_)
            self.gp_ = WarpedProcess(gp, X, self.ab_)  # type: ignore[assignment]


class Boxed:
    """An acquisition inside a box; far below outside, and falling."""

    def __init__(
        self,
        acquisition: Acquisition,
        center: Array,
        side: float,
        ordered: NDArray[np.bool_],
    ) -> None:
        self.acquisition = acquisition
        self.center = center
        self.side = side
        self.w = np.where(ordered, 1e3, 0.0)

    def __call__(self, A: Array) -> Array:
        """Return values (m,) at points (m, d)."""
        return self.acquisition(A) - self._outside(A) ** 2 @ self.w

    def with_gradient(self, A: Array) -> tuple[Array, Array]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        value, gradient = self.acquisition.with_gradient(A)
        outside = self._outside(A)
        return value - outside**2 @ self.w, gradient - 2.0 * outside * self.w

    def _outside(self, A: Array) -> Array:
        """Return how far each input lies outside the box, with its sign."""
        away = A - self.center
        return away - np.clip(away, -0.5 * self.side, 0.5 * self.side)


class TrustRegion(Bayes):
    """With every other proposal in a box around the best, while there is no gain.

    The box has side 0.4 after eight scores without a gain, half of it after eight more.
    """

    def _worth(self, improvement: LogEI, told: GaussianProcess) -> Acquisition:
        worth = super()._worth(improvement, told)
        n_times = self.n_stuck_ // 8
        if n_times == 0 or len(self.scores_) % 2:
            return worth
        side = max(0.4 * 0.5 ** (n_times - 1), 0.05)
        best = told.X[np.argmax(told.y)]
        return Boxed(worth, best, side, ~told.unordered)


class Margin(Bayes):
    """With a tenth of the spread of the scores to gain before it is an improvement."""

    def _top(self, gp: GaussianProcess) -> float:
        return super()._top(gp) + 0.1


class UpperBound:
    """Two posterior deviations above the posterior mean."""

    def __init__(self, gp: GaussianProcess) -> None:
        self.gp = gp

    def __call__(self, A: Array) -> Array:
        """Return values (m,) at points (m, d)."""
        mean, variance = self.gp.predict(A)
        return mean + 2.0 * np.sqrt(variance)

    def with_gradient(self, A: Array) -> tuple[Array, Array]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        mean, variance, d_mean, d_variance = self.gp.predict_with_gradients(A)
        sd = np.sqrt(variance)
        return mean + 2.0 * sd, d_mean + d_variance / sd[:, None]


class TwoAcquisitions(Bayes):
    """With every other proposal where the upper bound of the score is highest."""

    def _worth(self, improvement: LogEI, told: GaussianProcess) -> Acquisition:
        is_bound = len(self.scores_) % 2
        worth: Any = UpperBound(improvement.gp) if is_bound else improvement
        return super()._worth(worth, told)
