"""
A strategy of your own
======================

What to try next is the business of a :class:`~sklearn_hpo.strategies.Strategy`. This
example writes one, checks that it keeps the rules, and compares it with others.
"""

# %%
# The strategy is a local search. After eight random candidates it steps from the best
# one so far by normal numbers on the unit cube, where the space lays out every
# parameter. A success makes the steps larger, a failure smaller.
#
# ``ask`` only reads what was told, and draws only from the generator it is handed: so a
# search with a seed is the same each time.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from sklearn_hpo import RandomizedSearchCV, Real, SearchCV
from sklearn_hpo.contracts import check_strategy
from sklearn_hpo.strategies import Bayes, Strategy
from sklearn_hpo.trials import Candidate


class LocalSearch(Strategy):
    """Steps from the best candidate so far."""

    def __init__(self, step=0.2, n_random=8):
        self.step = step
        self.n_random = n_random

    def start(self, space, n_iter, seed):
        self.space_, self.step_ = space, self.step
        self.told_, self.best_, self.value_ = set(), None, -np.inf

    def ask(self, number, pending, rng):
        taken = self.told_ | {self._key(c.params) for c in pending}
        for attempt in range(200):
            unit = rng.random((1, 1 + self.space_.n_dims))
            (branch,), (u,) = self.space_.from_unit(unit)
            if self.best_ and number >= self.n_random and attempt < 100:
                branch, center = self.best_
                u = np.clip(center + self.step_ * rng.standard_normal(u.size), 0, 1)
            params = self.space_.decode(int(branch), u)
            if self._key(params) not in taken:
                return Candidate(number, params, int(branch))
        return None

    def tell(self, trial):
        params = trial.candidate.params
        self.told_.add(self._key(params))
        if trial.value > self.value_:
            self.best_, self.value_ = self.space_.encode(params), trial.value
            self.step_ *= 1.5
        else:
            self.step_ *= 0.9

    def _key(self, params):
        return self.space_.key(*self.space_.encode(params))


check_strategy(LocalSearch())

# %%
# ``check_strategy`` is silent: the rules are kept. Now each strategy has 30 candidates,
# five times.

X, y = load_diabetes(return_X_y=True)
X, y = X[:200], y[:200]
model = make_pipeline(StandardScaler(), SVR())
space = {
    "svr__C": Real(1e-4, 1e4, log=True),
    "svr__gamma": Real(1e-8, 100, log=True),
    "svr__epsilon": Real(1e-3, 1000, log=True),
}
shared = {"n_iter": 30, "cv": 3, "racing": False}
searches = {
    "random": RandomizedSearchCV(model, space, **shared),
    "local": SearchCV(model, space, strategy=LocalSearch(), **shared),
    "Bayes": SearchCV(model, space, strategy=Bayes(), **shared),
}
fig, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
colors = ("0.5", "C1", "C0")
for color, (name, search) in zip(colors, searches.items(), strict=True):
    scores = [
        search.set_params(random_state=seed).fit(X, y).cv_results_["mean_test_score"]
        for seed in range(5)
    ]
    best = np.maximum.accumulate(scores, axis=1)
    last = best[:, -1]
    print(f"{name}: best R² {last.mean():.3f} in the mean, {last.min():.3f} at worst")
    number = np.arange(1, best.shape[1] + 1)
    ax.plot(number, best.T, color=color, lw=0.7, alpha=0.6)
    ax.plot(number, best.mean(axis=0), color=color, lw=3, label=name)
ax.set(xlabel="Candidate", ylabel="Best R², mean of 3 folds", ylim=(0, 0.45))
ax.legend(title="Mean of five runs", loc="lower right")
plt.show()

# %%
# Local search falls behind random search for a while, having begun at random too, and
# ends above it; :class:`~sklearn_hpo.strategies.Bayes` ends above both. The thin lines
# are the single runs: five are few, and they overlap.
#
# Do not write a strategy to have a better one for everything. It is worth it where you
# know what no model of the scores can know, such as which changes are cheap to try.
# Settings that you expect to be good need none: they are ``initial_params``.
