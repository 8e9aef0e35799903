from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from sklearn_hpo import GridSearchCV, ManualSearchCV
from sklearn_hpo.search._data_digest import data_digest

X, y = load_iris(return_X_y=True)


def frame() -> pd.DataFrame:
    n = 12
    return pd.DataFrame(
        {
            "number": np.arange(n) / 7,
            "integer": np.arange(n),
            "text": pd.Series(list("abcd") * 3),
            "object": pd.Series([None, "a", 1] * 4, dtype=object),
            "category": pd.Series(list("abcd") * 3, dtype="category"),
            "missing": pd.array([1, None, 3] * 4, dtype="Int64"),
            "day": pd.date_range("2020-01-01", periods=n, tz="UTC"),
            "period": pd.period_range("2020-01", periods=n, freq="M"),
            "interval": pd.interval_range(0, n),
            "delta": pd.to_timedelta(np.arange(n), unit="s"),
        }
    )


def add_and_delete(data: pd.DataFrame) -> None:
    data["new"] = 1
    del data["new"]


@pytest.mark.parametrize(
    "use",
    [
        lambda data: data.loc[3],
        lambda data: data.to_numpy(),
        lambda data: data.describe(),
        add_and_delete,
    ],
)
def test_what_a_frame_was_used_for_does_not_matter(use) -> None:
    used = frame()
    use(used)
    assert data_digest(used) == data_digest(frame())
    assert data_digest(used.copy()) == data_digest(frame())
    assert data_digest({"a": used}) == data_digest({"a": frame()})


def test_a_part_is_its_copy() -> None:
    part = frame().iloc[2:6]
    assert data_digest(part) == data_digest(part.copy())
    assert data_digest(part["text"]) == data_digest(part["text"].copy())


CHANGES = {
    "fewer": lambda data: data.drop(columns="text"),
    "name": lambda data: data.rename(columns={"text": "words"}),
    "order": lambda data: data[data.columns[::-1]],
    "index": lambda data: data.set_index(data.index + 1),
    "name of the index": lambda data: data.rename_axis("row"),
    "type": lambda data: data.astype({"integer": float}),
    "order of categories": lambda data: data.assign(
        category=data["category"].cat.reorder_categories(list("dcba"))
    ),
    "ordered": lambda data: data.assign(category=data["category"].cat.as_ordered()),
    "series": lambda data: data["number"],
}


@pytest.mark.parametrize("change", CHANGES)
def test_frames_that_differ_have_other_names(change: str) -> None:
    assert data_digest(CHANGES[change](frame())) != data_digest(frame())


@pytest.mark.parametrize("name", frame().columns)
def test_series_that_differ_have_other_names(name: str) -> None:
    series = frame()[name]
    values = series.to_numpy()[::-1]
    swapped = pd.Series(values, name=name).astype(series.dtype)
    assert data_digest(swapped) != data_digest(series)
    assert data_digest(frame().assign(**{name: swapped})) != data_digest(frame())
    assert data_digest(series.rename("other")) != data_digest(series)


@pytest.mark.parametrize("kind", [sp.csr_matrix, sp.csr_array, sp.coo_array])
def test_what_a_sparse_matrix_knows_of_itself_does_not_matter(kind) -> None:
    used = kind(X)
    before = data_digest(used)
    for name in ("has_sorted_indices", "has_canonical_format"):
        getattr(used, name, None)
    assert data_digest(used) == before
    assert data_digest(kind(X + 1)) != before
    assert data_digest(kind(X.T)) != before


@pytest.mark.parametrize("data", [sp.csr_array(X), pd.DataFrame(X)])
def test_the_same_call_goes_on_with_the_same_data(tmp_path, data) -> None:
    search = GridSearchCV(SVC(), {"C": [1, 2]}, cv=3, journal=tmp_path / "journal")
    first = search.fit(data, y).cv_results_["mean_fit_time"]
    again = search.fit(data, y).cv_results_["mean_fit_time"]
    np.testing.assert_array_equal(first, again)
    search = ManualSearchCV(SVC(), [{"C": 1}], cv=3, warm_start=True)
    search.fit(data, y)
    assert len(search.add({"C": 2}).fit(data, y).cv_results_["params"]) == 2
