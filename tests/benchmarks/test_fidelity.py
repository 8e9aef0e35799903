"""What the benchmark of rungs makes of its records."""

from __future__ import annotations

import numpy as np

from benchmarks.fidelity.__main__ import found_at, regrets, table


def test_found_is_the_best_at_the_highest_amount_so_far() -> None:
    rows = [
        {"cost": 0.1, "amount": 1, "score": 0.9, "full": 0.2},
        {"cost": 1.1, "amount": 10, "score": 0.5, "full": 0.5},
        {"cost": 1.2, "amount": 1, "score": 0.95, "full": 0.8},
        {"cost": 2.2, "amount": 10, "score": 0.7, "full": 0.7},
    ]
    assert [found_at(rows, cost) for cost in (0.5, 2.0, 3.0)] == [0.2, 0.5, 0.7]


def record(search, seed, best, found, instance="a"):
    about = {"instance": instance, "search": search, "seed": seed, "best": best}
    about |= {"version": "0.1"} if search == "HyperbandSearchCV" else {}
    return {**about, "median": 0.0, "seconds": 1.0, "n": 9, "found": found}


def test_regret_is_between_the_best_of_all_searches_and_the_median() -> None:
    records = [
        record("HyperbandSearchCV", 0, 1.0, [0.5, 1.0, 1.0]),
        record("HyperbandSearchCV", 1, 1.0, [0.0, 0.5, 1.5]),
        record("DEHB", 0, 2.0, [0.0, 1.0, 2.0]),
        record("DEHB", 0, 2.0, [0.0, 0.0, 0.0], instance="b"),
    ]
    found = regrets(records)
    np.testing.assert_allclose(found["HyperbandSearchCV"], [[0.875, 0.625, 0.375]])
    np.testing.assert_allclose(found["DEHB"], [[1.0, 0.5, 0.0], [1.0, 1.0, 1.0]])


def test_searches_are_compared_on_what_all_have_done() -> None:
    records = [
        record("HyperbandSearchCV", 0, 2.0, [0.0, 0.0, 1.0]),
        record("HyperbandSearchCV", 1, 2.0, [0.0, 0.0, 0.0]),
        record("DEHB", 0, 2.0, [0.0, 1.0, 2.0]),
        record("DEHB", 0, 2.0, [0.0, 0.0, 0.0], instance="b"),
    ]
    text = table(records)
    assert "instances: 1, seeds: 1" in text
    assert "Versions: DEHB unknown, HyperbandSearchCV 0.1." in text
    assert "| DEHB | 1.000 | 0.500 | 0.000 | 1 of 1 | 9 |" in text
    assert "| HyperbandSearchCV | 1.000 | 1.000 | 0.500 | - | 9 |" in text
