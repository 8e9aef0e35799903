"""An object made ready for the journey to other processes."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_hpo._compat import DataPickler

LARGE = 2**20  # bytes from which joblib maps an array, too


@dataclass(frozen=True, eq=False, slots=True)
class Parcel:
    """A pickled object whose large buffers travel beside the pickle.

    So they can be mapped from a file or shared by a cluster, never copied. Arrays on
    such buffers are read-only on arrival; what is smaller arrives as it was.

    Parameters
    ----------
    stream : bytes
        The pickle.
    buffers : list of bytes or ndarray of shape (n_bytes,)
        The large buffers, in the order of the pickle.
    """

    stream: bytes
    buffers: Sequence[Any]

    @property
    def n_bytes(self) -> int:
        """Size of the parcel."""
        return len(self.stream) + sum(memoryview(b).nbytes for b in self.buffers)

    def open(self) -> Any:
        """Return a new object; only the large buffers are those of the parcel."""
        buffers = [memoryview(buffer).toreadonly() for buffer in self.buffers]
        return pickle.loads(self.stream, buffers=buffers)  # noqa: S301 (made by `pack`)

    def in_bytes(self) -> Parcel:
        """Return the parcel without arrays, of which joblib would make files."""
        return Parcel(self.stream, [bytes(buffer) for buffer in self.buffers])


def pack(thing: Any) -> Parcel:
    """Return the parcel of anything that joblib's workers can be sent.

    That includes what is defined in ``__main__``, and lambdas.
    """
    buffers: list[NDArray[np.uint8]] = []

    def keep_small_ones(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < LARGE:
            return True
        buffers.append(np.frombuffer(raw, dtype=np.uint8))
        return False

    stream = io.BytesIO()
    pickler = DataPickler(stream, protocol=5, buffer_callback=keep_small_ones)
    pickler.dump(thing)
    return Parcel(stream.getvalue(), buffers)
