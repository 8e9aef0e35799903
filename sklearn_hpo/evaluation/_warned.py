"""Warnings of work that is done once, for all who would have done it again."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO


@dataclass(frozen=True)
class Warned:
    """A warning that was shown.

    Parameters
    ----------
    message : Warning or str
        What it said.
    category : type
        Its class.
    filename, lineno : str, int
        Where it was raised.
    """

    message: Warning | str
    category: type[Warning]
    filename: str
    lineno: int

    def again(self) -> None:
        """Raise it where it was raised, to be shown, hidden or made an error.

        The filters decide as they would have: a line that warns once has warned.
        """
        name, registry = _module(self.filename)
        warnings.warn_explicit(
            self.message, self.category, self.filename, self.lineno, name, registry
        )


@contextmanager
def note_warnings() -> Iterator[list[Warned]]:
    """Collect the warnings that are shown in the meantime, and show them.

    Outside the main thread the list stays empty, because all threads share one
    ``warnings.showwarning``.
    """
    noted: list[Warned] = []
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    show = warnings.showwarning

    def note(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        noted.append(Warned(message, category, filename, lineno))
        show(message, category, filename, lineno, file, line)

    warnings.showwarning = note
    try:
        yield noted
    finally:
        warnings.showwarning = show


def _module(filename: str) -> tuple[str | None, dict[Any, Any] | None]:
    """Return the name and the registry of warnings of the module in a file."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == filename:
            return name, vars(module).setdefault("__warningregistry__", {})
    return None, None
