"""
Many forests, few of them grown up
==================================

Most settings of a forest are seen to be bad after a few trees. Halving gives all of
them few, and lets the best third of them grow, twice.
"""

# %%
# The resource is the number of trees. A forest that is promoted keeps its trees and
# gets more of them.

import matplotlib.pyplot as plt
from scipy.stats import randint, uniform
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier

from sklearn_hpo import HalvingRandomSearchCV

X, y = load_digits(return_X_y=True)
search = HalvingRandomSearchCV(
    RandomForestClassifier(random_state=0),
    {
        "max_depth": randint(2, 20),
        "min_samples_leaf": randint(1, 30),
        "max_features": uniform(0.02, 0.98),
    },
    n_candidates=27,
    resource="n_estimators",
    min_resources=5,
    max_resources=45,
    cv=3,
    random_state=0,
).fit(X, y)
rungs = list(zip(search.n_resources_, search.n_candidates_, strict=True))
print(rungs)
print(f"accuracy {search.best_score_:.3f} with {search.best_params_}")

# %%
# Each line is a candidate, followed as far as it came.

frame = search.history_.to_frame().groupby(["candidate", "resource"]).value.first()
fig, ax = plt.subplots(layout="constrained")
for _, values in frame.groupby("candidate"):
    amounts = values.index.get_level_values("resource")
    ax.plot(amounts, values, "o-", color="C0" if len(values) == 3 else "0.7")
ax.set(
    xscale="log",
    xticks=search.n_resources_,
    xticklabels=search.n_resources_,
    xlabel="trees",
    ylabel="mean accuracy",
    title="27 candidates, 9 promoted, 3 promoted again",
)
ax.minorticks_off()
plt.show()

# %%
# What it cost in trees, and what all candidates with all trees would have cost: models
# that go on pay for a tree once.

paid, before = 0, 0
for amount, n in rungs:
    paid += n * (amount - before)
    before = amount
print(f"{paid} trees a fold, not {27 * 45}")

# %%
# Do not do this where few of the resource say little of many: a small learning rate
# looks bad after few iterations and may be the best in the end.
