"""The same on clusters: backends that a user may have chosen."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from sklearn_hpo import GridSearchCV
from tests.evaluation.probes import Die, evaluated

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["dask", "ray"])
def backend(request):
    if request.param == "dask":
        distributed = pytest.importorskip("distributed")
        with distributed.Client(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ):
            yield "dask"
        return
    ray = pytest.importorskip("ray")
    register = pytest.importorskip("ray.util.joblib").register_ray
    ray.init(num_cpus=2, include_dashboard=False)
    register()
    yield "ray"
    ray.shutdown()


@pytest.mark.parametrize(
    "X", [np.ones((20, 20_000)), ["text"] * 20], ids=["array", "text"]
)
def test_every_result_comes_back(backend: str, X) -> None:
    results = evaluated(range(9), X, backend=backend)
    assert [result.status for result in results] == ["ok"] * 9


def test_a_dying_worker_costs_nobody_else_his_result(backend: str) -> None:
    results = evaluated([0, 1, Die(), 3, 4], backend=backend)
    assert [result.status for result in results] == ["ok", "ok", "crashed", "ok", "ok"]
    assert [r.status for r in evaluated([0, 1], backend=backend)] == ["ok"] * 2


def test_searches_on_a_cluster_in_a_loop_on_the_same_cluster(backend: str) -> None:
    import joblib

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]})
    expected = cross_val_score(search, X, y, cv=3)
    with joblib.parallel_config(backend, n_jobs=2):
        np.testing.assert_array_equal(cross_val_score(search, X, y, cv=3), expected)
