"""The history on disk.

A journal is a text file of records. The first says which search this is. Then a record
for each ticket that is issued and for each fold that is finished, in the order of
events; one for each trial that is closed, for readers only; and one that says why the
search ended. The search is read back from the tickets and the folds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from numbers import Integral
from pathlib import Path
from typing import Any

from sklearn_hpo.space import Distribution
from sklearn_hpo.trials._candidate import Candidate, Task
from sklearn_hpo.trials._fold_result import FoldResult
from sklearn_hpo.trials._journal_events import FORMAT, Event, check_header, events_of
from sklearn_hpo.trials._journal_file import (
    JournalError,
    JournalFile,
    Record,
    encode,
    line_of,
)
from sklearn_hpo.trials._journal_values import (
    key_of,
    looks,
    needs_key,
    read,
    written,
)
from sklearn_hpo.trials._trial import Trial


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
    keys : dict of int to str
        By number of a candidate that was read back, the :func:`key_of` its parameters.

    Raises
    ------
    JournalError
        If the file cannot be used, or is the journal of another search.
    """

    def __init__(self, path: str | Path, search: Mapping[str, Any]) -> None:
        self._search = search
        self._file = JournalFile(path)
        self.keys: dict[int, str] = {}
        self._named: set[int] = set()
        self._noted: list[str] = []
        self._is_lost = False
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
            (record["closed"], record.get("resource")): _closing(record)
            for record in self._records
            if "closed" in record
        }
        self._start = time.monotonic() - last.get("at", 0.0)

    def begin(
        self,
        header: Mapping[str, Any],
        branches: Sequence[Mapping[str, Distribution]],
        points: Sequence[Mapping[str, Any]] | None = (),
    ) -> list[Event]:
        """Write the first record of a new journal, or read back what is in an old one.

        Parameters
        ----------
        header : dict of str to object
            What else stands in the first record.
        branches : sequence of dict of str to Distribution
            The branches of the space.
        points : sequence of dict of str to object, or None
            Parameters that may stand in the journal without being in the space. None if
            any may, as in a search through a list; those read back are then as they
            look.

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
        self._points = None
        if points is not None:
            self._points = {key_of(params): params for params in points}
        if self.header is None:
            self.header = {"journal": FORMAT, **header, "search": self._search}
            self._file.write(line_of(encode(self.header)))
        found = list(events_of(self._records, self._candidate, self._file.path))
        self._records.clear()
        return found

    @property
    def seconds(self) -> float:
        """Seconds that the search has taken, before and now."""
        return time.monotonic() - self._start

    def issued(self, task: Task, n_told: int, ticket: int, number: int) -> None:
        """Note that a ticket is issued.

        Parameters
        ----------
        task : Task
            What it is for.
        n_told : int
            How many results were told before.
        ticket, number : int
            Those of the task and its candidate in the journal.
        """
        text = (
            f'{{"ticket":{ticket},"candidate":{number},"fold":{task.fold},'
            f'"told":{n_told}'
        )
        if task.resource is not None:
            text += f',"resource":{_amount(task.resource)}'
        if number not in self._named:
            self._named.add(number)
            text += f",{encode(self._described(task.candidate))[1:-1]}"
        self._noted.append(text)

    def done(self, result: FoldResult, ticket: int) -> None:
        """Note that a fold is finished.

        Parameters
        ----------
        result : FoldResult
            What came of it.
        ticket : int
            Its ticket in the journal.
        """
        text = (
            f'{{"done":{ticket},"scores":{_json(result.scores)},'
            f'"fit_time":{_json(result.fit_time)},"score_time":{_json(result.score_time)}'
        )
        if result.train_scores is not None:
            text += f',"train_scores":{_json(result.train_scores)}'
        if result.shared_time:
            text += f',"shared_time":{_json(result.shared_time)}'
        if result.best_iteration is not None:
            text += f',"best_iteration":{result.best_iteration}'
        if result.status != "ok":
            text += f',"status":"{result.status}","error":{encode(result.error)}'
        self._noted.append(text)

    def closed(self, trial: Trial, number: int) -> None:
        """Note how a trial ended, unless that is what stands there.

        Something else stands there if the trial was closed by fewer results, when time
        was over, or against another incumbent, of another list.

        Parameters
        ----------
        trial : Trial
            One that was just closed.
        number : int
            Number of its candidate in the journal.
        """
        record = {
            "closed": number,
            "status": trial.status,
            "value": trial.value,
            "noise": trial.noise,
            "resource": trial.resource,
        }
        text, place = _closing(record), (number, trial.resource)
        if self._closed.get(place) != text:
            self._closed[place] = text
            self._noted.append(text)

    def end(self, reason: str) -> None:
        """Write why the search ended.

        Parameters
        ----------
        reason : {"complete", "stopped", "time"}
            ``"complete"`` if nothing is left to do.
        """
        self._noted.append(f'{{"end":"{reason}"')
        self.flush()
        self._file.sync()

    def flush(self) -> None:
        """Write what was noted.

        Raises
        ------
        JournalError
            If the disk is full or gone. What is noted from then on is not written:
            behind a torn line nothing can be read.
        """
        if self._is_lost or not self._noted:
            return
        self._is_lost = True  # also if Ctrl-C is pressed here
        at = f',"at":{self.seconds:.3f}}}'
        self._file.write(b"".join([line_of(text + at) for text in self._noted]))
        self._noted.clear()
        self._is_lost = False

    def close(self) -> None:
        """Write what was noted, if that is possible, and let others have the file."""
        with suppress(JournalError):
            self.flush()
        self._file.close()

    def _described(self, candidate: Candidate) -> Record:
        """Return what is written of a candidate once."""
        params = written(candidate.params, self._branch(candidate.branch))
        described: Record = {"params": params}
        if needs_key(params):
            described["key"] = key_of(candidate.params)
        if candidate.branch is not None:
            described["branch"] = candidate.branch
        if candidate.note is not None:
            described["note"] = candidate.note
        return described

    def _branch(self, branch: int | None) -> Mapping[str, Distribution]:
        return {} if branch is None else self._branches[branch]

    def _candidate(self, record: Record) -> Candidate:
        """Return the candidate of a record, made of what the search has now."""
        number, params, branch = (
            record["candidate"],
            record["params"],
            record.get("branch"),
        )
        self._named.add(number)
        key = self.keys[number] = record.get("key") or key_of(read(params, {}))
        if self._points is None:
            params = looks(params)
        elif key in self._points:
            params = self._points[key]
        else:
            try:
                params = read(params, self._branch(branch))
            except (LookupError, TypeError) as error:
                raise self._unknown(record) from error
            if key_of(params) != key:
                raise self._unknown(record)
        return Candidate(number, params, branch, record.get("note"))

    def _unknown(self, record: Record) -> JournalError:
        return JournalError(
            f"journal: {str(self._file.path)!r} has tried {looks(record['params'])}, "
            "which the space and initial_params of this search do not have. Use what "
            "the journal was begun with, or another journal."
        )


def _closing(record: Record) -> str:
    """Return the text of a record of how a trial ended, but for its end."""
    text = (
        f'{{"closed":{record["closed"]},"status":"{record["status"]}",'
        f'"value":{_json(record["value"])},"noise":{_json(record["noise"])}'
    )
    if record.get("resource") is not None:
        text += f',"resource":{_amount(record["resource"])}'
    return text


def _json(scores: Any) -> str:
    """Return scores, or another number, as JSON."""
    if type(scores) is float and math.isfinite(scores):
        return repr(scores)
    if isinstance(scores, Mapping):
        return encode({metric: float(score) for metric, score in scores.items()})
    return encode(scores if scores is None else float(scores))


def _amount(resource: float) -> str:
    """Return resources as JSON: whole ones stay integers."""
    whole = isinstance(resource, Integral)
    return encode(int(resource) if whole else float(resource))
