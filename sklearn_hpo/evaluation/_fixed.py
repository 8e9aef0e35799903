"""Which data can be handed out again and again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import issparse

_FIXED = (str, bytes, bool, int, float, complex, type(None), np.generic)


def is_fixed(data: Any) -> bool:
    """Return whether a selection of rows shares nothing with the data that can change.

    Arrays, sparse matrices and frames give copies; a list gives a list of the same
    items, which is as good if these are strings or numbers.
    """
    if isinstance(data, _FIXED) or issparse(data):
        return True
    if isinstance(data, np.ndarray):
        return not data.dtype.hasobject or _all_fixed(data.flat)
    if isinstance(data, (list, tuple)):
        return _all_fixed(data)
    package = type(data).__module__.partition(".")[0]
    if package in {"polars", "pyarrow"}:
        return True
    if package == "pandas":
        columns = data.items() if hasattr(data, "columns") else [(None, data)]
        return all(c.dtype != object or _all_fixed(c.to_numpy()) for _, c in columns)
    return False


def _all_fixed(items: Iterable[Any]) -> bool:
    kinds = set(map(type, items))
    return all(issubclass(kind, _FIXED) for kind in kinds)
