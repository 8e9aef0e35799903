"""Law 6: a search that was stopped anywhere goes on as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.metrics import fbeta_score, make_scorer
from sklearn.model_selection import KFold, ShuffleSplit, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    HyperbandSearchCV,
    ManualSearchCV,
    RandomizedSearchCV,
    Real,
    SearchCV,
)
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.schedules import Full
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import History, JournalError
from sklearn_hpo.trials._journal_file import encode, line_of

X, y = load_iris(return_X_y=True)
ROOT = Path(__file__).parents[2]
SPACE = [
    {"C": Real(0.01, 100, log=True), "kernel": ["linear"]},
    {"C": Real(0.01, 100, log=True), "gamma": [0.01, 0.1, 1, "scale"]},
]
LISTS = {"C": loguniform(0.01, 100), "kernel": ["rbf", "linear"]}


class Counted(SVC):
    """Counts the fits of this process; folds of odd sizes fail now and then."""

    n_fits = 0

    def fit(self, X, y, sample_weight=None):
        type(self).n_fits += 1
        if self.C > 50:
            msg = "C is too large"
            raise ValueError(msg)
        return super().fit(X, y, sample_weight)


def bayes(journal=None, **options):
    options = {"n_iter": 9, "random_state": 0, "cv": 3, "lookahead": 4} | options
    return BayesSearchCV(Counted(), SPACE, journal=journal, **options)


def randomized(journal=None, **options):
    options = {"n_iter": 9, "random_state": 0, "cv": 3} | options
    return RandomizedSearchCV(Counted(), LISTS, journal=journal, **options)


def grid(journal=None, **options):
    space = {"C": [0.1, 1, 1, 60, 10], "kernel": ["rbf", "linear"]}
    return GridSearchCV(Counted(), space, cv=3, journal=journal, **options)


def manual(journal=None, **options):
    points = [{}, {"C": 60}, {"C": 3.0, "kernel": "linear"}, {"C": 0.2}]
    return ManualSearchCV(Counted(), points, cv=3, journal=journal, **options)


def hyperband(journal=None, **options):
    options = {"n_iter": 9, "random_state": 0, "cv": 3, "lookahead": 4} | options
    return HyperbandSearchCV(
        Counted(), SPACE, min_resources=16, journal=journal, **options
    )


SEARCHES = {
    "bayes": bayes,
    "hyperband": hyperband,
    "bayes without racing": lambda j=None: bayes(j, racing=False),
    "random": randomized,
    "a race through a list": lambda j=None: randomized(j, racing=True),
    "grid": grid,
    "manual": manual,
    "metrics": lambda j=None: grid(
        j, scoring=["accuracy", "f1_macro"], refit="f1_macro"
    ),
    "train scores": lambda j=None: bayes(j, return_train_score=True),
}
each_search = pytest.mark.parametrize("make", SEARCHES.values(), ids=SEARCHES)


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def assert_same(one, other) -> None:
    assert one.cv_results_.keys() == other.cv_results_.keys()
    for key, values in one.cv_results_.items():
        if "time" not in key:
            assert list(map(str, values)) == list(map(str, other.cv_results_[key])), key
    assert str(one.best_params_) == str(other.best_params_)
    assert one.best_score_ == other.best_score_
    assert resources(one) == resources(other)


def resources(search) -> list[str]:
    """Return how the resources of all trials look: 150 is not 150.0."""
    return [repr(trial.resource) for trial in search.history_.trials]


def n_done(content: bytes) -> int:
    return content.count(b'{"done":')


@each_search
def test_cut_anywhere_the_search_goes_on_and_fits_nothing_again(
    make, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    expected = make(journal).fit(X, y)
    content = journal.read_bytes()
    begin = content.index(b"\n") + 1
    rng = np.random.default_rng(0)
    for end in (begin, *rng.integers(begin, len(content), 12), len(content)):
        journal.write_bytes(content[:end])
        on_record = n_done(content[: content.rfind(b"\n", 0, end) + 1])
        Counted.n_fits = 0
        search = make(journal).fit(X, y)
        assert Counted.n_fits == n_done(content) - on_record + 1
        assert_same(search, expected)
        # And the journal is whole again.
        Counted.n_fits = 0
        assert_same(make(journal).fit(X, y), expected)
        assert Counted.n_fits == 1


@each_search
def test_a_journal_changes_nothing(make, tmp_path: Path) -> None:
    assert_same(make(tmp_path / "journal.jsonl").fit(X, y), make().fit(X, y))


def test_every_byte_of_the_last_lines_may_be_missing(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    expected = manual(journal).fit(X, y)
    content = journal.read_bytes()
    third = len(b"\n".join(content.split(b"\n")[:-4])) + 1
    for end in range(third, len(content) + 1):
        journal.write_bytes(content[:end])
        assert_same(manual(journal).fit(X, y), expected)


@pytest.mark.parametrize("make", [manual, bayes])
@pytest.mark.parametrize("change", ["remove", "repeat", "swap"])
def test_lines_moved_by_hand_are_named_or_do_no_harm(
    make, change, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    expected = make(journal).fit(X, y)
    lines = journal.read_bytes().splitlines(keepends=True)
    n_harmless = 0
    for i in range(1, len(lines) - 1):
        moved = {
            "remove": [*lines[:i], *lines[i + 1 :]],
            "repeat": [*lines[: i + 1], *lines[i:]],
            "swap": [*lines[:i], lines[i + 1], lines[i], *lines[i + 2 :]],
        }[change]
        journal.write_bytes(b"".join(moved))
        try:
            search = make(journal).fit(X, y)
        except JournalError as error:
            assert "was changed: line" in str(error)  # noqa: PT017
            continue
        n_harmless += 1
        assert_same(search, expected)
    assert 0 < n_harmless < len(lines) - 2


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_with_other_workers_it_is_the_same_search(tmp_path: Path, n_jobs) -> None:
    journal = tmp_path / "journal.jsonl"
    expected = bayes(journal, n_jobs=n_jobs, lookahead=None).fit(X, y)
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join(lines[: len(lines) // 2]) + b"\n")
    resumed = bayes(journal, n_jobs=3 - n_jobs, lookahead=None)
    with joblib.parallel_config("threading"):
        assert_same(resumed.fit(X, y), expected)


def test_more_candidates_continue_the_search(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    short = bayes(journal, n_iter=9).fit(X, y)
    Counted.n_fits = 0
    long = bayes(journal, n_iter=13).fit(X, y)
    assert long.cv_results_["params"][:9] == short.cv_results_["params"]
    assert len(long.cv_results_["params"]) == 13
    assert Counted.n_fits <= 4 * 3 + 1
    assert_same(bayes(journal, n_iter=13).fit(X, y), long)


@each_search
def test_more_time_continues_the_search(make, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    expected = make().fit(X, y)
    short = make(journal).set_params(max_time=1e-6).fit(X, y)
    assert 0 < len(short.history_.closed) < len(expected.history_.closed)
    on_record = n_done(journal.read_bytes())
    Counted.n_fits = 0
    assert_same(make(journal).set_params(max_time=1e6).fit(X, y), expected)
    assert Counted.n_fits == expected.history_.n_fits - on_record + 1
    # The seconds of the first run have been counted, so this one ends where it begins.
    Counted.n_fits = 0
    again = make(journal).set_params(max_time=1e-6).fit(X, y)
    assert Counted.n_fits == 1
    assert_same(again, expected)


def test_the_header_says_which_search_it_is(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    search = bayes(journal, n_iter=2, random_state=7).fit(X, y)
    header = json.loads(journal.read_bytes().partition(b"\n")[0][9:])
    assert header["journal"] == 1
    assert header["versions"].keys() == {
        "python", "sklearn_hpo", "sklearn", "numpy", "scipy", "joblib",
    }  # fmt: skip
    assert header["random_state"] == 7
    assert header["seed"] == search.history_.seed
    assert (header["lookahead"], header["width"]) == (4, 2)
    assert header["strategy"] == "Bayes()"
    assert header["schedule"].startswith("Racing(")
    assert header["estimator"] == "Counted()"
    assert {"estimator", "param_distributions", "cv", "X", "y", "random_state"} <= (
        header["search"].keys()
    )
    assert header["folds"] == search.history_.identity["folds"]
    # The strategies and schedules of others count too.
    other = SearchCV(
        Counted(), SPACE, strategy=Bayes(), journal=tmp_path / "other", n_iter=2, cv=2
    ).fit(X, y)
    for part, change in {
        "strategy": {"strategy": Bayes(n_initial=2)},
        "schedule": {"schedule": Full()},
    }.items():
        with pytest.raises(JournalError, match=f"another {part}"):
            clone(other).set_params(**change).fit(X, y)


def test_other_versions_are_met_with_a_warning(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    manual(journal).fit(X, y)
    head, _, rest = journal.read_bytes().partition(b"\n")
    header = json.loads(head[9:])
    header["versions"]["sklearn"] = "1.0"
    journal.write_bytes(line_of(encode(header)) + rest)
    with pytest.warns(RuntimeWarning, match=r"begun with sklearn 1\.0 \(now "):
        manual(journal).fit(X, y)
    # Where that is an error, nobody keeps the file.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="begun with"):
            manual(journal).fit(X, y)
    with pytest.warns(RuntimeWarning, match="begun with"):
        manual(journal).fit(X, y)


def test_strings_of_numpy_are_read_back(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    search = GridSearchCV(
        SVC(), {"kernel": np.array(["linear", "rbf"])}, cv=2, journal=journal
    )
    first = clone(search).fit(X, y)
    assert_same(search.fit(X, y), first)
    params = [trial.candidate.params for trial in History.read(journal).trials]
    assert params == first.cv_results_["params"]


def test_a_longer_list_uses_what_it_has_in_common(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    randomized(journal, n_iter=6).fit(X, y)
    Counted.n_fits = 0
    longer = randomized(journal, n_iter=9).fit(X, y)
    assert Counted.n_fits == 3 * 3 + 1
    assert_same(longer, randomized(n_iter=9).fit(X, y))
    manual(tmp_path / "manual").fit(X, y)
    Counted.n_fits = 0
    more = manual(tmp_path / "manual").add({"C": 7}).fit(X, y)
    assert Counted.n_fits == 3 + 1
    assert len(more.cv_results_["params"]) == 5


def test_a_candidate_that_lost_to_another_list_may_win_in_this_one(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "journal.jsonl"

    def search(candidates):
        return ManualSearchCV(
            GaussianNB(), candidates, racing=True, journal=journal, refit=False
        ).fit(X, y)

    good, bad = {}, {"priors": [1.0, 0.0, 0.0]}
    for candidates, statuses in {
        (0, 1): ["complete", "discarded"],
        (1,): ["complete"],
        (0, 1, 1): ["complete", "discarded", "discarded"],
    }.items():
        trials = search([[good, bad][i] for i in candidates]).history_.trials
        assert [trial.status for trial in trials] == statuses
        read = History.read(journal).trials[candidates[0] :]
        for trial, again in zip(trials, read, strict=False):
            assert (again.status, again.value) == (trial.status, trial.value)
            assert again.n_told >= trial.n_told


@pytest.mark.parametrize("state", [None, "instance"])
def test_what_was_drawn_is_drawn_again(tmp_path: Path, state) -> None:
    journal = tmp_path / "journal.jsonl"

    def given():
        return np.random.RandomState(5) if state else None

    first = randomized(journal, random_state=given()).fit(X, y)
    Counted.n_fits = 0
    assert_same(randomized(journal, random_state=given()).fit(X, y), first)
    assert Counted.n_fits == 1


def test_folds_shuffled_by_chance_are_kept(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    first = grid(journal).set_params(cv=KFold(3, shuffle=True)).fit(X, y)
    Counted.n_fits = 0
    again = grid(journal).set_params(cv=KFold(3, shuffle=True)).fit(X, y)
    assert Counted.n_fits == 1
    assert_same(again, first)
    with pytest.raises(JournalError, match="another cv"):
        grid(journal).set_params(cv=KFold(4, shuffle=True)).fit(X, y)


def test_folds_shuffled_by_a_generator_are_kept(tmp_path: Path) -> None:
    search = grid(tmp_path / "journal.jsonl")
    search.set_params(cv=KFold(3, shuffle=True, random_state=np.random.RandomState(0)))
    first = clone(search).fit(X, y)
    search.fit(X, y)
    Counted.n_fits = 0
    assert_same(search.fit(X, y), first)  # the generator has moved
    assert Counted.n_fits == 1


def test_choices_that_are_objects_are_found_again(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"

    def search():
        return BayesSearchCV(
            make_pipeline(StandardScaler(), SVC()),
            {
                "standardscaler": [StandardScaler(), MinMaxScaler(), "passthrough"],
                "svc": [SVC(), GaussianNB()],
            },
            initial_params=[{"svc": SVC(C=7.0)}],
            n_iter=5,
            random_state=0,
            cv=3,
            journal=journal,
        )

    expected = search().fit(X, y)
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join(lines[:-12]) + b"\n")
    assert_same(search().fit(X, y), expected)
    looks = History.read(journal).trials[0].candidate.params
    assert looks["svc"] == "SVC(C=7.0)"


OTHERS = {
    "param_distributions": {"param_distributions": {"C": Real(0.01, 10)}},
    "estimator": {"estimator": Counted(tol=0.1)},
    "scoring": {"scoring": "f1_macro"},
    "cv": {"cv": 4},
    "random_state": {"random_state": 1},
    "racing": {"racing": False},
    "error_score": {"error_score": -1},
    "return_train_score": {"return_train_score": True},
    "initial_params": {"initial_params": [{"C": 2.0}]},
}


@pytest.mark.parametrize(("part", "change"), OTHERS.items(), ids=OTHERS)
def test_another_search_is_refused_and_the_part_is_named(
    tmp_path: Path, part, change
) -> None:
    journal = tmp_path / "journal.jsonl"
    bayes(journal, n_iter=2).fit(X, y)
    content = journal.read_bytes()
    Counted.n_fits = 0
    with pytest.raises(JournalError, match=f"another {part}\\."):
        bayes(journal, n_iter=2).set_params(**change).fit(X, y)
    assert Counted.n_fits == 0
    assert journal.read_bytes() == content


def scaled(columns):
    return make_pipeline(
        ColumnTransformer([("scale", StandardScaler(), columns)]), GaussianNB()
    )


# What is in no parameter of an estimator, and has no address of its own.
PAIRS = {
    "scoring": [
        {"scoring": make_scorer(fbeta_score, beta=beta, average="macro")}
        for beta in (1, 2)
    ],
    "estimator-ufunc": [
        {"estimator": make_pipeline(FunctionTransformer(f), GaussianNB())}
        for f in (np.log1p, np.sqrt)
    ],
    "estimator-columns": [
        {"estimator": scaled(columns)} for columns in (slice(0, 2), slice(2, 4))
    ],
    "estimator-seed": [
        {"estimator": SVC(random_state=np.random.RandomState(seed))} for seed in (0, 1)
    ],
}


@pytest.mark.parametrize(("name", "pair"), PAIRS.items(), ids=PAIRS)
def test_searches_that_differ_within_an_argument(tmp_path: Path, name, pair) -> None:
    def search(change):
        return GridSearchCV(GaussianNB(), {}, cv=2, journal=journal).set_params(
            **change
        )

    journal = tmp_path / "journal.jsonl"
    one, other = pair
    search(one).fit(X, y)
    search(one).fit(X, y)
    part = name.partition("-")[0]
    with pytest.raises(JournalError, match=f"another {part}\\."):
        search(other).fit(X, y)


@pytest.mark.parametrize(
    ("part", "data"), {"X": (X + 1, y), "y": (X, 1 - (y > 0))}.items()
)
def test_other_data_are_refused(tmp_path: Path, part, data) -> None:
    journal = tmp_path / "journal.jsonl"
    bayes(journal, n_iter=2).fit(X, y)
    with pytest.raises(JournalError, match=f"another {part}\\..*folder"):
        bayes(journal, n_iter=2).fit(*data)


def test_folds_that_change_by_themselves_are_refused(tmp_path: Path) -> None:
    class Moody(KFold):
        def split(self, X, y=None, groups=None):
            order = np.random.default_rng().permutation(len(X))
            for train, test in super().split(X, y, groups):
                yield order[train], order[test]

    journal = tmp_path / "journal.jsonl"
    grid(journal).set_params(cv=Moody(3)).fit(X, y)
    with pytest.raises(JournalError, match="makes other folds"):
        grid(journal).set_params(cv=Moody(3)).fit(X, y)


def test_a_folder_gives_each_search_its_file(tmp_path: Path) -> None:
    folder = f"{tmp_path / 'runs'}/"
    search = bayes(folder, n_iter=3)
    cv = ShuffleSplit(2, random_state=0)
    scores = cross_val_score(search, X, y, cv=cv)
    assert len(list(Path(folder).iterdir())) == 2
    Counted.n_fits = 0
    assert (cross_val_score(clone(search), X, y, cv=cv) == scores).all()
    assert Counted.n_fits == 2
    grid(folder).fit(X, y)
    assert len(list(Path(folder).iterdir())) == 3


def test_two_searches_on_one_file(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"

    def intrude(estimator, X, y) -> float:
        with pytest.raises(JournalError, match="another search is writing"):
            bayes(journal, n_iter=2).fit(X, y)
        return 0.5

    bayes(journal, n_iter=2, scoring=intrude, refit=False).fit(X, y)


def test_two_equal_searches_on_one_folder(tmp_path: Path) -> None:
    class Intruder(Callback):
        def trial(self, trial, history) -> None:
            with pytest.raises(JournalError, match="equal searches on equal data"):
                bayes(tmp_path, n_iter=2).fit(X, y)

    bayes(tmp_path, n_iter=2, callbacks=[Intruder()]).fit(X, y)
    assert len(list(tmp_path.iterdir())) == 1


SCRIPT = """
import signal, sys, time
from sklearn.datasets import load_iris
from sklearn.svm import SVC
from sklearn_hpo import BayesSearchCV, Real

class Slow(SVC):
    def fit(self, X, y, sample_weight=None):
        time.sleep({seconds})
        return super().fit(X, y, sample_weight)

search = BayesSearchCV(
    Slow(), {{"C": Real(0.01, 100, log=True), "gamma": Real(1e-3, 10, log=True)}},
    n_iter=12, cv=3, random_state=0, n_jobs={n_jobs}, lookahead=4, journal={journal!r},
)
if __name__ == "__main__":
    # What a shell starts in the background ignores the signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        search.fit(*load_iris(return_X_y=True))
    finally:
        print(getattr(search, "interrupted_", None), hasattr(search, "best_estimator_"))
        if hasattr(search, "cv_results_"):
            print([round(float(s), 12) for s in search.cv_results_["mean_test_score"]])
"""


def started(tmp_path: Path, n_jobs: int = 1, seconds: float = 0.02) -> subprocess.Popen:
    script = tmp_path / "script.py"
    journal = str(tmp_path / "journal.jsonl")
    script.write_text(
        textwrap.dedent(SCRIPT.format(n_jobs=n_jobs, journal=journal, seconds=seconds))
    )
    environment = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONWARNINGS="ignore")
    return subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_folds(journal: Path, n: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if journal.exists() and n_done(journal.read_bytes()) >= n:
            return
        time.sleep(0.01)
    pytest.fail("the search did not come so far")


needs_signals = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="a process is stopped by a signal"
)


@needs_signals
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_killed_and_started_again(tmp_path: Path, n_jobs) -> None:
    journal = tmp_path / "journal.jsonl"
    out, _ = started(tmp_path, n_jobs).communicate(timeout=120)
    whole = journal.read_bytes()
    journal.unlink()
    for n in (3, 14):
        process = started(tmp_path, n_jobs)
        wait_for_folds(journal, n)
        process.kill()
        process.wait()  # its workers are orphans for a while, and have its pipes
    resumed, _ = started(tmp_path, n_jobs).communicate(timeout=120)
    assert resumed == out
    done = [
        json.loads(line.partition(b" ")[2])["done"]
        for line in journal.read_bytes().splitlines()
        if b'{"done":' in line
    ]
    assert len(done) == len(set(done)) == n_done(whole)


@needs_signals
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_ctrl_c_keeps_what_is_finished(tmp_path: Path, n_jobs) -> None:
    journal = tmp_path / "journal.jsonl"
    process = started(tmp_path, n_jobs, seconds=0.1)
    wait_for_folds(journal, 7)
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, error = process.communicate(timeout=60)
    assert time.monotonic() - start < 30
    assert out.splitlines()[0] == "True True"
    assert len(json.loads(out.splitlines()[1])) >= 2
    assert error.splitlines()[-1] == "KeyboardInterrupt"
    resumed, _ = started(tmp_path, n_jobs, seconds=0.0).communicate(timeout=120)
    assert resumed.splitlines()[0] == "False True"


class Interrupting(BaseEstimator):
    """Interrupts the first fit of a process in which somebody has armed it."""

    armed = 0

    def __init__(self, a=0) -> None:
        self.a = a

    def fit(self, X, y=None):
        if Interrupting.armed:
            Interrupting.armed -= 1
            if not Interrupting.armed:
                raise KeyboardInterrupt
        return self

    def score(self, X, y=None) -> float:
        return float(self.a)


@pytest.mark.parametrize(("at", "n_rows"), [(1, 0), (4, 1), (9, 4)])
def test_an_interrupted_search_is_fitted(at: int, n_rows: int) -> None:
    Interrupting.armed = at
    search = GridSearchCV(Interrupting(), {"a": [0, 1, 2, 3, 4]}, cv=2)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X)
    assert search.interrupted_
    if n_rows:
        assert len(search.cv_results_["params"]) == n_rows
        assert search.best_estimator_.a == n_rows - 1
        statuses = [trial.status for trial in search.history_.trials]
        assert statuses == ["complete"] * n_rows + ["unfinished"]


def test_an_interrupted_search_has_nothing_of_a_former_fit() -> None:
    Interrupting.armed = 0
    search = GridSearchCV(Interrupting(), {"a": [0, 1]}, cv=2).fit(X)
    Interrupting.armed = 1
    with pytest.raises(KeyboardInterrupt):
        search.fit(X)
    assert search.interrupted_
    assert not search.history_.closed
    for name in ("cv_results_", "best_params_", "best_estimator_"):
        assert not hasattr(search, name)


def test_a_second_interruption_skips_the_refit() -> None:
    class Twice(Interrupting):
        def fit(self, X, y=None):
            if len(X) == len(load_iris().data):
                raise KeyboardInterrupt
            return super().fit(X, y)

    Interrupting.armed = 4
    search = GridSearchCV(Twice(), {"a": [0, 1, 2]}, cv=2)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X)
    assert search.best_params_ == {"a": 0}
    assert not hasattr(search.best_estimator_, "n_features_in_")
