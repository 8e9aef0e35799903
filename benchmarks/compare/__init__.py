"""Comparison with other libraries on real tuning tasks.

Everything is run from the root of the project::

    python -m benchmarks.compare envs                    # make the peers' environments
    python -m benchmarks.compare list                    # tasks and peers
    python -m benchmarks.compare run --subset quick      # some minutes
    python -m benchmarks.compare run --seeds 0-4         # hours
    python -m benchmarks.compare status                  # what is there
    python -m benchmarks.compare report                  # tables and pictures

**Tasks** (``tasks/``) come from scikit-learn's bundled data and, where
``SKLEARN_HPO_DATA`` or ``../shared/data`` leads to them, from further tables. Folds
and held-out rows are fixed. ``--suite crossed`` has the same estimators on the tables
that these tasks do not have them on, all 75 pairs, for a look at many more tasks.
``--suite surrogate`` has learned surrogates and complete tables of tuning runs instead,
for long budgets and spaces with branches, ``--suite further`` 72 more instances of the
surrogates. These need onnxruntime, the pictures matplotlib, the tables pandas.

**Peers** (``runners/``, table in ``_peers.py``) live in environments of their own and
answer over a pipe, so nothing of theirs is installed beside ours. A runner only
proposes and is told; every configuration is evaluated here, at most once, and kept in
``memo.sqlite``. Processor time per suggestion is counted inside the peer's process. A
peer that hangs is killed after ``--timeout`` seconds and keeps what it had found.
Searches that may stop a configuration before its last fold, by racing or with a pruner,
are run where they are named and have the same number of fits as the others.

**Results** go to ``benchmarks/.results`` (``--results``): a file for each search,
written when it is complete. A run that was killed and is started again goes on with
what is missing; a search whose task has changed since is run again. A search of ours
is not run again because our code has changed: say ``--again``. Settings other than the
default are told apart by ``--label`` and given by ``--option``::

    python -m benchmarks.compare run --peers ours_bayes --again
    python -m benchmarks.compare run --peers ours_bayes --label few --option n_initial=3

**Report**: mean normalized regret with bootstrap intervals, rank, wins, held-out score,
processor time, by kind of task, versions, losses, and peers that are missing with their
reason. It writes ``RESULTS.md`` between markers, JSON and pictures into ``figures/``. A
row is in the tables when it has a search on every task compared; another is shown on
the tasks it has.

The way of a search through the files: ``__main__`` reads the command, ``_run`` makes
`Job` s, ``_search`` carries one out between ``_proxy`` (the peer's process) and
``_memo`` (the evaluations of a `Task`); ``_records`` reads the files back, ``_summary``
makes the figures, ``_markdown``, ``_curves`` and ``_report`` write them.
"""
