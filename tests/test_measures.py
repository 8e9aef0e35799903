"""Files and functions stay short enough to be read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sklearn_hpo"
FILES = sorted(PACKAGE.rglob("*.py"))

each_file = pytest.mark.parametrize(
    "file", FILES, ids=[str(file.relative_to(PACKAGE)) for file in FILES]
)


def code_lines(function: ast.FunctionDef, source: list[str]) -> int:
    """Count the lines of a body that are neither docstring, comment nor empty."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    lines = source[body[0].lineno - 1 : function.end_lineno]
    return sum(1 for line in lines if line.strip() and line.strip()[0] != "#")


@each_file
def test_a_file_has_at_most_400_lines(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400


@each_file
def test_a_function_has_at_most_60_code_lines(file: Path) -> None:
    text = file.read_text()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert code_lines(node, text.splitlines()) <= 60, node.name
