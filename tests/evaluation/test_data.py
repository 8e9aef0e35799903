"""X and y travel once, and arrive as joblib would have sent them."""

from __future__ import annotations

import errno
import pickle
import subprocess
import sys
import time
import weakref
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from sklearn_hpo.evaluation import _data
from sklearn_hpo.evaluation._data import Cargo, CargoFile, Unloaded, unload
from sklearn_hpo.evaluation._fixed import is_fixed
from sklearn_hpo.evaluation._parcel import LARGE, pack
from sklearn_hpo.evaluation._placement import evaluate_elsewhere
from tests.evaluation.probes import Probe, evaluated

ROOT = Path(__file__).parents[2]
LARGE_ARRAY = np.arange(LARGE // 4, dtype=np.float64).reshape(-1, 8)


class Text(str):
    """A string that counts, in the process that pickles it."""

    __slots__ = ()
    n_pickled = 0

    def __reduce__(self):
        Text.n_pickled += 1
        return Text, (str(self),)


@pytest.mark.parametrize(
    ("backend", "n"),
    [("sequential", 0), ("threading", 0), ("loky", 1), ("multiprocessing", 1)],
)
def test_the_data_are_pickled_at_most_once(backend: str, n: int) -> None:
    Text.n_pickled = 0
    X = [Text("a"), *["b"] * 19]
    results = evaluated(range(8), X, backend=backend)
    assert [result.status for result in results] == ["ok"] * 8
    assert Text.n_pickled == n


class SeesData(Probe):
    def fit(self, X, y=None):
        self.kind_ = type(X).__name__
        return self

    def score(self, X, y=None) -> float:
        assert type(X).__name__ == self.kind_ == self.a
        return float(len(X) if isinstance(X, list) else X.shape[0])


FRAME = pd.DataFrame({"x": np.arange(20.0), "s": ["a", "b"] * 10})
FRAME_OF_POLARS = pl.DataFrame({"x": np.arange(20.0), "s": ["a", "b"] * 10})
KINDS = [
    np.ones((20, 2)),
    np.asfortranarray(np.ones((20, 20_000))),
    np.ones((40, 40_000))[::2],
    FRAME,
    FRAME.astype(object),
    FRAME_OF_POLARS,
    scipy.sparse.csr_matrix(np.ones((20, 20_000))),
    ["some text"] * 20,
    [{"a": 1}] * 20,
]


def check_arrival(backend: str, X) -> None:
    values = [type(X).__name__] * 3
    results = evaluated(values, X, backend=backend, estimator=SeesData())
    assert [result.error for result in results] == [None] * 3
    assert {result.scores for result in results} == {10.0}


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
@pytest.mark.parametrize("X", KINDS, ids=lambda X: type(X).__name__)
def test_every_kind_arrives_as_it_is(backend: str, X) -> None:
    if isinstance(X, pl.DataFrame) and backend == "multiprocessing":
        # Where another test has used polars, its threads are missing in a fork.
        code = "from tests.evaluation.test_data import FRAME_OF_POLARS, check_arrival\n"
        code += f"check_arrival({backend!r}, FRAME_OF_POLARS)"
        command = [sys.executable, "-c", code]
        subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    else:
        check_arrival(backend, X)


def test_large_buffers_travel_beside_the_pickle_and_arrive_read_only() -> None:
    small = np.arange(5)
    parcel = pack({"large": LARGE_ARRAY, "small": small})
    assert [buffer.nbytes for buffer in parcel.buffers] == [LARGE_ARRAY.nbytes]
    assert len(parcel.stream) < 2000
    opened = parcel.open()
    np.testing.assert_array_equal(opened["large"], LARGE_ARRAY)
    np.testing.assert_array_equal(opened["small"], small)
    assert not opened["large"].flags.writeable
    assert opened["small"].flags.writeable
    assert np.shares_memory(opened["large"], LARGE_ARRAY)


def test_a_memory_map_travels_as_its_file(tmp_path) -> None:
    np.save(tmp_path / "x.npy", LARGE_ARRAY)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for array in (mapped, mapped[3:, ::2], np.asarray(mapped)):
        parcel = pack(array)
        assert parcel.n_bytes < 2000
        np.testing.assert_array_equal(parcel.open(), array)


@pytest.mark.parametrize(
    ("data", "fixed"),
    [
        (None, True),
        (np.ones(3), True),
        (np.array(["a", "b"], dtype=object), True),
        (np.array([[1], None], dtype=object), False),
        (["a", 1, 2.0, None, np.float32(3)], True),
        ([["a"], ["b"]], False),
        (scipy.sparse.eye(3, format="csr"), True),
        (FRAME, True),
        (FRAME["s"], True),
        (FRAME.astype(object), True),
        (pd.DataFrame({"x": [[1], [2]]}), False),
        (pd.Series([{1}, {2}]), False),
        (pl.DataFrame({"x": [1]}), True),
        (object(), False),
    ],
)
def test_what_rows_can_be_taken_of_without_sharing(data, fixed: bool) -> None:
    assert is_fixed(data) is fixed


class NothingShared:
    store = None


def stored(tmp_path, token: str) -> CargoFile:
    path = tmp_path / token
    joblib.dump(
        Cargo(token, pack((LARGE_ARRAY, None)), pack((NothingShared(), 0))), path
    )
    return CargoFile(token, str(path))


def test_a_worker_keeps_the_newest_searches(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(_data, "_UNLOADED", type(_data._UNLOADED)())
    addresses = [stored(tmp_path, f"search{k}") for k in range(_data.KEPT + 2)]
    for address in addresses:
        assert unload(address) is unload(address)
    assert list(_data._UNLOADED) == [address.token for address in addresses[2:]]


def test_a_worker_drops_what_is_over(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(_data, "_UNLOADED", type(_data._UNLOADED)())
    monkeypatch.setattr(_data, "PATIENCE", 0.01)
    goes_on, ends = stored(tmp_path, "goes on"), stored(tmp_path, "ends")
    dropped = [weakref.ref(unload(goes_on)), weakref.ref(unload(ends))]
    for address, known in ((ends, ["goes on"]), (goes_on, [])):
        Path(address.path).unlink()
        end = time.monotonic() + 10
        while list(_data._UNLOADED) != known and time.monotonic() < end:
            time.sleep(0.01)
        assert list(_data._UNLOADED) == known
    assert [ref() for ref in dropped] == [None, None]


class Ends:
    """The address of a search that ends, or does not, while it is looked for."""

    token = "ends"

    def __init__(self, *is_there: bool) -> None:
        self.answers = iter(is_there)

    def is_there(self) -> bool:
        return next(self.answers)

    def fetch(self):
        raise FileNotFoundError


def test_a_search_that_ends_while_a_worker_looks_for_it_is_over() -> None:
    assert evaluate_elsewhere(Ends(True, False), b"") is None
    with pytest.raises(FileNotFoundError):
        evaluate_elsewhere(Ends(True, True), b"")


def test_what_came_as_an_argument_is_kept_with_it() -> None:
    cargo = Cargo("search", pack((LARGE_ARRAY, None)), pack((NothingShared(), 0)))
    assert unload(cargo) is unload(cargo)
    assert pickle.loads(pickle.dumps(cargo)).unloaded is None
    kept = weakref.ref(unload(cargo))
    del cargo
    assert kept() is None
    assert "search" not in _data._UNLOADED


def test_a_worker_maps_a_file_and_gives_its_pages_back(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(_data, "UNMAP_FROM", 0)
    unloaded = Unloaded(stored(tmp_path, "search"))
    X, _ = unloaded.data()
    assert not X.flags.writeable
    np.testing.assert_array_equal(X, LARGE_ARRAY)
    resident = pages(tmp_path / "search")
    unloaded.rest()
    assert pages(tmp_path / "search") < resident
    np.testing.assert_array_equal(X, LARGE_ARRAY)


def pages(path) -> int:
    """Return the kilobytes of a mapped file that are in the memory of this process."""
    try:
        lines = Path("/proc/self/smaps").read_text().splitlines()
    except OSError:
        pytest.skip("the kernel does not tell")
    total, inside = 0, False
    for line in lines:
        if " " in line and "-" in line.split(" ")[0] and ":" not in line.split(" ")[0]:
            inside = str(path) in line
        elif inside and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


def test_where_the_disk_is_full_the_data_go_with_every_task(
    monkeypatch, caplog
) -> None:
    def no_space(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(joblib, "dump", no_space)
    # joblib, too, would write large arrays to that disk.
    monkeypatch.setattr("joblib._memmapping_reducer.dump", no_space)
    results = evaluated(range(4), np.ones((20, 20_000)))
    assert [result.status for result in results] == ["ok"] * 4
    assert "No space left" in caplog.text
