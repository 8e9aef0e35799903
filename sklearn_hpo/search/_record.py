"""What the loop knows of earlier runs, and who writes down this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sklearn_hpo.trials import (
    Candidate,
    Event,
    FoldResult,
    Issued,
    Journal,
    Task,
    Trial,
    key_of,
)


class Record:
    """No journal: nothing happened before, and nobody writes.

    Attributes
    ----------
    events : sequence of Issued, FoldResult and Closed
        What happened before and is to happen again.
    is_finished : bool
        Whether nothing can follow.
    """

    events: Sequence[Event] = ()
    is_finished = False

    def known(self, task: Task) -> FoldResult | None:
        """Return the result of a task that is on record, None if it is not."""
        return None

    def issued(self, task: Task, n_told: int) -> None:
        """Hear of a new ticket, and how many results were told before."""

    def done(self, result: FoldResult) -> None:
        """Hear of a fold that is finished."""

    def closed(self, trial: Trial) -> None:
        """Hear of a trial that is closed."""

    def flush(self) -> None:
        """Have all that was heard on record, before something that takes time."""

    def end(self, reason: str) -> None:
        """Hear why the search ended."""


NO_RECORD = Record()


class Replayed(Record):
    """The journal of a search that looks back: all of it happens again, in its order.

    Parameters
    ----------
    journal : Journal
        One that was begun.
    events : sequence of Issued, FoldResult and Closed
        What it holds.
    is_finished : bool
        Whether the search has done all it may.
    """

    def __init__(
        self, journal: Journal, events: Sequence[Event], *, is_finished: bool
    ) -> None:
        self.journal = journal
        self.events = events
        self.is_finished = is_finished

    def issued(self, task: Task, n_told: int) -> None:
        """Write the ticket."""
        self.journal.issued(task, n_told, task.ticket, task.candidate.number)

    def done(self, result: FoldResult) -> None:
        """Write the result."""
        self.journal.done(result, result.task.ticket)

    def closed(self, trial: Trial) -> None:
        """Write how the trial ended."""
        self.journal.closed(trial, trial.candidate.number)

    def flush(self) -> None:
        """Write what was heard."""
        self.journal.flush()

    def end(self, reason: str) -> None:
        """Write why the search ended."""
        self.journal.end(reason)


class LookedUp(Record):
    """The journal of a search through a list, where results are found by candidate.

    The list may be another one than before. Of equal candidates the first takes the
    results of the first. In the journal candidates and tickets keep the numbers they
    had first; new ones are counted on.

    Parameters
    ----------
    journal : Journal
        One that was begun.
    events : sequence of Issued, FoldResult and Closed
        What it holds.
    """

    def __init__(self, journal: Journal, events: Sequence[Event]) -> None:
        self.journal = journal
        self._results: dict[tuple[int, int, float | None], FoldResult] = {}
        self._numbers: dict[tuple[str, int], int] = {}
        self._n_tickets = 0
        equals: Counter[str] = Counter()
        named: set[int] = set()
        for event in events:
            if isinstance(event, FoldResult):
                task = event.task
                place = task.candidate.number, task.fold, task.resource
                self._results[place] = event
            if not isinstance(event, Issued):
                continue
            self._n_tickets += 1
            candidate = event.task.candidate
            if candidate.number not in named:
                named.add(candidate.number)
                key = journal.keys[candidate.number]
                self._numbers[_occurrence(key, equals)] = candidate.number
        self._is_new = not self._numbers
        self._next_number = 1 + max(self._numbers.values(), default=-1)
        self._equals: Counter[str] = Counter()
        self._named: dict[int, int] = {}
        self._tickets: dict[int, int] = {}

    def known(self, task: Task) -> FoldResult | None:
        """Return the result of a fold of an equal candidate."""
        if not self._results:
            return None
        place = self._number(task.candidate), task.fold, task.resource
        result = self._results.get(place)
        return None if result is None else replace(result, task=task)

    def issued(self, task: Task, n_told: int) -> None:
        """Write the ticket."""
        ticket = self._tickets[task.ticket] = self._n_tickets
        self._n_tickets += 1
        self.journal.issued(task, n_told, ticket, self._number(task.candidate))

    def done(self, result: FoldResult) -> None:
        """Write the result."""
        self.journal.done(result, self._tickets.pop(result.task.ticket))

    def closed(self, trial: Trial) -> None:
        """Write how the trial ended."""
        self.journal.closed(trial, self._number(trial.candidate))

    def flush(self) -> None:
        """Write what was heard."""
        self.journal.flush()

    def end(self, reason: str) -> None:
        """Write why the search ended."""
        self.journal.end(reason)

    def _number(self, candidate: Candidate) -> int:
        """Return the number of a candidate in the journal."""
        if self._is_new:
            return candidate.number
        if candidate.number not in self._named:
            occurrence = _occurrence(key_of(candidate.params), self._equals)
            if occurrence not in self._numbers:
                self._numbers[occurrence] = self._next_number
                self._next_number += 1
            self._named[candidate.number] = self._numbers[occurrence]
        return self._named[candidate.number]


def _occurrence(key: str, equals: Counter[str]) -> tuple[str, int]:
    """Return what tells a candidate from all others, also from equal ones."""
    equals[key] += 1
    return key, equals[key]
