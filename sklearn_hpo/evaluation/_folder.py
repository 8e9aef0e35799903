"""A temporary folder that does not outlive its search, whatever ends it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import joblib

from sklearn_hpo._compat import temporary_path, track_folder, untrack_folder

if sys.platform != "win32":  # there the resource tracker alone has to do
    import fcntl

PREFIX = "sklearn_hpo_"
LOCK = "lock"


@contextmanager
def temporary_folder(parallel: joblib.Parallel) -> Iterator[Path]:
    """Make a folder where joblib would make its own, and remove it in the end.

    If this process is killed, joblib's resource tracker removes the folder once the
    workers are gone too. Some of loky's never go; so a search begins with removing the
    folders that nobody holds any more.

    Parameters
    ----------
    parallel : joblib.Parallel
        An open one.

    Yields
    ------
    folder : Path
        An empty folder that other users cannot read.
    """
    folder = temporary_path(parallel, f"{PREFIX}{uuid4().hex}")
    remove_abandoned(folder.parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    track_folder(folder)
    with ExitStack() as stack:
        stack.callback(_remove, folder)
        _hold(folder, stack.enter_context((folder / "new").open("wb")))
        yield folder


def remove_abandoned(parent: Path) -> None:
    """Remove the folders in `parent` that were made here and that nobody holds."""
    for lock in parent.glob(f"{PREFIX}*/{LOCK}"):
        # Another user's, on a disk without locks, or removed in this moment.
        with suppress(OSError), lock.open("ab") as file:
            if _try_lock(file):
                shutil.rmtree(lock.parent, ignore_errors=True)


def _hold(folder: Path, file: BinaryIO) -> None:
    with suppress(OSError):  # a disk without locks
        if _try_lock(file):
            # Only now: nobody ever sees a lock that is not held.
            (folder / "new").rename(folder / LOCK)


def _try_lock(file: BinaryIO) -> bool:
    """Lock an open file, unless another process has it; the lock ends with the file."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    # Where an open file cannot be removed the tracker does it later.
    if not folder.exists():
        untrack_folder(folder)
