from __future__ import annotations

import functools
import io
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit
from sklearn import config_context
from sklearn.compose import make_column_selector
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, fbeta_score, make_scorer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_hpo.space import canonical_token


class Point(NamedTuple):
    x: int
    y: int


class Plain:
    def __init__(self, a: int) -> None:
        self.a = a


class Lower(stats.rv_continuous):
    """A family of the user's own."""

    def _cdf(self, x: Any) -> Any:
        return 1 - (1 - x) ** 2


def adder(n: int, m: int = 1) -> Callable[[int], int]:
    def add(x: int, m: int = m) -> int:
        return x + n + m

    return add


def distinct() -> list[Any]:
    """Values of which no two are equal in value and type, made anew at each call."""
    return [
        None, True, False, 0, 1, 2**70, 0.0, 1.0, 0.1, 1j, "", "1", "None", b"", b"1",
        float("nan"), float("inf"), Ellipsis, slice(1),
        [], [1], [1.0], [[1]], [1, 2], (), (1,), ((1,),), (1, 2), {}, {"a": 1},
        {"a": 2}, {1: "a"}, set(), {1}, {1, 2}, frozenset({1}), range(3), range(4),
        np.zeros(2), np.zeros(3), np.zeros((2, 1)), np.zeros(2, dtype=np.float32),
        np.zeros(2, dtype=">f8"), np.array([1, "a", None], dtype=object), np.ones(2),
        np.datetime64("2020-01-01"), np.timedelta64(1, "ns"), np.longdouble(1),
        len, np.log1p, np.mean, distinct, adder(1), adder(2), adder(1, 2),
        lambda x: x + 1, lambda x: x + 2, lambda x: x.a, lambda x: x.b,
        functools.partial(adder, 1), functools.partial(adder, 2),
        functools.partial(adder, n=1), [1].append, "a".join,
        LogisticRegression, StandardScaler, int, Plain, Plain(1), Plain(2),
        LogisticRegression(), LogisticRegression(C=2), LogisticRegression(C=1),
        StandardScaler(), RBF(1.0), RBF(2.0),
        make_pipeline(StandardScaler(), LogisticRegression()),
        make_pipeline(StandardScaler(), LogisticRegression(C=3)),
        FunctionTransformer(np.log1p), FunctionTransformer(np.sqrt),
        stats.norm(), stats.norm(1), stats.norm(loc=1), stats.expon,
        stats.loguniform(1, 10), stats.poisson(3),
        stats.rv_discrete(values=([1, 2], [0.5, 0.5])),
        stats.rv_discrete(values=([1, 2], [0.4, 0.6])),
        Lower(a=0, b=1, name="lower"), Lower(a=0, b=0.5, name="lower"),
        Lower(a=0, b=1, name="norm"),
        Point(1, 2), [Point(1, 2)], *kept_by_what_they_hold(),
    ]  # fmt: skip


def kept_by_what_they_hold() -> list[Any]:
    """What other packages have made, and can be told apart in any process."""
    return [
        np.random.RandomState(0), np.random.RandomState(1), slice(1, 2), range(2, 4),
        np.sqrt, np.median, np.abs, expit, max,
        make_scorer(f1_score), make_scorer(fbeta_score, beta=2),
        make_scorer(fbeta_score, beta=3),
        make_scorer(f1_score, greater_is_better=False),
        KFold(3), KFold(4), KFold(4, shuffle=True),
        make_column_selector("a"), make_column_selector("b"),
        frozen([0, 1]), frozen([1, 0]),
        StandardScaler().fit, StandardScaler().transform,
        KFold(3).split, KFold(4).split,
        asking(f1_score), asking(fbeta_score, beta=2),
        StandardScaler().set_output(transform="pandas"),
        weighed(True), weighed(False),
    ]  # fmt: skip


def frozen(y: list[int]) -> FrozenEstimator:
    return FrozenEstimator(LogisticRegression().fit([[0], [1]], y))


def asking(metric: Callable[..., float], **options: Any) -> Any:
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(metric, **options)
        return scorer.set_score_request(sample_weight=True)


def weighed(request: bool) -> LogisticRegression:
    with config_context(enable_metadata_routing=True):
        return LogisticRegression().set_fit_request(sample_weight=request)


def test_what_other_packages_have_made_is_not_opaque() -> None:
    for value in kept_by_what_they_hold():
        assert canonical_token(value)[0] != "opaque", value


def test_columns_of_pandas_are_what_they_hold() -> None:
    pandas = pytest.importorskip("pandas")
    a, b = pandas.Index(["a", "b"]), pandas.Index(["a", "c"])
    assert canonical_token(a) == canonical_token(pandas.Index(["a", "b"]))
    assert canonical_token(a) != canonical_token(b)
    assert canonical_token(pandas.Series([1])) != canonical_token(pandas.Series([1.0]))


def test_different_values_have_different_tokens() -> None:
    # `LogisticRegression()` and `LogisticRegression(C=1)` are two: 1.0 is not 1.
    tokens = [(canonical_token(value), value) for value in distinct()]
    for (a, first), (b, second) in itertools.combinations(tokens, 2):
        assert a != b, (first, second)
        assert json.dumps(a) != json.dumps(b), (first, second)


def test_equal_values_have_equal_tokens() -> None:
    for first, second in zip(distinct(), distinct(), strict=True):
        if getattr(first, "__name__", "") != "append":  # a method of another list
            assert canonical_token(first) == canonical_token(second), first


def test_tokens_survive_json() -> None:
    for value in distinct():
        token = canonical_token(value)
        assert json.loads(json.dumps(token)) == token


@pytest.mark.parametrize(
    ("numpys", "pythons"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.bytes_(b"a"), b"a"),
        (np.complex64(1j), 1j),
        (np.float64("nan"), float("nan")),
    ],
)
def test_scalars_of_numpy_are_pythons_own(numpys: Any, pythons: Any) -> None:
    assert canonical_token(numpys) == canonical_token(pythons)


def test_the_order_of_dicts_and_sets_does_not_matter() -> None:
    assert canonical_token({"a": 1, "b": 2}) == canonical_token({"b": 2, "a": 1})
    assert canonical_token({"a", "b", "c"}) == canonical_token({"c", "b", "a"})


def test_the_memory_order_of_arrays_does_not_matter() -> None:
    array = np.arange(6).reshape(2, 3)
    assert canonical_token(array) == canonical_token(np.asfortranarray(array))
    assert canonical_token(array[:, ::2]) == canonical_token(array[:, ::2].copy())


def test_an_estimator_is_what_its_clone_has() -> None:
    fitted = LogisticRegression().fit([[0], [1]], [0, 1])
    assert canonical_token(fitted) == canonical_token(LogisticRegression())


def test_a_generator_is_no_part_of_a_distribution() -> None:
    dist = stats.rv_discrete(values=([1, 2], [0.5, 0.5]))
    before = canonical_token(dist)
    dist.rvs(size=10)
    assert canonical_token(dist) == before


def test_what_holds_itself_has_a_token() -> None:
    value: list[Any] = [1]
    value.append(value)
    assert canonical_token(value)[0] == "opaque"


def test_a_function_that_calls_itself_has_a_token() -> None:
    def factorial(n: int) -> int:
        return 1 if n == 0 else n * factorial(n - 1)

    assert canonical_token(factorial)[0] == "opaque"


def test_a_function_with_an_unbound_name_has_a_token() -> None:
    def outer() -> Callable[[], Any]:
        def inner() -> Any:
            return later

        if inner is None:
            later = 1
        return inner

    assert canonical_token(outer())[0] == "function"


def test_what_cannot_be_pickled_is_told_apart() -> None:
    locks = [threading.Lock(), threading.Lock()]
    tokens = [canonical_token(lock) for lock in locks]
    assert tokens[0] != tokens[1]
    assert tokens == [canonical_token(lock) for lock in locks]
    assert canonical_token(io.StringIO("a"))[0] == "opaque"


STABLE = """
import json, numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn_hpo.space import canonical_token
values = [
    {"b", "a"}, frozenset("abc"), {"x": 1, "y": {2.5}}, stats.loguniform(1, 10),
    lambda x: x in {"p", "q"}, make_pipeline(FunctionTransformer(np.log1p)),
    LogisticRegression(class_weight={0: 1, 1: 2}), np.arange(3), range(3),
    stats.rv_discrete(values=([1, 2], [0.5, 0.5])), slice(1),
    FrozenEstimator(LogisticRegression().fit([[0], [1]], [0, 1])),
]
print(json.dumps([canonical_token(value) for value in values]))
"""


def test_tokens_outlive_the_process() -> None:
    def run(seed: str) -> str:
        command = [sys.executable, "-c", STABLE]
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        return subprocess.check_output(command, env=env, text=True)

    assert run("1") == run("2")
