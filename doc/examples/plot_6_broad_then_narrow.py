"""
Broad, then narrow
==================

Where a fit on all data is slow, a first search over many orders of magnitude can make
do with a part of the data: most of what it tries is far from good. A second search
spends its fits on all data in the region that is left.
"""

# %%
# The broad search has 100 of the 1797 digits, on which a fit of an SVC costs a fraction
# of one on all. The narrow space reaches a factor of ten to each side of its best
# candidate. ``initial_params`` has this candidate evaluated first, now on all data:
# scores on different data cannot be compared, and this is the score to beat.

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC
from sklearn.utils import resample

from sklearn_hpo import BayesSearchCV, Real

X, y = load_digits(return_X_y=True)
ranges = {"C": Real(1e-3, 1e5, log=True), "gamma": Real(1e-8, 10, log=True)}
folds = StratifiedKFold(3, shuffle=True, random_state=0)
shared = {"cv": folds, "racing": False, "random_state": 0}


def box_around(params):
    """Return bounds a factor of ten to each side of each parameter."""
    return {name: (value / 10, value * 10) for name, value in params.items()}


def broad_then_narrow(seed):
    """Return the search on a part of the data, and the one on all that follows it."""
    part = resample(X, y, n_samples=100, replace=False, stratify=y, random_state=seed)
    broad = BayesSearchCV(SVC(), ranges, n_iter=25, **shared).fit(*part)
    best = broad.best_params_
    space = {name: Real(*ends, log=True) for name, ends in box_around(best).items()}
    narrow = BayesSearchCV(SVC(), space, n_iter=12, initial_params=[best], **shared)
    return broad, narrow.fit(X, y)


# %%
# Three times, each with another part of the data.

pairs = [broad_then_narrow(seed) for seed in range(3)]
for _, narrow in pairs:
    scores = narrow.cv_results_["mean_test_score"]
    print(f"accuracy on all data: first {scores[0]:.4f}, best {scores.max():.4f}")

# %%
# Left: both searches of the first time, and the box of the second one. Right: the best
# score so far of the narrow searches; their first candidate is the best of the broad
# ones.

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for search, marker, label in zip(pairs[0], "os", ("broad", "narrow"), strict=True):
    results = search.cv_results_
    left.scatter(
        results["param_C"], results["param_gamma"], marker=marker, s=20, label=label
    )
(x0, x1), (y0, y1) = box_around(pairs[0][0].best_params_).values()
left.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fc="none", ec="C1"))
left.set(xscale="log", yscale="log", xlabel="C", ylabel="gamma")
left.legend()

for seed, (_, narrow) in enumerate(pairs):
    best = np.maximum.accumulate(narrow.cv_results_["mean_test_score"])
    right.step(range(1, 13), best, where="post", label=f"part {seed + 1}")
right.set(
    xlabel="Candidate of the narrow search", ylabel="Best accuracy, mean of 3 folds"
)
right.legend()
plt.show()

# %%
# On all data the best of a part falls short, once of three times by almost one digit in
# a hundred, and the narrow search makes up for most of it.
#
# Do not do this where fits on all data are cheap: one search narrows by itself, as
# :ref:`sphx_glr_auto_examples_plot_1_first_search.py` shows. And a part can be too
# small: then its best lies elsewhere than that of the whole, and the box misses it. A
# best candidate at the edge of the box is a sign of that.
