"""The loop: ask while a worker is free, tell in the order of the tickets.

Notation
--------
k
    Ticket: the number of the next task, counted in the order of deciding.
L
    Lookahead: ticket k is decided when exactly the results of the tickets up to k - L
    have been told, whatever has arrived by then. So the search does not depend on which
    worker was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias

import numpy as np

from sklearn_hpo.callbacks import Callback
from sklearn_hpo.schedules import Proposal, Schedule
from sklearn_hpo.search._record import NO_RECORD, Record
from sklearn_hpo.trials import (
    Candidate,
    Closed,
    FoldResult,
    History,
    JournalError,
    Task,
)

# A task but for its ticket: number of the candidate, fold and resource.
Place: TypeAlias = tuple[int, int, float | None]

# For searches through a list: a generator for each ask would cost more than the ask.
_NO_DRAWS = np.random.default_rng(0)


class RunsTasks(Protocol):
    """What the loop needs of an evaluator."""

    def submit(self, task: Task) -> None:
        """Start a task."""

    def next_done(self, timeout: float | None = None) -> FoldResult | None:
        """Wait for a task to finish and return its result, None if it takes longer."""


def nothing_known(task: Task) -> FoldResult | None:
    """Answer that no result is known before the task is run."""
    return None


def nobody(candidate: Candidate) -> None:
    """Answer that no other candidate is the same."""


def nothing_finished() -> Iterable[FoldResult]:
    """Answer that no result has come while nobody waited."""
    return ()


def forever() -> None:
    """Answer that there is no end of time."""


class Loop:
    """Runs one search: the schedule decides, the evaluator works, the history merges.

    Parameters
    ----------
    schedule : Schedule
        A started one.
    history : History
        An empty one.
    evaluator : object with ``submit(task)`` and ``next_done()``
        Runs the tasks.
    capacity : callable
        Returns how many tasks may be in flight.
    lookahead : int or None, default=None
        L of the notation. None: results are told as they come if the schedule looks
        back, otherwise in the order of the tickets, as soon as possible.
    callbacks : sequence of Callback, default=()
        Who watches.
    known : callable, default=nothing_known
        Returns the result of a task if it need not be run, else None.
    twin : callable, default=nobody
        Returns an earlier candidate that has the scores of a given one, None if there
        is none.
    record : Record, default=NO_RECORD
        What happened before, and who is told of what happens.
    time_left : callable, default=forever
        Returns the seconds until the search must end, None for no end.
    finished : callable, default=nothing_finished
        Returns the results that came while nobody waited for them.

    Attributes
    ----------
    interruption : KeyboardInterrupt, JournalError or None
        What ended the search before its time.
    """

    def __init__(
        self,
        schedule: Schedule,
        history: History,
        evaluator: RunsTasks,
        *,
        capacity: Callable[[], float],
        lookahead: int | None = None,
        callbacks: Sequence[Callback] = (),
        known: Callable[[Task], FoldResult | None] = nothing_known,
        twin: Callable[[Candidate], Candidate | None] = nobody,
        record: Record = NO_RECORD,
        time_left: Callable[[], float | None] = forever,
        finished: Callable[[], Iterable[FoldResult]] = nothing_finished,
    ) -> None:
        self.schedule = schedule
        self.history = history
        self.evaluator = evaluator
        self.capacity = capacity
        self.lookahead = lookahead
        self.callbacks = callbacks
        self.known = known
        self.twin = twin
        self.record = record
        self.time_left = time_left
        self.finished = finished
        self.interruption: KeyboardInterrupt | JournalError | None = None
        # Whether much may happen between a result and the next task.
        self._takes_time = schedule.looks_back or bool(callbacks)
        self._as_they_come = schedule.looks_back and lookahead is None
        self._n_issued = 0  # tickets issued, so the number of the next one
        self._n_told = 0  # results told, so the first ticket not told in their order
        # What is in flight, with the tasks that wait for its result.
        self._in_flight: dict[Place, list[Task]] = {}
        self._arrived: dict[int, FoldResult] = {}
        self._stopped = False
        self._will_ask = not record.is_finished

    def run(self) -> History:
        """Run to the end of the search.

        Returns
        -------
        history : History
            The one given, filled and ended.
        """
        begun: list[Callback] = []
        try:
            for callback in self.callbacks:
                callback.begin(self.history)
                begun.append(callback)
            reason = self._replay() or self._search()
            self._note_what_is_finished()
            self.record.end(reason)
        except (KeyboardInterrupt, JournalError) as interruption:
            self.interruption = interruption
            self._will_ask = False
            self._tell_what_arrived()
        except Exception:
            self._note_what_is_finished()
            raise
        finally:
            self.history.end()
            for callback in begun:
                callback.end(self.history)
        return self.history

    def _replay(self) -> str | None:
        """Bring the search to where its record ends; why it ended if it is over."""
        running: dict[Place, Task] = {}
        for event in self.record.events:
            if self._stopped:
                return "stopped"
            if isinstance(event, Closed):
                continue
            if isinstance(event, FoldResult):
                del running[_place(event.task)]
                self._receive(event)
                continue
            while self._n_told < event.n_told and self._tell_next():
                pass
            self._n_issued += 1
            self.history.issue(event.task)
            running[_place(event.task)] = event.task
        if self.record.is_finished:
            self._tell_what_arrived()
            return "complete"
        for task in running.values():
            self._submit(task)
        return None

    def _search(self) -> str:
        """Run what is left to do, and return why the search ended."""
        while not self._stopped:
            self._fill()
            if self._stopped or not self._in_flight:
                break
            self.record.flush()
            result = self._next_done()
            if result is None:
                self._tell_what_arrived()
                return "time"
            for arrived in self._with_shared(result):
                self._arrive(arrived)
        while not self._stopped and self._tell_next():
            pass
        return "stopped" if self._stopped else "complete"

    def _next_done(self) -> FoldResult | None:
        """Return the next result, None at the end of time."""
        seconds = self.time_left()
        if seconds is not None and seconds <= 0.0:
            return None
        return self.evaluator.next_done(seconds)

    def _with_shared(self, result: FoldResult) -> Iterator[FoldResult]:
        """Yield a result that comes from a worker, and those of who waits for it."""
        yield result
        for task in self._in_flight.pop(_place(result.task)):
            yield result.shared_with(task)

    def _note_what_is_finished(self) -> list[FoldResult]:
        """Put on record what came while nobody waited for it, and return it."""
        late = [each for one in self.finished() for each in self._with_shared(one)]
        for result in late:
            self.record.done(result)
        return late

    def _tell_what_arrived(self) -> None:
        """Tell all results in the order of their tickets, across the gaps."""
        for result in self._note_what_is_finished():
            self._receive(result)
        for ticket in sorted(self._arrived):
            if not self._stopped:
                self._tell(self._arrived.pop(ticket))

    def _fill(self) -> None:
        while len(self._in_flight) < self.capacity():
            proposal = self._next_proposal()
            if proposal is None:
                break
            self._issue(proposal)

    def _issue(self, proposal: Proposal) -> None:
        task = Task(self._n_issued, *proposal)
        self._n_issued += 1
        self.history.issue(task)
        result = self.record.known(task)
        if result is not None:
            self._receive(result)
            return
        self.record.issued(task, self._n_told)
        self._submit(task)

    def _submit(self, task: Task) -> None:
        result = self.known(task)
        if result is not None:
            self._arrive(result)
        elif not self._share(task):
            self._in_flight[_place(task)] = []
            self.evaluator.submit(task)

    def _share(self, task: Task) -> bool:
        """Have a task take the result of its twin, if there is one or will be."""
        twin = self.twin(task.candidate)
        if twin is None:
            return False
        same = replace(task, candidate=twin)
        if _place(same) in self._in_flight:
            self._in_flight[_place(same)].append(task)
            return True
        result = self.history.find(same)
        for arrived in self._arrived.values():
            if _place(arrived.task) == _place(same):
                result = arrived
        if result is None:
            return False
        self._arrive(result.shared_with(task))
        return True

    def _arrive(self, result: FoldResult) -> None:
        self.record.done(result)
        try:
            if self._takes_time:
                self.record.flush()
        finally:  # what cannot be written is not lost for that
            self._receive(result)

    def _receive(self, result: FoldResult) -> None:
        if self._as_they_come:
            self._tell(result)
            return
        self._arrived[result.task.ticket] = result
        if self.lookahead is None:
            while not self._stopped and self._tell_next():
                pass

    def _next_proposal(self) -> Proposal | None:
        if self.lookahead is None:
            return None if self._stopped else self._ask()
        while self._n_told <= self._n_issued - self.lookahead:
            if self._stopped or not self._tell_next():
                return None
        proposal = None if self._stopped else self._ask()
        # The fewest results that unlock the ticket: one more, and ask again.
        while proposal is None and not self._stopped and self._tell_next():
            proposal = None if self._stopped else self._ask()
        return proposal

    def _ask(self) -> Proposal | None:
        rng = _NO_DRAWS
        if self.schedule.looks_back:
            rng = np.random.default_rng([self.history.seed, self.history.n_candidates])
        return self.schedule.ask(self.history, rng)

    def _tell_next(self) -> bool:
        """Tell the next result in the order of the tickets, if it has arrived."""
        result = self._arrived.pop(self._n_told, None)
        if result is None:
            return False
        self._n_told += 1
        self._tell(result)
        return True

    def _tell(self, result: FoldResult) -> None:
        was_open = self.history.trial_of(result.task).is_open
        trial = self.history.record(result)
        if not was_open:
            return
        verdict = self.schedule.tell(result, trial, self.history)
        if verdict is not None:
            self.history.close(trial, *verdict)
            self.record.closed(trial)
            if self._will_ask:
                self.schedule.strategy_.tell(trial)
        for callback in self.callbacks:
            self._stopped |= bool(callback.fold(result, self.history))
            if verdict is not None:
                self._stopped |= bool(callback.trial(trial, self.history))


def _place(task: Task) -> Place:
    return task.candidate.number, task.fold, task.resource
