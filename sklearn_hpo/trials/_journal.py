"""The history on disk.

A journal is a text file of records. The first says which search this is. Then a record
for each ticket that is issued and for each fold that is finished, in the order of
events; one for each trial that is closed, for readers only; and one that says why the
search ended. The search is read back from the tickets and the folds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sklearn_hpo.space import Distribution
from sklearn_hpo.trials._candidate import Candidate, Task
from sklearn_hpo.trials._fold_result import FoldResult
from sklearn_hpo.trials._journal_file import (
    JournalError,
    JournalFile,
    Record,
    parse,
)
from sklearn_hpo.trials._journal_values import key_of, looks, read, written
from sklearn_hpo.trials._trial import Trial, TrialStatus

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


class Journal:
    """Writes what happens in a search, and knows what has happened before.

    Parameters
    ----------
    path : str or Path
        A journal, or where to make one.
    search : dict of str to object
        The parts that make a search what it is, by name: a journal that is gone on with
        must have been begun with equal ones. JSON-able.

    Attributes
    ----------
    header : dict of str to object or None
        The first record, None in a new journal before it is begun.
    is_complete : bool
        Whether the search has come to its end.

    Raises
    ------
    JournalError
        If the file cannot be used, or is the journal of another search.
    """

    def __init__(self, path: str | Path, search: Mapping[str, Any]) -> None:
        self._search = search
        self._file = JournalFile(path)
        self._named: set[int] = set()
        try:
            self._records = self._file.read()
            self.header = self._records.pop(0) if self._records else None
            if self.header is not None:
                check_header(self.header, self._file.path, search)
        except BaseException:
            self._file.close()
            raise
        last = self._records[-1] if self._records else {}
        self.is_complete = last.get("end") == "complete"
        self._closed = {
            (record["closed"], record.get("resource"))
            for record in self._records
            if "closed" in record
        }
        self._start = time.monotonic() - last.get("at", 0.0)

    def begin(
        self,
        header: Mapping[str, Any],
        branches: Sequence[Mapping[str, Distribution]],
        points: Sequence[Mapping[str, Any]] = (),
    ) -> list[Event]:
        """Write the first record of a new journal, or read back what is in an old one.

        Parameters
        ----------
        header : dict of str to object
            What else stands in the first record.
        branches : sequence of dict of str to Distribution
            The branches of the space.
        points : sequence of dict of str to object
            Parameters that may stand in the journal without being in the space.

        Returns
        -------
        events : list of Issued, FoldResult and Closed
            What has happened before.

        Raises
        ------
        JournalError
            If it has tried what the search does not know.
        """
        self._branches = branches
        self._points = {key_of(params): params for params in points}
        if self.header is None:
            self.header = {"journal": FORMAT, **header, "search": self._search}
            self._file.append(self.header)
        found = list(events_of(self._records, self._candidate))
        self._records.clear()
        return found

    @property
    def seconds(self) -> float:
        """Seconds that the search has taken, before and now."""
        return time.monotonic() - self._start

    def issued(self, task: Task, n_told: int, ticket: int, number: int) -> None:
        """Write that a ticket is issued.

        Parameters
        ----------
        task : Task
            What it is for.
        n_told : int
            How many results were told before.
        ticket, number : int
            Those of the task and its candidate in the journal.
        """
        candidate = task.candidate
        record: Record = {
            "ticket": ticket,
            "candidate": number,
            "fold": task.fold,
            "told": n_told,
        }
        if task.resource is not None:
            record["resource"] = task.resource
        if number not in self._named:
            self._named.add(number)
            branch = self._branch(candidate.branch)
            record["params"] = written(candidate.params, branch)
            record["key"] = key_of(candidate.params)
            if candidate.branch is not None:
                record["branch"] = candidate.branch
            if candidate.note is not None:
                record["note"] = candidate.note
        self._write(record)

    def done(self, result: FoldResult, ticket: int) -> None:
        """Write that a fold is finished.

        Parameters
        ----------
        result : FoldResult
            What came of it.
        ticket : int
            Its ticket in the journal.
        """
        record: Record = {
            "done": ticket,
            "scores": _plain(result.scores),
            "fit_time": result.fit_time,
            "score_time": result.score_time,
        }
        if result.train_scores is not None:
            record["train_scores"] = _plain(result.train_scores)
        if result.shared_time:
            record["shared_time"] = result.shared_time
        if result.status != "ok":
            record["status"] = result.status
            record["error"] = result.error
        self._write(record)

    def closed(self, trial: Trial, number: int) -> None:
        """Write how a trial ended, unless it stands there.

        Parameters
        ----------
        trial : Trial
            One that was just closed.
        number : int
            Number of its candidate in the journal.
        """
        if (number, trial.resource) in self._closed:
            return
        record: Record = {
            "closed": number,
            "status": trial.status,
            "value": trial.value,
            "noise": trial.noise,
        }
        if trial.resource is not None:
            record["resource"] = trial.resource
        self._write(record)

    def end(self, reason: str) -> None:
        """Write why the search ended.

        Parameters
        ----------
        reason : {"complete", "stopped", "time"}
            ``"complete"`` if nothing is left to do.
        """
        self._write({"end": reason})

    def close(self) -> None:
        """Let others have the file."""
        self._file.close()

    def _write(self, record: Record) -> None:
        record["at"] = round(self.seconds, 3)
        self._file.append(record)

    def _branch(self, branch: int | None) -> Mapping[str, Distribution]:
        return {} if branch is None else self._branches[branch]

    def _candidate(self, record: Record) -> Candidate:
        """Return the candidate of a record, made of what the search has now."""
        self._named.add(record["candidate"])
        params = self._points.get(record["key"])
        branch = record.get("branch")
        if params is None:
            try:
                params = read(record["params"], self._branch(branch))
            except (LookupError, TypeError) as error:
                raise self._unknown(record) from error
            if key_of(params) != record["key"]:
                raise self._unknown(record)
        return Candidate(record["candidate"], params, branch, record.get("note"))

    def _unknown(self, record: Record) -> JournalError:
        return JournalError(
            f"journal: {str(self._file.path)!r} has tried {looks(record['params'])}, "
            "which the space and initial_params of this search do not have. Use what "
            "the journal was begun with, or another journal."
        )


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
    records: Sequence[Record], candidate_of: Callable[[Record], Candidate]
) -> Iterator[Event]:
    """Yield what records stand for.

    Parameters
    ----------
    records : sequence of dict
        All but the first.
    candidate_of : callable
        Returns the candidate of the first record that names it.
    """
    candidates: dict[int, Candidate] = {}
    tasks: dict[int, Task] = {}
    last: dict[tuple[int, float | None], Task] = {}
    for record in records:
        if "ticket" in record:
            number = record["candidate"]
            if number not in candidates:
                candidates[number] = candidate_of(record)
            task = Task(
                record["ticket"],
                candidates[number],
                record["fold"],
                record.get("resource"),
            )
            tasks[task.ticket] = task
            last[number, task.resource] = task
            yield Issued(task, record["told"])
        elif "done" in record:
            yield FoldResult(
                tasks[record["done"]],
                record["scores"],
                record.get("train_scores"),
                record["fit_time"],
                record["score_time"],
                record.get("status", "ok"),
                record.get("error"),
                record.get("shared_time", 0.0),
            )
        elif "closed" in record:
            yield Closed(
                last[record["closed"], record.get("resource")],
                record["status"],
                record["value"],
                record["noise"],
            )


def read_records(path: str | Path) -> tuple[Record, Iterator[Event]]:
    """Return the header of a journal, and what happened as far as it can be read.

    Parameters
    ----------
    path : str or Path
        A journal, which a search may be writing.

    Returns
    -------
    header : dict of str to object
        The first record.
    events : iterator of Issued, FoldResult and Closed
        The parameters of candidates are as they look.

    Raises
    ------
    JournalError
        If it is no journal, was changed, or is of a newer format.
    """
    path = Path(path)
    (header, *records), _ = parse(path.read_bytes(), path)
    check_header(header, path)

    def candidate_of(record: Record) -> Candidate:
        params = looks(record["params"])
        branch, note = record.get("branch"), record.get("note")
        return Candidate(record["candidate"], params, branch, note)

    return header, events_of(records, candidate_of)


def _plain(scores: Any) -> Any:
    """Return scores as JSON can hold them."""
    if isinstance(scores, Mapping):
        return {metric: float(score) for metric, score in scores.items()}
    return scores if scores is None else float(scores)
