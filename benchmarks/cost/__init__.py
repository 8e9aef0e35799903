"""What it costs to find what random search finds, in CPU seconds of fits.

    python -m benchmarks.compare envs optuna dask_hyperband
    python -m benchmarks.cost run --seeds 3
    python -m benchmarks.cost report

Eight tasks on real tables of 10,000 rows and more, 3 folds, a part of the rows held out
from all searches. RandomizedSearchCV goes first, with 60 candidates: the score of its
best one is the target, and what its fits took the unit. The others, none of which has
its candidates, may spend `BUDGET` times as much.

The cost is the processor time inside ``fit`` and ``partial_fit`` of the models, of all
steps of a pipeline too, with one worker and one thread. A search holds at any time the
candidate with the best score, by its own measure, at the highest resource that any has
completed; it has reached the target once the score of that candidate with everything on
all folds has. That score is taken off the account, so it means the same for every
search. One that ends by itself before its money is spent is started again with another
seed; what it held it holds still.

The resource is iterations where the estimator has them, 81 or 162, so that each third
of a third is whole; else training samples. Each search runs in a process of its own in
the environment of its library, and each is a line of a file; a run that was killed goes
on with what is missing.

HyperbandSearchCV and BayesSearchCV go on past the target to the cost of random search:
what they then hold is fitted to all rows and scored on those held out.
"""
