"""The greatest value a scorer can return, where that is certain."""

from __future__ import annotations

from collections.abc import Container, Hashable
from functools import cache
from typing import Any

from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.pipeline import Pipeline

from sklearn_hpo._compat import is_passthrough, scorer_identity

# scikit-learn's named scorers by their upper bound; those not named here, such as
# "mutual_info_score", have none.
_ONE = """
    accuracy adjusted_mutual_info_score adjusted_rand_score average_precision
    balanced_accuracy completeness_score d2_absolute_error_score d2_brier_score
    d2_log_loss_score explained_variance f1 f1_macro f1_micro f1_samples f1_weighted
    fowlkes_mallows_score homogeneity_score jaccard jaccard_macro jaccard_micro
    jaccard_samples jaccard_weighted matthews_corrcoef normalized_mutual_info_score
    precision precision_macro precision_micro precision_samples precision_weighted
    r2 rand_score recall recall_macro recall_micro recall_samples recall_weighted
    roc_auc roc_auc_ovo roc_auc_ovo_weighted roc_auc_ovr roc_auc_ovr_weighted
    top_k_accuracy v_measure_score
"""
_ZERO = """
    neg_brier_score neg_log_loss neg_max_error neg_mean_absolute_error
    neg_mean_absolute_percentage_error neg_mean_gamma_deviance
    neg_mean_poisson_deviance neg_mean_squared_error neg_mean_squared_log_error
    neg_median_absolute_error neg_negative_likelihood_ratio
    neg_root_mean_squared_error neg_root_mean_squared_log_error
"""
_OWN_SCORES = (ClassifierMixin.score, RegressorMixin.score)


def best_possible(
    scorer: Any, estimator: Any, searched: Container[str] = ()
) -> float | None:
    """Return the greatest value a scorer can return.

    Parameters
    ----------
    scorer : callable
        The scorer of a single metric.
    estimator : estimator object
        What is scored. It matters where the scorer asks it for its own ``score``.
    searched : container of str, default=()
        Names of the parameters that candidates set: what they replace says nothing.

    Returns
    -------
    bound : float or None
        None if the scorer is not one of scikit-learn's named ones, or has no bound.
    """
    if not is_passthrough(scorer):
        identity = scorer_identity(scorer)
        return None if identity is None else _bounds().get(identity)
    while type(estimator) is Pipeline:
        name, last = estimator.steps[-1]
        if name in searched or "steps" in searched:
            return None
        estimator = last
    return 1.0 if getattr(type(estimator), "score", None) in _OWN_SCORES else None


@cache
def _bounds() -> dict[Hashable, float]:
    known = set(get_scorer_names())
    return {
        scorer_identity(get_scorer(name)): bound
        for bound, names in ((1.0, _ONE), (0.0, _ZERO))
        for name in known.intersection(names.split())
    }
