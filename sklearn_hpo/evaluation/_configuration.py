"""Under which settings a worker computes: the caller's."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sklearn


@dataclass(frozen=True, slots=True)
class Configuration:
    """scikit-learn's configuration and the filters of :mod:`warnings`.

    Parameters
    ----------
    options : dict of str to object
        As :func:`sklearn.get_config` returns them; they belong to one thread.
    filters : list of tuple
        As :data:`warnings.filters` has them; they belong to one process.
    """

    options: dict[str, Any]
    filters: list[Any]

    @classmethod
    def current(cls) -> Configuration:
        """Return the settings of this thread and process."""
        return cls(sklearn.get_config(), list(warnings.filters))

    @contextmanager
    def applied(self, *, filters: bool = True) -> Iterator[None]:
        """Compute under these settings, and forget what is set meanwhile.

        Parameters
        ----------
        filters : bool, default=True
            Whether to set the filters too. Threads cannot without changing each
            other's; there they hold anyway.
        """
        with sklearn.config_context(**self.options):
            if not filters:
                yield
                return
            with warnings.catch_warnings():
                # That has just told the interpreter that the filters change.
                warnings.filters[:] = self.filters  # type: ignore[index]
                yield
