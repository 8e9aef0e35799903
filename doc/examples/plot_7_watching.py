"""
Watching a search, and ending it early
======================================

A :class:`~sklearn_hpo.callbacks.Callback` hears of every fold and every candidate, and
can end the search. What was tried is in ``history_``, fold by fold.
"""

# %%
# This callback ends the search when a number of candidates in a row gained too little.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from sklearn_hpo import BayesSearchCV, Real
from sklearn_hpo.callbacks import Callback


class Patience(Callback):
    """Ends a search that has not become much better for some candidates."""

    def __init__(self, n_candidates, gain):
        self.n_candidates = n_candidates
        self.gain = gain

    def begin(self, history):
        self.best_, self.since_ = -np.inf, 0

    def trial(self, trial, history):
        self.since_ += 1
        if trial.value >= self.best_ + self.gain:
            self.best_, self.since_ = trial.value, 0
        return self.since_ >= self.n_candidates


X, y = load_diabetes(return_X_y=True)
search = BayesSearchCV(
    make_pipeline(StandardScaler(), SVR()),
    {"svr__C": Real(0.01, 1000, log=True), "svr__gamma": Real(1e-5, 1, log=True)},
    n_iter=100,
    racing=False,  # all folds of every candidate are to be seen
    random_state=0,
    callbacks=[Patience(n_candidates=15, gain=0.001)],
).fit(X, y)
print(f"{search.history_.n_candidates} of {search.n_iter} candidates were tried")

# %%
# ``to_frame`` has a row for each fold that was scored.

frame = search.history_.to_frame()
frame[["candidate", "fold", "status", "test_score", "param_svr__C"]].head(7)

# %%
# In the picture the folds differ by more than the good candidates do. That is why all
# candidates are scored on the same folds.

mean = frame.groupby("candidate")["test_score"].mean()
fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for fold, rows in frame.groupby("fold"):
    ax.scatter(rows["candidate"], rows["test_score"], s=15, label=f"fold {fold}")
ax.step(mean.index, mean.cummax(), where="post", color="k", label="best mean")
ax.set(xlabel="Candidate", ylabel="R²")
fig.legend(loc="outside right center")
plt.show()

# %%
# The low dots among the later candidates are looks into what was not tried before. None
# of them paid, and the callback ended the search.
#
# Do not count on patience to find the right moment: a callback cannot know whether the
# next look would have been the good one. ``n_iter``, the number of candidates that you
# can afford, is the better bound. Patience is for searches that were given more than
# they may need.
