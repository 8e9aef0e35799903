"""The contract of every resource that rungs of a search spend more and more of."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Resource(ABC):  # noqa: B024 (a resource says what is not as usual)
    """What a fit is given more of from rung to rung, such as samples or trees.

    An amount says how much a fit of one fold may use. What a fold brings at an amount
    depends on the candidate, the fold and the amount alone: not on what was fitted
    before, where, or in which order.

    It travels to the workers once, with what all folds share, and does not change.

    Parameters
    ----------
    name : str
        What the user calls it.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def rows(
        self, train: NDArray[np.intp], fold: int, amount: float
    ) -> NDArray[np.intp]:
        """Return the training samples of a fold that a fit may use.

        Parameters
        ----------
        train : ndarray of shape (n_train,)
            Indices of all training samples.
        fold : int
            Index of the train-test split.
        amount : float
            How much may be spent.

        Returns
        -------
        rows : ndarray of shape (n_rows,)
            Those of a smaller amount are among those of a larger one, in the same
            order.
        """
        return train

    def params(self, params: Mapping[str, Any], amount: float) -> Mapping[str, Any]:
        """Return the parameters to set on the estimator.

        Parameters
        ----------
        params : dict of str to object
            Those of the candidate.
        amount : float
            How much may be spent.

        Returns
        -------
        params : dict of str to object
            As ``cv_results_`` shows them.
        """
        return params
