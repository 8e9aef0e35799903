"""Folds as a resource: a higher rung adds some to those that were scored."""

from __future__ import annotations

from sklearn_hpo.evaluation.resources._resource import Resource


class Folds(Resource):
    """Number of folds, the first ones: the schedule counts them, every fit is whole."""

    def __init__(self) -> None:
        super().__init__("n_folds")
