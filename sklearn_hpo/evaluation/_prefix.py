"""The first steps of a pipeline, fitted once for all candidates that share them.

Most of a pipeline's time often goes into steps whose parameters many candidates have in
common. Their transforms of the training and of the test part are kept in the store, so
that such a candidate fits and scores its last steps only. Its scores are the same to
the last bit: where anything stands in the way, all its steps are fitted.

Shared are the first steps of a plain :class:`~sklearn.pipeline.Pipeline`, up to the
first that is not repeatable (see `repeatable_identity`): scikit-learn's own classes
with nothing left to chance and no trace outside themselves. Nothing is shared

- if the scorer is not scikit-learn's own: another one may look into the steps;
- if the pipeline has a `memory`, which is the user's own cache, or is verbose;
- if metadata may reach one of the steps;
- if callbacks listen to one of the steps;
- if what comes out of a step is of a kind whose copies are not known to be safe;
- if anything fails. Then all steps are fitted, and fail as they would have.

The warnings of the shared steps are shown to each candidate, those of their `transform`
once, not once a metric; in threads only to the candidate that computes them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import sklearn
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from sklearn_hpo.evaluation._folds import Fold
from sklearn_hpo.evaluation._held import Held, hold, overlap
from sklearn_hpo.evaluation._identity import (
    NotRepeatable,
    digest,
    identity_once_fitted,
    left_nothing_to_chance,
)
from sklearn_hpo.evaluation._store import Store, is_worth_a_file
from sklearn_hpo.evaluation._warned import Warned, note_warnings


class NotShared(Exception):  # noqa: N818 (an answer, not an error)
    """All the steps have to be fitted."""


@dataclass(frozen=True, eq=False)
class Transformed:
    """What shared steps make of one fold, and what that took.

    Parameters
    ----------
    X_train : Held
        The training part as the steps give it on while they are fitted.
    X_test : Held
        The test part, transformed.
    X_seen : Held or None
        The training part, transformed by the fitted steps, which need not be the same;
        for training scores.
    X_held : Held or None
        The rows held out to stop early on, transformed.
    fit_time, transform_time : float
        Seconds for X_train and for X_test.
    warnings : tuple of Warned
        Warnings shown meanwhile.
    """

    X_train: Held
    X_test: Held
    X_seen: Held | None
    X_held: Held | None = None
    fit_time: float = 0.0
    transform_time: float = 0.0
    warnings: tuple[Warned, ...] = ()

    @property
    def n_bytes(self) -> int:
        """What it takes in memory."""
        parts = (self.X_train, self.X_test, self.X_seen, self.X_held)
        return sum(part.n_bytes for part in parts if part is not None)

    @property
    def fits_files(self) -> bool:
        """Whether it comes back from a file as it was."""
        return self.X_train.fits_files and self.X_test.fits_files


@dataclass(frozen=True, eq=False)
class Cut(Held):
    """Rows that are cut, or taken from where they are kept, when they are asked for."""

    cut: Callable[[], Any]
    n_bytes = 0

    def own(self) -> Any:
        """Return the rows."""
        return self.cut()


@dataclass(frozen=True, eq=False)
class Split:
    """A pipeline cut in two.

    Parameters
    ----------
    steps : list of (str, estimator)
        The shared steps, and the key of what comes out of each.
    rest : list of (str, estimator)
        The names of the other steps, and the steps.
    """

    steps: list[tuple[str, BaseEstimator]]
    rest: list[tuple[str, BaseEstimator]]

    @property
    def tail(self) -> BaseEstimator:
        """The rest as an estimator: the last step, or a pipeline."""
        return self.rest[0][1] if len(self.rest) == 1 else Pipeline(self.rest)

    @property
    def prefix_of_tail(self) -> str:
        """What the pipeline has before names of the tail's parameters."""
        return f"{self.rest[0][0]}__" if len(self.rest) == 1 else ""

    def parameters_of_tail(self, fit_params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fit parameters, which must all be for the rest.

        Raises
        ------
        NotShared
            If others are among them, or scikit-learn routes them.
        """
        if not fit_params:
            return {}
        names = {name for name, _ in self.rest}
        if _routes_metadata() or any(
            "__" not in parameter or parameter.partition("__")[0] not in names
            for parameter in fit_params
        ):
            raise NotShared
        if len(self.rest) > 1:
            return dict(fit_params)
        return {key.partition("__")[2]: value for key, value in fit_params.items()}


def split_pipeline(
    pipeline: BaseEstimator, fold: Fold, *, seen: bool, goes_on: bool
) -> Split:
    """Cut a pipeline after the steps that can be shared.

    Parameters
    ----------
    pipeline : estimator
        With its parameters set, not fitted.
    fold : Fold
        What it is to be fitted to.
    seen : bool
        Whether training scores are wanted.
    goes_on : bool
        Whether the last step may go on from a lower rung, and is to be cut off even if
        it is alone or all before it pass the data through.

    Raises
    ------
    NotShared
        If there are none.
    """
    if not _is_plain(pipeline):
        raise NotShared
    steps = pipeline.steps
    output = sklearn.get_config()["transform_output"]
    key = digest(fold.name, str(output), seen)
    shared: list[tuple[str, BaseEstimator]] = []
    n_shared = 0
    for _, step in steps[:-1]:
        if not (step is None or (isinstance(step, str) and step == "passthrough")):
            if not isinstance(step, BaseEstimator):
                break
            try:
                key = digest(key, identity_once_fitted(step, len(fold.train)))
            except NotRepeatable:
                break
            shared.append((key, step))
        n_shared += 1
    if not shared and not (goes_on and n_shared == len(steps) - 1):
        raise NotShared
    return Split(shared, steps[n_shared:])


def transform_fold(
    pipeline: BaseEstimator,
    steps: list[tuple[str, BaseEstimator]],
    fold: Fold,
    store: Store,
    *,
    seen: bool,
) -> tuple[Transformed, float]:
    """Return what comes out of the shared steps, and how many seconds were saved.

    Steps are fitted from the first whose outcome is not stored.
    """
    n_known, result = len(steps), None
    while n_known and (result := store.get(steps[n_known - 1][0])) is None:
        n_known -= 1
    saved = 0.0
    if result is None:
        result = _raw(fold, pipeline, seen=seen)
    else:
        saved = result.fit_time + result.transform_time
        for warned in result.warnings:
            warned.again()
    repeatable = True
    for key, step in steps[n_known:]:
        before, result = result, _apply(step, result, fold)
        repeatable = repeatable and left_nothing_to_chance(step)
        if repeatable:
            seconds = result.fit_time - before.fit_time
            seconds += result.transform_time - before.transform_time
            n_bytes = result.n_bytes
            share = result.fits_files and is_worth_a_file(seconds, n_bytes)
            store.put(key, result, n_bytes, share=share)
    return result, saved


def _is_plain(pipeline: BaseEstimator) -> bool:
    """Return whether it is a pipeline and nothing but its steps matters."""
    if type(pipeline) is not Pipeline or type(pipeline.steps) is not list:
        return False
    others = {k: v for k, v in vars(pipeline).items() if k != "steps"}
    allowed = {"memory": None, "verbose": False, "transform_input": None}
    if any(others.get(name) is not value for name, value in allowed.items()):
        return False
    names = [name for name, _ in pipeline.steps]
    last = pipeline.steps[-1][1]
    return (
        others.keys() <= allowed.keys() | {"_metadata_request"}
        and len(set(names)) == len(names)
        and not any("__" in name or name in vars(pipeline) for name in names)
        and not (last is None or isinstance(last, str))
        and not any(hasattr(step, "_skl_callbacks") for _, step in pipeline.steps)
    )


def _routes_metadata() -> bool:
    return bool(sklearn.get_config()["enable_metadata_routing"])


def _raw(fold: Fold, pipeline: BaseEstimator, *, seen: bool) -> Transformed:
    """Return the fold before the first step."""
    X_train = Cut(partial(fold.rows, pipeline, "train"))
    X_test = Cut(partial(fold.rows, pipeline, "test"))
    X_held = None
    if fold.validation is not None:
        X_held = Cut(partial(fold.rows, pipeline, "validation"))
    return Transformed(X_train, X_test, X_train if seen else None, X_held)


def _apply(step: Any, before: Transformed, fold: Fold) -> Transformed:
    """Fit a step as a pipeline does, and transform."""
    y_train = fold.targets("train")
    with note_warnings() as noted:
        start = time.perf_counter()
        X = before.X_train.own()
        if hasattr(step, "fit_transform"):
            X_train = _hold(step.fit_transform(X, y_train), X)
        else:
            X_train = _hold(step.fit(X, y_train).transform(X), X)
        fitted = time.perf_counter()
        X_test = _transform(step, before.X_test)
        end = time.perf_counter()
        X_seen = None if before.X_seen is None else _transform(step, before.X_seen)
        X_held = None if before.X_held is None else _transform(step, before.X_held)
    return Transformed(
        X_train,
        X_test,
        X_seen,
        X_held,
        before.fit_time + fitted - start,
        before.transform_time + end - fitted,
        (*before.warnings, *noted),
    )


def _transform(step: Any, held: Held) -> Held:
    X = held.own()
    return _hold(step.transform(X), X)


def _hold(value: Any, source: Any) -> Held:
    """Hold what came out of a step.

    Raises
    ------
    NotShared
        If a change to it would change what went in, or its kind is not known.
    """
    held = hold(value)
    if held is None or overlap(value, source):
        raise NotShared
    return held
