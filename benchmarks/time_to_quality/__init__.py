"""Seconds and fits until a search is within one percent of the best known score.

Whole searches of several libraries, each in its own environment (those of
``benchmarks.compare``), on the same data, folds and spaces with ``n_jobs=2``. Run from
the root of the project on a quiet machine::

    python -m benchmarks.compare envs
    python -m benchmarks.time_to_quality run --repeats 5
    python -m benchmarks.time_to_quality report

The repeats are the outermost loop, so the searches alternate: A B C A B C. A scorer
that writes down every score with the clock tells when each candidate had all its folds;
a search need not be stopped to see when it was there. A candidate of a halving search
counts when it was scored on nearly all rows. The best known score is the best of any
search on record. Each search is one JSON file, and a run that was killed goes on.
"""
