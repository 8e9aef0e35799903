"""The command ``python -m benchmarks.time_to_quality``; see the package for its use."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]
RESULTS = BENCHMARKS / ".results" / "time_to_quality"


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    top = argparse.ArgumentParser(prog="python -m benchmarks.time_to_quality")
    commands = top.add_subparsers(required=True)
    one = commands.add_parser("one", help="a search in this very process")
    one.set_defaults(command=run_one)
    for name, kind in (("task", str), ("search", str), ("seed", int), ("path", Path)):
        one.add_argument(name, type=kind)
    run = commands.add_parser("run", help="what is missing, searches alternating")
    run.set_defaults(command=run_all)
    run.add_argument("--tasks")
    run.add_argument("--searches")
    run.add_argument("--repeats", type=int, default=5)
    run.add_argument("--envs")
    run.add_argument("--timeout", type=float, default=1800.0)
    report = commands.add_parser("report", help="the table")
    report.set_defaults(command=write_report)
    report.add_argument("--into", type=Path, default=BENCHMARKS)
    for command in (run, report):
        command.add_argument("--results", type=Path, default=RESULTS)
    options = top.parse_args(arguments)
    options.command(options)


def run_one(options: argparse.Namespace) -> None:
    """Run one search here; the libraries of its environment are all there is."""
    from benchmarks.time_to_quality._runs import run_here

    run_here(options.task, options.search, options.seed, options.path)


def run_all(options: argparse.Namespace) -> None:
    """Run what is missing."""
    from benchmarks.compare._envs import Environments
    from benchmarks.time_to_quality._runs import run_there
    from benchmarks.time_to_quality._searches import SEARCHES
    from benchmarks.time_to_quality._tasks import TASKS

    tasks = options.tasks.split(",") if options.tasks else list(TASKS)
    searches = options.searches.split(",") if options.searches else list(SEARCHES)
    environments = Environments(options.envs)
    for seed in range(options.repeats):
        for task in tasks:
            for search in searches:
                name = f"{task}.{search}.{seed}.json".replace(" ", "-")
                path = options.results.resolve() / name
                if not path.is_file():
                    problem = run_there(
                        task, search, seed, path, environments, options.timeout
                    )
                    say(f"{task}, {search}, repeat {seed}: {problem or 'done'}")


def write_report(options: argparse.Namespace) -> None:
    """Write the table into RESULTS.md and the records into a file of figures."""
    from benchmarks.compare._report import figures, setting, write_section
    from benchmarks.time_to_quality._table import read, text

    records = read(options.results)
    section = text(records, "python -m benchmarks.time_to_quality run", setting())
    write_section(options.into / "RESULTS.md", "time-to-quality", section)
    whole = [record for some in records.values() for record in some]
    (figures(options.into) / "time-to-quality.json").write_text(
        json.dumps(whole) + "\n"
    )
    say(section)


def say(line: str) -> None:
    """Write a line of progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
