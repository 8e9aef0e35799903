"""What CONTRIBUTING.md shows must run, and what stands beside it must hold."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

import sklearn_hpo

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(
    r"## Add a (\w+)\n.*?```python\n(.*?)```",
    (ROOT / "CONTRIBUTING.md").read_text(),
    re.DOTALL,
)


def test_each_kind_has_its_lines() -> None:
    assert [kind for kind, _ in BLOCKS] == ["strategy", "distribution", "callback"]


@pytest.mark.parametrize(("kind", "code"), BLOCKS, ids=[kind for kind, _ in BLOCKS])
def test_the_lines_keep_the_contract_they_check(
    kind: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"\ncheck_{kind}(" in code
    # A module, because what is checked is pickled.
    file = tmp_path / f"own_{kind}.py"
    file.write_text(code)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, file.stem, module)
    spec.loader.exec_module(module)


def test_the_files_it_names_exist() -> None:
    named = re.findall(r"`([\w/.]+/[\w.]+)`", (ROOT / "CONTRIBUTING.md").read_text())
    paths = [name for name in named if not name.startswith((".venv", "space/"))]
    assert len(paths) > 5
    assert [name for name in paths if not (ROOT / name).exists()] == []


def test_the_citation_names_the_version() -> None:
    (version,) = re.findall(
        r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE
    )
    assert version == sklearn_hpo.__version__
