from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import calibration
from benchmarks.ablation import __main__ as ablation
from benchmarks.ablation import _tried
from benchmarks.ablation._variants import (
    AS_IS,
    VARIANTS,
    OneLengthscale,
    WithoutPriors,
    applied,
)
from benchmarks.compare._memo import Memo
from benchmarks.compare._reference import Reference
from benchmarks.compare._space import Space, cat, real
from benchmarks.compare._task import Outcome
from sklearn_hpo.acquisition import LogEI
from sklearn_hpo.surrogates import GaussianProcess, LogPosterior, cold_starts


@pytest.fixture
def task(make_task):
    """Return a task with failures, bad losses, branches, and the best default."""

    def evaluate(config):
        x, y = config["x"], config.get("y", 0.5)
        if x > 0.7:
            return Outcome(None, [], 0.0, "x is large")
        worse = {"a": 0.0, "b": 0.2, "c": 0.3}[config["branch"]]
        worse += {"s": 0.3, "t": 0.0, "u": 0.2}[config["k"]]
        value = -1e6 if x < 0.3 else -(abs(x - 0.6) + abs(y - 0.2) + worse)
        return Outcome(value, [value], 0.0)

    task = make_task()
    task.space = Space(
        (
            real("x", 0.0, 1.0, 0.6),
            real("y", 0.0, 1.0, 0.2, on=("a", "b")),
            cat("k", ("s", "t", "u"), "t"),
        ),
        ("a", "b", "c"),
    )
    task.evaluate = evaluate
    return task


def searched(task, path):
    found = calibration.evaluated(task, Memo(path / "memo.sqlite"), 0)
    return [candidate.params for candidate, _ in found]


def test_every_variant_changes_the_search_and_leaves_nothing_behind(
    task, tmp_path, monkeypatch
):
    monkeypatch.setattr(calibration, "BUDGET", 16)
    monkeypatch.setattr(_tried, "MARGIN", -100.0)  # so few scores prove nothing
    as_it_is = searched(task, tmp_path)
    for variant in VARIANTS:
        with applied(variant):
            changed = searched(task, tmp_path) != as_it_is
        assert changed == (variant != AS_IS), variant
    assert searched(task, tmp_path) == as_it_is


@pytest.mark.parametrize("variant", [WithoutPriors, OneLengthscale])
def test_gradients_are_those_of_the_values(variant):
    rng = np.random.default_rng(0)
    X, unordered = rng.random((12, 3)), np.array([False, False, True])
    X[:, 2] = rng.integers(3, size=12)
    posterior = variant(X, rng.standard_normal(12), unordered)
    theta = cold_starts(unordered)[1] + 0.1 * rng.standard_normal(5)
    steps = 1e-5 * np.eye(5)
    numeric = [posterior(theta + h)[0] - posterior(theta - h)[0] for h in steps]
    _, gradient = posterior(theta)
    np.testing.assert_allclose(gradient, np.array(numeric) / 2e-5, atol=1e-5)


def test_without_priors_only_the_lengthscales_lose_theirs():
    X, unordered = np.random.default_rng(0).random((8, 2)), np.zeros(2, bool)
    mu = LogPosterior(X, X[:, 0], unordered).mu
    noisier = np.append(mu[:-1], mu[-1] + 1.0)
    with_prior = LogPosterior(X, X[:, 0], unordered)
    without = WithoutPriors(X, X[:, 0], unordered)
    assert without(mu)[0] - with_prior(mu)[0] == pytest.approx(mu[:2].sum())
    change = without(noisier)[0] - without(mu)[0]
    assert change == pytest.approx(with_prior(noisier)[0] - with_prior(mu)[0])


def test_a_power_of_one_changes_nothing_and_slopes_are_those_of_the_scale():
    scores = np.random.default_rng(0).standard_normal(9)
    plain = _tried.PowerScale(scores, 1.0)
    np.testing.assert_allclose(plain(scores), plain.base(scores), atol=1e-12)
    assert plain.log_slope == pytest.approx(0.0, abs=1e-12)
    bent = _tried.PowerScale(scores, 2.0)
    h = 1e-6 * bent.base.scale
    slopes = (bent(scores + h) - bent(scores - h)) / 2e-6
    # Below the floor the scale is flat; the evidence leaves that out for all powers.
    above = scores > bent.base.floor + h
    assert above.all()
    assert np.log(slopes).sum() == pytest.approx(bent.log_slope, abs=1e-5)


@pytest.mark.parametrize("worth", ["warped", "boxed", "upper bound"])
def test_gradients_of_what_was_tried_are_those_of_the_values(worth):
    rng = np.random.default_rng(0)
    X, unordered = rng.random((12, 3)), np.array([False, False, True])
    X[:, 2] = rng.integers(3, size=12)
    theta, y = cold_starts(unordered)[1], rng.standard_normal(12)
    ab = np.array([[2.0, 1.0], [1.0, 0.5], [1.0, 1.0]])
    gp = GaussianProcess(_tried.warped(X, ab), y, theta, unordered)
    acquisition = {
        "warped": lambda: LogEI(_tried.WarpedProcess(gp, X, ab), 1.0),
        "boxed": lambda: _tried.Boxed(LogEI(gp, 1.0), X[0], 0.4, ~unordered),
        "upper bound": lambda: _tried.UpperBound(gp),
    }[worth]()
    A = 0.1 + 0.8 * rng.random((20, 3))
    A[:, 2] = rng.integers(3, size=20)
    value, gradient = acquisition.with_gradient(A)
    np.testing.assert_allclose(value, acquisition(A))
    for j in range(2):
        h = 1e-6 * np.eye(3)[j]
        numeric = (acquisition(A + h) - acquisition(A - h)) / 2e-6
        np.testing.assert_allclose(gradient[:, j], numeric, rtol=1e-4, atol=1e-4)


def test_a_run_goes_on_with_what_is_missing(task, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(calibration, "BUDGET", 3)
    path = tmp_path / "records.jsonl"
    ablation.run([task], path, [0], list(VARIANTS))
    lines = path.read_text().splitlines()
    assert [json.loads(line)["variant"] for line in lines] == list(VARIANTS)
    path.write_text("\n".join(lines[:-1]) + "\n")
    ablation.run([task], path, [0], list(VARIANTS))
    assert path.read_text().splitlines() == lines
    task.fingerprint = "another"
    assert ablation.read(path, [task], list(VARIANTS)) == {}


def records(levels, **others):
    """Return records of all variants, of levels reached by task and seed at once."""
    found = {
        (task, seed, variant): {"version": "1", "evaluations": [{"value": level}]}
        for (task, seed), level in levels.items()
        for variant in VARIANTS
    }
    for name, by_place in others.items():
        variant = next(v for v in VARIANTS if name in v)
        for (task, seed), level in by_place.items():
            found[task, seed, variant] = {"evaluations": [{"value": level}]}
    return found


PLACES = [("one", 0), ("one", 1), ("two", 0), ("two", 1)]
FIXED = {"one": Reference(0.0, 1.0, 0.5, 0, 0), "two": Reference(0.0, 2.0, 0.5, 0, 0)}


def test_the_table_holds_paired_differences_with_their_error_over_tasks():
    found = records(
        dict(zip(PLACES, (0.8, 1.0, 1.0, 2.0), strict=True)),
        failures=dict(zip(PLACES, (0.6, 0.8, 1.0, 1.4), strict=True)),
        winsorizing=dict(zip(PLACES, (1.0, 0.8, 1.0, 2.0), strict=True)),
        default=dict(zip(PLACES, (1.0, 1.0, 1.6, 1.8), strict=True)),
    )
    del found["two", 0, "scan alone, no climbs"]
    found["two", 2, AS_IS] = found["two", 1, AS_IS]
    curves = ablation.regrets(found, FIXED)
    # Seed 0 of the second task has not been searched by all.
    np.testing.assert_allclose(curves[0, :, -1], [0.1, 0.0])
    lines = {line.split(" | ")[0]: line for line in ablation.rows(found, curves)}
    assert "0.0500 |  |  |  |" in lines["| as it is"]
    # More by 0.2 and by 0.3.
    assert "0.3000 | +0.2500 ± 0.0500 | +0.2500" in lines["| no model of failures"]
    assert lines["| no model of failures"].endswith("| 2 |")
    # The same mean in another order is a change, too.
    assert "| +0.0000 ± 0.0000 | 1 |" in lines["| no winsorizing of scores"]


def test_a_table_of_some_variants_is_of_the_seeds_that_these_have():
    found = records(dict.fromkeys(PLACES, 1.0))
    some = {key: r for key, r in found.items() if key[2] in (AS_IS, "no trend")}
    del some["two", 1, "no trend"]
    assert ablation.complete(some) == {"one": [0, 1], "two": [0]}
    lines = list(ablation.rows(some, ablation.regrets(some, FIXED)))
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| as it is", "| no trend"]


def test_only_what_is_beyond_two_standard_errors_is_called_larger_or_smaller():
    found = records(
        dict(zip(PLACES, (0.5, 0.5, 1.0, 1.0), strict=True)),
        failures=dict(zip(PLACES, (0.3, 0.3, 0.62, 0.62), strict=True)),
        winsorizing=dict(zip(PLACES, (0.7, 0.7, 1.38, 1.38), strict=True)),
        default=dict(zip(PLACES, (0.45, 0.45, 0.4, 0.4), strict=True)),
    )
    said = ablation.verdict(found, ablation.regrets(found, FIXED))
    larger, smaller, neither = said.split(": ")[1:]
    assert larger.startswith("no model of failures.")
    assert smaller.startswith("no winsorizing of scores.")
    assert "no default first" in neither
    assert "failures" not in neither
    assert AS_IS not in neither
