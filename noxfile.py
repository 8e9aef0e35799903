"""Checks in new environments, with other versions of Python and scikit-learn.

    nox                              lint, types, docs and wheel
    nox -s "tests(3.11-1.7)"         one Python with one scikit-learn; -s tests for all
    nox -s oldest                    the lower bounds of pyproject.toml
    nox -s nightly                   what is not released yet; may fail
    nox -s clusters                  the searches on dask and on ray
    nox -l                           all of them

nox looks for interpreters on the PATH; those of pyenv are put there by
``pyenv shell 3.11 3.10 3.13``. What follows ``--`` goes to pytest.
"""

from __future__ import annotations

import os
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")["project"]
EXTRAS = PROJECT["optional-dependencies"]
OLDEST_PYTHON = PROJECT["requires-python"].removeprefix(">=")
PAIRS = [
    ("3.10", "1.6"),
    ("3.13", "1.6"),
    *((python, sklearn) for python in ("3.11", "3.13") for sklearn in ("1.7", "1.8")),
    *((python, "1.9") for python in ("3.11", "3.13")),
]

nox.needs_version = ">=2025.2"
nox.options.error_on_missing_interpreters = True


def lowest(requirements: list[str]) -> list[str]:
    """Return the oldest version that each requirement allows."""
    return [requirement.replace(">=", "==") for requirement in requirements]


def pinned(*names: str) -> list[str]:
    """Return what the dev extra says about these tools."""
    return [tool for tool in EXTRAS["dev"] if tool.startswith(names)]


def pytest(session: nox.Session, *options: str) -> None:
    """Run the tests, or those named after ``--``."""
    session.run("python", "-m", "pytest", "-n", "auto", *(session.posargs or options))


@nox.session(default=False)
@nox.parametrize(("python", "sklearn"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def tests(session: nox.Session, sklearn: str) -> None:
    """Run the tests with one version of scikit-learn."""
    # scikit-learn before 1.9 does not know polars 2.
    polars = [] if sklearn == "1.9" else ["polars<2"]
    session.install(f"scikit-learn=={sklearn}.*", *polars, "-e", ".[test]")
    pytest(session)


@nox.session(python=OLDEST_PYTHON, default=False)
def oldest(session: nox.Session) -> None:
    """Run the tests with the lower bounds of pyproject.toml.

    Those of the benchmarks are left out: they are for the newest versions.
    """
    found = session.run(
        "python", "-c", "import sys; print('{}.{}'.format(*sys.version_info))",
        silent=True,
    ).strip()  # fmt: skip
    if found != OLDEST_PYTHON:
        session.error(
            "numpy, scipy and scikit-learn as old as this have no wheels for Python "
            f"{found}, only for {OLDEST_PYTHON}: leave out --force-python"
        )
    bounds = [*PROJECT["dependencies"], *EXTRAS["frame"], *EXTRAS["progress"]]
    bounds += [
        name for name in EXTRAS["test"] if name.startswith(("polars", "pyarrow"))
    ]
    session.install(
        "--only-binary=numpy,scipy,scikit-learn", *lowest(bounds), "-e", ".[test]"
    )
    pytest(session, "--ignore=tests/benchmarks")


@nox.session(default=False)
def nightly(session: nox.Session) -> None:
    """Run the tests with what is not released yet.

    NIGHTLY_INDEX names an index of nightly wheels; without it pre-releases are taken.
    """
    nightly = os.environ.get("NIGHTLY_INDEX")
    index = ["--extra-index-url", nightly] if nightly else []
    session.install("-e", ".[test]")
    core = ["numpy", "scipy", "scikit-learn", "joblib", "threadpoolctl"]
    session.install("--pre", "--upgrade", *index, *core)
    pytest(session)


@nox.session(default=False)
def clusters(session: nox.Session) -> None:
    """Run the searches on local clusters of dask and of ray."""
    session.install("-e", ".[test]", "dask[distributed]", "ray")
    command = ["python", "-m", "pytest", "-m", "slow", "-rs", *session.posargs]
    session.run(*command, "tests/evaluation/test_clusters.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install(*pinned("ruff"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the package."""
    session.install(*pinned("mypy"), ".")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation and run its code."""
    session.install("-e", ".[doc]")
    sphinx = ["python", "-m", "sphinx", "--no-color", "-q", "-W", "--keep-going"]
    for builder in ("html", "doctest"):
        output = ["-d", "doc/_build/doctrees", "-b", builder, "doc"]
        session.run(*sphinx, *output, f"doc/_build/{builder}")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel; install, use and type-check it outside the tree."""
    folder = Path(session.create_tmp())
    session.run("pip", "wheel", "-q", "--no-deps", "-w", folder, ".")
    (built,) = folder.glob("*.whl")
    session.install("--force-reinstall", built)
    built.unlink()
    script = ROOT / "tests" / "typed" / "user_script.py"
    session.chdir(folder)
    session.run("pip", "check")
    session.run("python", "-I", ROOT / "tests" / "check_wheel.py")
    session.run("python", "-I", script)
    session.install(*pinned("mypy"))
    session.run("mypy", "--strict", "--config-file=", script)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Measure which lines and branches the tests reach, in worker processes too."""
    session.install("-e", ".[test]", *pinned("coverage"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-n", "auto", *session.posargs)
    session.run("coverage", "combine", "-q")
    all_tests = not session.posargs
    session.run("coverage", "report", *(["--fail-under=95"] if all_tests else []))
