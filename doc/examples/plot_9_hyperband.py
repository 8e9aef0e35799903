"""
A model that learns from half-grown forests
===========================================

Hyperband tries most candidates with few trees. The strategy inside learns from all of
them where it is worth to look, and some candidates start higher up, to see whether few
trees are good advisers.
"""

# %%
# Candidates come one by one, each where the model expects most of it. The best one in
# three is promoted: it is given three times as many trees.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier

from sklearn_hpo import HyperbandSearchCV, Integer, Real

X, y = load_digits(return_X_y=True)
search = HyperbandSearchCV(
    RandomForestClassifier(random_state=0),
    {
        "max_depth": Integer(2, 20),
        "min_samples_leaf": Integer(1, 30, log=True),
        "max_features": Real(0.02, 1),
    },
    n_iter=40,
    resource="n_estimators",
    min_resources=5,
    max_resources=45,
    cv=3,
    random_state=0,
).fit(X, y)
print(list(zip(search.n_resources_, search.n_candidates_, strict=True)))
print(f"accuracy {search.best_score_:.3f} with {search.best_params_}")

# %%
# How well does each number of trees rank candidates as the next one does? Below 0.6,
# new candidates start with more.

print(search.rank_correlations_.round(2))

# %%
# Each line is a candidate: where it started, how far it rose.

frame = search.history_.to_frame().groupby(["candidate", "resource"]).value.first()
fig, ax = plt.subplots(layout="constrained")
for number, values in frame.groupby("candidate"):
    amounts = values.index.get_level_values("resource")
    ax.plot(amounts, values, "o-", color=plt.cm.viridis(number / 40))
ax.set(
    xscale="log",
    xticks=search.n_resources_,
    xticklabels=search.n_resources_,
    xlabel="trees",
    ylabel="mean accuracy",
    title="40 candidates, the first dark, the last light",
)
ax.minorticks_off()
plt.show()

# %%
# Do not do this where a fit on everything takes no longer than choosing a candidate, or
# where all candidates can have everything: then :class:`~sklearn_hpo.BayesSearchCV` has
# nothing to guess.
