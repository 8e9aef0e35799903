"""What a search makes of its history: the table, the best candidate, its refit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sklearn_hpo._compat import (
    BaseSearchCV,
    CallbackTree,
    is_multimetric,
    plain_scorers,
    select_best_index,
)
from sklearn_hpo.evaluation import FoldSettings
from sklearn_hpo.schedules import Schedule
from sklearn_hpo.search._best import best_of_top_rung, top_rung
from sklearn_hpo.search._early import best_iteration_set
from sklearn_hpo.search._results import format_results
from sklearn_hpo.trials import History

# What a fit leaves behind; `history_` is there from its beginning.
_CONCLUSIONS = (
    "multimetric_",
    "scorer_",
    "cv_results_",
    "pareto_front_",
    "best_index_",
    "best_score_",
    "best_params_",
    "best_iteration_",
    "best_estimator_",
    "refit_time_",
    "feature_names_in_",
)


class Concluding(BaseSearchCV):
    """The end of a search, when its history is complete."""

    history_: History

    @staticmethod
    def _select_best_index(refit: Any, refit_metric: Any, results: Any) -> int:
        if "iter" in results and not callable(refit):
            return best_of_top_rung(results, refit_metric or "score")
        return int(select_best_index(refit, refit_metric, results))

    def _forget(self) -> None:
        """Drop the conclusions of a former fit: this one may be interrupted."""
        for name in _CONCLUSIONS:
            self.__dict__.pop(name, None)

    def _conclude(
        self,
        X: Any,
        y: Any,
        settings: FoldSettings,
        schedule: Schedule,
        refit_metric: str,
        tree: CallbackTree,
    ) -> None:
        """Make the table of the history, choose the best candidate and refit it."""
        results = self._results(schedule, settings)
        scorers = settings.scorer
        self.multimetric_ = bool(self.history_.multimetric) or is_multimetric(scorers)
        self.scorer_ = plain_scorers(scorers)
        self.cv_results_ = results  # kept also if what `refit` asks for cannot be done
        if callable(self.scoring) and self.multimetric_:
            self._check_refit_for_multimetric(self.history_.metrics)
            refit_metric = self.refit
        if self.refit or not self.multimetric_:
            self._choose(results, refit_metric)
        if self.refit:
            self._refit(settings, X, y, tree)
        tree.end()

    def _results(self, schedule: Schedule, settings: FoldSettings) -> dict[str, Any]:
        """Return ``cv_results_``."""
        return format_results(self, self.history_, schedule, settings.resource)

    def _choose(self, results: Mapping[str, Any], refit_metric: str) -> None:
        best = self._select_best_index(self.refit, refit_metric, results)
        if self.history_.closed[best].status == "discarded":
            raise ValueError(
                "refit: expected the index of a candidate with all its folds, got "
                f"{best}, which lost a race: its mean is an estimate. "
                'Choose among the rows with cv_results_["status"] == "complete", or '
                "set racing=False."
            )
        if "iter" in results and not top_rung(results)[best]:
            raise ValueError(
                "refit: expected the index of a candidate of the highest rung, got "
                f"{best}, of rung {results['iter'][best]}: its scores are of models "
                "that were given less. Choose among the rows with "
                'cv_results_["iter"] == cv_results_["iter"].max().'
            )
        self.best_index_ = best
        if not callable(self.refit):
            self.best_score_ = results[f"mean_test_{refit_metric}"][best]
        self.best_params_ = results["params"][best]

    def _refit(
        self,
        settings: FoldSettings,
        X: Any,
        y: Any,
        tree: CallbackTree,
    ) -> None:
        self.best_estimator_ = settings.configured(self.best_params_)
        data = (X,) if y is None else (X, y)
        with best_iteration_set(self), tree.refitting(self.best_estimator_):
            start = time.time()
            self.best_estimator_.fit(*data, **settings.fit_params)
            self.refit_time_ = time.time() - start
        if hasattr(self.best_estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.best_estimator_.feature_names_in_
