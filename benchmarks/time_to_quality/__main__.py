"""The command ``python -m benchmarks.time_to_quality``; see the package for its use."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks._results import BENCHMARKS

RESULTS = BENCHMARKS / ".results" / "time_to_quality"


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    top = argparse.ArgumentParser(prog="python -m benchmarks.time_to_quality")
    commands = top.add_subparsers(required=True)
    one = commands.add_parser("one", help="a search in this very process")
    one.set_defaults(command=run_one)
    for name, kind in (("task", str), ("search", str), ("seed", int), ("path", Path)):
        one.add_argument(name, type=kind)
    one.add_argument("parent", type=int, help="process without which it ends")
    run = commands.add_parser("run", help="what is missing, searches alternating")
    run.set_defaults(command=run_all)
    run.add_argument("--tasks", help="names, comma between them")
    run.add_argument("--searches", help="names, comma between them")
    run.add_argument("--repeats", type=int, default=3)
    run.add_argument("--timeout", type=float, default=1800.0)
    run.add_argument("--again", action="store_true", help="also what is on record")
    report = commands.add_parser("report", help="the tables")
    report.set_defaults(command=write_report)
    report.add_argument("--into", type=Path, default=BENCHMARKS)
    for command in (run, report):
        command.add_argument("--envs", help="folder of the environments")
        command.add_argument("--results", type=Path, default=RESULTS)
    options = top.parse_args(arguments)
    options.command(options)


def run_one(options: argparse.Namespace) -> None:
    """Run one search here; the libraries of its environment are all there is."""
    from benchmarks.time_to_quality._runs import Job, run_here

    job = Job(options.task, options.search, options.seed)
    run_here(job, options.path, options.parent)


def run_all(options: argparse.Namespace) -> None:
    """Run what is missing."""
    from benchmarks.compare._envs import Environments
    from benchmarks.time_to_quality._runs import Job, run_there
    from benchmarks.time_to_quality._searches import SEARCHES, SURVEYS
    from benchmarks.time_to_quality._table import read, target_of
    from benchmarks.time_to_quality._tasks import TASKS

    tasks = chosen(options.tasks, list(TASKS))
    searches = chosen(options.searches, list(SEARCHES))
    environments = Environments(options.envs)
    results = options.results.resolve()
    jobs = [Job(task, survey, 0) for task in tasks for survey in SURVEYS]
    jobs += [
        Job(task, search, seed)
        for seed in range(options.repeats)
        for task in tasks
        for search in searches
    ]
    jobs = [job for job in jobs if options.again or not job.is_done(results)]
    for count, job in enumerate(jobs, 1):
        target = math.inf
        if job.search in SEARCHES:
            target = target_of(read(results), job.task)
        path = job.path(results)
        problem = run_there(job, path, environments, options.timeout, target)
        about = f"{job.task}, {job.search}, repeat {job.seed}"
        say(f"{count}/{len(jobs)} {about}: {problem or 'done'}")


def write_report(options: argparse.Namespace) -> None:
    """Write the tables into RESULTS.md and the records into a file of figures."""
    from benchmarks._results import figures, setting, write_section
    from benchmarks.compare._envs import Environments
    from benchmarks.compare._records import short
    from benchmarks.time_to_quality._searches import SEARCHES
    from benchmarks.time_to_quality._table import read, text

    records = read(options.results)
    environments = Environments(options.envs)
    found = {name: environments.problem(e.environment) for name, e in SEARCHES.items()}
    problems = {name: short(problem) for name, problem in found.items() if problem}
    whole = [record for some in records.values() for record in some]
    n_stale = len(list(options.results.glob("*.json"))) - len(whole)
    if n_stale:
        say(f"{n_stale} records of tasks or searches as they were are left out.")
    if not whole:
        sys.exit("No search on record.")
    repeats = max((record["seed"] for record in whole), default=-1) + 1
    command = f"python -m benchmarks.time_to_quality run --repeats {repeats}"
    command += "".join(f" --timeout {seconds}" for seconds in limits(whole))
    section = text(records, problems, command, setting())
    write_section(options.into / "RESULTS.md", "time-to-quality", section)
    path = figures(options.into) / "time-to-quality.json"
    path.write_text(json.dumps(whole, separators=(",", ":")) + "\n")
    say(section)


def limits(records: list[Any]) -> list[str]:
    """Return the seconds after which searches on record were ended."""
    found = (re.match(r"timeout after (\S+) s$", r["problem"] or "") for r in records)
    return sorted({match[1] for match in found if match})


def chosen(names: str | None, known: list[str]) -> list[str]:
    """Return the names that an option lists, all if it was not given.

    Raises
    ------
    SystemExit
        If a name is not known.
    """
    listed = names.split(",") if names else known
    if not set(listed) <= set(known):
        sys.exit(f"Expected names among {known}, got {listed}.")
    return listed


def say(line: str) -> None:
    """Write a line of progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
