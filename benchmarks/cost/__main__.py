"""The command ``python -m benchmarks.cost``; see the package for its use."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from pathlib import Path

from benchmarks._results import BENCHMARKS, RESULTS, setting, write_section
from benchmarks.compare._envs import Environments
from benchmarks.cost import _runs, _table
from benchmarks.cost._runs import Job, Record
from benchmarks.cost._searches import SEARCHES, YARDSTICK
from benchmarks.cost._tasks import TASKS

RECORDS = BENCHMARKS / ".results" / "cost.jsonl"


def main(arguments: list[str]) -> None:
    """Run what is missing, or write the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("command", choices=["run", "report", "one"])
    parser.add_argument("--envs", help="folder of the environments")
    parser.add_argument("--records", type=Path, default=RECORDS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tasks", nargs="*", choices=TASKS, default=list(TASKS))
    parser.add_argument(
        "--searches", nargs="*", choices=SEARCHES, default=list(SEARCHES)
    )
    parser.add_argument("--timeout", type=float, default=3600.0)
    parser.add_argument("--about", type=json.loads, help="a search in this process")
    options = parser.parse_args(arguments)
    if options.command == "one":
        _runs.run_here(options.about)
    elif options.command == "run":
        run(options)
    else:
        text = _table.text(read(options.records), setting())
        write_section(RESULTS, "cost", text)
        print(text)


def run(options: argparse.Namespace) -> None:
    """Run the searches that are not on record, seeds outermost, random search first."""
    environments = Environments(options.envs)
    options.records.parent.mkdir(parents=True, exist_ok=True)
    searches = list(dict.fromkeys([YARDSTICK, *options.searches]))
    jobs = itertools.product(range(options.seeds), options.tasks, searches)
    for seed, task, search in jobs:
        job, records = Job(task, search, seed), read(options.records)
        yardstick = Job(task, YARDSTICK, seed).find(records)
        if job.find(records) is not None or not job.is_possible:
            continue
        problem = environments.problem(SEARCHES[search].environment)
        if search != YARDSTICK and (yardstick is None or yardstick["problem"]):
            problem = "random search broke"
        if problem is not None:
            print(f"{task}, {search}, seed {seed}: not run, {problem}", flush=True)
            continue
        record = _runs.run_there(job, yardstick, environments, options.timeout)
        with options.records.open("a") as file:
            file.write(json.dumps(record) + "\n")
        print(_table.line(record), flush=True)


def read(path: Path) -> list[Record]:
    """Return what is on record."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
