"""Training samples as a resource: nested, with all classes, in whole groups."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils import check_random_state

from sklearn_hpo.evaluation import Samples

N = 1000
CLASSES = np.repeat([0, 1, 2], [900, 97, 3])
GROUPS = np.random.default_rng(1).integers(0, 150, N)
TRAIN = np.sort(np.random.default_rng(0).permutation(N)[:800])
AMOUNTS = [4, 20, 60, 180, 540, 999]


def rungs(resource, fold=0, train=TRAIN):
    return [resource.rows(train, fold, amount) for amount in AMOUNTS]


@pytest.mark.parametrize("classes", [None, CLASSES], ids=["", "classes"])
@pytest.mark.parametrize("groups", [None, GROUPS], ids=["", "groups"])
def test_a_rung_is_part_of_the_next_in_the_same_order(classes, groups) -> None:
    parts = rungs(Samples(N, classes, groups, seed=0))
    for amount, smaller, larger in zip(AMOUNTS, parts, parts[1:], strict=False):
        assert np.isin(smaller, larger).all()
        assert np.all(np.diff(smaller) > 0)
        assert len(smaller) >= int(amount / N * len(TRAIN))
    assert np.isin(parts[-1], TRAIN).all()


def test_without_groups_a_part_has_its_share_to_the_sample() -> None:
    parts = rungs(Samples(N, CLASSES, None, seed=0))
    assert [len(part) for part in parts] == [3, 16, 48, 144, 432, 799]


def test_a_part_has_the_classes_in_the_proportions_of_the_whole() -> None:
    whole = np.bincount(CLASSES[TRAIN]) / len(TRAIN)
    for part in rungs(Samples(N, CLASSES, None, seed=3))[1:]:
        counts = np.bincount(CLASSES[part], minlength=3)
        assert counts.min() >= 2
        # The first two of each class come early, whatever its share.
        np.testing.assert_allclose(counts, whole * len(part), atol=4)


@pytest.mark.parametrize("groups", [None, GROUPS], ids=["", "groups"])
def test_every_class_is_in_the_smallest_part(groups) -> None:
    part = Samples(N, CLASSES, groups, seed=0).rows(TRAIN, 0, 1)
    assert set(CLASSES[part]) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(5))
def test_a_class_that_only_one_group_has_is_in_every_part(seed) -> None:
    """The commonest class is in one group, whose rarest class is in many others."""
    groups = np.r_[np.repeat(np.arange(65), 2), np.full(82, 65)]
    classes = np.r_[np.repeat([1, 2], [70, 60]), np.full(80, 0), [2, 2]]
    everything = np.arange(len(groups))
    resource = Samples(len(groups), classes, groups, seed)
    parts = [resource.rows(everything, 0, amount) for amount in (1, 50, 120)]
    for part, larger in zip(parts, [*parts[1:], everything], strict=True):
        assert set(classes[part]) == {0, 1, 2}
        assert np.isin(part, larger).all()
        assert not set(groups[part]) & set(groups[np.setdiff1d(everything, part)])


def test_groups_stay_whole() -> None:
    for part in rungs(Samples(N, CLASSES, GROUPS, seed=0)):
        cut = set(GROUPS[part]) & set(GROUPS[np.setdiff1d(TRAIN, part)])
        assert not cut


def test_groups_of_one_member_are_like_none() -> None:
    alone = Samples(N, CLASSES, np.arange(N), seed=0)
    none = Samples(N, CLASSES, None, seed=0)
    assert list(map(len, rungs(alone))) == list(map(len, rungs(none)))


def test_all_samples_are_the_fold_itself() -> None:
    train = TRAIN[::-1]
    part = Samples(N, CLASSES, GROUPS, seed=0).rows(train, 0, N)
    np.testing.assert_array_equal(part, train)


def test_seed_and_fold_decide_and_nothing_else() -> None:
    resource = Samples(N, CLASSES, None, seed=0)
    everybodys = check_random_state(None)
    before = everybodys.get_state()[1].copy()
    part = resource.rows(TRAIN, 0, 180)
    np.testing.assert_array_equal(everybodys.get_state()[1], before)
    np.testing.assert_array_equal(part, resource.rows(TRAIN, 0, 180))
    other_seed = Samples(N, CLASSES, None, seed=1)
    for other in (resource.rows(TRAIN, 1, 180), other_seed.rows(TRAIN, 0, 180)):
        assert not np.array_equal(part, other)


def test_a_sample_that_a_splitter_repeats_is_several() -> None:
    train = np.random.default_rng(0).integers(0, N, 500)
    part = Samples(N, CLASSES, None, seed=0).rows(train, 0, 500)
    assert len(part) == 250
