"""The two parts of the data on one fold, cut once per worker."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from sklearn_hpo._compat import get_tags, safe_indexing, safe_split
from sklearn_hpo.evaluation._fixed import is_fixed
from sklearn_hpo.evaluation._held import hold
from sklearn_hpo.evaluation._store import Store

KNOWN_MODULES = ("numpy", "pandas", "polars")

Part: TypeAlias = Literal["train", "test", "validation"]

# What is the same whatever part of the training rows a fit may use.
_OF_ALL_RUNGS = ("X-test", "y-test")


class Fold:
    """One fold; what it gives out belongs to whoever asked and may be changed.

    The parts are kept in the memory of the process while there is room and given out as
    copies, which is cheaper than to cut them again and as safe. Data whose copies may
    differ from a fresh cut, such as frames of pandas before copy-on-write, are cut each
    time.

    Parameters
    ----------
    X, y : object
        The whole data.
    train, test : ndarray of shape (n_train,), (n_test,)
        Indices of the two parts.
    number : int
        Index of the fold.
    store : Store or None
        Where the parts are kept.
    validation : ndarray of shape (n_validation,) or None, default=None
        Indices of rows that were held out of the training part, to stop early on.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        train: NDArray[np.intp],
        test: NDArray[np.intp],
        number: int,
        store: Store | None,
        validation: NDArray[np.intp] | None = None,
    ) -> None:
        self.X = X
        self.y = y
        self.train = train
        self.test = test
        self.number = number
        self.validation = validation
        self._store = store

    @property
    def name(self) -> str:
        """What tells its training part from those of other folds and smaller rungs."""
        held = "" if self.validation is None else f"+{len(self.validation)}"
        return f"{self.number}-{len(self.train)}{held}"

    def reduced(self, rest: NDArray[np.intp], validation: NDArray[np.intp]) -> Fold:
        """Return the fold with a part of its training part held out."""
        return Fold(
            self.X, self.y, rest, self.test, self.number, self._store, validation
        )

    @staticmethod
    def supports(X: Any, y: Any) -> bool:
        """Return whether scikit-learn indexes these data with arrays of numpy."""
        return _is_known(X) and _is_known(y)

    def rows(self, estimator: BaseEstimator, part: Part) -> Any:
        """Return the rows of a part; of pairs, their columns too."""
        pairs = "pairs-" if get_tags(estimator).input_tags.pairwise else ""
        rows = getattr(self, part)
        columns = None if part == "train" else self.train
        return self._kept(
            f"X-{pairs}{part}",
            lambda: safe_split(estimator, self.X, None, rows, columns)[0],
        )

    def targets(self, part: Part) -> Any:
        """Return the targets of a part, None if there are none."""
        if self.y is None:
            return None
        return self._kept(
            f"y-{part}", lambda: safe_indexing(self.y, getattr(self, part))
        )

    def _kept(self, what: str, cut: Callable[[], Any]) -> Any:
        if self._store is None:
            return cut()
        key = f"{what}-{self.number if what in _OF_ALL_RUNGS else self.name}"
        held = self._store.get(key)
        if held is None:
            value = cut()
            held = hold(value) if is_fixed(value) else None
            if held is None:
                return value
            self._store.put(key, held, held.n_bytes)
        return held.own()


def _is_known(data: Any) -> bool:
    return (
        isinstance(data, (list, tuple, range, array.array, type(None)))
        or scipy.sparse.issparse(data)
        or type(data).__module__.partition(".")[0] in KNOWN_MODULES
    )
