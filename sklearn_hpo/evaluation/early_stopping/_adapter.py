"""What has to be known of an estimator to stop it early."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from sklearn_hpo.evaluation.early_stopping._validation import Validation


class EarlyStoppingAdapter(ABC):
    """How estimators of some classes are stopped at their best iteration.

    Attributes
    ----------
    module, names : str, tuple of str
        The module that has the classes, and their names.
    iterations : str
        Name of the parameter that says how many iterations there are at most.
    decisive : tuple of str
        Names of the parameters that :meth:`stops` looks at.
    """

    module: str
    names: tuple[str, ...]
    iterations: str
    decisive: tuple[str, ...]

    def knows(self, model: Any) -> bool:
        """Return whether a model is of one of the classes, exactly."""
        # Of a package that was not imported there are no models.
        module = sys.modules.get(self.module)
        return type(model) in [getattr(module, name, None) for name in self.names]

    @abstractmethod
    def stops(self, model: Any) -> bool:
        """Return whether a model has iterations, and no rule of its own to end them."""

    @abstractmethod
    def fit(
        self, model: Any, X: Any, y: Any, params: Mapping[str, Any], watch: Validation
    ) -> None:
        """Fit a model and leave it as it was at its best iteration.

        That is what a clone of it with :meth:`final` parameters would be.

        Parameters
        ----------
        model : estimator object
            Not fitted.
        X, y : object
            What it is fitted to.
        params : dict of str to object
            What else its ``fit`` gets.
        watch : Validation
            Is to hear of each iteration, and says when to stop.
        """

    def final(self, model: Any, n_iter: int) -> dict[str, Any]:
        """Return the parameters with which a model makes just so many iterations."""
        return {self.iterations: n_iter}
