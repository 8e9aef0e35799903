"""
Good and small at once
======================

A forest of few small trees fits into a microcontroller; one of many large trees is more
accurate. Which forests are worth having in between?
"""

# %%
# ``objectives`` are optimized together. A function of the fitted estimator is a cost:
# the smaller the better.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier

from sklearn_hpo import EvolutionSearchCV, Integer, Real


def n_nodes(forest):
    """Return the number of nodes of all trees."""
    return sum(tree.tree_.node_count for tree in forest.estimators_)


X, y = load_digits(return_X_y=True)
space = {
    "n_estimators": Integer(1, 40, log=True),
    "max_leaf_nodes": Integer(4, 200, log=True),
    "max_features": Real(0.05, 1.0, log=True),
    "min_samples_leaf": Integer(1, 10, log=True),
}
search = EvolutionSearchCV(
    ExtraTreesClassifier(random_state=0),
    space,
    n_iter=120,
    objectives=["accuracy", n_nodes],
    cv=3,
    random_state=0,
).fit(X, y)

# %%
# ``pareto_front_`` has the candidates that no other beats in both. The first is the
# most accurate; ``best_estimator_`` is this one, since ``refit=True`` stands for the
# first objective.

front = search.pareto_front_
results = search.cv_results_
print(f"{len(front['index'])} of {len(results['params'])} candidates on the front")
for row in np.linspace(0, len(front["index"]) - 1, 5, dtype=int):
    print(
        f"accuracy {front['accuracy'][row]:.3f} with {front['n_nodes'][row]:6.0f} nodes"
    )

# %%
# The children of the front crowd along it, and reach where candidates drawn at random,
# the first ones, are rare.

fig, ax = plt.subplots(figsize=(6.5, 4.5), layout="constrained")
dots = ax.scatter(
    results["mean_test_n_nodes"],
    results["mean_test_accuracy"],
    c=np.arange(len(results["params"])),
    cmap="viridis",
    s=18,
)
ax.step(front["n_nodes"], front["accuracy"], where="pre", color="C3", label="front")
ax.set(xscale="log", xlabel="Nodes", ylabel="Accuracy, mean of 3 folds", ylim=(0.5, 1))
fig.colorbar(dots, label="Candidate")
ax.legend()
plt.show()

# %%
# To take another one, give ``refit`` a function of ``cv_results_``, or fit it yourself:

small = next(i for i in front["index"] if results["mean_test_n_nodes"][i] < 2000)
forest = ExtraTreesClassifier(random_state=0).set_params(**results["params"][small])
print(results["params"][small])
print(f"{n_nodes(forest.fit(X, y))} nodes when fitted on all data")

# %%
# Do not do this where one number says what you want, such as accuracy among forests of
# at most 2000 nodes: a front costs many candidates that nobody will use.
