"""scikit-learn's own search tests must pass with our searches in their place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent / "sklearn_suite" / "run.py"


@pytest.mark.parametrize("searches", ["grid-random", "bayes", "halving"])
def test_scikit_learns_own_tests_pass(searches: str, tmp_path: Path) -> None:
    # An empty working directory, so that no configuration of ours is picked up.
    command = [sys.executable, RUN, "--searches", searches, "-q", "--disable-warnings"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
