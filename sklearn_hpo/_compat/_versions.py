"""Which versions we run with."""

from __future__ import annotations

import re

import joblib
import numpy as np
import scipy
import sklearn
import threadpoolctl

OLDEST = {
    "numpy": (np, "1.24"),
    "scipy": (scipy, "1.10"),
    "scikit-learn": (sklearn, "1.6"),
    "joblib": (joblib, "1.3"),
    "threadpoolctl": (threadpoolctl, "3.1"),
}


def refuse_old_versions() -> None:
    """Raise an ImportError if something is too old, and say what to do."""
    too_old = [
        (f"{package}>={oldest}", f"{package} {module.__version__}")
        for package, (module, oldest) in OLDEST.items()
        if _release(module.__version__) < _release(oldest)
    ]
    if too_old:
        needed, found = zip(*too_old, strict=True)
        quoted = [f'"{requirement}"' for requirement in needed]
        raise ImportError(
            f"sklearn_hpo needs {' and '.join(needed)}, got {' and '.join(found)}. "
            f"To upgrade: python -m pip install {' '.join(quoted)}"
        )


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
