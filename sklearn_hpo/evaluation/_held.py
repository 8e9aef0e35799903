"""Values that are kept, and given out as copies laid out in memory as they were."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray


class Held(ABC):
    """A value nobody can change, because whoever asks gets a copy of his own.

    The copy has the strides of the original: sums over rows that lie apart in memory
    differ in the last bit from sums over rows that lie together.

    Attributes
    ----------
    n_bytes : int
        What it takes in memory, roughly.
    fits_files : bool
        Whether it comes back from a file as it was.
    """

    n_bytes: int
    fits_files: bool = True

    @abstractmethod
    def own(self) -> Any:
        """Return a copy."""

    def is_still(self, copy: Any) -> bool:
        """Return whether a copy is known to be as it was given out."""
        return False


class HeldArray(Held):
    """An array.

    Parameters
    ----------
    array : ndarray
        Of any shape; from now on not to be changed.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        contiguous = array.flags.c_contiguous or array.flags.f_contiguous
        self.strides = None if contiguous else array.strides
        self.array = array if contiguous else array.copy(order="K")
        self.n_bytes = array.nbytes
        if array.dtype.hasobject:
            self.n_bytes += _n_bytes_of_items(array.ravel(order="K"))

    def own(self) -> NDArray[Any]:
        """Return a copy with the same strides."""
        if self.strides is None or self.array.dtype.hasobject:
            return np.array(self.array, order="K")
        low, high = _extent(self.array.shape, self.strides)
        buffer = np.empty(high - low + self.array.itemsize, np.uint8)
        copy: NDArray[Any] = np.ndarray(
            self.array.shape, self.array.dtype, buffer, -low, self.strides
        )
        copy[...] = self.array
        return copy

    def is_still(self, copy: Any) -> bool:
        """Return whether the bytes are the same."""
        if self.array.dtype.hasobject:
            return False
        return bool(copy.tobytes() == self.array.tobytes())


class HeldSparse(Held):
    """A sparse matrix or array, with all it knows of itself.

    Parameters
    ----------
    matrix : sparse matrix or array of shape (n_rows, n_columns)
        From now on not to be changed.
    """

    def __init__(self, matrix: Any) -> None:
        self.kind: Any = type(matrix)
        self.state = {
            name: HeldArray(value) if isinstance(value, np.ndarray) else value
            for name, value in vars(matrix).items()
        }
        arrays = (item for item in self.state.values() if isinstance(item, Held))
        self.n_bytes = sum(array.n_bytes for array in arrays)

    def own(self) -> Any:
        """Return a copy, its indices as sorted or unsorted as they were."""
        copy = self.kind.__new__(self.kind)
        for name, value in self.state.items():
            vars(copy)[name] = value.own() if isinstance(value, Held) else value
        return copy

    def is_still(self, copy: Any) -> bool:
        """Return whether the arrays are the same."""
        arrays = (item for item in self.state.items() if isinstance(item[1], Held))
        return all(array.is_still(vars(copy)[name]) for name, array in arrays)


@dataclass(frozen=True, eq=False)
class HeldList(Held):
    """A list, its items shared with the copies as they are with any slice of it."""

    items: list[Any]

    @property
    def n_bytes(self) -> int:  # type: ignore[override]
        """What the items take."""
        return sys.getsizeof(self.items) + _n_bytes_of_items(self.items)

    def own(self) -> list[Any]:
        """Return a shallow copy."""
        return list(self.items)


@dataclass(frozen=True, eq=False)
class HeldFrame(Held):
    """A frame or series of pandas.

    That it copies its columns when they are written to is not enough: scikit-learn
    makes their arrays writeable and writes there.
    """

    frame: Any
    fits_files = False

    @property
    def n_bytes(self) -> int:  # type: ignore[override]
        """What the columns take, strings by a sample of them."""
        usage = self.frame.memory_usage(index=True)
        sample = self.frame.iloc[:100]
        deep = sample.memory_usage(index=False, deep=True)
        flat = sample.memory_usage(index=False)
        per_row = (np.sum(deep) - np.sum(flat)) / max(1, len(sample))
        return int(np.sum(usage) + len(self.frame) * per_row)

    def own(self) -> Any:
        """Return a copy."""
        return self.frame.copy()

    def is_still(self, copy: Any) -> bool:
        """Return whether the values are the same."""
        return bool(self.frame.equals(copy))


@dataclass(frozen=True, eq=False)
class HeldNothing(Held):
    """None, for the missing y."""

    n_bytes = 0

    def own(self) -> None:
        """Return None."""


def hold(value: Any) -> Held | None:
    """Return the value held, None if its kind is not known to be safe."""
    kind = type(value)
    if kind is np.ndarray:
        return HeldArray(value)
    if kind is list:
        return HeldList(value)
    if value is None:
        return HeldNothing()
    if kind.__module__.startswith("scipy.sparse.") and value.format in ("csr", "csc"):
        return HeldSparse(value)
    return HeldFrame(value) if _copies_on_write(value) else None


def overlap(a: Any, b: Any) -> bool:
    """Return whether to write to one value may be to write to the other."""
    if a is b:
        return True
    if scipy.sparse.issparse(a) and scipy.sparse.issparse(b):
        return overlap(a.data, b.data)
    both_arrays = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    return both_arrays and bool(np.may_share_memory(a, b))


def _copies_on_write(value: object) -> bool:
    pandas = sys.modules.get("pandas")
    if pandas is None or type(value) not in (pandas.DataFrame, pandas.Series):
        return False
    if int(pandas.__version__.split(".")[0]) >= 3:
        return True
    return getattr(pandas.options.mode, "copy_on_write", False) is True


def _extent(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """Return the offsets of the first and the last item in memory."""
    steps = [(n - 1) * stride for n, stride in zip(shape, strides, strict=True)]
    return sum(min(0, step) for step in steps), sum(max(0, step) for step in steps)


def _n_bytes_of_items(items: Sequence[Any] | NDArray[Any]) -> int:
    """Return what many objects take, by the first thousand."""
    sizes = [sys.getsizeof(item) for item in islice(items, 1000)]
    return len(items) * sum(sizes) // max(1, len(sizes))
