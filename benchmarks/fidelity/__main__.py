"""The command ``python -m benchmarks.fidelity``; see the package for its use."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._results import BENCHMARKS, RESULTS, setting, write_section
from benchmarks.compare._envs import Environments
from benchmarks.compare._markdown import words
from benchmarks.compare.runners._ours_space import checkout
from benchmarks.fidelity import _ours, _peer
from benchmarks.fidelity._instances import BUDGET, REPORT, TUNE, Account, Instance

RECORDS = BENCHMARKS / ".results" / "fidelity.jsonl"
SHOWN = (5.0, 10.0, 20.0)
SEARCHES = (*_ours.OURS, *_peer.PEERS)


def main(arguments: list[str]) -> None:
    """Run what is missing, or write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity")
    parser.add_argument("command", choices=["run", "report"])
    parser.add_argument("--envs", help="folder of the environments")
    parser.add_argument("--records", type=Path, default=RECORDS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--searches", nargs="*", default=list(SEARCHES))
    parser.add_argument("--tune", action="store_true", help="the other instances")
    options = parser.parse_args(arguments)
    if options.command == "run":
        run(options)
    else:
        text = table(read(options.records))
        write_section(RESULTS, "fidelity", text)
        print(text)


def run(options: argparse.Namespace) -> None:
    """Run the searches that are not on record, seeds outermost."""
    environments = Environments(options.envs)
    done = {(r["instance"], r["search"], r["seed"]) for r in read(options.records)}
    instances = TUNE if options.tune else REPORT
    options.records.parent.mkdir(parents=True, exist_ok=True)
    places = [Instance(model, n) for model, names in instances.items() for n in names]
    jobs = itertools.product(range(options.seeds), places, options.searches)
    for seed, instance, search in jobs:
        if (instance.name, search, seed) in done:
            continue
        record = one(instance, search, seed, environments)
        with options.records.open("a") as file:
            file.write(json.dumps(record) + "\n")


def one(
    instance: Instance, search: str, seed: int, environments: Environments
) -> dict[str, Any]:
    """Run one search; return what it found by what it cost."""
    account, begun = Account(instance), time.process_time()
    if search in _ours.OURS:
        _ours.search(account, search, seed)
    else:
        _peer.search(account, search, seed, environments)
    seconds = time.process_time() - begun
    about = {"instance": instance.name, "search": search, "seed": seed}
    about |= {"version": version(search, environments)}
    best, median = instance.bounds
    found = {"best": max(best, *(row["full"] for row in account.rows))}
    return {
        **about,
        **found,
        "median": median,
        "seconds": seconds,
        "n": len(account.rows),
        "found": [found_at(account.rows, cost) for cost in SHOWN],
    }


def version(search: str, environments: Environments) -> str:
    """Return the version of the library of a search."""
    if search in _ours.OURS:
        return checkout()
    library = _peer.PEERS[search]
    return environments.status(library)["versions"][library]


def found_at(rows: list[dict[str, float]], cost: float) -> float:
    """Return the score with everything of what a search has found at a cost."""
    seen = [row for row in rows if row["cost"] <= cost + 1e-9]
    most = max(row["amount"] for row in seen)
    top = [row for row in seen if row["amount"] == most]
    return max(top, key=lambda row: row["score"])["full"]


def read(path: Path) -> list[dict[str, Any]]:
    """Return what is on record."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def comparable(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the records of the instances and seeds that all searches have done."""
    done: dict[tuple[str, int], set[str]] = {}
    for record in records:
        place = record["instance"], record["seed"]
        done.setdefault(place, set()).add(record["search"])
    searches = {record["search"] for record in records}
    return [r for r in records if done[r["instance"], r["seed"]] == searches]


def regrets(records: list[dict[str, Any]]) -> dict[str, NDArray[np.float64]]:
    """Return by search the regrets of shape (n_instances, len(SHOWN)), over seeds."""
    best: dict[str, float] = {}
    for record in records:
        name = record["instance"]
        best[name] = max(best.get(name, -np.inf), record["best"])
    found: dict[str, dict[str, list[NDArray[np.float64]]]] = {}
    for record in records:
        name = record["instance"]
        width = best[name] - record["median"]
        regret = (best[name] - np.array(record["found"])) / width
        found.setdefault(record["search"], {}).setdefault(name, []).append(regret)
    return {
        search: np.array([np.mean(of, axis=0) for of in by_instance.values()])
        for search, by_instance in found.items()
    }


def table(records: list[dict[str, Any]]) -> str:
    """Return the section of RESULTS.md, on what all searches have done."""
    records = comparable(records)
    n_instances = len({record["instance"] for record in records})
    n_seeds = len({record["seed"] for record in records})
    text = (
        "Surrogates of real tuning runs with epochs or the share of the samples as "
        f"the resource, instances: {n_instances}, seeds: {n_seeds}, {BUDGET:.0f} "
        "evaluations with everything to spend. Mean regret over the instances at a "
        "cost, in evaluations with everything; 0 is the best score known, 1 the median "
        "of random configurations. The last columns are the instances on which a "
        "search is better than HyperbandSearchCV at the end, and the evaluations it "
        "made."
    )
    command = "python -m benchmarks.fidelity "
    command = f"{command}run --seeds {n_seeds} && {command}report"
    return "\n".join(
        [
            "## Regret by cost, with less for most candidates",
            "",
            text,
            "",
            "| search | at 5 | at 10 | at 20 | better than ours | evaluations |",
            "|---|---|---|---|---|---|",
            *_rows(records),
            "",
            f"`{command}`; {setting()}. Versions: {versions(records)}.",
        ]
    )


def versions(records: list[dict[str, Any]]) -> str:
    """Return searches and their versions in words."""
    found = {f"{r['search']} {r.get('version', 'unknown')}" for r in records}
    return words(sorted(found))


def _rows(records: list[dict[str, Any]]) -> Iterator[str]:
    found = regrets(records)
    ours = found.get(SEARCHES[0])
    for search in sorted(found, key=lambda name: found[name][:, -1].mean()):
        means = " | ".join(f"{mean:.3f}" for mean in found[search].mean(axis=0))
        evaluations = np.mean([r["n"] for r in records if r["search"] == search])
        better = "-"
        if ours is not None and search != SEARCHES[0]:
            wins = int((found[search][:, -1] < ours[:, -1]).sum())
            better = f"{wins} of {len(ours)}"
        yield f"| {search} | {means} | {better} | {evaluations:.0f} |"


if __name__ == "__main__":
    main(sys.argv[1:])
