"""Points as evolution sees them, and genes that change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sklearn_hpo import Integer, Real
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies._genes import Genes
from sklearn_hpo.strategies._variation import mutated, repaired, settled_in

SPACE = SearchSpace.from_user(
    [
        {
            "kind": ["a"],
            "x": Real(0.1, 10, log=True),
            "n": Integer(1, 5),
            "many": Integer(1, 10**6, log=True),
            "list": [100, 1, 10],
            "c": ["p", "q", None],
            "one": [7],
        },
        {"kind": ["b"], "x": Real(0.1, 10, log=True), "poisson": stats.poisson(4)},
    ]
)


@pytest.fixture(name="genes")
def _genes() -> Genes:
    return Genes(SPACE)


def test_points_come_back(genes: Genes) -> None:
    rng = np.random.default_rng(0)
    branches, points = SPACE.from_unit(rng.random((200, 1 + SPACE.n_dims)))
    for branch, u in zip(branches, points, strict=True):
        x = genes.of(int(branch), u)
        back, there = (
            SPACE.decode(*genes.point(int(branch), x)),
            SPACE.decode(branch, u),
        )
        assert back.pop("x") == pytest.approx(there.pop("x"))
        assert back == there


def test_what_kind_each_gene_is(genes: Genes) -> None:
    names = [name for name, _ in SPACE.coordinates]
    kinds = dict(
        zip(names, zip(genes.varies, genes.is_choice, strict=True), strict=True)
    )
    assert kinds["c"] == (True, True)
    assert kinds["list"] == kinds["n"] == kinds["x"] == (True, False)
    assert kinds["one"] == (False, False)
    assert genes.n_genes == 7  # six that vary, and the branch


def test_a_list_of_numbers_lies_in_the_order_of_its_values(genes: Genes) -> None:
    dim = [name for name, _ in SPACE.coordinates].index("list")
    np.testing.assert_allclose(genes.places(dim), [0.0, 0.5, 1.0])
    branch, u = SPACE.encode(
        {"kind": "a", "x": 1.0, "n": 2, "many": 5, "list": 10, "c": None, "one": 7}
    )
    x = genes.of(branch, u)
    x[dim] += 0.4
    assert SPACE.decode(*genes.point(branch, x))["list"] == 100


def test_a_gene_is_drawn_from_its_distribution() -> None:
    """Rejects a right sampler once in a million."""
    space = SearchSpace.from_user({"n": Integer(0, 4), "x": Real(0, 1)})
    genes = Genes(space)
    rng = np.random.default_rng(0)
    n, x = np.array([[genes.drawn(d, rng) for d in range(2)] for _ in range(3000)]).T
    counts = np.unique(n, return_counts=True)[1]
    assert stats.chisquare(counts).pvalue > 1e-6
    assert stats.kstest(x, stats.uniform.cdf).pvalue > 1e-6


def test_a_gene_that_becomes_active_is_inherited_or_drawn(genes: Genes) -> None:
    rng = np.random.default_rng(0)
    branches, points = SPACE.from_unit(rng.random((30, 1 + SPACE.n_dims)))
    rows = [genes.of(int(b), u) for b, u in zip(branches, points, strict=True)]
    mother = rows[list(branches).index(0)]
    child = rows[list(branches).index(1)]
    settled = [settled_in(genes, 0, child, [child, mother], rng) for _ in range(400)]
    dim = [name for name, _ in SPACE.coordinates].index("many")
    inherited = sum(x[dim] == mother[dim] for x in settled)
    assert stats.binomtest(inherited, 400, 0.8).pvalue > 1e-6
    for x in settled:
        np.testing.assert_array_equal(~np.isnan(x), SPACE.active[0])


def test_a_gene_that_went_too_far_comes_back_near_the_bound() -> None:
    """At a part of the parent's distance, log-uniform over four orders of magnitude.

    Kolmogorov-Smirnov: a false alarm in a million.
    """
    rng = np.random.default_rng(0)
    x = np.array([-0.3, 1.2, 0.4, np.nan, -5.0])
    parent = np.array([0.2, 0.6, 0.5, np.nan, 0.0])
    found = np.array([repaired(x, parent, rng) for _ in range(2000)])
    uniform = stats.uniform(-4, 4).cdf
    for distance, parents in [
        (found[:, 0], 0.2),
        (1.0 - found[:, 1], 0.4),
        (found[:, 4], 1e-4),
    ]:
        assert stats.kstest(np.log10(distance / parents), uniform).pvalue > 1e-6
    assert (found[:, 2] == 0.4).all()
    assert np.isnan(found[:, 3]).all()


def test_a_mutation_always_changes_something() -> None:
    genes = Genes(SearchSpace.from_user({"n": Integer(1, 3), "k": Integer(1, 9)}))
    rng = np.random.default_rng(0)
    start = np.array([0.5, 0.5])
    for _ in range(300):
        _, x = mutated(genes, 0, start, rng)
        assert (repaired(x, start, rng) != start).any()


def test_steps_of_a_mutation_span_two_orders_of_magnitude() -> None:
    genes = Genes(SearchSpace.from_user({"x": Real(0, 1)}))
    rng = np.random.default_rng(0)
    start = np.array([0.5])
    steps = [abs(mutated(genes, 0, start, rng)[1][0] - 0.5) for _ in range(3000)]
    low, high = np.quantile(steps, [0.1, 0.9])
    assert 0.001 < low < 0.006
    assert 0.1 < high < 0.4
