"""What the records of a journal stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sklearn_hpo.space import Distribution
from sklearn_hpo.trials._candidate import Candidate, Task
from sklearn_hpo.trials._fold_result import FoldResult
from sklearn_hpo.trials._journal_file import JournalError, Record, parse
from sklearn_hpo.trials._journal_values import recognized
from sklearn_hpo.trials._trial import TrialStatus

FORMAT = 1


@dataclass(frozen=True, eq=False, slots=True)
class Issued:
    """A ticket as it was issued.

    Parameters
    ----------
    task : Task
        What it is for.
    n_told : int
        How many results had been told.
    """

    task: Task
    n_told: int


@dataclass(frozen=True, eq=False, slots=True)
class Closed:
    """How a trial ended.

    Parameters
    ----------
    task : Task
        One of its tasks.
    status, value, noise : TrialStatus, float, float
        As in :class:`Trial`.
    """

    task: Task
    status: TrialStatus
    value: float
    noise: float


Event: TypeAlias = Issued | FoldResult | Closed


def check_header(
    header: Mapping[str, Any], path: Path, search: Mapping[str, Any] | None = None
) -> None:
    """Check that a journal is of a format known here and, if given, of this search.

    Raises
    ------
    JournalError
        If it is not; the message names what differs.
    """
    version = header.get("journal")
    if not isinstance(version, int) or not 1 <= version <= FORMAT:
        raise JournalError(
            f"journal: expected format {FORMAT} or older, got {version!r} in "
            f"{str(path)!r}. Read it with the version of sklearn_hpo that wrote it: "
            f"{header.get('versions', {}).get('sklearn_hpo')}."
        )
    if search is None or search == (found := header.get("search", {})):
        return
    different = [
        part for part in {**found, **search} if found.get(part) != search.get(part)
    ]
    raise JournalError(
        f"journal: {str(path)!r} belongs to a search with another "
        f"{' and another '.join(different)}. Give this search a journal of its own, or "
        "a folder as journal: then each search has its own file there."
    )


def events_of(
    records: Iterable[Record], candidate_of: Callable[[Record], Candidate], path: Path
) -> Iterator[Event]:
    """Yield what records stand for.

    Parameters
    ----------
    records : iterable of dict
        All but the first.
    candidate_of : callable
        Returns the candidate of the first record that names it.
    path : Path
        Where they come from.

    Raises
    ------
    JournalError
        If there are lines too many or too few.
    """
    events = _Events(candidate_of)
    for number, record in enumerate(records, 2):
        try:
            event = events.of(record)
        except LookupError as error:
            raise JournalError(
                f"journal: {str(path)!r} was changed: line {number}, or one that "
                "belongs to it, is not where the search has written it. Restore the "
                "file, cut it before that line, or choose another name."
            ) from error
        if event is not None:
            yield event


class _Events:
    """What records stand for, by what the records before have said."""

    def __init__(self, candidate_of: Callable[[Record], Candidate]) -> None:
        self.candidate_of = candidate_of
        self.n_tickets = 0
        self.candidates: dict[int, Candidate] = {}
        self.running: dict[int, Task] = {}
        self.last: dict[tuple[int, float | None], Task] = {}

    def of(self, record: Record) -> Event | None:
        """Return the event; raise a LookupError if it cannot be."""
        if "ticket" in record:
            return self._issued(record)
        if "done" in record:
            return FoldResult(
                self.running.pop(record["done"]),
                record["scores"],
                record.get("train_scores"),
                record["fit_time"],
                record["score_time"],
                record.get("status", "ok"),
                record.get("error"),
                record.get("shared_time", 0.0),
                record.get("best_iteration"),
            )
        if "closed" in record:
            return Closed(
                self.last[record["closed"], record.get("resource")],
                record["status"],
                record["value"],
                record["noise"],
            )
        return None

    def _issued(self, record: Record) -> Issued:
        number = record["candidate"]
        if number not in self.candidates:
            self.candidates[number] = self.candidate_of(record)
        if record["ticket"] != self.n_tickets:
            raise LookupError(record["ticket"])
        self.n_tickets += 1
        task = Task(
            record["ticket"],
            self.candidates[number],
            record["fold"],
            record.get("resource"),
        )
        self.running[task.ticket] = self.last[number, task.resource] = task
        return Issued(task, record["told"])


def repeat(events: Iterable[Event], history: Any) -> None:
    """Have a history hear again what has happened.

    Of a trial that was closed twice only the last time counts.
    """
    events = list(events)
    last = {_place(event): event for event in events if isinstance(event, Closed)}
    for event in events:
        if isinstance(event, Issued):
            history.issue(event.task)
        elif isinstance(event, FoldResult):
            history.record(event)
        elif last[_place(event)] is event:
            trial = history.trial_of(event.task)
            history.close(trial, event.status, event.value, event.noise)


def _place(event: Closed) -> tuple[int, float | None]:
    return event.task.candidate.number, event.task.resource


def read_records(
    path: str | Path, branches: Sequence[Mapping[str, Distribution]] = ()
) -> tuple[Record, Iterator[Event]]:
    """Return the header of a journal, and what happened as far as it can be read.

    Parameters
    ----------
    path : str or Path
        A journal, which a search may be writing.
    branches : sequence of dict of str to Distribution, default=()
        Where choices are looked for.

    Returns
    -------
    header : dict of str to object
        The first record.
    events : iterator of Issued, FoldResult and Closed
        Choices that are not found are as they look.

    Raises
    ------
    JournalError
        If it is no journal, was changed, or is of a newer format.
    """
    path = Path(path)
    records, _ = parse(path.read_bytes(), path)
    header = next(records, None)
    if header is None:
        raise JournalError(
            f"journal: {str(path)!r} is empty: no search has begun to write it."
        )
    check_header(header, path)

    def candidate_of(record: Record) -> Candidate:
        params = recognized(record["params"], record.get("key"), branches)
        branch, note = record.get("branch"), record.get("note")
        return Candidate(record["candidate"], params, branch, note)

    return header, events_of(records, candidate_of, path)
