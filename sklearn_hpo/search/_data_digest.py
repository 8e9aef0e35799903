"""A name for data: the same for data that hold the same."""

from __future__ import annotations

from typing import Any

import joblib
from scipy.sparse import issparse


def data_digest(data: Any) -> str:
    """Return a name for what data hold, the same in all processes.

    What sparse matrices and frames remember of their use is no part of it: whether
    indices are known to be sorted, or which columns lie together in memory.

    Parameters
    ----------
    data : object
        Arrays, sparse matrices, frames and series of pandas, what joblib can hash, and
        dicts of these.

    Returns
    -------
    digest : str
        A hexadecimal number.
    """
    return str(joblib.hash(_content(data), coerce_mmap=True))


def _content(data: Any) -> Any:
    if issparse(data):
        return [
            type(data).__qualname__,
            *((k, v) for k, v in sorted(vars(data).items()) if "has_" not in k),
        ]
    if type(data) is dict:
        return {name: _content(value) for name, value in data.items()}
    if type(data).__module__.partition(".")[0] != "pandas":
        return data
    if not hasattr(data, "columns"):
        return ["series", data.name, *_labelled(data.index), *_column(data)]
    columns = [_column(data.iloc[:, i]) for i in range(data.shape[1])]
    return ["frame", *_labelled(data.index), *_labelled(data.columns), columns]


def _labelled(index: Any) -> list[Any]:
    return [list(index.names), *_column(index)]


def _column(column: Any) -> list[Any]:
    """Return the type of a series or an index, and a name for what it holds."""
    from pandas.util import hash_pandas_object

    kind = column.dtype
    if str(kind) == "object":
        return ["object", joblib.hash(column.to_numpy())]
    values = hash_pandas_object(column, index=False).to_numpy()
    categories = _column(kind.categories) if hasattr(kind, "categories") else []
    order = getattr(kind, "ordered", None)
    # The name of a category's type is as long as its categories.
    return [getattr(kind, "name", str(kind)), order, categories, joblib.hash(values)]
