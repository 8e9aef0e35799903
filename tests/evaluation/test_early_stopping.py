"""Models stopped early are what plain fits with as many iterations would be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_wine,
    make_multilabel_classification,
)
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.metrics import (
    accuracy_score,
    get_scorer,
    hinge_loss,
    log_loss,
    make_scorer,
)
from sklearn.metrics._scorer import _MultimetricScorer, _PassthroughScorer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hpo.evaluation.early_stopping._adapters import adapter_of
from sklearn_hpo.evaluation.early_stopping._fit import ValidationPart, fit_until_best
from sklearn_hpo.evaluation.early_stopping._validation import Validation

CANCER = load_breast_cancer(return_X_y=True)
WINE = load_wine(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)

EQUAL = [
    (HistGradientBoostingClassifier(max_iter=40, learning_rate=0.5), CANCER),
    (HistGradientBoostingClassifier(max_iter=30, max_features=0.3), WINE),
    (HistGradientBoostingRegressor(max_iter=60, loss="poisson"), DIABETES),
    (HistGradientBoostingRegressor(max_iter=60, loss="absolute_error"), DIABETES),
    (GradientBoostingClassifier(n_estimators=60, subsample=0.7), CANCER),
    (GradientBoostingClassifier(n_estimators=20, max_features=0.5), WINE),
    (GradientBoostingRegressor(n_estimators=150), DIABETES),
    (MLPClassifier((10,), max_iter=60, learning_rate_init=0.02), CANCER),
    (MLPClassifier((10,), max_iter=40, solver="sgd"), WINE),
    (
        MLPRegressor(hidden_layer_sizes=(10,), max_iter=40, learning_rate_init=0.1),
        DIABETES,
    ),
    (SGDClassifier(loss="log_loss", shuffle=False, alpha=0.01), CANCER),
    (SGDClassifier(shuffle=False, class_weight="balanced"), WINE),
    (SGDRegressor(shuffle=False, alpha=0.01, average=3), DIABETES),
]

each_equal = pytest.mark.parametrize(
    ("model", "data"), EQUAL, ids=[type(model).__name__ for model, _ in EQUAL]
)


def seeded(model):
    return clone(model).set_params(random_state=0)


def parts(data):
    X, y = data
    X = StandardScaler().fit_transform(X)
    order = np.random.default_rng(0).permutation(len(X))
    held, rest = order[: len(X) // 4], order[len(X) // 4 :]
    return X[rest], y[rest], X[held], y[held]


def stopped(model, data, patience=5, scorer=None, params=None, **fit_params):
    X, y, X_held, y_held = parts(data)
    scorer = _PassthroughScorer(model) if scorer is None else scorer
    part = ValidationPart(X_held, y_held, params or {}, scorer, None, patience)
    return fit_until_best(model, X, y, fit_params, part)


def output(model, X):
    name = "decision_function" if is_classifier(model) else "predict"
    return getattr(model, name if hasattr(model, name) else "predict_proba")(X)


@each_equal
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_stopped_model_is_a_plain_fit_of_as_many_iterations(model, data) -> None:
    model = seeded(model)
    n_iter = stopped(model, data)
    X, y, X_held, _ = parts(data)
    final = adapter_of(model).final(model, n_iter)
    plain = seeded(model).set_params(**final).fit(X, y)
    # An epoch of SGD ends with a rounding.
    rtol = 1e-10 if adapter_of(model).names[0] == "SGDClassifier" else 0.0
    found, wanted = output(model, X_held), output(plain, X_held)
    np.testing.assert_allclose(found, wanted, rtol=rtol)
    assert model.get_params() == plain.get_params()
    counts = ("n_iter_", "n_estimators_")
    count = next(name for name in counts if hasattr(plain, name))
    assert getattr(model, count) == getattr(plain, count) == n_iter
    assert vars(model).keys() == vars(plain).keys()
    for name in ("train_score_", "oob_scores_", "oob_score_", "loss_curve_", "loss_"):
        if hasattr(plain, name):
            np.testing.assert_array_equal(getattr(model, name), getattr(plain, name))


@each_equal
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_best_iteration_is_the_best_of_the_first_ones(model, data) -> None:
    """Each number of iterations is fitted anew, and scored by scikit-learn."""
    adapter, model = adapter_of(model), seeded(model)
    most = 12
    model.set_params(**{adapter.iterations: most})
    n_iter = stopped(clone(model), data, patience=most)
    X, y, X_held, y_held = parts(data)
    scores = []
    for number in range(1, most + 1):
        plain = clone(model).set_params(**adapter.final(model, number)).fit(X, y)
        if hasattr(plain, "predict_proba"):
            p = plain.predict_proba(X_held)
            scores.append(-log_loss(y_held, p, labels=plain.classes_))
        elif is_classifier(plain):
            decisions = plain.decision_function(X_held)
            scores.append(-hinge_loss(y_held, decisions))
        else:
            scores.append(plain.score(X_held, y_held))
    # Two that are as good but for rounding may change places.
    assert scores[n_iter - 1] == pytest.approx(max(scores), abs=1e-12)


def test_an_sgd_that_shuffles_is_as_good_as_a_plain_one() -> None:
    """With fixed seeds: it differs as plain ones of two seeds do."""
    X, y, X_held, _ = parts(CANCER)
    model = SGDClassifier(loss="log_loss", alpha=0.01, random_state=0)
    n_iter = stopped(model, CANCER)
    assert n_iter == model.n_iter_ == model.max_iter
    assert model.random_state == 0
    plain, other = (
        clone(model).set_params(random_state=seed).fit(X, y).predict_proba(X_held)
        for seed in (0, 1)
    )
    difference = np.abs(model.predict_proba(X_held) - plain).mean()
    assert 0 < difference < 2 * np.abs(other - plain).mean()


def test_patience_ends_a_fit() -> None:
    fits = {}
    for patience in (1, 8):
        model = GradientBoostingRegressor(n_estimators=200, learning_rate=0.5)
        seen = []
        scorer = make_scorer(
            lambda y, p, seen=seen: seen.append(1) or -((y - p) @ (y - p))
        )
        n_iter = stopped(seeded(model), DIABETES, patience, scorer)
        fits[patience] = n_iter, len(seen)
        assert len(seen) == n_iter + patience
        assert max(seen) == seen[n_iter - 1]
    assert fits[1][0] <= fits[8][0] < 200


@pytest.mark.parametrize(
    ("scoring", "decides"),
    [
        (None, "log loss"),
        ("accuracy", "log loss"),
        ("roc_auc", "roc_auc"),
        ("neg_log_loss", "neg_log_loss"),
        (lambda model, X, y: 0.0, "log loss"),
    ],
)
def test_what_decides(scoring, decides) -> None:
    """Predicted classes hardly move, and what a function looks at is not known."""
    model = seeded(GradientBoostingClassifier(n_estimators=30, learning_rate=0.4))
    scorer = scoring if callable(scoring) else scoring and get_scorer(scoring)
    n_iter = stopped(clone(model), CANCER, patience=30, scorer=scorer)
    X, y, X_held, y_held = parts(CANCER)
    wanted = get_scorer("neg_log_loss" if decides == "log loss" else decides)
    scores = [
        wanted(clone(model).set_params(n_estimators=n).fit(X, y), X_held, y_held)
        for n in range(1, 31)
    ]
    assert n_iter == 1 + int(np.argmax(scores))


def test_gains_too_small_to_count_do_not_go_on_for_ever() -> None:
    """The score gets better all the time, and by less and less of itself."""
    scores = [-1.0 / n for n in range(1, 200)]

    def heard(tol: float) -> Validation:
        watch = Validation(None, None, lambda model, X, y: model, 5, tol)
        for score in scores:
            if watch.hear(score):
                break
        return watch

    assert heard(0.0).n_iter == len(scores)
    # From 1 / n on, 5 more iterations are a gain of 5 / (n + 5).
    assert heard(0.1).n_iter == heard(0.1).best_iteration == 51


def test_of_several_metrics_the_objective_decides() -> None:
    X, y, X_held, y_held = parts(CANCER)
    model = seeded(GradientBoostingClassifier(n_estimators=40, learning_rate=0.4))
    doubts = make_scorer(lambda _, p: -p.var(), response_method="predict_proba")
    scorers = {"neg_log_loss": get_scorer("neg_log_loss"), "doubts": doubts}
    found = {}
    for objective in (*scorers, None):
        scorer = _MultimetricScorer(scorers=scorers)
        part = ValidationPart(X_held, y_held, {}, scorer, objective, 40)
        found[objective] = fit_until_best(clone(model), X, y, {}, part)
    alone = stopped(clone(model), CANCER, 40, scorers["neg_log_loss"])
    assert found["neg_log_loss"] == found[None] == alone > 1
    assert found["doubts"] == 1  # whoever learns has fewer of them


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_labels_for_each_sample() -> None:
    """No net has all of them right at first, but the log loss falls."""
    X, y = make_multilabel_classification(200, random_state=0)
    net = MLPClassifier((20,), max_iter=15, random_state=0)
    part = ValidationPart(X[150:], y[150:], {}, _PassthroughScorer(net), None, 15)
    n_iter = fit_until_best(clone(net), X[:150], y[:150], {}, part)
    scores = []
    for number in range(1, 16):
        p = clone(net).set_params(max_iter=number).fit(X[:150], y[:150])
        p = p.predict_proba(X[150:])
        losses = [log_loss(own, of) for own, of in zip(y[150:].T, p.T, strict=True)]
        scores.append(-np.mean(losses))
    assert n_iter == 1 + int(np.argmax(scores)) > 1


def test_weights_of_the_validation_part_are_heeded() -> None:
    model = seeded(GradientBoostingClassifier(n_estimators=60, learning_rate=0.3))
    y_held = parts(CANCER)[3]
    weight = np.where(y_held == 1, 1.0, 1e-9)
    plain = stopped(clone(model), CANCER, 60)
    weighted = stopped(clone(model), CANCER, 60, params={"sample_weight": weight})
    assert plain != weighted


class Recorder(StandardScaler):
    """Remembers what it was fitted to, and what it has transformed."""

    def fit(self, X, y=None, sample_weight=None):
        self.fitted_ = X.copy()
        return super().fit(X, y, sample_weight)

    def transform(self, X, copy=None):
        self.seen_ = [*getattr(self, "seen_", []), len(X)]
        return super().transform(X)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_first_steps_see_the_validation_part_only_to_transform_it() -> None:
    X, y, X_held, _ = parts(CANCER)
    net = MLPClassifier((5,), max_iter=30, learning_rate_init=0.05, random_state=0)
    inner = Pipeline([("nothing", "passthrough"), ("net", net)])
    pipeline = make_pipeline(Recorder(), StandardScaler(), inner)
    n_iter = stopped(pipeline, CANCER)
    np.testing.assert_array_equal(pipeline[0].fitted_, X)
    assert pipeline[0].seen_ == [len(X), len(X_held)]
    plain = clone(pipeline).set_params(pipeline__net__max_iter=n_iter).fit(X, y)
    np.testing.assert_array_equal(
        pipeline.predict_proba(X_held), plain.predict_proba(X_held)
    )
    assert "fit" not in vars(net)


def test_a_memory_of_the_pipeline_is_used(tmp_path) -> None:
    X, y, X_held, _ = parts(CANCER)
    model = seeded(HistGradientBoostingClassifier(max_iter=20))
    pipeline = make_pipeline(StandardScaler(), model, memory=str(tmp_path))
    n_iter = stopped(pipeline, CANCER)
    final = {"histgradientboostingclassifier__max_iter": n_iter}
    plain = clone(pipeline).set_params(**final, memory=None).fit(X, y)
    assert accuracy_score(plain.predict(X_held), pipeline.predict(X_held)) == 1.0
    assert list(tmp_path.iterdir())


def test_fit_parameters_reach_the_last_step() -> None:
    X, y, X_held, _ = parts(CANCER)
    weight = np.random.default_rng(0).random(len(X))
    pipeline = make_pipeline(
        StandardScaler(), seeded(HistGradientBoostingClassifier(max_iter=20))
    )
    name = "histgradientboostingclassifier"
    fit_params = {f"{name}__sample_weight": weight}
    n_iter = stopped(pipeline, CANCER, **fit_params)
    final = {f"{name}__max_iter": n_iter, f"{name}__early_stopping": False}
    plain = clone(pipeline).set_params(**final).fit(X, y, **fit_params)
    np.testing.assert_array_equal(
        pipeline.predict_proba(X_held), plain.predict_proba(X_held)
    )


def test_scores_that_are_no_numbers_are_an_error() -> None:
    scorer = make_scorer(lambda y, p: np.nan)
    model = GradientBoostingRegressor(n_estimators=9)
    with pytest.raises(ValueError, match="numbers, got none in 5 iterations"):
        stopped(model, DIABETES, scorer=scorer)


@pytest.mark.parametrize(
    "model",
    [
        HistGradientBoostingClassifier(early_stopping=True),
        GradientBoostingClassifier(n_iter_no_change=3),
        SGDClassifier(early_stopping=True),
        SGDClassifier(learning_rate="adaptive", eta0=0.1),
        SGDClassifier(average=True),
        MLPClassifier(early_stopping=True),
        MLPClassifier(solver="lbfgs"),
    ],
    ids=repr,
)
def test_who_has_a_rule_of_his_own_or_no_epochs_is_left_alone(model) -> None:
    assert not adapter_of(make_pipeline(StandardScaler(), model)).stops(model)


class Another(HistGradientBoostingClassifier):
    """Of this class nothing is known."""


def test_the_very_class_counts() -> None:
    assert adapter_of(Another()) is None
    assert adapter_of(HistGradientBoostingClassifier()) is not None
