"""Seconds and fits until a search is within one percent of the best known score.

Whole searches of several libraries, each in its own environment (those of
``benchmarks.compare``), on the same data, folds and spaces with ``n_jobs=2``. Run from
the root of the project on a quiet machine::

    python -m benchmarks.compare envs
    python -m benchmarks.time_to_quality run --repeats 3
    python -m benchmarks.time_to_quality report

The first two searches of a task are long ones, by Optuna and by BayesSearchCV, which
tell what can be reached: their best score is the best known one. The repeats are the
outermost loop, so the searches alternate: A B C A B C; a repeat is a seed too. A scorer
that writes down every score with the clock tells when a candidate had all its folds,
and a search ends when it is there. The clock starts at ``fit``: workers are started,
nothing is imported. A search that never comes near is longer than it lasted.
Each search is one JSON file, a run that was killed goes on, and a search that broke or
took longer than ``--timeout`` keeps what it had found.
"""
