"""How the data of a search reach its workers: once, not with every task."""

from __future__ import annotations

import mmap
import threading
import time
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import joblib

from sklearn_hpo.evaluation._configuration import Configuration
from sklearn_hpo.evaluation._fixed import is_fixed
from sklearn_hpo.evaluation._parcel import Parcel
from sklearn_hpo.evaluation._settings import FoldShared
from sklearn_hpo.evaluation._threads import limit_this_process

KEPT = 4  # searches whose data a worker keeps
PATIENCE = 2.0  # seconds between two looks for searches that are over
UNMAP_FROM = 100_000_000  # bytes; loky ends a worker that has grown by 300 MB


@dataclass(eq=False)
class Cargo:
    """Everything that a worker needs and that does not change from task to task.

    Parameters
    ----------
    token : str
        Tells the search from others.
    data : Parcel
        X and y.
    shared : Parcel
        What all tasks share, and the settings they run under.
    n_threads : int or None, default=None
        To how many threads the worker holds native libraries; None if not its task.
    """

    token: str
    data: Parcel
    shared: Parcel
    n_threads: int | None = None
    unloaded: Unloaded | None = field(default=None, init=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "unloaded": None}

    def __sizeof__(self) -> int:
        # By this dask knows what its workers keep, and that it is worth to be kept.
        return 2000 + self.data.n_bytes + self.shared.n_bytes

    def is_there(self) -> bool:
        """Return whether the search still goes on."""
        return True

    def fetch(self) -> Cargo:
        """Return itself: it came as an argument."""
        return self


@dataclass(frozen=True, slots=True)
class CargoFile:
    """The address of a cargo in a file, which is mapped, not read."""

    token: str
    path: str

    def is_there(self) -> bool:
        """Return whether the search still goes on."""
        return Path(self.path).exists()

    def fetch(self) -> Cargo:
        """Return the cargo; its large buffers stay in the file."""
        return joblib.load(self.path, mmap_mode="r")


@dataclass(frozen=True, slots=True)
class CargoInRay:
    """The address of a cargo in ray's object store."""

    token: str
    reference: Any

    def is_there(self) -> bool:
        """Return whether the search still goes on."""
        return True

    def fetch(self) -> Cargo:
        """Return the cargo; its large buffers stay in the store."""
        import ray

        return ray.get(self.reference)


class Address(Protocol):
    """Where a worker finds a cargo."""

    @property
    def token(self) -> str:
        """What tells the search from others."""

    def is_there(self) -> bool:
        """Return whether the search still goes on."""

    def fetch(self) -> Cargo:
        """Return the cargo."""


class Unloaded:
    """The cargo of a search as a worker holds it.

    X and y are handed out again and again as they are if nobody can change them by
    what he does to a part of them; otherwise each task gets new ones, as it would if
    they had been sent with it.

    Parameters
    ----------
    address : Address
        Where it came from.
    """

    def __init__(self, address: Address) -> None:
        cargo = address.fetch()
        # A cargo would keep itself alive.
        self.address = None if isinstance(address, Cargo) else address
        self.shared: FoldShared
        self.configuration: Configuration
        self.shared, self.configuration = cargo.shared.open()
        self._parcel = cargo.data
        data = self._parcel.open()
        self._data = data if all(map(is_fixed, data)) else None
        if self.shared.store is not None:
            weakref.finalize(self, self.shared.store.clear)
        if cargo.n_threads is not None:
            limit_this_process(cargo.n_threads)

    def data(self) -> tuple[Any, Any]:
        """Return X and y."""
        return self._parcel.open() if self._data is None else self._data

    def rest(self) -> None:
        """Give back the memory of mapped pages, which count as the worker's own."""
        if self._parcel.n_bytes < UNMAP_FROM or not hasattr(mmap, "MADV_DONTNEED"):
            return
        for buffer in self._parcel.buffers:
            mapped = getattr(buffer, "_mmap", None)
            if mapped is not None:
                mapped.madvise(mmap.MADV_DONTNEED)


_UNLOADED: OrderedDict[str, Unloaded] = OrderedDict()
_LOCK = threading.Lock()


def unload(address: Address) -> Unloaded:
    """Return the cargo of a search, from the memory of this worker if it can be.

    One that came as an argument is kept as long as its sender keeps it. Of the others a
    worker keeps the newest; those of searches that are over it drops soon.
    """
    with _LOCK:
        if isinstance(address, Cargo):
            if address.unloaded is None:
                address.unloaded = Unloaded(address)
            return address.unloaded
        found = _UNLOADED.get(address.token)
        if found is None:
            if not _UNLOADED and isinstance(address, CargoFile):
                threading.Thread(target=_drop_what_is_over, daemon=True).start()
            found = _UNLOADED[address.token] = Unloaded(address)
        _UNLOADED.move_to_end(address.token)
        while len(_UNLOADED) > KEPT:
            _UNLOADED.popitem(last=False)
        return found


def _drop_what_is_over() -> None:
    while True:
        time.sleep(PATIENCE)
        with _LOCK:
            for token, old in list(_UNLOADED.items()):
                if old.address is not None and not old.address.is_there():
                    del _UNLOADED[token]
            if not _UNLOADED:
                return
