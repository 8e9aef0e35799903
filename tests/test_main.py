"""The demonstration."""

from __future__ import annotations

import csv

import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import BayesSearchCV, Integer
from sklearn_hpo import __main__ as demonstration


def test_it_compares_and_writes_the_table(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(
        demonstration, "GRID", {"classify__C": [1.0], "reduce__n_components": [10, 20]}
    )
    output = tmp_path / "results.csv"
    demonstration.main(["--n-iter", "6", "--n-jobs", "1", "--output", str(output)])
    shown = capsys.readouterr().out
    for expected in ("BayesSearchCV", "GridSearchCV", "CV score", "test score"):
        assert expected in shown
    assert str(output) in shown
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert all(0 < float(row["mean_test_score"]) <= 1 for row in rows)


def test_it_counts_the_folds_that_were_run() -> None:
    X, y = load_iris(return_X_y=True)
    search = BayesSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"max_depth": Integer(1, 9), "min_samples_leaf": Integer(1, 60)},
        n_iter=12,
        random_state=0,
    )
    row = demonstration._run(search, (X, X, y, y))
    assert row.fits == len(search.history_.to_frame()) + 1 < 12 * 5 + 1


def test_its_help(capsys) -> None:
    with pytest.raises(SystemExit):
        demonstration.main(["--help"])
    assert "--n-iter" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["--n-iter", "0"], ["--n-jobs", "0"], ["--output", "."], ["--output", "no/x.csv"]],
)
def test_arguments_that_make_no_sense(arguments, capsys, monkeypatch) -> None:
    monkeypatch.setattr(demonstration, "_run", pytest.fail)
    with pytest.raises(SystemExit):
        demonstration.main(arguments)
    assert f"error: {arguments[0]}: expected" in capsys.readouterr().err
