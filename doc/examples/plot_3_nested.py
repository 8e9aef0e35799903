"""
An honest score: nested cross-validation
========================================

``best_score_`` is the best of many scores, and part of what made it the best was luck.
So it tends to be higher than what the chosen model scores on new data. But a search is
an estimator: cross-validate the search itself, and each score comes from data that had
no part in the choice.
"""

# %%
# The effect is largest with little data and many candidates: here a decision tree on
# 100 samples of the breast cancer data. Shuffled labels are the control: they leave
# nothing to learn, and no model has a balanced accuracy above 0.5 but by luck.
#
# To fit such a tree takes less time than a Bayesian search takes to decide, so this
# search is a random one. Any other could stand in its place.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import resample, shuffle

from sklearn_hpo import Integer, RandomizedSearchCV, Real

X, y = load_breast_cancer(return_X_y=True)
X, y = resample(X, y, n_samples=100, replace=False, stratify=y, random_state=0)
space = {
    "max_depth": Integer(1, 10),
    "min_samples_leaf": Integer(1, 20),
    "max_features": Real(0.05, 1),
    "criterion": ["gini", "entropy"],
}


def nested(y, seed):
    """Return the mean of the searches' best scores, and of those on new data."""
    folds = StratifiedKFold(4, shuffle=True, random_state=seed)
    search = RandomizedSearchCV(
        DecisionTreeClassifier(random_state=0),
        space,
        n_iter=12,
        scoring="balanced_accuracy",
        cv=folds,
        random_state=seed,
    )
    outer = cross_validate(
        search, X, y, cv=folds, scoring="balanced_accuracy", return_estimator=True
    )
    inner = [search.best_score_ for search in outer["estimator"]]
    return np.mean(inner), np.mean(outer["test_score"])


seeds = range(5)
scores = {
    "labels as they are": np.array([nested(y, seed) for seed in seeds]),
    "labels shuffled": np.array(
        [nested(shuffle(y, random_state=seed), seed) for seed in seeds]
    ),
}
for title, pairs in scores.items():
    inner, outer = pairs.mean(axis=0)
    print(f"{title}: best_score_ {inner:.3f}, on new data {outer:.3f}")

# %%
# Each line is a repetition with folds of its own.

fig, axes = plt.subplots(1, 2, figsize=(8, 4), sharey=True, layout="constrained")
for ax, (title, pairs) in zip(axes, scores.items(), strict=True):
    ax.plot([0, 1], pairs.T, "o-", color="C0", alpha=0.4)
    ax.plot([0, 1], pairs.mean(axis=0), "s-", color="C1", lw=2.5, label="mean")
    ax.axhline(0.5, color="0.5", ls=":", label="guessing")
    ax.set_xticks([0, 1], ["best_score_", "on new data"])
    ax.set(xlim=(-0.3, 1.3), title=title)
axes[0].set_ylabel("Balanced accuracy, mean of 4 searches")
axes[1].legend()
plt.show()

# %%
# In the mean both fall from left to right. With shuffled labels there is nothing but
# luck in what the searches promise, and the new data show it.
#
# Do not use this to choose parameters: every outer fold has a best candidate of its
# own, and the choice among candidates needs no more than ``best_score_``. It takes as
# many searches as there are outer folds; with plenty of data, one search and a test set
# that it never saw say the same.
