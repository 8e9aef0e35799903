"""
A first search
==============

:class:`~sklearn_hpo.BayesSearchCV` in the place of a grid search: a support vector
classifier on the breast cancer data, with two parameters whose right order of magnitude
is not known.
"""

# %%
# The grid has six values for each parameter and tries all 36 combinations.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sklearn_hpo import BayesSearchCV, GridSearchCV, Real

X, y = load_breast_cancer(return_X_y=True)
model = make_pipeline(StandardScaler(), SVC())
values = {"svc__C": np.logspace(-2, 3, 6), "svc__gamma": np.logspace(-5, 0, 6)}
grid = GridSearchCV(model, values).fit(X, y)

# %%
# The other search gets the ranges instead of the values, and 20 candidates. It is run
# three times, to see how much of the result is chance. ``racing=False`` gives every
# candidate all folds, as in the grid; by default those that have lost get no more.

ranges = {"svc__C": Real(1e-2, 1e3, log=True), "svc__gamma": Real(1e-5, 1, log=True)}
searches = [
    BayesSearchCV(model, ranges, n_iter=20, racing=False, random_state=seed).fit(X, y)
    for seed in range(3)
]
for search in [grid, *searches]:
    scores = search.cv_results_["mean_test_score"]
    as_good = np.flatnonzero(scores >= grid.best_score_)[0] + 1
    print(
        f"{type(search).__name__}: {len(scores)} candidates, best accuracy "
        f"{search.best_score_:.4f}, the grid's best reached at candidate {as_good}"
    )

# %%
# Left: the best accuracy so far against the number of fits, five for each candidate.
# Only the end of the grid's line says something about the grid: its way there is the
# order in which the values are written. Right: where the candidates of the first run
# lie. The early ones are spread; most of the late ones are close together, and some
# look where nothing was tried before.

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for search, color in [(grid, "0.5"), *((search, "C0") for search in searches)]:
    best = np.maximum.accumulate(search.cv_results_["mean_test_score"])
    fits = search.n_splits_ * np.arange(1, len(best) + 1)
    left.step(fits, best, where="post", color=color)
left.set(xlabel="Fits", ylabel="Best accuracy, mean of 5 folds", ylim=(0.94, 0.985))
left.legend(left.lines[:2], ["grid", "Bayes, three runs"], loc="lower right")

right.scatter(*np.meshgrid(*values.values()), marker="s", fc="none", ec="0.5")
results = searches[0].cv_results_
order = np.arange(1, 21)
C, gamma = results["param_svc__C"], results["param_svc__gamma"]
dots = right.scatter(C, gamma, c=order, cmap="viridis_r", zorder=2)
right.set(xscale="log", yscale="log", xlabel="C", ylabel="gamma")
fig.colorbar(dots, label="Candidate", ticks=[1, 5, 10, 15, 20])
plt.show()

# %%
# All runs end about one sample of 569 above the grid: what is gained is fits rather
# than accuracy. Each was as good as the grid's best by candidate 11 at the latest. The
# grid needs 36 candidates, and each further parameter with six values takes six times
# more.
#
# Do not do this where a fit takes less time than choosing the next candidate, about 20
# milliseconds: there a random search tries many more in the same time. Nor where a few
# values must all be tried and shown, which is what a grid is for.
