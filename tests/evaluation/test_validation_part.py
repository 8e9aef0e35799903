"""The part of a training fold that decides when to stop."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from sklearn_hpo.evaluation import HoldOut

rng = np.random.default_rng(0)
y = rng.choice(3, 200, p=[0.6, 0.3, 0.1])
X = np.zeros((200, 1))


def hold_out(splits, fraction, labels=None, groups=None):
    divider = HoldOut.of(fraction, labels, groups)
    return [divider.divide(train, fold) for fold, (train, _) in enumerate(splits)]


def test_the_training_part_is_divided_and_nothing_else_touched() -> None:
    splits = list(KFold(4).split(X))
    for (train, test), (rest, held) in zip(splits, hold_out(splits, 0.2), strict=True):
        assert sorted([*rest, *held]) == list(train)
        assert not set(held) & set(test)
        assert len(held) == 30


@pytest.mark.parametrize("names", [[0, 1, 2], ["a", "b", "c"]])
def test_classes_are_in_proportion(names) -> None:
    labels = np.array(names)[y]
    splits = list(StratifiedKFold(4).split(X, y))
    for rest, held in hold_out(splits, 0.2, labels=labels):
        for name in names:
            n, n_held = np.sum(labels[rest] == name), np.sum(labels[held] == name)
            assert n_held == round(0.2 * (n + n_held))


def test_a_rare_class_is_on_both_sides_and_a_single_one_is_fitted() -> None:
    labels = np.array([0] * 50 + [1] * 2 + [2])
    ((rest, held),) = hold_out([(np.arange(53), np.arange(0))], 0.1, labels=labels)
    assert sorted(labels[held]) == [0] * 5 + [1]
    assert 2 in labels[rest]


def test_groups_stay_together_and_classes_stay_known() -> None:
    groups = np.repeat(np.arange(40), 5)
    labels = (groups == 7).astype(int)  # one group has all of a class
    splits = list(GroupKFold(4).split(X, groups=groups))
    for rest, held in hold_out(splits, 0.1, labels=labels, groups=groups):
        assert not set(groups[rest]) & set(groups[held])
        assert 10 <= len(held) <= 20
        assert set(labels[held]) <= set(labels[rest])


def test_groups_of_one_member() -> None:
    splits = list(KFold(4).split(X))
    for rest, held in hold_out(splits, 0.1, groups=np.arange(200)):
        assert (len(rest), len(held)) == (135, 15)


def test_the_same_folds_have_the_same_parts() -> None:
    splits = list(KFold(3, shuffle=True, random_state=1).split(X))
    once, twice = (hold_out(splits, 0.3, labels=y) for _ in range(2))
    np.testing.assert_equal(once, twice)
    assert not np.array_equal(once[0][1], once[1][1])


def test_masks_and_lists_are_folds_too() -> None:
    train = np.arange(200) < 150
    as_mask = hold_out([(train, ~train)], 0.1, labels=list(y))
    as_list = hold_out([(list(range(150)), list(range(150, 200)))], 0.1, labels=y)
    np.testing.assert_equal(as_mask, as_list)


@pytest.mark.parametrize(
    ("n", "fraction", "groups"),
    [(12, 0.05, None), (12, 0.99, None), (3, 0.5, None), (12, 0.3, [0] * 12)],
)
def test_too_few_rows_are_an_error(n, fraction, groups) -> None:
    divider = HoldOut.of(fraction, None, groups)
    with pytest.raises(ValueError, match="at least 2 rows to stop on and 2 to fit"):
        divider.check(np.arange(n), 3)


def test_targets_of_several_columns_are_not_stratified() -> None:
    labels = rng.integers(2, size=(200, 3))
    ((rest, held),) = hold_out([(np.arange(200), np.arange(0))], 0.1, labels=labels)
    assert (len(rest), len(held)) == (180, 20)
