"""How much the fits of one task may use, and of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sklearn.base import BaseEstimator

from sklearn_hpo.evaluation.resources._kept import Kept
from sklearn_hpo.evaluation.resources._resource import Resource, fit_plainly


@dataclass(frozen=True, eq=False, slots=True)
class Allowance:
    """How much the fits of one task may use, and of what.

    Parameters
    ----------
    resource : Resource or None, default=None
        Of what; None if they get everything.
    amount : float or None, default=None
        How much.
    kept : Kept or None, default=None
        Where models are kept for higher rungs; None to fit all anew.
    """

    resource: Resource | None = None
    amount: float | None = None
    kept: Kept | None = None

    def fit(
        self,
        estimator: BaseEstimator,
        X: Any,
        y: Any,
        fit_params: Mapping[str, Any],
        step: str = "",
    ) -> BaseEstimator:
        """Return a fitted estimator, as :meth:`Resource.fit` does."""
        if self.resource is None or self.amount is None or self.kept is None:
            return fit_plainly(estimator, X, y, fit_params)
        return self.resource.fit(
            estimator, X, y, fit_params, self.amount, step, self.kept
        )

    def keep(self) -> None:
        """Write what is to be kept."""
        if self.kept is not None:
            self.kept.write()
