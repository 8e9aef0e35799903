"""What candidates share: get and put by key, bounded in bytes."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import uuid
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import joblib

logger = logging.getLogger("sklearn_hpo")

MEMORY_BYTES = 150_000_000  # loky ends a worker that has grown by 300 MB
FOLDER_BYTES = 1_000_000_000
FOLDER_SHARE = 0.1  # of the free disk
FILE_SECONDS = 0.005  # to write and read a small file
FILE_SECONDS_PER_BYTE = 5e-9


@dataclass(frozen=True)
class Store:
    """Values by key, in the memory of a process and in a folder all workers see.

    It travels to the workers as a few strings and numbers. Every process has one memory
    for all the stores in it, which forgets what was not used for longest; so does the
    folder. A file that cannot be written ends the use of the folder: what is not stored
    is computed again.

    Parameters
    ----------
    folder : str or None, default=None
        An existing folder, made and removed by the owner of the store. None for the
        memory only, where the workers are threads.
    memory_bytes : int, default=150_000_000
        What the memory of one process may take.
    folder_bytes : int, default=1_000_000_000
        What the folder may take, beside a tenth of the disk that is free.
    token : str, optional
        Tells the store from others in the same memory.
    """

    folder: str | None = None
    memory_bytes: int = MEMORY_BYTES
    folder_bytes: int = FOLDER_BYTES
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    def get(self, key: str) -> Any:
        """Return the value, or None if it is not, or not any more, stored.

        It is shared by all who ask and must not be changed.
        """
        value = _MEMORY.get((self.token, key))
        if value is not None or self.folder is None:
            return value
        value = _read(self._path(key))
        if value is not None:
            self._remember(key, *value)
            return value[0]
        return None

    def put(self, key: str, value: Any, n_bytes: int, *, share: bool = False) -> None:
        """Store a value of so many bytes, unless it is too large.

        Parameters
        ----------
        key : str
            A valid file name.
        value : object
            Anything but None; picklable if it is to be shared.
        n_bytes : int
            What it takes.
        share : bool, default=False
            Whether it is worth a file for the other processes.
        """
        self._remember(key, value, n_bytes)
        if share and self.folder is not None and self.folder not in _UNWRITABLE:
            self._write(self._path(key), value, n_bytes)

    def clear(self) -> None:
        """Free the memory that the store takes in this process."""
        _MEMORY.forget(self.token)

    def _remember(self, key: str, value: Any, n_bytes: int) -> None:
        _MEMORY.put((self.token, key), value, n_bytes, self.memory_bytes)

    def _path(self, key: str) -> Path:
        return Path(str(self.folder)) / key

    def _write(self, path: Path, value: Any, n_bytes: int) -> None:
        # Under another name first, so that nobody reads half a file.
        unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
        try:
            bound = self._bound()
            if n_bytes <= bound // 4:
                _make_room(path.parent, bound - n_bytes)
                joblib.dump((value, n_bytes), unfinished)
                unfinished.replace(path)
        except OSError as error:
            _give_up(path.parent, error)
        except Exception:  # whatever cannot be pickled stays in memory
            logger.debug("%s is not shared between processes", path.name, exc_info=True)
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def _bound(self) -> int:
        free = shutil.disk_usage(str(self.folder)).free
        return min(self.folder_bytes, int(FOLDER_SHARE * free))


def is_worth_a_file(seconds: float, n_bytes: int) -> bool:
    """Return whether to make a value again takes longer than to write and read it."""
    return seconds > FILE_SECONDS + FILE_SECONDS_PER_BYTE * n_bytes


class Memory:
    """Least recently used values of all stores in a process."""

    def __init__(self) -> None:
        self._values: OrderedDict[tuple[str, str], tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.n_bytes = 0

    def get(self, key: tuple[str, str]) -> Any:
        """Return the value, or None."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: tuple[str, str], value: Any, n_bytes: int, bound: int) -> None:
        """Keep a value, unless it takes more than a quarter of the bound."""
        if n_bytes > bound // 4:
            return
        with self._lock:
            self._drop(key)
            self._values[key] = value, n_bytes
            self.n_bytes += n_bytes
            while self.n_bytes > bound:
                self._drop(next(iter(self._values)))

    def forget(self, token: str) -> None:
        """Drop the values of one store."""
        with self._lock:
            for key in [key for key in self._values if key[0] == token]:
                self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        _, n_bytes = self._values.pop(key, (None, 0))
        self.n_bytes -= n_bytes


_MEMORY = Memory()
_UNWRITABLE: set[str] = set()


def _read(path: Path) -> tuple[Any, int] | None:
    """Return a value and its size, its arrays mapped, None if it is not there."""
    try:
        value: tuple[Any, int] = joblib.load(path, mmap_mode="r")
        os.utime(path)  # the order of use, for all processes
    except Exception:  # noqa: BLE001 (missing, cleared just now, of another version)
        return None
    return value


def _make_room(folder: Path, bound: int) -> None:
    """Remove the files not used for longest until the rest fits."""
    files = []
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # another process was faster
            status = entry.stat()
            files.append((status.st_mtime_ns, status.st_size, entry.path))
    excess = sum(size for _, size, _ in files) - bound
    for _, size, path in sorted(files):
        if excess <= 0:
            return
        with suppress(OSError):  # Windows keeps what is mapped
            Path(path).unlink()
            excess -= size


def _give_up(folder: Path, error: OSError) -> None:
    """Use the folder no more, and say so, if possible once for all processes."""
    _UNWRITABLE.add(str(folder))
    try:
        (folder / "full").touch(exist_ok=False)
    except FileExistsError:
        return
    except OSError:
        pass
    logger.warning("Nothing more is shared between processes: %s", error)
