"""CMA-ES for numbers and choices together.

Notation
--------
lam       number of candidates from one change of the distribution to the next
batch     the members told since then, with their latent numbers
x         (n_dims,) genes
latent    (d,) numbers before they are rounded to the nearest value
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._categories import Categories
from sklearn_hpo.strategies._dominance import best_first
from sklearn_hpo.strategies._gaussian import Gaussian, Weights
from sklearn_hpo.strategies._offspring import Child, Offspring
from sklearn_hpo.strategies._population import Member, checked_size, variance_ratio
from sklearn_hpo.strategies._strategy import Strategy
from sklearn_hpo.strategies._variation import repaired
from sklearn_hpo.trials import Candidate, Trial

# First step size: a quarter of each range, so that two deviations reach half of it.
_SIGMA = 0.25
# A distribution narrower than this part of each range has nothing left to find, and one
# wider than a range knows no more than chance.
_NARROW, _WIDE = 1e-5, 1.0


class CMAES(Strategy):
    """Learns from which normal distribution and which choices good candidates come.

    Numbers come from a normal distribution adapted by CMA-ES [1]_; coordinates of
    separate values keep a margin [2]_, a least chance to change, so that none freezes.
    Each choice, the branch among them, comes from a distribution of its own, learned by
    the natural gradient as in CatCMA [3]_. The distributions change each time as many
    candidates have been told as the population holds, whichever distribution they came
    from: nobody waits for the last one of a generation.

    The first candidates are points of a scrambled Sobol sequence, and the best of them
    is where the normal distribution begins. When the scores of a population differ by
    no more than the folds disagree, or the distribution has become as narrow or as wide
    as can be, it begins anew.

    Made for one objective.

    Parameters
    ----------
    population_size : int or None, default=None
        Number of candidates between two changes of the distributions, at least 4. None
        for ``4 + 3 ln(d)`` with d parameters.
    stop_when_converged : bool, default=False
        Whether nothing more is proposed when it would begin anew.

    References
    ----------
    .. [1] N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772.
    .. [2] R. Hamano et al., "CMA-ES with Margin: Lower-Bounding Marginal Probability
       for Mixed-Integer Black-Box Optimization", GECCO 2022.
    .. [3] R. Hamano et al., "CatCMA: Stochastic Optimization for Mixed-Category
       Problems", GECCO 2024.
    """

    def __init__(
        self, population_size: int | None = None, *, stop_when_converged: bool = False
    ) -> None:
        self.population_size = population_size
        self.stop_when_converged = stop_when_converged

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Forget everything and prepare for a search.

        Raises
        ------
        ValueError
            If the space has a distribution that can only be drawn from, or the
            population is too small.
        """
        self.space_ = space
        self.offspring_ = Offspring(space, seed)
        genes = self.offspring_.genes
        self.numbers_ = np.flatnonzero(genes.varies & ~genes.is_choice)
        self.choices_ = np.flatnonzero(genes.is_choice)
        usual = 4 + int(3 * math.log(max(genes.n_genes, 1)))  # [1], eq. 48
        self.size_ = checked_size(self.population_size, usual)
        self._begin()

    def tell(self, trial: Trial) -> None:
        """Learn from a closed trial, and change the distributions with a full batch."""
        member = self.offspring_.told(trial)
        if member is None:
            return
        # A search that goes on with more candidates may have begun by other means.
        latent = np.array((trial.candidate.note or {}).get("latent", ()))
        if len(latent) != len(self.numbers_):
            latent = member.x[self.numbers_]
        self.batch_.append((member, latent))
        if len(self.batch_) == self.size_:
            self._update()

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate | None:
        """Return the next candidate, None if there is none left to propose."""
        if not self.has_begun_:
            return self.offspring_.newcomer(number, pending, rng)
        return self.offspring_.child(number, pending, rng, self._child)

    def _begin(self) -> None:
        genes = self.offspring_.genes
        branches = [self.space_.n_branches] if self.space_.n_branches > 1 else []
        n_values = [len(genes.places(dim)) for dim in self.choices_] + branches
        n_separate = sum(genes.step[self.numbers_] > 0) + len(n_values)
        self.margin_ = 1 - 0.73 ** (1 / max(n_separate, 1))  # [3], section 4.3
        self.categories_ = Categories(n_values, self.margin_)
        self.weights_ = Weights(max(len(self.numbers_), 1), self.size_)
        self.gaussian_: Gaussian | None = None
        self.batch_: list[tuple[Member, NDArray[np.float64]]] = []
        self.has_begun_ = False

    def _child(self, rng: np.random.Generator) -> Child:
        """Return a child of both distributions."""
        genes = self.offspring_.genes
        chosen = self.categories_.sample(rng)
        branch = int(chosen[-1]) if self.space_.n_branches > 1 else 0
        x = np.full(self.space_.n_dims, 0.5)
        for dim, index in zip(self.choices_, chosen, strict=False):
            x[dim] = genes.places(dim)[index]
        note: dict[str, object] = {"latent": []}
        if self.gaussian_ is not None:
            mean = self.gaussian_.m
            latent = self.gaussian_.sample(rng)
            x[self.numbers_] = repaired(latent, mean, rng)
            note = {"latent": latent.tolist()}
        return branch, np.where(self.space_.active[branch], x, np.nan), note

    def _update(self) -> None:
        """Move the distributions to where the best of the batch lie."""
        values = np.array([member.values for member, _ in self.batch_])
        batch = [self.batch_[i] for i in best_first(values)]
        if self.has_begun_ and self._is_settled([member for member, _ in batch]):
            self.offspring_.has_ended = self.stop_when_converged
            self._begin()
            return
        if len(self.choices_) or self.space_.n_branches > 1:
            chosen = np.array([self._chosen(member) for member, _ in batch])
            self.categories_.update(chosen, self.weights_.best)
        if len(self.numbers_):
            self._move(np.array([latent for _, latent in batch]))
        self.batch_ = []
        self.has_begun_ = True

    def _move(self, latent: NDArray[np.float64]) -> None:
        """Move the normal distribution; (lam, d) latent numbers, best first."""
        if self.gaussian_ is None:
            mean = np.where(np.isnan(latent[0]), 0.5, latent[0])
            self.gaussian_ = Gaussian(mean, _SIGMA, self.size_)
        else:
            gaussian = self.gaussian_
            # Inactive numbers of candidates from elsewhere speak for no direction.
            gaussian.update(np.where(np.isnan(latent), gaussian.m, latent))
            gaussian.m = np.clip(gaussian.m, 0.0, 1.0)
        genes = self.offspring_.genes
        for i, dim in enumerate(self.numbers_):
            if genes.step[dim] > 0:
                places = genes.places(dim)
                thresholds = (places[1:] + places[:-1]) / 2
                self.gaussian_.keep_margin(i, thresholds, self.margin_)

    def _chosen(self, member: Member) -> list[int]:
        """Return the indices of a member's choices; the likeliest for the inactive."""
        genes, q = self.offspring_.genes, self.categories_.q
        found = [
            int(q[i].argmax())
            if np.isnan(member.x[dim])
            else int(np.abs(genes.places(dim) - member.x[dim]).argmin())
            for i, dim in enumerate(self.choices_)
        ]
        return [*found, member.branch] if self.space_.n_branches > 1 else found

    def _is_settled(self, batch: Sequence[Member]) -> bool:
        """Whether the batch says no more than chance, or cannot be told apart."""
        values = np.array([member.values for member in batch])
        if (values == values[0]).all():
            return True
        known = [m.scores for m in batch if not np.isnan(m.scores).any()]
        if variance_ratio(np.array(known)) < 1.0:
            return True
        if self.gaussian_ is None:
            return False
        widths = self.gaussian_.deviations
        return bool((widths < _NARROW).all() or (widths > _WIDE).any())
