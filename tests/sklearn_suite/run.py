"""Run scikit-learn's own tests of its searches with ours in their place.

    python tests/sklearn_suite/run.py --searches grid-random
    python tests/sklearn_suite/run.py --searches bayes
    python tests/sklearn_suite/run.py --searches halving

The installed scikit-learn's ``model_selection/tests/test_search.py``, for halving
``test_successive_halving.py``, is collected while ``sklearn.model_selection`` holds our
classes; nothing of it is copied here. Tests that use none of them are left out: they
would test scikit-learn. Everything after ``--searches NAME`` goes to pytest.

A test listed in ``EXCUSED`` runs all the same and must fail: one that passes, or
that the installed version does not have, is an error, so the list cannot go stale.
Only where the outcome follows the draw of candidates may it pass as well.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from collections.abc import Generator
from typing import Any, NamedTuple
from unittest import mock

import pytest
import sklearn
from sklearn import model_selection
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.utils.fixes import parse_version

from sklearn_hpo import (
    BayesSearchCV,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
)

TESTS = "sklearn.model_selection.tests"
MODULES = {"halving": f"{TESTS}.test_successive_halving"}  # by name of the searches

SEARCHES: dict[str, dict[str, type]] = {
    "grid-random": {
        "GridSearchCV": GridSearchCV,
        "RandomizedSearchCV": RandomizedSearchCV,
    },
    "bayes": {"RandomizedSearchCV": BayesSearchCV},
    "halving": {
        "HalvingGridSearchCV": HalvingGridSearchCV,
        "HalvingRandomSearchCV": HalvingRandomSearchCV,
    },
    "scikit-learn": {},  # the installed module as it is: is a failure ours?
}


class Excused(NamedTuple):
    """A test that cannot pass, named with or without its ``[parameters]``."""

    test: str
    reason: str
    by_chance: bool = False  # the outcome follows the draw, so it may pass
    since: str = "1.6"  # the first scikit-learn that has the test


EXCUSED: dict[str, tuple[Excused, ...]] = {
    "grid-random": (
        Excused(
            "test_custom_run_search",
            "compares all fitted attributes with a search that has no history_",
        ),
    ),
    "bayes": (
        Excused(
            "test_random_search_cv_results",
            "asserts that cv_results_ has scikit-learn's columns alone",
        ),
        Excused(
            "test_search_with_2d_array",
            "asserts which candidates RandomizedSearchCV draws for random_state=0",
            by_chance=True,
        ),
        Excused(
            "test_search_default_iid[BayesSearchCV-specialized_params1]",
            "asserts that a list tried in full is tried in its order",
            by_chance=True,
        ),
        Excused(
            "test_search_cv_results_rank_tie_breaking",
            "asserts that a list tried in full is tried in its order",
            by_chance=True,
        ),
        Excused(
            "test_search_cv_timing",
            "asserts that a list tried in full is tried in its order",
            by_chance=True,
        ),
        Excused(
            "test_random_search_cv_results_multimetric",
            "asserts that the candidates do not depend on the metric",
            by_chance=True,
        ),
    ),
    "halving": (
        *(
            Excused(
                f"test_input_errors[params{number}-must yield consistent folds-{name}]",
                "asserts an error: our folds are made once and may be shuffled",
            )
            for number in (4, 5)
            for name in ("HalvingGridSearchCV", "HalvingRandomSearchCV")
        ),
        Excused(
            "test_base_estimator_inputs",
            "counts the samples of test folds that are cut, and calls of set_params",
        ),
        Excused(
            "test_halving_random_search_list_of_dicts",
            "asserts that cv_results_ has scikit-learn's columns alone",
        ),
    ),
    "scikit-learn": (),
}


def module_of(searches: str) -> str:
    """Return the module of tests for these searches."""
    return MODULES.get(searches, f"{TESTS}.test_search")


def uses(item: pytest.Item, classes: dict[str, type]) -> bool:
    """Return whether a test is handed one of the classes, or names it."""
    handed = item.callspec.params.values() if hasattr(item, "callspec") else ()
    own = tuple(classes.values())
    if any(
        issubclass(value if isinstance(value, type) else type(value), own)
        for value in handed
    ):
        return True
    return not classes.keys().isdisjoint(global_names(inspect.unwrap(item.function)))


def global_names(function: Any) -> set[str]:
    """Return the names a function uses, and those that functions beside it use."""
    names: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        new = set(code.co_names) - names
        names |= new
        codes += [const for const in code.co_consts if inspect.iscode(const)]
        beside = (function.__globals__.get(name) for name in new)
        codes += [
            value.__code__
            for value in beside
            if inspect.isfunction(value) and value.__module__ == function.__module__
        ]
    return names


class Substitution:
    """The pytest plugin that swaps the classes and marks the excused tests."""

    def __init__(self, searches: str) -> None:
        self.classes = SEARCHES[searches]
        self.module = module_of(searches)
        version = parse_version(sklearn.__version__)
        self.excused = [
            entry
            for entry in EXCUSED[searches]
            if parse_version(entry.since) <= version
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Let the test module be imported while our classes stand in."""
        with mock.patch.multiple(model_selection, **self.classes):
            result = yield
        module = sys.modules[self.module]
        strangers = [
            name
            for name, searcher in self.classes.items()
            if getattr(module, name) is not searcher
        ]
        if strangers:
            raise pytest.UsageError(f"not substituted in {self.module}: {strangers}")
        return result

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Turn excused tests into expected failures; leave out those without ours."""
        self._excuse(items)
        if not self.classes:
            return
        without = [item for item in items if not uses(item, self.classes)]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in without]

    def _excuse(self, items: list[pytest.Item]) -> None:
        for entry in self.excused:
            found = [
                item
                for item in items
                if entry.test in (item.name, getattr(item, "originalname", None))
            ]
            if not found:
                raise pytest.UsageError(
                    f"{entry.test} is excused but scikit-learn {sklearn.__version__} "
                    "has no such test: remove the entry or correct its `since`"
                )
            mark = pytest.mark.xfail(reason=entry.reason, strict=not entry.by_chance)
            for item in found:
                item.add_marker(mark)

    def pytest_report_header(self) -> str:
        """Say what was tested, in whose place."""
        swaps = [
            f"{name} -> {searcher.__module__}.{searcher.__qualname__}"
            for name, searcher in self.classes.items()
        ]
        return f"scikit-learn {sklearn.__version__}: {', '.join(swaps) or 'as it is'}"


def main() -> int:
    """Run the module once and return pytest's exit code."""
    parser = argparse.ArgumentParser(description="scikit-learn's tests, our searches")
    parser.add_argument("--searches", choices=SEARCHES, required=True)
    args, rest = parser.parse_known_args()
    os.environ.setdefault("SKLEARN_SEED", "0")  # scikit-learn seeds numpy from it
    # The tests count on scikit-learn's default of ten candidates, and on its smallest
    # numbers of samples.
    floors = dict.fromkeys(("PER_CLASS", "PART", "ENOUGH"), 0)
    with (
        mock.patch.dict(BayesSearchCV.__init__.__kwdefaults__, n_iter=10),
        mock.patch.multiple("sklearn_hpo.search._resources", **floors),
    ):
        return pytest.main(
            [
                "--pyargs",
                module_of(args.searches),
                "-p",
                "no:cacheprovider",
                "-rxX",
                *rest,
            ],
            plugins=[Substitution(args.searches)],
        )


if __name__ == "__main__":
    sys.exit(main())
