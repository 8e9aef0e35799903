"""Iterations of the estimator as a resource: a higher rung goes on where one ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import BaseEstimator, clone

from sklearn_hpo.evaluation.resources._boosters import BOOSTERS
from sklearn_hpo.evaluation.resources._continuation import Continuation
from sklearn_hpo.evaluation.resources._parameter import Parameter
from sklearn_hpo.evaluation.resources._partial_fit import PARTIAL_FITS
from sklearn_hpo.evaluation.resources._resource import KeepsModels, fit_plainly
from sklearn_hpo.evaluation.resources._warm_start import WARM_STARTS


class Iterations(Parameter):
    """A parameter that counts iterations, of which a rung makes only those it adds.

    The model of a lower rung goes on if its class is known for it, exactly: anyone
    else's, a subclass too, is fitted anew, and so is a model that is not there any
    more. Where going on makes another model than a single fit, all rungs below are made
    one after another, whatever is kept: so the model depends on the rungs alone.

    Parameters
    ----------
    name : str
        Name of the parameter, of a step of a pipeline too: ``"clf__max_iter"``.
    rungs : sequence of int
        All amounts of the search.
    """

    def __init__(self, name: str, rungs: Sequence[int]) -> None:
        super().__init__(name)
        self.rungs = sorted(set(rungs))

    def fit(
        self,
        estimator: BaseEstimator,
        X: Any,
        y: Any,
        fit_params: Mapping[str, Any],
        amount: float,
        step: str,
        kept: KeepsModels,
    ) -> BaseEstimator:
        """Return a model that has gone on, or else was fitted to its end."""
        how = continuation_of(estimator, X, fit_params)
        if how is None or self.name != f"{step}{how.parameter}":
            return fit_plainly(estimator, X, y, fit_params)
        stages = [int(amount)]
        if not how.is_exact:
            stages = [*(rung for rung in self.rungs if rung < amount), *stages]
        data = X, y, fit_params
        found = kept.get()
        try:
            progress = _climb(how, clone(estimator), data, stages, found or Progress())
        except Exception:
            if found is None:
                raise
            progress = _climb(how, clone(estimator), data, stages, Progress())
        if amount < max(self.rungs, default=amount):
            kept.put(progress)
        return progress.model


def continuation_of(
    estimator: BaseEstimator, X: Any, fit_params: Mapping[str, Any]
) -> Continuation | None:
    """Return how models of exactly this class go on, None if that is not known.

    Parameters
    ----------
    estimator : estimator object
        With its parameters set.
    X : object
        What it is to be fitted to.
    fit_params : dict of str to object
        What else ``fit`` takes.
    """
    kind = type(estimator)
    name = f"{kind.__module__}.{kind.__qualname__}"
    known = PARTIAL_FITS.get(kind), WARM_STARTS.get(kind), BOOSTERS.get(name)
    fitting = (how for how in known if how and how.applies(estimator, X, fit_params))
    return next(fitting, None)


@dataclass(frozen=True, eq=False)
class Progress:
    """A model that may go on.

    Parameters
    ----------
    model : estimator object or None, default=None
        A fitted one; None for one that is still to begin.
    done : int, default=0
        Iterations it was given.
    has_ended : bool, default=False
        Whether more would change nothing.
    """

    model: BaseEstimator | None = None
    done: int = 0
    has_ended: bool = False


def _climb(
    how: Continuation,
    estimator: BaseEstimator,
    data: tuple[Any, Any, Mapping[str, Any]],
    stages: Sequence[int],
    progress: Progress,
) -> Progress:
    """Return what becomes of a model after some numbers of iterations in turn."""
    model: Any = progress.model
    done, has_ended = progress.done, progress.has_ended
    for stage in stages:
        if stage <= done or has_ended:
            continue
        if model is None:
            first = estimator.set_params(**{how.parameter: stage})
            model = fit_plainly(first, *data)
        else:
            model = how.go_on(model, *data, done, stage)
        has_ended = how.has_ended(model, stage - done)
        done = stage
    # What has ended shows what it was given, as a single fit would.
    model.set_params(**{how.parameter: stages[-1]})
    return Progress(model, stages[-1], has_ended)
