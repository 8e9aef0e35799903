from __future__ import annotations

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.linear_model import LinearRegression

from sklearn_hpo.evaluation._held import HeldFrame, hold, overlap

SQUARE = np.random.default_rng(0).normal(size=(9, 8))

ARRAYS = {
    "C": SQUARE,
    "F": np.asfortranarray(SQUARE),
    "columns": SQUARE[:, :3],
    "columns from the right": SQUARE[:, ::-1],
    "upside down": SQUARE[::-2, 1:4],
    "columns of F": np.asfortranarray(SQUARE)[2:7, 1:3],
    "one row": SQUARE[:1, ::2],
    "empty": SQUARE[:0],
    "vector": SQUARE[:, 1],
    "cube": SQUARE.reshape(3, 3, 8)[:, 1, ::3],
    "float32": SQUARE.astype(np.float32)[:, :5],
    "bool": (SQUARE > 0)[:, 2:],
    "strings": SQUARE.astype(str),
    "objects": np.array([["a", None], [1, "b"]], dtype=object)[:, ::-1],
}


@pytest.mark.parametrize("name", ARRAYS)
def test_a_copy_lies_in_memory_as_the_array_did(name: str) -> None:
    array = ARRAYS[name]
    copy = hold(array).own()
    assert type(copy) is np.ndarray
    assert copy.dtype == array.dtype
    np.testing.assert_array_equal(copy, array)
    assert copy.flags.writeable
    assert not np.may_share_memory(copy, array)
    if array.size and not array.dtype.hasobject:
        assert copy.strides == array.strides


def test_sums_of_a_copy_are_the_same_to_the_last_bit() -> None:
    wide = np.random.default_rng(0).normal(size=(300, 150))
    for columns in (7, 20, 149):
        part = wide[:, :columns]
        assert hold(part).own().var() == part.var()


@pytest.mark.parametrize("name", ARRAYS)
def test_a_copy_from_a_file_is_the_same(name: str, tmp_path) -> None:
    array = ARRAYS[name]
    joblib.dump(hold(array), tmp_path / "held")
    copy = joblib.load(tmp_path / "held", mmap_mode="r").own()
    assert type(copy) is np.ndarray
    np.testing.assert_array_equal(copy, array)
    assert copy.flags.writeable
    if array.size and not array.dtype.hasobject:
        assert copy.strides == array.strides


@pytest.mark.parametrize("form", ["csr", "csc"])
@pytest.mark.parametrize("make", ["random", "random_array"])
def test_a_sparse_copy_knows_what_the_matrix_knew(form, make, tmp_path) -> None:
    if make == "random_array" and not hasattr(scipy.sparse, make):
        pytest.skip("an older scipy")
    matrix = getattr(scipy.sparse, make)(
        (20, 8) if make == "random_array" else 20,
        *(() if make == "random_array" else (8,)),
        density=0.3,
        format=form,
    )
    matrix.indices[:2] = matrix.indices[:2][::-1]
    held = hold(matrix)
    joblib.dump(held, tmp_path / "held")
    for source in (held, joblib.load(tmp_path / "held", mmap_mode="r")):
        copy = source.own()
        assert type(copy) is type(matrix)
        for name in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(copy, name), getattr(matrix, name))
            assert getattr(copy, name).dtype == getattr(matrix, name).dtype
            assert type(getattr(copy, name)) is np.ndarray
        copy.data[:] = 0
    assert held.n_bytes >= matrix.data.nbytes + matrix.indices.nbytes
    assert abs(held.own()).sum() > 0


def test_a_frame_is_held_only_if_it_copies_on_write() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "s": ["x", "y"]})
    series = frame["s"]
    if int(pd.__version__.split(".")[0]) < 3:
        assert hold(frame) is None
        with pd.option_context("mode.copy_on_write", True):
            assert hold(frame) is not None
        return
    for value in (frame, series):
        held = hold(value)
        copy = held.own()
        copy.iloc[0] = copy.iloc[1]
        assert not held.is_still(copy)
        assert held.is_still(held.own())
        assert held.n_bytes > 0
        assert not held.fits_files


def test_who_writes_past_a_frame_into_its_arrays_changes_his_copy_alone() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 7.0]})
    held = HeldFrame(frame)
    LinearRegression(copy_X=False).fit(held.own(), [0.0, 1.0])
    assert held.own().to_numpy().tolist() == [[1.0, 3.0], [2.0, 7.0]]


class Frame(pd.DataFrame):
    """A class of the user's own."""


class Array(np.ndarray):
    """A class of the user's own."""


@pytest.mark.parametrize(
    "value",
    [
        Frame({"a": [1]}),
        np.zeros(3).view(Array),
        np.ma.masked_array([1, 2]),
        scipy.sparse.coo_matrix(np.eye(3)),
        (1, 2),
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_known_is_not_held(value: object) -> None:
    assert hold(value) is None


def test_a_list_and_nothing_are_held() -> None:
    texts = ["a", "b"]
    copy = hold(texts).own()
    assert copy == texts
    assert copy is not texts
    assert hold(texts).n_bytes > 100
    assert hold(None).own() is None


@pytest.mark.parametrize("name", sorted(ARRAYS.keys() - {"empty", "objects"}))
def test_a_copy_is_still_what_it_was_until_it_is_changed(name: str) -> None:
    held = hold(ARRAYS[name])
    copy = held.own()
    assert held.is_still(copy)
    copy[0] = copy[0, ::-1] if copy.ndim > 1 else copy[1]
    assert not held.is_still(copy) or (copy == held.own()).all()


def test_overlap() -> None:
    assert overlap(SQUARE, SQUARE[:, :2])
    assert not overlap(SQUARE, SQUARE.copy())
    matrix = scipy.sparse.csr_matrix(SQUARE)
    shares = scipy.sparse.csr_matrix((matrix.data, matrix.indices, matrix.indptr))
    assert overlap(matrix, shares)
    assert not overlap(matrix, matrix.copy())
    texts = ["a"]
    assert overlap(texts, texts)
    assert not overlap(texts, list(texts))
