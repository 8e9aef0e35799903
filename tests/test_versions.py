"""The versions we run with, and a clear word where one is too old."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sklearn_hpo import _compat

ROOT = Path(__file__).parents[1]


def test_the_bounds_are_those_of_pyproject() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    (required,) = re.findall(
        r"^dependencies = \[(.*?)\]", text, re.DOTALL | re.MULTILINE
    )
    bounds = [f"{name}>={oldest}" for name, (_, oldest) in _compat.OLDEST.items()]
    assert re.findall(r'"(.*?)"', required) == bounds


def test_an_old_version_is_refused_before_anything_else() -> None:
    code = "import sklearn; sklearn.__version__ = '1.5.2'; import sklearn_hpo"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == (
        "ImportError: sklearn_hpo needs scikit-learn>=1.6, got scikit-learn 1.5.2. "
        'To upgrade: python -m pip install "scikit-learn>=1.6"'
    )


@pytest.mark.parametrize(
    ("module", "version"),
    [
        ("numpy", "1.9.3"),
        ("scipy", "1.9.0rc1"),
        ("sklearn", "1.5.2"),
        ("joblib", "1.2.0"),
        ("threadpoolctl", "2.2.0"),
    ],
)
def test_this_is_too_old(module: str, version: str, monkeypatch) -> None:
    monkeypatch.setattr(f"{module}.__version__", version)
    with pytest.raises(ImportError, match=rf"got [a-z-]+ {re.escape(version)}\. "):
        _compat.refuse_old_versions()


@pytest.mark.parametrize(
    "version", ["1.6", "1.6.0", "1.6rc1", "1.10.dev0+g1b2c3d", "2.0"]
)
def test_this_is_new_enough(version: str, monkeypatch) -> None:
    monkeypatch.setattr("sklearn.__version__", version)
    _compat.refuse_old_versions()


def test_all_that_is_too_old_is_named(monkeypatch) -> None:
    monkeypatch.setattr("sklearn.__version__", "1.5.2")
    monkeypatch.setattr("joblib.__version__", "1.2.0")
    with pytest.raises(
        ImportError,
        match=r"needs scikit-learn>=1.6 and joblib>=1.3, got scikit-learn 1.5.2 and "
        r'joblib 1.2.0. .* install "scikit-learn>=1.6" "joblib>=1.3"$',
    ):
        _compat.refuse_old_versions()


def test_every_session_of_the_workflow_is_one_of_nox() -> None:
    workflow = (ROOT / ".github" / "workflows" / "checks.yml").read_text()
    asked = set(re.findall(r'session: "?(\w+)', workflow))
    known = re.findall(
        r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE
    )
    assert {"tests", "oldest", "nightly", "wheel"} <= asked <= set(known)
