"""The command ``python -m benchmarks.ablation``; see the package for its use."""

from __future__ import annotations

import argparse
import itertools
import json
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._results import BENCHMARKS, RESULTS, setting, write_section
from benchmarks.ablation._variants import AS_IS, VARIANTS, applied
from benchmarks.calibration import BUDGET, evaluated
from benchmarks.compare.__main__ import chosen_tasks
from benchmarks.compare.__main__ import seeds as as_seeds
from benchmarks.compare._records import curve
from benchmarks.compare._reference import Reference, number, reference
from benchmarks.compare._run import be_nice, memo_here
from benchmarks.compare._task import Task
from benchmarks.compare.runners._ours_space import checkout

Array = NDArray[np.float64]
Found = Mapping[tuple[str, int, str], Mapping[str, Any]]  # by task, seed, variant

RECORDS = BENCHMARKS / ".results" / "ablation.jsonl"
SHOWN = (10, 25, 50)
COMPARED = (25, 50)
SUITE = "real+surrogate"
# Real tasks of the split whose evaluation takes well over half a second.
SLOW = ("pipeline_adult",)


def main() -> None:
    """Run what is missing, or write the table into RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation")
    parser.add_argument("command", choices=["run", "report"])
    parser.add_argument("--seeds", type=as_seeds, default="0,1", help="such as 0-4")
    parser.add_argument("--suite", default=SUITE, help="such as crossed+further")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=[*VARIANTS])
    parser.add_argument("--records", type=Path, default=RECORDS)
    parser.set_defaults(subset="full", tasks="tune")
    options = parser.parse_args()
    be_nice()
    tasks = [t for name, t in chosen_tasks(options).items() if name not in SLOW]
    variants = [v for v in VARIANTS if v == AS_IS or v in options.variants]
    if options.command == "run":
        run(tasks, options.records, options.seeds, variants)
    else:
        text = report(tasks, options.records, variants, options.suite)
        print(text)
        name = "ablation" if options.suite == SUITE else f"ablation-{options.suite}"
        write_section(RESULTS, name, text)


def run(
    tasks: Sequence[Task], path: Path, seeds: Sequence[int], variants: Sequence[str]
) -> None:
    """Run what is not on record, the variants of a task and seed after one another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    memo, version = memo_here(path.parent), checkout()
    done = read(path, tasks, variants)
    jobs = [
        (seed, task, variant)
        for seed, task, variant in itertools.product(seeds, tasks, variants)
        if (task.name, seed, variant) not in done
    ]
    for count, (seed, task, variant) in enumerate(jobs, 1):
        start = time.perf_counter()
        with applied(variant):
            values = [outcome.value for _, outcome in evaluated(task, memo, seed)]
        record = {
            "task": task.name,
            "fingerprint": task.fingerprint,
            "seed": seed,
            "variant": variant,
            "version": version,
            "evaluations": [{"value": value} for value in values],
        }
        with path.open("a") as file:
            file.write(json.dumps(record) + "\n")
        about = f"{count}/{len(jobs)} {task.name}, seed {seed}, {variant}"
        print(f"{about}: {time.perf_counter() - start:.1f} s", flush=True)


def read(
    path: Path, tasks: Sequence[Task], variants: Sequence[str]
) -> dict[tuple[str, int, str], Any]:
    """Return the records of these variants on the tasks as they are now."""
    now = {(task.name, task.fingerprint) for task in tasks}
    lines = path.read_text().splitlines() if path.is_file() else []
    return {
        (record["task"], record["seed"], record["variant"]): record
        for record in map(json.loads, lines)
        if (record["task"], record["fingerprint"]) in now
        and record["variant"] in variants
    }


def searched(found: Found) -> list[str]:
    """Return the variants on record, the search as it is first."""
    names = {variant for _, _, variant in found}
    return [variant for variant in VARIANTS if variant in names]


def complete(found: Found) -> dict[str, list[int]]:
    """Return by task the seeds with a search of every variant, where there are any."""
    seeds, variants = defaultdict(list), searched(found)
    for task, seed in sorted({(task, seed) for task, seed, _ in found}):
        if all((task, seed, variant) in found for variant in variants):
            seeds[task].append(seed)
    return seeds


def regrets(found: Found, fixed: Mapping[str, Reference]) -> Array:
    """Return mean regrets over seeds, of shape (n_variants, n_tasks, BUDGET)."""
    by_task = []
    for task, seeds in complete(found).items():
        known = [r["evaluations"] for key, r in found.items() if key[0] == task]
        values = [number(e["value"]) for e in itertools.chain(*known)]
        best = max(fixed[task].best, fixed[task].default, *values)
        curves = [
            [curve(found[task, s, v], BUDGET, best, fixed[task].median) for s in seeds]
            for v in searched(found)
        ]
        by_task.append(np.mean(curves, axis=1))
    return np.stack(by_task, axis=1)


def differences(curves: Array) -> Array:
    """Return what each variant adds to the regret of the first, the search as it is.

    Returns
    -------
    differences : ndarray of shape (n_variants, len(COMPARED), 2)
        Mean over tasks, and its standard error.
    """
    compared = curves[:, :, np.array(COMPARED) - 1]
    more = compared - compared[0]
    error = more.std(axis=1, ddof=1) / np.sqrt(more.shape[1])
    return np.stack([more.mean(axis=1), error], axis=-1)


def rows(found: Found, curves: Array) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| | at 10 | at 25 | at 50 | more at 25 | more at 50 | tasks changed |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for variant, regret, more in zip(
        searched(found), curves, differences(curves), strict=True
    ):
        cells = [f"{regret[:, n - 1].mean():.4f}" for n in SHOWN]
        if variant == AS_IS:
            cells += [""] * (len(COMPARED) + 1)
        else:
            cells += [f"{mean:+.4f} ± {error:.4f}" for mean, error in more]
            cells.append(str(n_changed(found, variant)))
        yield f"| {variant} | " + " | ".join(cells) + " |"


def n_changed(found: Found, variant: str) -> int:
    """Return on how many tasks searches went another way than the search as it is."""

    def differs(task: str, seed: int) -> bool:
        one, other = (found[task, seed, v]["evaluations"] for v in (variant, AS_IS))
        return bool(one != other)

    return sum(
        any(differs(t, s) for s in seeds) for t, seeds in complete(found).items()
    )


def verdict(found: Found, curves: Array) -> str:
    """Say which differences are larger than two standard errors."""
    said: dict[str, list[str]] = {"larger": [], "smaller": [], "neither": []}
    for variant, more in zip(searched(found), differences(curves), strict=True):
        mean, error = more.T
        said["larger"] += [variant] * any(mean > 2.0 * error)
        said["smaller"] += [variant] * any(mean < -2.0 * error)
        said["neither"] += [variant] * all(np.abs(mean) <= 2.0 * error)
    said["neither"].remove(AS_IS)
    larger, smaller, neither = ("; ".join(names) or "none" for names in said.values())
    return (
        f"Regret larger by more than two standard errors at 25 or at 50: {larger}. "
        f"Smaller by as much: {smaller}. Within two standard errors at both, so that "
        f"these tasks do not show that the component earns its lines: {neither}. Of "
        "twenty replacements without any effect one is outside by chance, each time."
    )


def report(
    tasks: Sequence[Task], path: Path, variants: Sequence[str], suite: str
) -> str:
    """Return the section of RESULTS.md."""
    found, memo = read(path, tasks, variants), memo_here(path.parent)
    seeds = complete(found)
    curves = regrets(
        found, {t.name: reference(t, memo) for t in tasks if t.name in seeds}
    )
    versions = sorted({record["version"] for record in found.values()})
    failing = sorted(
        {
            task
            for (task, _, _), record in found.items()
            if any(e["value"] is None for e in record["evaluations"])
        }
    )
    listed = ",".join(map(str, sorted(set(itertools.chain(*seeds.values())))))
    numbers = " or ".join(map(str, sorted({len(some) for some in seeds.values()})))
    slow = ", ".join(SLOW) if "real" in suite.split("+") else "none"
    options = [] if suite == SUITE else [f"--suite {suite}"]
    if len(variants) < len(VARIANTS):
        options += ["--variants", *(f'"{v}"' for v in variants if v != AS_IS)]
    command = " ".join(["python -m benchmarks.ablation run --seeds", listed, *options])
    about = (
        f"`{command}`, then `report`; {setting()}, sklearn_hpo {', '.join(versions)}. "
        f"Tasks of the split `tune`, {suite.replace('+', ' and ')}: "
        f"{len(seeds)}, seeds: {numbers}, {BUDGET} evaluations. Mean normalized "
        "regret: 0 is the best value of any search on record and of 200 random "
        "configurations, 1 the median of these and all that is worse. *more*: what the "
        "variant adds to the regret of the search as it is, with the standard error "
        "over tasks. *tasks changed*: where its searches went another way at all. "
        f"Tasks where candidates failed: {', '.join(failing) or 'none'}. Left out, as "
        f"an evaluation takes more than 0.5 s: {slow}."
    )
    title = "## What each component of BayesSearchCV brings"
    if suite != SUITE:
        title += f": {suite.replace('+', ' and ')} tasks"
    said = verdict(found, curves)
    return "\n".join([title, "", about, "", *rows(found, curves), "", said])


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
