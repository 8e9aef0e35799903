"""
Several metrics
===============

A search can record several metrics, and the one that steers it need not be the one that
decides. Here a classifier looks for malignant tumors: recall counts most, but not at
any price in precision.
"""

# %%
# With several metrics, ``refit`` says which candidate is the best. A name stands for a
# metric, which then also steers the search. A callable sees only the finished
# ``cv_results_`` and cannot steer: the search follows the first metric, here F1, which
# balances precision and recall.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hpo import BayesSearchCV, Real

FLOOR = 0.93


def highest_recall(results):
    """Return the row with the highest recall among those precise enough."""
    precise = results["mean_test_precision"] >= FLOOR
    return np.argmax(np.where(precise, results["mean_test_recall"], -1))


X, y = load_breast_cancer(return_X_y=True)
malignant = 1 - y
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
space = {
    "logisticregression__C": Real(1e-3, 100, log=True),
    "logisticregression__class_weight": [{1: w} for w in (0.5, 1, 1.5, 2, 3, 5)],
}
search = BayesSearchCV(
    model,
    space,
    n_iter=30,
    scoring=["f1", "precision", "recall"],
    refit=highest_recall,
    racing=False,  # candidates that lose in F1 may have the highest recall
    random_state=0,
).fit(X, malignant)

# %%
# Each dot is a candidate.

results = search.cv_results_
precision, recall = results["mean_test_precision"], results["mean_test_recall"]
chosen = {
    "highest F1": np.argmax(results["mean_test_f1"]),
    "chosen by refit": search.best_index_,
}
fig, ax = plt.subplots(figsize=(6.5, 4.5), layout="constrained")
dots = ax.scatter(precision, recall, c=results["mean_test_f1"], cmap="viridis")
for (label, row), look in zip(chosen.items(), (("o", "C1"), ("s", "C3")), strict=True):
    found = recall[row] * malignant.sum()
    alarms = found / precision[row] - found
    print(
        f"{label}: precision {precision[row]:.3f}, recall {recall[row]:.3f}; "
        f"about {found:.0f} of {malignant.sum()} found, {alarms:.0f} false alarms"
    )
    frame = {"marker": look[0], "ec": look[1], "fc": "none", "s": 180, "lw": 2}
    ax.scatter(precision[row], recall[row], label=label, **frame)
ax.axvline(FLOOR, color="0.5", ls=":", label="precision asked for")
ax.set(xlabel="Precision, mean of 5 folds", ylabel="Recall, mean of 5 folds")
fig.colorbar(dots, label="F1")
ax.legend(loc="lower center")
plt.show()

# %%
# Two more tumors are found, at the price of twelve more false alarms.
#
# Do not decide by a callable what can be said in one number. If the cost of each error
# is known, make a scorer of it and let it steer: then the candidates lie where they are
# wanted, not where F1 is high. And a candidate that just passes the floor may have been
# lucky; :ref:`sphx_glr_auto_examples_plot_3_nested.py` shows how much that can be.
