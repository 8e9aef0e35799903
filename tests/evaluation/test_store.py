from __future__ import annotations

import errno
import logging
import os
import pickle
import threading
from pathlib import Path

import joblib
import numpy as np
import pytest

from sklearn_hpo.evaluation import _store
from sklearn_hpo.evaluation._store import Store


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch):
    monkeypatch.setattr(_store, "_MEMORY", _store.Memory())
    monkeypatch.setattr(_store, "_UNWRITABLE", set())


def elsewhere(store: Store) -> Store:
    """The store as another process gets it, its memory empty."""
    store.clear()
    return pickle.loads(pickle.dumps(store))


def test_what_was_put_is_got() -> None:
    store = Store()
    assert store.get("a") is None
    value = np.arange(3)
    store.put("a", value, value.nbytes)
    assert store.get("a") is value
    store.put("a", "other", 10)
    assert store.get("a") == "other"


def test_stores_in_one_process_do_not_mix() -> None:
    one, other = Store(), Store()
    one.put("a", 1, 10)
    assert other.get("a") is None
    other.put("a", 2, 10)
    one.clear()
    assert one.get("a") is None
    assert other.get("a") == 2


def test_the_memory_forgets_what_was_not_used_for_longest() -> None:
    store = Store(memory_bytes=100)
    for key in "abcd":
        store.put(key, key, 25)
    assert store.get("a") == "a"
    store.put("e", "e", 25)
    assert [store.get(key) for key in "abcde"] == ["a", None, "c", "d", "e"]
    assert _store._MEMORY.n_bytes == 100


def test_all_stores_of_a_process_share_one_bound() -> None:
    stores = [Store(memory_bytes=100) for _ in range(5)]
    for store in stores:
        store.put("a", "a", 25)
    assert [store.get("a") for store in stores] == [None, "a", "a", "a", "a"]


def test_a_large_value_does_not_drive_out_the_rest() -> None:
    store = Store(memory_bytes=100)
    store.put("a", "a", 20)
    store.put("large", "b", 26)
    assert store.get("a") == "a"
    assert store.get("large") is None


def test_another_process_reads_the_file(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    value = {"X": np.arange(12.0).reshape(3, 4)}
    store.put("a", value, 96, share=True)
    found = elsewhere(store).get("a")
    np.testing.assert_array_equal(found["X"], value["X"])
    assert isinstance(found["X"], np.memmap)
    assert not found["X"].flags.writeable


def test_what_is_not_shared_stays_in_the_process(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.put("a", 1, 10)
    assert list(tmp_path.iterdir()) == []
    assert elsewhere(store).get("a") is None


def test_worker_processes_share(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with joblib.Parallel(n_jobs=2) as parallel:
        parallel(joblib.delayed(put_square)(store, i) for i in range(4))
        found = parallel(joblib.delayed(store.get)(str(i)) for i in range(4))
    assert found == [0, 1, 4, 9]


def put_square(store: Store, i: int) -> None:
    store.put(str(i), i**2, 10, share=True)


def test_a_store_travels_light(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.put("a", np.zeros(1000), 8000)
    assert len(pickle.dumps(store)) < 300


def test_the_folder_forgets_what_was_not_used_for_longest(tmp_path: Path) -> None:
    store = Store(str(tmp_path), folder_bytes=100_000)
    for age, key in enumerate("abcd"):
        store.put(key, np.zeros(2500, np.uint8).repeat(8), 20_000, share=True)
        os.utime(tmp_path / key, (age, age))
    there = elsewhere(store)
    assert there.get("a") is not None
    there.put("e", np.zeros(20_000, np.uint8), 20_000, share=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c", "d", "e"]


def test_the_folder_takes_a_tenth_of_the_free_disk(tmp_path, monkeypatch) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(_store.shutil, "disk_usage", lambda folder: usage)
    store = Store(str(tmp_path))
    store.put("a", "a", 26, share=True)
    assert list(tmp_path.iterdir()) == []
    store.put("a", "a", 25, share=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def fill_disk(monkeypatch) -> None:
    def dump(value, path):
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_store.joblib, "dump", dump)


def test_a_full_disk_is_said_once_and_the_memory_remains(
    tmp_path, monkeypatch, caplog
) -> None:
    fill_disk(monkeypatch)
    store = Store(str(tmp_path))
    with caplog.at_level(logging.WARNING, logger="sklearn_hpo"):
        store.put("a", 1, 10, share=True)
        store.put("b", 2, 10, share=True)
    assert [record.getMessage() for record in caplog.records] == [
        "Nothing more is shared between processes: [Errno 28] No space left on device"
    ]
    assert store.get("a") == 1
    assert store.get("b") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    assert elsewhere(store).get("a") is None


def test_a_full_disk_is_said_once_by_all_processes(
    tmp_path, monkeypatch, caplog
) -> None:
    fill_disk(monkeypatch)
    with caplog.at_level(logging.WARNING, logger="sklearn_hpo"):
        for _ in range(3):
            monkeypatch.setattr(_store, "_UNWRITABLE", set())
            Store(str(tmp_path)).put("a", 1, 10, share=True)
    assert len(caplog.records) == 1


def test_a_folder_that_is_gone_is_said_and_does_no_harm(tmp_path, caplog) -> None:
    store = Store(str(tmp_path / "gone"))
    with caplog.at_level(logging.WARNING, logger="sklearn_hpo"):
        store.put("a", 1, 10, share=True)
    assert len(caplog.records) == 1
    assert store.get("a") == 1
    assert store.get("b") is None


def test_what_cannot_be_pickled_stays_in_memory(tmp_path, caplog) -> None:
    store = Store(str(tmp_path))
    value = threading.Lock()
    store.put("a", value, 10, share=True)
    assert store.get("a") is value
    assert list(tmp_path.iterdir()) == []
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
    store.put("b", 1, 10, share=True)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_half_a_file_is_no_value(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.put("a", np.arange(1000), 8000, share=True)
    content = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(content[: len(content) // 2])
    assert elsewhere(store).get("a") is None


def test_many_threads_keep_the_bound() -> None:
    store = Store(memory_bytes=1000)
    wrong = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(2000):
            number = int(rng.integers(50))
            found = store.get(str(number))
            if found is None:
                store.put(str(number), number, number + 1)
            elif found != number:
                wrong.append((number, found))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    held = _store._MEMORY._values.values()
    assert sum(n_bytes for _, n_bytes in held) == _store._MEMORY.n_bytes <= 1000
