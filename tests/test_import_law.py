"""The import law of the house: floors, faces, no circles, few lazy imports."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sklearn_hpo"
FILES = sorted(PACKAGE.rglob("*.py"))
FLOORS = (
    {"_compat"},
    {"space", "surrogates", "hypergradients"},
    {"trials"},
    {"acquisition", "callbacks", "plots", "evaluation"},
    {"strategies"},
    {"schedules"},
    {"search"},
    {"__init__"},
    {"contracts", "__main__"},
)
# The files by their dotted names; in a wing, a folder is a room.
PARTS = {file.relative_to(PACKAGE).with_suffix("").parts for file in FILES}
REQUIRED = {"joblib", "numpy", "scipy", "sklearn", "threadpoolctl"}

each_file = pytest.mark.parametrize(
    "file", FILES, ids=[str(file.relative_to(PACKAGE)) for file in FILES]
)


def imports(file: Path, *, lazy: bool) -> Iterator[tuple[str, ...]]:
    """Yield the dotted name of each import, inside functions or outside them."""
    tree = ast.parse(file.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if (id(node) in inside) is not lazy:
            continue
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} is a relative import"
            yield tuple((node.module or "").split("."))


def own(file: Path) -> Iterator[tuple[str, ...]]:
    """Yield the imports from the package itself, without its name."""
    for name, *rest in imports(file, lazy=False):
        if name == PACKAGE.name:
            yield tuple(rest) or ("__init__",)


def wing(file: Path) -> str:
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def floor(name: str) -> int:
    return next(number for number, wings in enumerate(FLOORS) if name in wings)


@each_file
def test_an_import_goes_to_a_file_of_the_wing_or_the_face_of_a_lower_one(
    file: Path,
) -> None:
    for target in own(file):
        if target[0] == wing(file):
            assert target in PARTS, f"{target}: inside a wing, import the file"
        else:
            assert len(target) == 1, f"{target}: across wings, import the face"
            assert floor(target[0]) < floor(wing(file)), f"{target} is not below"


def test_no_circle_of_files() -> None:
    graph = {
        file.relative_to(PACKAGE).with_suffix("").parts: set(own(file))
        for file in FILES
    }
    graphlib.TopologicalSorter(graph).prepare()


@each_file
def test_only_optional_packages_are_imported_inside_a_function(file: Path) -> None:
    required = REQUIRED | set(sys.stdlib_module_names)
    lazy = {name for name, *_ in imports(file, lazy=True)}
    eager = {name for name, *_ in imports(file, lazy=False)}
    assert not lazy & (required | {PACKAGE.name})
    assert eager <= required | {PACKAGE.name}


@each_file
def test_no_hiding_place(file: Path) -> None:
    assert "TYPE_CHECKING" not in file.read_text()
    assert file.name not in {"utils.py", "_utils.py"}
