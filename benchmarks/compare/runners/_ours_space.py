"""The neutral space as users of sklearn_hpo write it, and which checkout it is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from benchmarks.compare._space import BRANCH, Param, Space
from sklearn_hpo import Integer, Real, __file__, __version__


def translate(space: Space) -> list[dict[str, Any]]:
    """Return a dict of distributions for each branch; choices are plain lists."""
    branches = []
    for branch in space.branches:
        head = {BRANCH: [branch]} if space.is_branched else {}
        active = {p.name: distribution(p) for p in space.active(branch)}
        branches.append(head | active)
    return branches


def distribution(param: Param) -> Any:
    """Translate one parameter."""
    if param.kind == "cat":
        return list(param.choices)
    if param.kind == "int":
        return Integer(int(param.low), int(param.high), log=param.log)
    return Real(param.low, param.high, log=param.log)


def checkout() -> str:
    """Return the version and a hash of all code of the package."""
    digest = hashlib.sha1()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:7]}"
