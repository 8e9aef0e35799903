"""A parameter of the estimator as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn_hpo.evaluation.resources._resource import Resource


class Parameter(Resource):
    """An integer parameter of the estimator; every rung is fitted anew.

    Parameters
    ----------
    name : str
        Name of the parameter, of a step of a pipeline too: ``"clf__max_iter"``.
    """

    def params(self, params: Mapping[str, Any], amount: float) -> Mapping[str, Any]:
        """Return the parameters with the amount among them."""
        return {**params, self.name: int(amount)}
