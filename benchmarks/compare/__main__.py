"""The command ``python -m benchmarks.compare``; see the package for its use."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks._results import BENCHMARKS
from benchmarks.compare._envs import ENVIRONMENTS, Environments
from benchmarks.compare._peers import BY_NAME, PEERS, USUAL, VARIANTS, Peer
from benchmarks.compare._records import Row, load, short
from benchmarks.compare._reference import reference
from benchmarks.compare._report import report
from benchmarks.compare._run import Plan, be_nice, memo_here, run
from benchmarks.compare._summary import Summary
from benchmarks.compare._task import Task
from benchmarks.compare.tasks import all_tasks

RESULTS = BENCHMARKS / ".results"
SUITES = ("real", "crossed", "surrogate", "further")


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    options = parser().parse_args(arguments)
    options.command(options)


def parser() -> argparse.ArgumentParser:
    """Describe the commands and their options."""
    top = argparse.ArgumentParser(prog="python -m benchmarks.compare")
    commands = top.add_subparsers(required=True)
    envs = add(commands, make_environments)
    envs.add_argument("names", nargs="*", default=list(ENVIRONMENTS))
    envs.add_argument("--again", action="store_true", help="make them anew")
    add(commands, show_list)
    for command in (run_searches, show_status, write_report):
        chosen = add(commands, command)
        chosen.add_argument("--suite", default="real", help="such as real+surrogate")
        chosen.add_argument("--subset", choices=("quick", "full"), default="full")
        chosen.add_argument("--tasks", help="names, or the splits tune and report")
        chosen.add_argument("--peers", help="names, comma between them")
        chosen.add_argument("--variants", help="plain, given or both, the default")
        chosen.add_argument("--budget", type=int, default=50)
        chosen.add_argument("--pending", type=int, default=1)
        chosen.add_argument("--results", type=Path, default=RESULTS)
        if command is write_report:
            chosen.add_argument("--name", help="a section and pictures of its own")
            chosen.add_argument("--into", type=Path, default=BENCHMARKS)
        if command is run_searches:
            chosen.add_argument("--seeds", type=seeds, default=None, help="such as 0-4")
            chosen.add_argument("--workers", type=int, choices=(1, 2), default=1)
            chosen.add_argument("--timeout", type=float, default=120.0)
            chosen.add_argument("--again", action="store_true")
            chosen.add_argument("--label", help="keep these results apart")
            chosen.add_argument("--option", action="append", default=[], help="x=1")
    return top


NAMES = {
    "make_environments": "envs",
    "show_list": "list",
    "run_searches": "run",
    "show_status": "status",
    "write_report": "report",
}


def add(commands: Any, function: Any) -> argparse.ArgumentParser:
    """Add a command for a function, with the options all commands share."""
    chosen = commands.add_parser(NAMES[function.__name__], help=function.__doc__)
    chosen.set_defaults(command=function)
    chosen.add_argument("--envs", help="folder of the environments")
    return chosen


def make_environments(options: argparse.Namespace) -> None:
    """Make the peers' environments, one after another."""
    environments = Environments(options.envs)
    for name in options.names:
        status = environments.make(name, again=options.again)
        say(f"{name}: {status['problem'] or 'ready'}")


def show_list(options: argparse.Namespace) -> None:
    """Show tasks and peers."""
    environments = Environments(options.envs)
    for task in all_tasks().values():
        about = (task.suite, task.kind, task.split, f"{len(task.space.params)} dims")
        say(f"{task.name:34s} {', '.join(about)}, {task.traits}")
    for peer in PEERS:
        say(f"{peer.name:18s} {environments.problem(peer.environment) or 'ready'}")


def run_searches(options: argparse.Namespace) -> None:
    """Run what is missing."""
    be_nice()
    quick = options.subset == "quick"
    tasks = chosen_tasks(options)
    memo = memo_here(options.results)
    for task in tasks.values():
        reference(task, memo)
    plan = Plan(
        tasks=list(tasks.values()),
        peers=chosen_peers(options),
        seeds=options.seeds or ([0] if quick else [0, 1, 2, 3, 4]),
        budget=options.budget,
        pending=options.pending,
        results=options.results.resolve(),
        environments=Environments(options.envs),
        timeout=options.timeout,
        again=options.again,
    )
    run(plan, options.workers, say)


def show_status(options: argparse.Namespace) -> None:
    """Count the searches on record."""
    loaded = loaded_results(options)
    tasks = Counter(row for row, _ in loaded.cells)
    for row in loaded.rows():
        seeds = sum(len(c.curves) for (r, _), c in loaded.cells.items() if r == row)
        early = len(loaded.broken.get(row, []))
        counts = f"{tasks[row]} tasks, {seeds} searches, {early} ended early"
        say(f"{'.'.join(row):28s} {counts}")


def write_report(options: argparse.Namespace) -> None:
    """Write tables and pictures, show the section."""
    summary = Summary(loaded_results(options))
    environments = Environments(options.envs)
    asked = options.peers.split(",") if options.peers else USUAL
    problems = {}
    for peer in PEERS:
        if peer.name in asked:
            problem = environments.problem(peer.environment)
            problems[peer.name] = None if problem is None else short(problem)
    command = as_command(options, summary.results.seeds)
    say(report(summary, problems, part(options), command, options.into))


def part(options: argparse.Namespace) -> str:
    """Return a name for the tasks that the options name."""
    words = [options.suite]
    if options.subset != "full":
        words.append(options.subset)
    if options.tasks:
        words.append(options.tasks if options.tasks in ("tune", "report") else "some")
    if options.name:
        words.append(options.name)
    return "-".join(words)


def as_command(options: argparse.Namespace, seeds: set[int]) -> str:
    """Return the command that makes the searches of a report, and the report."""
    default = parser().parse_args(["report"])
    shown = ("suite", "subset", "tasks", "peers", "variants", "budget", "pending")
    words = [
        f" --{name} {getattr(options, name)}"
        for name in shown
        if getattr(options, name) != getattr(default, name)
    ]
    searches = [f" --seeds {','.join(map(str, sorted(seeds)))}"] if seeds else []
    section = [f" --name {options.name}"] if options.name else []
    compare = "python -m benchmarks.compare"
    run = "".join([f"{compare} run", *words, *searches])
    return "".join([f"{run} && {compare} report", *words, *section])


def loaded_results(options: argparse.Namespace) -> Any:
    """Read the records that the options name."""
    names = options.peers.split(",") if options.peers else None
    variants = chosen_variants(options)

    def wanted(row: Row) -> bool:
        return (names is None or row[0] in names) and row[1] in variants

    memo, tasks = memo_here(options.results), chosen_tasks(options)
    return load(options.results, tasks, memo, options.budget, options.pending, wanted)


def chosen_tasks(options: argparse.Namespace) -> Mapping[str, Task]:
    """Return the tasks that the options name.

    Raises
    ------
    SystemExit
        If a name is not that of a suite or a task.
    """
    suites = options.suite.split("+")
    if not set(suites) <= set(SUITES):
        sys.exit(f"Expected suites among {SUITES}, got {suites}.")
    suite = {n: t for n, t in all_tasks().items() if t.suite in suites}
    if not options.tasks:
        return {n: t for n, t in suite.items() if t.quick or options.subset == "full"}
    names = set(options.tasks.split(","))
    known = {*suite, *(task.split for task in suite.values())}
    if not names <= known:
        sys.exit(f"Expected tasks among {sorted(known)}, got {sorted(names - known)}.")
    return {n: t for n, t in suite.items() if n in names or t.split in names}


def chosen_peers(options: argparse.Namespace) -> list[Peer]:
    """Return the peers that the options name.

    Raises
    ------
    SystemExit
        If a name is not that of a peer.
    """
    full = options.subset == "full"
    usual = [name for name in USUAL if full or BY_NAME[name].quick]
    names = options.peers.split(",") if options.peers else usual
    if not set(names) <= set(BY_NAME):
        sys.exit(f"Expected peers among {list(BY_NAME)}, got {names}.")
    peers = [only(BY_NAME[name], chosen_variants(options)) for name in names]
    if options.label is None:
        return peers
    pairs = [option.split("=", 1) for option in options.option]
    settings = {name: json.loads(value) for name, value in pairs}
    return [peer.labelled(options.label, settings) for peer in peers]


def only(peer: Peer, variants: Sequence[str]) -> Peer:
    """Return a peer with those of its variants that are asked for."""
    return replace(peer, variants=tuple(v for v in peer.variants if v in variants))


def chosen_variants(options: argparse.Namespace) -> list[str]:
    """Return the variants that the options name.

    Raises
    ------
    SystemExit
        If a name is not that of a variant.
    """
    variants = options.variants.split(",") if options.variants else list(VARIANTS)
    if not set(variants) <= set(VARIANTS):
        sys.exit(f"Expected variants among {list(VARIANTS)}, got {variants}.")
    return variants


def seeds(text: str) -> list[int]:
    """Read ``3``, ``0,2`` or ``0-4``."""
    low, dash, high = text.partition("-")
    return (
        list(range(int(low), int(high) + 1))
        if dash
        else [int(s) for s in text.split(",")]
    )


def say(line: str) -> None:
    """Write a line of progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
