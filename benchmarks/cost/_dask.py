"""dask-ml's HyperbandSearchCV on a client with one thread in this process."""

from __future__ import annotations

import logging
import math
from typing import Any

import dask
import numpy as np
from dask_ml.model_selection import HyperbandSearchCV
from distributed import Client
from sklearn.metrics import get_scorer

from benchmarks.cost._account import Account
from benchmarks.cost._sklearn import distributions
from benchmarks.cost._tasks import N_FOLDS, Task

# Its scorer is pickled on its way to the worker, and must come back to the account.
_ACCOUNTS: list[Account] = []


def hyperband(task: Task, account: Account, seed: int) -> None:
    """Search with the published brackets; a call of ``partial_fit`` sees all rows.

    It scores on one part held out, as large as a fold, and knows no cross-validation.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    # What is off the account may take minutes in which the worker is not heard of.
    dask.config.set({"distributed.scheduler.worker-ttl": None})
    _ACCOUNTS[:] = [account]
    data = task.data
    more = {"classes": np.unique(data.y)} if data.is_classification else {}
    search = HyperbandSearchCV(
        task.estimator,
        distributions(task),
        max_iter=task.most,
        test_size=1 / N_FOLDS,
        random_state=seed,
        scoring=scored,
    )
    with Client(
        processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None
    ):
        try:
            search.fit(data.X, data.y, **more)
        except Exception:
            if not account.is_over:
                raise


def scored(estimator: Any, X: Any, y: Any) -> float:
    """Score a model, and tell the account of it; a model of no number is the worst.

    Raises
    ------
    RuntimeError
        When the account is over, to end the search.
    """
    (account,) = _ACCOUNTS
    try:
        score = float(get_scorer(account.task.scoring)(estimator, X, y))
    except ValueError:
        score = -math.inf
    if not account.is_over:
        # Both kinds of estimators count the samples they have seen.
        account.tell(account.task.config_of(estimator), float(estimator.t_), score)
    if account.is_over:
        raise RuntimeError("The account is over.")
    return score
