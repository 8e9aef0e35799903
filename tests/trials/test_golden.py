"""Journals of every released format open, and their searches go on."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

from sklearn_hpo.trials import History
from tests.golden.searches import SEARCHES, Model, X, y

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("format_*/*.jsonl"))
each_journal = pytest.mark.parametrize(
    "golden", GOLDEN, ids=[f"{file.parent.name}-{file.stem}" for file in GOLDEN]
)


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other versions, failures, torn lines
        yield


def resumed(golden: Path, journal: Path):
    Model.n_fits = 0
    search = SEARCHES[golden.stem]().set_params(journal=journal)
    return search.fit(X, y), Model.n_fits


def test_there_is_one_for_each_search() -> None:
    assert {file.stem for file in GOLDEN} == SEARCHES.keys()


@each_journal
def test_a_finished_one_has_all_results(golden: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    shutil.copy(golden, journal)
    search, n_fits = resumed(golden, journal)
    assert n_fits == 0
    assert journal.read_bytes().startswith(golden.read_bytes())
    read, had = History.read(golden), search.history_
    assert [t.status for t in read.trials] == [t.status for t in had.trials]
    for metric in read.metrics:
        np.testing.assert_array_equal(read.scores(metric), had.scores(metric))
    assert len(read.to_frame()) == len(had.to_frame())


@each_journal
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_torn_one_goes_on(golden: Path, tmp_path: Path, share: float) -> None:
    journal = tmp_path / "journal"
    content = golden.read_bytes()
    header = content.index(b"\n") + 1
    end = header + int(share * (len(content) - header))
    journal.write_bytes(content[:end])
    kept = content[: content.rfind(b"\n", 0, end) + 1].count(b'{"done"')
    search, n_fits = resumed(golden, journal)
    done = journal.read_bytes().count(b'{"done"')
    assert n_fits == done - kept
    assert len(search.cv_results_["params"]) == len(History.read(golden).closed)
