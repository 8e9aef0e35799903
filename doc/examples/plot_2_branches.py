"""
Branches: parameters that belong together
=========================================

A step of a pipeline can itself be a parameter, and each model brings parameters of its
own. A list of dicts says which belong together: each dict is a branch of the space.
"""

# %%
# Three models for the digits: an SVC and nearest neighbors, both after a PCA, and a
# tree on the pixels as they are. The PCA's number of components is written the same way
# in two branches, so the search learns of it from both.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sklearn_hpo import BayesSearchCV, Integer, Real

X, y = load_digits(return_X_y=True)
X, y = X[:600], y[:600]
pca = PCA(random_state=0)
reduction = {"reduce": [pca], "reduce__n_components": Integer(5, 40)}
space = [
    {
        **reduction,
        "model": [SVC()],
        "model__C": Real(0.01, 1000, log=True),
        "model__gamma": Real(1e-5, 0.1, log=True),
    },
    {
        **reduction,
        "model": [KNeighborsClassifier()],
        "model__n_neighbors": Integer(1, 30, log=True),
        "model__weights": ["uniform", "distance"],
    },
    {
        "reduce": ["passthrough"],
        "model": [DecisionTreeClassifier(random_state=0)],
        "model__max_depth": Integer(2, 20),
        "model__min_samples_leaf": Integer(1, 20, log=True),
    },
]
pipeline = Pipeline([("reduce", pca), ("model", SVC())])
search = BayesSearchCV(
    pipeline, space, n_iter=40, cv=3, racing=False, random_state=0
).fit(X, y)

# %%
# In ``cv_results_`` the model of a candidate is the very object given above.

results = search.cv_results_
error = 1 - results["mean_test_score"]
kind = np.array([type(model).__name__ for model in results["param_model"]])
kinds = ["SVC", "KNeighborsClassifier", "DecisionTreeClassifier"]
for name in kinds:
    own = kind == name
    print(f"{name}: {own.sum()} candidates, lowest error rate {error[own].min():.3f}")

# %%
# Left: which branch was tried when. Right: the same by branch, from left to right in
# the order of trying.

fig, (left, right) = plt.subplots(
    1, 2, figsize=(9, 4), sharey=True, width_ratios=(3, 2), layout="constrained"
)
number = np.arange(1, len(error) + 1)
for column, (name, marker) in enumerate(zip(kinds, "os^", strict=True)):
    own = kind == name
    left.scatter(number[own], error[own], marker=marker, label=name)
    right.scatter(column + (number[own] - 20) / 60, error[own], marker=marker)
ticks = [0.1, 0.2, 0.4, 0.8]
left.set(xlabel="Candidate", ylabel="Error rate, mean of 3 folds", yscale="log")
left.set_yticks(ticks, map(str, ticks))
left.minorticks_off()
left.legend(loc="upper center")
right.set_xticks(range(3), ["SVC", "neighbors", "tree"])
right.set(xlabel="Branch", xlim=(-0.5, 2.5))
plt.show()

# %%
# The tree was tried twice and left at that; a random search would have spent about a
# third of its candidates there. The other two took turns, and nearest neighbors came
# out ahead by one image in a hundred. The late dots high up are looks into parts of the
# SVC's branch where nothing had been tried.
#
# Do not take this for a comparison of models. A branch that looks bad early is judged
# by few settings; to compare models, give each a search of its own with the same number
# of candidates.
