"""A file of records, appended one by one: what is written stays written."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import warnings
import weakref
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Record: TypeAlias = dict[str, Any]

encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

SYNC_SECONDS = 1.0  # that a power cut may cost
# How a first line begins, as far as it was written.
_BEGINNING = re.compile(
    rb'[0-9a-f]{0,8}|[0-9a-f]{8} (\{("(j(o(u.*)?)?)?)?)?', re.DOTALL
)


class JournalError(RuntimeError):
    """A journal cannot be read, written or gone on with."""


class JournalFile:
    """A file of records, one a line: checksum, blank, JSON.

    A line is handed to the system at once, so that it survives the end of this process,
    and to the disk about once a second, so that a power cut costs no more than that.
    The file is locked as long as it is open; the lock ends with this process.

    Parameters
    ----------
    path : str or Path
        A journal, or where to make one.

    Raises
    ------
    JournalError
        If the file cannot be opened for writing, or another search has it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.fileno = os.open(self.path, flags, 0o666)
        except OSError as error:
            raise JournalError(
                f"journal: expected a file or folder that can be written, got "
                f"{str(path)!r} ({error.strerror}). Choose another one, or make it "
                "writable."
            ) from error
        if not _try_lock(self.fileno):
            os.close(self.fileno)
            raise JournalError(
                f"journal: another search is writing {str(path)!r}. Wait for its end, "
                "or give this one another file. In a folder each search has a file of "
                "its own, but equal searches on equal data have the same."
            )
        _OPEN.add(self)
        self._failure: JournalError | None = None
        self._unsynced = threading.Event()
        self._closed = threading.Event()
        self._syncer = threading.Thread(target=self._sync_for_ever, daemon=True)
        self._syncer.start()

    def read(self) -> list[Record]:
        """Return the records of the file, of which a torn last line is cut off.

        Raises
        ------
        JournalError
            If it is no journal, or was changed.

        Warns
        -----
        RuntimeWarning
            If the last line is torn.
        """
        content = self.path.read_bytes()
        found, n_good = parse(content, self.path)
        records = list(found)
        if n_good < len(content):
            warnings.warn(
                f"The last line of {str(self.path)!r} is torn: the search was stopped "
                "while it was written. It is dropped.",
                RuntimeWarning,
                stacklevel=2,
            )
            os.ftruncate(self.fileno, n_good)
        return records

    def write(self, lines: bytes) -> None:
        """Hand whole lines to the system.

        Raises
        ------
        JournalError
            If the disk is full or gone.
        """
        self._check()
        try:
            n_written = os.write(self.fileno, lines)
        except OSError as error:
            raise self._lost(error.strerror) from error
        if n_written < len(lines):
            raise self._lost("no space left for a whole line")
        if not self._unsynced.is_set():
            self._unsynced.set()

    def sync(self) -> None:
        """Have all that was written on the disk when this returns."""
        self._check()
        self._unsynced.clear()
        try:
            os.fsync(self.fileno)
        except OSError as error:
            self._failure = self._lost(error.strerror)
            raise self._failure from error

    def close(self) -> None:
        """Have everything on the disk, if possible, and let others have the file."""
        self._closed.set()
        self._unsynced.set()
        self._syncer.join()
        with suppress(JournalError):
            self.sync()
        _OPEN.discard(self)
        if sys.platform != "win32":
            # A process that was just forked may still have the file open.
            with suppress(OSError):
                fcntl.flock(self.fileno, fcntl.LOCK_UN)
        os.close(self.fileno)

    def _sync_for_ever(self) -> None:
        """Have what is new on the disk at once, but once a second at most."""
        with suppress(OSError):  # not every disk can
            _sync_folder(self.path.parent)
        with suppress(JournalError):  # the next line will say so
            while self._unsynced.wait() and not self._closed.is_set():
                self.sync()
                self._closed.wait(SYNC_SECONDS)

    def _check(self) -> None:
        """Raise what the disk has said once: it does not say again what it lost."""
        if self._failure is not None:
            raise self._failure

    def _lost(self, reason: str | None) -> JournalError:
        return JournalError(
            f"The journal {str(self.path)!r} cannot be written ({reason}). What it "
            "holds can be read; make room and fit again to go on from there."
        )


def line_of(text: str) -> bytes:
    """Return the line of a record that was encoded."""
    content = text.encode(errors="surrogatepass")  # a traceback may hold anything
    return b"%08x %b\n" % (zlib.crc32(content), content)


def parse(content: bytes, path: Path) -> tuple[Iterator[Record], int]:
    """Return the records of a journal, and how many bytes they take.

    What follows the last end of a line is not read.

    Raises
    ------
    JournalError
        If it is no journal, or was changed.
    """
    lines = content.split(b"\n")
    torn = lines.pop()
    if not lines and not _BEGINNING.fullmatch(torn):
        raise JournalError(
            f"journal: expected the journal of a search or a new file, got "
            f"{str(path)!r}, which is something else. Choose another name."
        )
    return _records(lines, path), len(content) - len(torn)


def _records(lines: list[bytes], path: Path) -> Iterator[Record]:
    # A thousand at once are decoded faster than one by one, and than all.
    for begin in range(0, len(lines), 1000):
        texts = []
        for number, line in enumerate(lines[begin : begin + 1000], begin + 1):
            text = line[9:]
            if line[:9] != b"%08x " % zlib.crc32(text):
                raise _changed(path, number, line)
            texts.append(text)
        yield from json.loads(b"[%b]" % b",".join(texts))


def _changed(path: Path, number: int, line: bytes) -> JournalError:
    problem = "is no journal" if number == 1 else "was changed"
    return JournalError(
        f"journal: {str(path)!r} {problem}: the checksum of line {number} is "
        f"{line[:8]!r}, expected {b'%08x' % zlib.crc32(line[9:])!r}. Restore the file, "
        "cut it before that line, or choose another name."
    )


def _sync_folder(path: Path) -> None:
    """Have the name of a new file on the disk too."""
    if sys.platform != "win32":
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _try_lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(file, 2**30, os.SEEK_SET)  # beyond what others may want to read
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a disk without locks
        return True
    return True


def _close_in_child() -> None:
    """Let a process that is forked have no part in the locks."""
    for journal in list(_OPEN):
        os.close(journal.fileno)
    _OPEN.clear()


_OPEN: weakref.WeakSet[JournalFile] = weakref.WeakSet()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_in_child)
