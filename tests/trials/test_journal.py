"""The file of a journal: what it takes, what it refuses, what it survives."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import queue
import stat
import sys
import tempfile
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from sklearn_hpo import GridSearchCV, ManualSearchCV, SearchCV
from sklearn_hpo.space import Categorical, SearchSpace
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import History, JournalError
from sklearn_hpo.trials._journal_file import JournalFile, encode, line_of
from sklearn_hpo.trials._journal_values import key_of, looks, read, written

X = np.zeros((12, 1))


class Model(BaseEstimator):
    def __init__(self, a=0, b=None) -> None:
        self.a = a
        self.b = b

    def fit(self, X, y=None):
        if self.a == 5:
            msg = "five\nis too much"
            raise ValueError(msg)
        return self

    def score(self, X, y=None) -> float:
        return float("nan") if self.a == 7 else -float((self.a - 3) ** 2)


def search(journal: Path, a=(1, 2, 5, 4)) -> GridSearchCV:
    return GridSearchCV(Model(), {"a": list(a)}, cv=2, journal=journal, refit=False)


def fitted(journal: Path, **options) -> GridSearchCV:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return search(journal, **options).fit(X)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.jsonl"
    fitted(path)
    return path


def records(path: Path) -> list[dict]:
    return [json.loads(line[9:]) for line in path.read_text().splitlines()]


def test_a_journal_is_text_with_a_checksum_in_front_of_each_line(journal) -> None:
    for line in journal.read_bytes().splitlines():
        assert int(line[:8], 16) == zlib.crc32(line[9:])
    header, *lines = records(journal)
    assert header["journal"] == 1
    assert header["n_folds"] == 2
    tickets = [line["ticket"] for line in lines if "ticket" in line]
    done = [line["done"] for line in lines if "done" in line]
    assert tickets == done == list(range(8))
    assert lines[-1]["end"] == "complete"
    assert next(line for line in lines if line.get("candidate") == 1)["params"] == {
        "a": 2
    }


def test_a_history_is_read_without_the_search(journal) -> None:
    history = History.read(journal)
    again = fitted(journal).history_
    assert [t.status for t in history.trials] == [t.status for t in again.trials]
    frame, expected = history.to_frame(), again.to_frame()
    for column in (
        "candidate",
        "fold",
        "fold_status",
        "test_score",
        "value",
        "param_a",
    ):
        np.testing.assert_array_equal(frame[column], expected[column])
    assert "five\nis too much" in frame.error.dropna().iloc[0]


def test_a_journal_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    seen = []

    def scorer(estimator, X, y=None) -> float:
        seen.append(History.read(path).n_fits)
        return 0.0

    search(path).set_params(scoring=scorer, param_grid={"a": [1, 2]}).fit(X)
    assert seen == [0, 1, 2, 3]


def test_a_nan_score_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first, again = fitted(path, a=(7, 1)), fitted(path, a=(7, 1))
    for results in (first.cv_results_, again.cv_results_):
        np.testing.assert_array_equal(results["mean_test_score"], [np.nan, -4.0])


def test_a_header_alone_is_a_search_that_has_not_begun(journal) -> None:
    header = journal.read_bytes().partition(b"\n")[0] + b"\n"
    journal.write_bytes(header)
    assert History.read(journal).n_fits == 0
    assert fitted(journal).history_.n_fits == 8
    assert journal.read_bytes().startswith(header)


@pytest.mark.parametrize("n", [1, 8, 9, 12, 200])
def test_a_torn_header_is_a_search_that_never_was(journal, n: int) -> None:
    journal.write_bytes(journal.read_bytes()[:n])
    with pytest.warns(RuntimeWarning, match="torn"):
        search(journal, a=(1, 2)).fit(X)
    assert History.read(journal).n_fits == 4


@pytest.mark.parametrize("content", [b"", b"0123", b'01234567 {"journal":1'])
def test_before_the_header_is_written_there_is_nothing_to_read(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "journal").write_bytes(content)
    with pytest.raises(JournalError, match="no search has begun to write it"):
        History.read(tmp_path / "journal")


@pytest.mark.parametrize(
    "content", [b"precious data", b"a,b\n1,2\n", b"{}\n", b"\n", b"0000 not ours"]
)
def test_what_is_no_journal_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(JournalError, match="journal"):
        search(path).fit(X)
    assert path.read_bytes() == content


def test_a_line_that_was_changed_is_named(journal) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b'"at"', b'"AT"')
    journal.write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=r"was changed.* line 5 "):
        search(journal).fit(X)
    with pytest.raises(JournalError, match="line 5 "):
        History.read(journal)


def test_a_newer_format_is_refused(journal) -> None:
    header, *rest = records(journal)
    header["journal"] = 2
    journal.write_bytes(b"".join(line_of(encode(record)) for record in [header, *rest]))
    with pytest.raises(JournalError, match="expected format 1 or older, got 2"):
        search(journal).fit(X)
    with pytest.raises(JournalError, match="got 2"):
        History.read(journal)


def test_a_parameter_that_no_longer_exists(tmp_path: Path) -> None:
    def adaptive(points):
        space = {"a": (0.0, 9.0, "uniform")}
        return SearchCV(
            Model(), space, strategy=Bayes(), n_iter=3, initial_params=points, cv=2,
            random_state=0, journal=tmp_path / "journal", refit=False,
        )  # fmt: skip

    adaptive([{"a": 1.0, "b": Model()}]).fit(X)
    lines = (tmp_path / "journal").read_bytes().splitlines(keepends=True)
    header = json.loads(lines[0][9:])
    parts = header["search"]
    adaptive_without = adaptive([{"a": 1.0, "b": Model(a=2)}])
    with pytest.raises(JournalError, match="another initial_params"):
        adaptive_without.fit(X)
    # Even a header that was made to fit does not make up for it.
    (tmp_path / "other").mkdir()
    other = adaptive_without.set_params(journal=tmp_path / "other" / "journal")
    other.fit(X)
    new = json.loads((tmp_path / "other" / "journal").read_bytes().splitlines()[0][9:])
    header["search"] = {**parts, "initial_params": new["search"]["initial_params"]}
    forged = line_of(encode(header)) + b"".join(lines[1:])
    (tmp_path / "other" / "journal").write_bytes(forged)
    with pytest.raises(JournalError, match=r"has tried .*'b'.* which the space"):
        other.fit(X)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_file_that_cannot_be_written() -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "journal")
        fitted(journal)
        Path(folder).chmod(0o755)
        journal.chmod(0o444)
        is_root = os.geteuid() == 0
        if is_root:  # who may write anything
            os.seteuid(65534)
        try:
            with pytest.raises(JournalError, match=r"can be written.*Permission"):
                search(journal).fit(X)
            assert History.read(journal).n_fits == 8
        finally:
            if is_root:
                os.seteuid(0)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="can be written"):
        search(tmp_path / "file" / "journal").fit(X)


@pytest.mark.parametrize("whole", [True, False], ids=["nothing", "a part"])
@pytest.mark.parametrize(("n_tickets", "on_record"), [(1, 0), (2, 1), (5, 4), (7, 6)])
@pytest.mark.parametrize("looks_back", [False, True])
def test_on_a_full_disk_the_search_is_fitted_as_far_as_it_came(
    tmp_path: Path, monkeypatch, n_tickets: int, on_record: int, whole, looks_back
) -> None:
    path = tmp_path / "journal.jsonl"
    write = os.write

    def full(file: int, lines: bytes) -> int:
        """Write up to the result that has no room any more."""
        end = lines.find(b'{"done":%d' % (n_tickets - 1))
        if end < 0:
            return write(file, lines)
        if not whole:
            return write(file, lines[: end + 20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sklearn_hpo.trials._journal_file.os.write", full)
    fit = search(path).set_params(refit=True, racing=looks_back)
    warnings.simplefilter("ignore")
    with pytest.raises(JournalError, match=r"cannot be written.*make room"):
        fit.fit(X)
    assert fit.interrupted_
    assert hasattr(fit, "best_estimator_") is (n_tickets > 1)
    monkeypatch.setattr("sklearn_hpo.trials._journal_file.os.write", write)
    assert History.read(path).n_fits == on_record
    resumed = search(path).set_params(racing=looks_back).fit(X)
    expected = search(None).set_params(racing=looks_back).fit(X)
    assert resumed.history_.n_fits == expected.history_.n_fits
    np.testing.assert_array_equal(
        resumed.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )


def failing_once(monkeypatch, fails) -> queue.SimpleQueue:
    """Have one `fsync` fail, and return who was synced, as it goes on."""
    synced: queue.SimpleQueue[str] = queue.SimpleQueue()

    def fsync(file: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file"
        synced.put(kind)
        if kind in fails:
            fails.clear()
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("sklearn_hpo.trials._journal_file.os.fsync", fsync)
    return synced


@pytest.mark.skipif(sys.platform == "win32", reason="no folders are synced")
def test_files_are_synced_on_a_disk_that_does_not_sync_folders(
    tmp_path: Path, monkeypatch
) -> None:
    synced = failing_once(monkeypatch, ["folder"])
    file = JournalFile(tmp_path / "journal")
    file.write(b"line")
    assert [synced.get(timeout=60) for _ in range(2)] == ["folder", "file"]
    file.close()


def test_what_the_disk_has_lost_is_an_error_though_it_works_again(
    tmp_path: Path, monkeypatch
) -> None:
    failing_once(monkeypatch, ["file"])
    file = JournalFile(tmp_path / "journal")
    file.write(b"line")
    file._syncer.join(60)
    for use in (file.sync, lambda: file.write(b"line")):
        with pytest.raises(JournalError, match=r"cannot be written \(Input/output"):
            use()
    file.close()


def test_a_forked_process_has_no_part_in_the_lock(tmp_path: Path) -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("no fork here")
    file = JournalFile(tmp_path / "journal")
    context = multiprocessing.get_context("fork")
    barrier = context.Event()
    child = context.Process(target=barrier.wait)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads and forks
        child.start()
    try:
        file.close()
        JournalFile(tmp_path / "journal").close()
    finally:
        barrier.set()
        child.join()


def test_values_go_there_and_back() -> None:
    choices = [Model(), Model(a=1), "text", np.float32(0.5), len]
    (branch,) = SearchSpace.from_user({"a": Categorical(choices)}).branches
    for value in choices:
        record = json.loads(json.dumps(written({"a": value}, branch)))
        (back,) = read(record, branch).values()
        assert back is value or (back == value and type(back) is type(value))
    for value in (None, True, 1, 0.1, float("inf"), np.int64(3), np.float64(0.1), "é"):
        record = json.loads(json.dumps(written({"a": value}, {})))
        (back,) = read(record, {}).values()
        assert back == value
        assert type(back) is type(value)
        assert looks(record) == {"a": value}


def test_keys_tell_settings_apart() -> None:
    settings = [
        {},
        {"a": 1},
        {"a": 1.0},
        {"a": True},
        {"a": "1"},
        {"b": 1},
        {"a": None},
    ]
    assert len({key_of(setting) for setting in settings}) == len(settings)
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})


def test_a_manual_search_may_change_its_list(tmp_path: Path) -> None:
    def manual(*candidates):
        return ManualSearchCV(
            Model(), list(candidates), cv=2, journal=tmp_path / "journal", refit=False
        ).fit(X)

    manual({"a": 1}, {"a": 2})
    search = manual({"a": 4}, {"a": 2}, {"a": 2})
    assert list(search.cv_results_["mean_test_score"]) == [-1.0, -1.0, -1.0]
    history = History.read(tmp_path / "journal")
    assert [t.candidate.params["a"] for t in history.trials] == [1, 2, 4, 2]


def test_what_a_list_lost_stays_unused_and_what_it_kept_is_found(
    tmp_path: Path,
) -> None:
    def manual(*values):
        candidates = [{"b": value} for value in values]
        return ManualSearchCV(
            Model(), candidates, cv=2, journal=tmp_path / "journal", refit=False
        ).fit(X)

    manual(Model(a=1), np.arange(3), Model)
    before = (tmp_path / "journal").read_bytes().count(b'{"done"')
    manual(Model, np.arange(3), [1, 2])
    after = (tmp_path / "journal").read_bytes().count(b'{"done"')
    assert (before, after) == (6, 8)


def test_a_traceback_may_hold_what_is_no_text(tmp_path: Path) -> None:
    def scorer(estimator, X, y=None) -> float:
        return 0.0

    class Odd(Model):
        def fit(self, X, y=None):
            if self.a:
                raise ValueError(b"no \xff text".decode(errors="surrogateescape"))
            return self

    search = GridSearchCV(Odd(), {"a": [0, 1]}, cv=2, scoring=scorer, refit=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.set_params(journal=tmp_path / "journal").fit(X)
        assert search.fit(X).history_.n_fits == 4
    assert "no \udcff text" in History.read(tmp_path / "journal").errors[1, 0]
