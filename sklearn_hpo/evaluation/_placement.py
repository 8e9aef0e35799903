"""Where X, y and what else all tasks need are placed, and how a task finds them."""

from __future__ import annotations

import io
import logging
import pickle
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import joblib

from sklearn_hpo._compat import (
    DataPickler,
    is_nested,
    limits_threads,
    reach_of,
)
from sklearn_hpo.evaluation._configuration import Configuration
from sklearn_hpo.evaluation._data import (
    Address,
    Cargo,
    CargoFile,
    CargoInRay,
    unload,
)
from sklearn_hpo.evaluation._executor import Call
from sklearn_hpo.evaluation._folder import temporary_folder
from sklearn_hpo.evaluation._limits import evaluate_within_limits
from sklearn_hpo.evaluation._outcome import (
    FoldOutcome,
    RaisedError,
    failed_or_raised,
)
from sklearn_hpo.evaluation._parcel import pack
from sklearn_hpo.evaluation._settings import FoldShared
from sklearn_hpo.evaluation._threads import (
    ThreadLimits,
    n_loops_around,
    share_of_cores,
)

logger = logging.getLogger("sklearn_hpo")


class Placement(ABC):
    """The data of a search, placed where its workers reach them."""

    @abstractmethod
    def call(
        self,
        ticket: int,
        fold: int,
        params: Mapping[str, Any],
        progress: tuple[int, int],
        callbacks: Mapping[str, Any],
        amount: float | None,
    ) -> Call:
        """Return the call that evaluates a candidate on a fold.

        The arguments are those of :func:`evaluate_within_limits` but for the data.
        """


@dataclass(frozen=True, eq=False, slots=True)
class Here(Placement):
    """The data where they are: the workers are threads, or there are none.

    Parameters
    ----------
    X, y, shared : object
        The data, as :func:`evaluate_within_limits` takes them.
    configuration : Configuration
        What fits compute under, whatever the one before has set.
    in_threads : bool
        Whether other threads of this process compute at the same time.
    limits : ThreadLimits or None, default=None
        What fits are held to.
    """

    X: Any
    y: Any
    shared: FoldShared
    configuration: Configuration
    in_threads: bool
    limits: ThreadLimits | None = None

    def call(self, *task: Any) -> Call:
        """Return the call that evaluates a candidate on a fold."""
        return self._evaluate, task

    def _evaluate(self, ticket: int, *task: Any) -> FoldOutcome | RaisedError:
        limited = nullcontext() if self.limits is None else self.limits.of_thread()
        with limited, self.configuration.applied(filters=not self.in_threads):
            return evaluate_within_limits(ticket, self.X, self.y, self.shared, *task)


@dataclass(frozen=True, eq=False, slots=True)
class Elsewhere(Placement):
    """The data in a cargo that each worker fetches once.

    Parameters
    ----------
    address : Address
        Where the cargo is.
    """

    address: Address

    def call(self, *task: Any) -> Call:
        """Return the call that evaluates a candidate on a fold.

        The task is pickled at once: what it refers to may change before a worker gets
        it, and what cannot be unpickled there is an error of this task alone.
        """
        stream = io.BytesIO()
        DataPickler(stream, protocol=5).dump(task)
        return evaluate_elsewhere, (self.address, stream.getvalue())


def evaluate_elsewhere(
    address: Address, pickled_task: bytes
) -> FoldOutcome | RaisedError | None:
    """Evaluate a candidate on a fold, in a worker with a memory of its own.

    Parameters
    ----------
    address : Address
        Where the data are.
    pickled_task : bytes
        The other arguments of :func:`evaluate_within_limits`.

    Returns
    -------
    outcome : FoldOutcome, RaisedError or None
        None if the search is over and nobody waits for the outcome.
    """
    if not address.is_there():
        return None
    try:
        unloaded = unload(address)
    except FileNotFoundError:
        if address.is_there():
            raise
        return None
    with unloaded.configuration.applied():
        try:
            # Made by `Elsewhere.call`.
            ticket, *task = pickle.loads(pickled_task)  # noqa: S301
        except Exception as error:  # noqa: BLE001 (a parameter may do anything)
            return failed_or_raised(error, unloaded.shared.settings.error_score)
        data = *unloaded.data(), unloaded.shared
        try:
            return evaluate_within_limits(ticket, *data, *task)
        finally:
            unloaded.rest()


@contextmanager
def place(
    parallel: joblib.Parallel,
    n_workers: int,
    X: Any,
    y: Any,
    make_shared: Callable[[Path | None], FoldShared],
) -> Iterator[Placement]:
    """Place the data where the workers of an open ``Parallel`` reach them.

    Parameters
    ----------
    parallel : joblib.Parallel
        Opened by ``with``.
    n_workers : int
        Number of its workers.
    X, y : object
        The data, as the user gave it.
    make_shared : callable
        Returns what tasks share, given an empty folder that all workers see, or None
        if there is none.

    Yields
    ------
    placement : Placement
        Its files are removed at the end, its copies in this process dropped.
    """
    reach = reach_of(parallel)
    with ExitStack() as stack:
        if reach == "memory":
            shared = make_shared(None)
            if shared.store is not None:
                stack.callback(shared.store.clear)
            yield _place_here(parallel, n_workers, X, y, shared, stack)
            return
        folder = None
        if reach == "files":
            folder = stack.enter_context(temporary_folder(parallel))
        cargo = Cargo(
            token=uuid4().hex,
            data=pack((X, y)),
            shared=pack(
                (
                    make_shared(folder),
                    Configuration.current(),
                )
            ),
            n_threads=share_of_cores(n_workers)
            if reach == "files" and not limits_threads(parallel)
            else None,
        )
        if folder is not None:
            yield Elsewhere(_store(cargo, folder / "cargo"))
        elif reach == "ray":
            import ray

            yield Elsewhere(CargoInRay(cargo.token, ray.put(cargo)))
        else:
            yield Elsewhere(cargo)


def _place_here(
    parallel: joblib.Parallel,
    n_workers: int,
    X: Any,
    y: Any,
    shared: FoldShared,
    stack: ExitStack,
) -> Here:
    n_around = n_loops_around()
    in_threads = n_workers > 1 or n_around > 1
    limits = None  # alone, a fit has the machine for itself
    if in_threads:
        limits = ThreadLimits(
            share_of_cores(n_workers),
            nested=is_nested(parallel) and n_around == 1,
            n_workers=n_workers,
        )
        if n_around == 1:  # otherwise other threads would undo it
            stack.enter_context(limits.of_process())
    return Here(X, y, shared, Configuration.current(), in_threads, limits)


def _store(cargo: Cargo, path: Path) -> Address:
    try:
        joblib.dump(cargo, path)
    except OSError as error:
        logger.warning(
            "The data do not fit into %s (%s): they are sent with every task. "
            "JOBLIB_TEMP_FOLDER names another folder.",
            path.parent,
            error,
        )
        path.unlink(missing_ok=True)
        data, shared = cargo.data.in_bytes(), cargo.shared.in_bytes()
        return Cargo(cargo.token, data, shared, cargo.n_threads)
    return CargoFile(cargo.token, str(path))
