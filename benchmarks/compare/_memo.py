"""Evaluations kept on disk: all peers share them, and a run that was killed goes on."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from benchmarks.compare._space import Config, canonical
from benchmarks.compare._task import Outcome, Task

TABLE = """
CREATE TABLE IF NOT EXISTS outcome (
    task TEXT, fingerprint TEXT, part TEXT, config TEXT, outcome TEXT,
    PRIMARY KEY (task, fingerprint, part, config)
)
"""
FIND = (
    "SELECT outcome FROM outcome WHERE task=? AND fingerprint=? AND part=? AND config=?"
)
KEEP = "INSERT OR IGNORE INTO outcome VALUES (?, ?, ?, ?, ?)"


class Memo:
    """The evaluations in one sqlite file; several processes may use it at once.

    Parameters
    ----------
    path : Path
        The file, made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, timeout=120, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute(TABLE)

    def evaluate(self, task: Task, config: Config) -> Outcome:
        """Return the cross-validated outcome, computed at most once."""
        return self._outcome(task, "folds", config)

    def test(self, task: Task, config: Config) -> Outcome:
        """Return the outcome on the rows held out, computed at most once."""
        return self._outcome(task, "held out", config)

    def _outcome(self, task: Task, part: str, config: Config) -> Outcome:
        key = (task.name, task.fingerprint, part, canonical(config))
        kept = self.connection.execute(FIND, key).fetchone()
        if kept is not None:
            return Outcome(**json.loads(kept[0]))
        outcome = task.evaluate(config) if part == "folds" else task.test(config)
        self.connection.execute(KEEP, (*key, json.dumps(outcome.to_json())))
        return outcome
