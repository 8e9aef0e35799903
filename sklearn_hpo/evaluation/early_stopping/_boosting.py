"""Gradient boosting of scikit-learn, both kinds: trees are added, and cut off again."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from sklearn_hpo._compat import cut_trees, growing_view
from sklearn_hpo.evaluation.early_stopping._adapter import EarlyStoppingAdapter
from sklearn_hpo.evaluation.early_stopping._validation import Validation


class GradientBoosting(EarlyStoppingAdapter):
    """Its `monitor` is called after each tree and may stop the fit."""

    module = "sklearn.ensemble"
    names = ("GradientBoostingClassifier", "GradientBoostingRegressor")
    iterations = "n_estimators"
    decisive = ("n_iter_no_change",)

    def stops(self, model: Any) -> bool:
        """Return whether it has no early stopping of its own."""
        return model.n_iter_no_change is None

    def fit(
        self, model: Any, X: Any, y: Any, params: Mapping[str, Any], watch: Validation
    ) -> None:
        """Fit tree by tree."""
        hear = _heard_by(watch, copy.copy)
        model.fit(X, y, monitor=lambda *stage: hear(stage[1]), **params)
        watch.check()
        n_iter = watch.best_iteration
        model.set_params(n_estimators=n_iter)
        for name in (
            "estimators_",
            "train_score_",
            "oob_improvement_",
            "oob_scores_",
        ):
            if hasattr(model, name):
                setattr(model, name, getattr(model, name)[:n_iter])
        if hasattr(model, "oob_scores_"):
            model.oob_score_ = model.oob_scores_[-1]
        model.n_estimators_ = n_iter


class HistGradientBoosting(EarlyStoppingAdapter):
    """Its `scoring` is called after each tree, and its own rule stops when told."""

    module = "sklearn.ensemble"
    names = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
    iterations = "max_iter"
    decisive = ("early_stopping",)

    def stops(self, model: Any) -> bool:
        """Return whether its own early stopping was not asked for."""
        return model.early_stopping == "auto" or not model.early_stopping

    def final(self, model: Any, n_iter: int) -> dict[str, Any]:
        """Return the parameters: its own early stopping is off, as it was."""
        return {**super().final(model, n_iter), "early_stopping": False}

    def fit(
        self, model: Any, X: Any, y: Any, params: Mapping[str, Any], watch: Validation
    ) -> None:
        """Fit tree by tree: its own rule sees scores that rise until it is to stop."""
        hear = _heard_by(watch, growing_view)

        def scoring(grown: Any, *_: Any, **__: Any) -> float:
            if not grown.n_iter_:  # before the first tree
                return 0.0
            return -1.0 if hear(grown) else float(watch.n_iter)

        own = {
            name: getattr(model, name)
            for name in ("scoring", "validation_fraction", "n_iter_no_change", "tol")
        }
        model.set_params(
            early_stopping=True,
            scoring=scoring,
            validation_fraction=None,
            n_iter_no_change=1,
            tol=0.0,
        )
        model.fit(X, y, **params)
        watch.check()
        model.set_params(**own, **self.final(model, watch.best_iteration))
        cut_trees(model, watch.best_iteration)


def _heard_by(
    watch: Validation, view_of: Callable[[Any], Any]
) -> Callable[[Any], bool]:
    """Return a function that is told of a booster after each tree.

    The trees before are not asked again: a generator of staged predictions, begun
    with the first tree, gives those of one more each time.
    """
    views: list[Any] = []
    known: dict[str, Any] = {}

    def hear(booster: Any) -> bool:
        if not views:
            views.append(_staged(view_of(booster), watch, known))
        known.clear()
        return watch.hear(views[0])

    return hear


def _staged(view: Any, watch: Validation, known: dict[str, Any]) -> Any:
    """Return a view that predicts for the validation part as it grows."""

    def staged(name: str) -> Callable[[Any], Any]:
        stages: list[Any] = []
        n_seen = 0

        def predict(_: Any) -> Any:
            nonlocal n_seen
            if name not in known:
                if not stages:
                    stages.append(getattr(view, f"staged_{name}")(watch.X))
                while n_seen < watch.n_iter:
                    known[name] = next(stages[0])
                    n_seen += 1
            return known[name]

        predict.__name__ = name
        return predict

    for name in ("predict", "predict_proba", "decision_function"):
        if hasattr(view, f"staged_{name}"):
            setattr(view, name, staged(name))
    return view
