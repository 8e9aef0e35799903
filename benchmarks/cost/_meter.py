"""CPU seconds inside the fits of an estimator."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from sklearn.pipeline import Pipeline

FITS = ("fit", "partial_fit", "fit_transform")


class Meter:
    """CPU seconds inside the fits of an estimator, and those not to be counted.

    A fit inside another one counts once. The methods of the classes are replaced, not
    the classes: a library may look at the type of an estimator.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.aside = 0.0
        self._is_off = False
        self._thread = threading.local()

    @contextmanager
    def on(self, estimator: Any) -> Iterator[None]:
        """Count the fits of the estimator's class and those of its steps."""
        with ExitStack() as stack:
            for kind in {type(part) for part in parts(estimator)}:
                for name in FITS:
                    if hasattr(kind, name):
                        timed = self._timed(getattr(kind, name))
                        stack.enter_context(mock.patch.object(kind, name, timed))
            yield

    @contextmanager
    def off(self) -> Iterator[None]:
        """Count nothing, and put the CPU seconds of the process aside."""
        start, self._is_off = time.process_time(), True
        try:
            yield
        finally:
            self._is_off = False
            self.aside += time.process_time() - start

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def timed(*args: Any, **kwargs: Any) -> Any:
            if self._is_off or getattr(self._thread, "is_inside", False):
                return method(*args, **kwargs)
            # Of this thread: those of a scheduler beside it fit nothing.
            start, self._thread.is_inside = time.thread_time(), True
            try:
                return method(*args, **kwargs)
            finally:
                self._thread.is_inside = False
                self.seconds += time.thread_time() - start

        return timed


def parts(estimator: Any) -> list[Any]:
    """Return an estimator and, if it is a pipeline, its steps."""
    is_pipeline = isinstance(estimator, Pipeline)
    steps = [step for _, step in estimator.steps] if is_pipeline else []
    return [estimator, *steps]
