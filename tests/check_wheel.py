"""What holds in an environment with the wheel and what it requires, nothing else."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import sklearn_hpo
from sklearn_hpo.callbacks import Progress
from sklearn_hpo.trials import History

TREE = Path(__file__).resolve().parents[1]


def check(fact: object, message: str) -> None:
    """End with the message unless the fact holds."""
    if not fact:
        raise SystemExit(message)


def refusal(package: str, use: Callable[[], object]) -> None:
    """Check that a missing optional package is named, with the way to install it."""
    check(importlib.util.find_spec(package) is None, f"{package} is installed")
    try:
        use()
    except ImportError as error:
        check(re.search(f"needs {package}.*pip install", str(error)), repr(error))
    else:
        raise SystemExit(f"{use} works without {package}")


def main() -> None:
    """Check everything."""
    package = Path(sklearn_hpo.__file__).resolve().parent
    check(package.parent != TREE, f"imported from the tree: {package}")
    check((package / "py.typed").is_file(), "the wheel has no py.typed")
    check(metadata.version("sklearn-hpo") == sklearn_hpo.__version__, "another version")
    refusal("pandas", History(5, 20).to_frame)
    refusal("rich", lambda: Progress().begin(History(5, 20)))


if __name__ == "__main__":
    main()
