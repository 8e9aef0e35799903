"""The search with one of its components replaced, by replacing names of the package.

Most replacements take a component out; the last ones were tried in its place.

Racing has a table of its own, see `benchmarks.racing_in_bayes`; here all folds are
fitted. That scores are standardized is no variant: the priors of the model are made
for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.ablation._tried import (
    Margin,
    TransformedScores,
    TrustRegion,
    TwoAcquisitions,
    WarpedInputs,
)
from sklearn_hpo.acquisition import Centered, LogEI, ModelInputs
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.strategies._design import Design, Keys, Point
from sklearn_hpo.surrogates import (
    GaussianProcess,
    LogPosterior,
    cold_starts,
    fit_theta,
)
from sklearn_hpo.surrogates._trend import NO_TREND

Array = NDArray[np.float64]


class WithoutPriors(LogPosterior):
    """The posterior with the likelihood alone to say what the lengthscales are."""

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return the value and the gradient without the terms of `LogPosterior`."""
        value, gradient = super().__call__(theta)
        z = ((theta - self.mu) / self.sigma)[:-2]
        gradient[:-2] += z / self.sigma[:-2] + 1.0
        return value + 0.5 * float(z @ z) + float(theta[:-2].sum()), gradient


class OneLengthscale(LogPosterior):
    """The posterior where all lengthscales are one multiple of their medians."""

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return the value and the gradient at the nearest such theta."""
        value, gradient = super().__call__(tied(theta, self.mu))
        gradient[:-2] = gradient[:-2].mean()
        return value, gradient


def tied(theta: Array, mu: Array) -> Array:
    """Return theta with lengthscales that are one multiple of those of mu."""
    multiple = (theta - mu)[:-2].mean()
    return np.append(mu[:-2] + multiple, theta[-2:])


def fit_one_lengthscale(
    X: Array, y: Array, unordered: NDArray[np.bool_], *more: Any
) -> Array:
    """Fit hyperparameters while `OneLengthscale` is the posterior."""
    mu = LogPosterior(X, y, unordered).mu
    return tied(fit_theta(X, y, unordered, *more), mu)


class Positions(ModelInputs):
    """Inputs in which choices and branches are places between 0 and 1."""

    def __init__(self, space: SearchSpace) -> None:
        super().__init__(space)
        self._blank = np.full_like(self._blank, 0.5)

    def __call__(self, branch: NDArray[np.int_], u: Array) -> Array:
        """Return what the model sees."""
        X = super().__call__(branch, u)
        if self.space.n_branches > 1:
            X[:, -1] /= self.space.n_branches - 1
        return X


class Unlogged(Centered):
    """The weighed improvement itself; its gradients vanish where it is small."""

    def __call__(self, A: Array) -> Array:
        """Return values (m,) at points (m, d)."""
        return np.exp(super().__call__(A))

    def with_gradient(self, A: Array) -> tuple[Array, Array]:
        """Return values (m,) and gradients (m, d) at points (m, d)."""
        value, gradient = super().with_gradient(A)
        return np.exp(value), np.exp(value)[:, None] * gradient


class NextScore:
    """A model whose variances are those of a new score, noise included."""

    def __init__(self, gp: GaussianProcess) -> None:
        self.gp = gp

    def predict(self, A: Array) -> tuple[Array, Array]:
        """Return means and variances (m,) at points (m, d)."""
        mean, variance = self.gp.predict(A)
        return mean, variance + self.gp.noise

    def predict_with_gradients(self, A: Array) -> tuple[Array, Array, Array, Array]:
        """Return means, variances (m,) and their gradients (m, d)."""
        mean, variance, *gradients = self.gp.predict_with_gradients(A)
        return mean, variance + self.gp.noise, *gradients


def lucky(gp: GaussianProcess, best: float, noise: float = 0.0) -> LogEI:
    """Expect what a new score may gain by noise; stands in for `LogEI`."""
    return LogEI(gp if noise else NextScore(gp), best, noise)  # type: ignore[arg-type]


def drawn(design: Design, place: int, taken: Keys) -> Point | None:
    """Draw the first points; stands in for `Design.first`."""
    return design.untaken(taken, np.random.default_rng([design.seed, place]))


class Convinced(Bayes):
    """With the prior for the inside in each proposal."""

    def _doubts(self, n_pending: int) -> bool:
        return False


class Doubting(Bayes):
    """Without it in any, and with half the curvature expected."""

    def _doubts(self, n_pending: int) -> bool:
        return True


def best_mean(bayes: Bayes, gp: GaussianProcess) -> float:
    """Return the best posterior mean at a score; stands in for `Bayes._top`."""
    return float(gp.predict(gp.X)[0].max())


BAYES = "sklearn_hpo.strategies._bayes"
FIT = "sklearn_hpo.surrogates._fit"
CENTER = "sklearn_hpo.acquisition._center"
TREND = "sklearn_hpo.surrogates._trend"
PEER = "benchmarks.compare.runners._ours_bayes"
AS_IS = "as it is"
# Names of the package, and what they are replaced by.
VARIANTS: dict[str, dict[str, Any]] = {
    AS_IS: {},
    "no prior for the inside of ranges": {f"{CENTER}._WEIGHT": 0.0},
    "no trend": {f"{BAYES}.Trend": lambda _: NO_TREND},
    "a trend without an expected curvature": {f"{TREND}._EXPECTED": 0.0},
    "no doubt of the inside": {f"{PEER}.Bayes": Convinced},
    "no belief in the inside": {f"{PEER}.Bayes": Doubting},
    "no augmented improvement when stuck": {f"{BAYES}._STUCK": math.inf},
    "no winsorizing of scores": {"sklearn_hpo.surrogates._scores._SPREADS": math.inf},
    "no model of failures": {f"{BAYES}.Feasible": lambda worth, _: worth},
    "noise fixed at 0.3 % of the spread": {f"{FIT}._NOISE": (1e-5, 1e-5)},
    "no priors of lengthscales": {f"{FIT}.LogPosterior": WithoutPriors},
    "one lengthscale for all inputs": {
        f"{FIT}.LogPosterior": OneLengthscale,
        f"{BAYES}.fit_theta": fit_one_lengthscale,
    },
    "choices as positions": {
        "sklearn_hpo.acquisition._maximize.ModelInputs": Positions,
        f"{BAYES}.cold_starts": lambda mask: cold_starts(np.zeros_like(mask)),
        f"{BAYES}.fit_theta": lambda X, y, mask, *more: fit_theta(
            X, y, np.zeros_like(mask), *more
        ),
        f"{BAYES}.GaussianProcess": lambda X, y, theta, mask, *more: GaussianProcess(
            X, y, theta, np.zeros_like(mask), *more
        ),
    },
    "uniform draws, not Sobol points": {
        "sklearn_hpo.strategies._design.Design.first": drawn
    },
    "no default first": {f"{PEER}.First": lambda _, strategy: strategy},
    "EI, not its logarithm": {f"{BAYES}.Centered": Unlogged},
    "best mean to improve on, not best score": {f"{BAYES}.Bayes._top": best_mean},
    "scan alone, no climbs": {"sklearn_hpo.acquisition._maximize._ROUNDS": 0},
    "the model after 3 candidates": {f"{PEER}.Bayes": partial(Bayes, 3)},
    "the model after 10 candidates": {f"{PEER}.Bayes": partial(Bayes, 10)},
    "luck counts as gain": {f"{BAYES}.LogEI": lucky},
    "a power transform of scores by evidence": {f"{PEER}.Bayes": TransformedScores},
    "warped inputs by evidence": {f"{PEER}.Bayes": WarpedInputs},
    "a trust region when stuck": {f"{PEER}.Bayes": TrustRegion},
    "a prior that fades as 300 / n^2, no trend": {
        f"{BAYES}.Trend": lambda _: NO_TREND,
        f"{CENTER}._WEIGHT": 300.0,
        f"{CENTER}._POWER": 2,
    },
    "a margin to improve by": {f"{PEER}.Bayes": Margin},
    "an upper bound in turn with LogEI": {f"{PEER}.Bayes": TwoAcquisitions},
}


@contextmanager
def applied(variant: str) -> Iterator[None]:
    """Let all searches in the context be those of a variant."""
    with ExitStack() as stack:
        for name, replacement in VARIANTS[variant].items():
            stack.enter_context(patch(name, replacement))
        yield
