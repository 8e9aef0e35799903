"""Where results are written: sections of RESULTS.md, and the folder of figures."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import numpy as np
import scipy
import sklearn

BENCHMARKS = Path(__file__).resolve().parent
RESULTS = BENCHMARKS / "RESULTS.md"


def figures(into: Path) -> Path:
    """Return the folder of pictures and figures beside RESULTS.md, made if missing."""
    folder = into / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def setting() -> str:
    """Say on what the figures were taken."""
    return (
        f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, "
        f"scipy {scipy.__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, one thread"
    )


def write_section(path: Path, name: str, text: str) -> None:
    """Replace what stands between the markers of a section, or append it.

    Parameters
    ----------
    path : Path
        A Markdown file; made if it is not there.
    name : str
        Name in the markers ``<!-- name:begin -->`` and ``<!-- name:end -->``.
    text : str
        The new text between them.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    whole = path.read_text() if path.is_file() else "# Results\n"
    new = f"{begin}\n{text}\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(whole):
        path.write_text(pattern.sub(lambda _: new, whole))
    else:
        path.write_text(f"{whole.rstrip()}\n\n{new}\n")
