"""Our RandomizedSearchCV, run whole against an estimator that records."""

from __future__ import annotations

import warnings

import sklearn_hpo
from benchmarks.compare.runners._bridge import ROWS, SPLIT, TARGET, Bridged
from benchmarks.compare.runners._ours_space import checkout, translate


class Peer(Bridged):
    """The search with its defaults, branches as a list of dicts."""

    library = "sklearn_hpo"

    def fit(self) -> None:
        """Run it."""
        warnings.simplefilter("ignore")
        search = sklearn_hpo.RandomizedSearchCV(
            self.estimator,
            translate(self.space),
            n_iter=self.budget,
            cv=SPLIT,
            random_state=self.seed,
            refit=False,
        )
        search.fit(ROWS, TARGET)

    def version(self) -> str:
        """Return the version of the checkout."""
        return checkout()
