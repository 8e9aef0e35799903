"""The environments of the peers, each made by a command.

They live in the folder given by ``--envs`` or the variable ``SKLEARN_HPO_PEERS``, else
in ``benchmarks/.envs``. A peer that does not install leaves its reason in the folder,
and the tables show it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = "here"
FOLDER = Path(__file__).resolve().parents[1] / ".envs"
STATUS = "bench.json"
# torch has builds with and without GPU; any of this release will do.
TORCH = "torch==2.13.0"


@dataclass(frozen=True)
class Environment:
    """What is installed, what must import afterwards, and why a pin is there."""

    requirements: tuple[str, ...]
    imports: str
    why: str = ""


ENVIRONMENTS = {
    "optuna": Environment(
        (
            "optuna==5.0.0",
            "optuna-integration[sklearn]==5.0.0",
            "cmaes==0.13.1",
            TORCH,
            "pandas",
        ),
        "optuna, cmaes, torch, optuna_integration.sklearn",
    ),
    "hyperopt": Environment(("hyperopt==0.3.0",), "hyperopt"),
    "flaml": Environment(("flaml[blendsearch]==2.7.0",), "flaml"),
    "nevergrad": Environment(("nevergrad==1.0.12",), "nevergrad"),
    "dehb": Environment(("dehb==0.1.2", "scikit-learn"), "dehb.optimizers.de"),
    "genetic": Environment(
        ("sklearn-genetic-opt==0.12.0", "pandas"), "sklearn_genetic"
    ),
    "smac": Environment(("smac==2.4.1",), "smac"),
    "skopt": Environment(("scikit-optimize==0.10.2", "pandas"), "skopt"),
    "dask": Environment(("dask-ml==2025.1.0", "pandas"), "dask_ml.model_selection"),
    "dask_hyperband": Environment(
        (
            "dask-ml==2025.1.0",
            "dask==2025.2.0",
            "distributed==2025.2.0",
            "pandas==2.3.3",
        ),
        "dask_ml.model_selection",
        "with dask 2025.3 and newer HyperbandSearchCV of dask-ml 2025.1 always fails",
    ),
    "ax": Environment(("ax-platform==1.3.1", TORCH), "ax.api.client"),
    "hebo": Environment(
        (
            "HEBO==0.3.6",
            TORCH,
            "numpy==1.24.4",
            "pandas==2.2.3",
            "scikit-learn==1.5.2",
            "scipy==1.12.0",
            "matplotlib==3.8.4",
            "setuptools<80",
        ),
        "hebo.optimizers.hebo",
        "HEBO wants numpy < 1.25; without the other pins pip searches for hours",
    ),
}


class Environments:
    """The folder of environments.

    Parameters
    ----------
    folder : str or None
        Where they are; see the head of the file for the default.
    """

    def __init__(self, folder: str | None = None) -> None:
        chosen = folder or os.environ.get("SKLEARN_HPO_PEERS") or FOLDER
        self.folder = Path(chosen).resolve()

    def python(self, name: str) -> str:
        """Return the interpreter of an environment."""
        return (
            sys.executable
            if name == HERE
            else str(self.folder / name / "bin" / "python")
        )

    def problem(self, name: str) -> str | None:
        """Return why an environment cannot be used, None if it can."""
        if name == HERE:
            return None
        problem = self.status(name)["problem"]
        if problem is None and not Path(self.python(name)).is_file():
            return "its interpreter is gone: python -m benchmarks.compare envs"
        return problem

    def status(self, name: str) -> dict[str, Any]:
        """Return what is known of an environment."""
        path = self.folder / name / STATUS
        if not path.is_file():
            return {
                "problem": "not made: python -m benchmarks.compare envs",
                "versions": {},
            }
        return json.loads(path.read_text())

    def make(self, name: str, *, again: bool = False) -> dict[str, Any]:
        """Make an environment unless it is there; return its status."""
        wanted = ENVIRONMENTS[name]
        status = self.status(name)
        done = status.get("requirements") == list(wanted.requirements)
        if done and not again and self.problem(name) is None:
            return status
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        problem = self._install(name, wanted)
        status = {
            "problem": problem,
            "requirements": list(wanted.requirements),
            "versions": {} if problem else self._versions(name),
        }
        (folder / STATUS).write_text(json.dumps(status, indent=1))
        return status

    def _install(self, name: str, wanted: Environment) -> str | None:
        """Install and import; return the last words of what failed."""
        pip = [
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            *wanted.requirements,
        ]
        for command in (pip, ["-c", f"import {wanted.imports}"]):
            with (self.folder / name / "bench.log").open("ab") as log:
                code = subprocess.call(
                    [self.python(name), *command], stdout=log, stderr=log
                )
            if code:
                return last_words(self.folder / name / "bench.log")
        return None

    def _versions(self, name: str) -> dict[str, str]:
        command = [self.python(name), "-m", "pip", "list", "--format", "json"]
        listed = json.loads(
            subprocess.run(command, capture_output=True, check=True).stdout
        )
        return {entry["name"].lower(): entry["version"] for entry in listed}


def last_words(log: Path) -> str:
    """Return the last line of a log that says something."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    said = [line for line in lines if line and not line.startswith("WARNING")]
    return said[-1][:300] if said else "no output"
