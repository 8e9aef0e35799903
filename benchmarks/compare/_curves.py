"""Regret against evaluations, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compare._peers import BY_NAME, PEERS, VARIANTS
from benchmarks.compare._records import Row
from benchmarks.compare._summary import Summary, is_ours

SUFFIXES = (".svg", ".png")


def draw(summary: Summary, path: Path) -> None:
    """Draw the mean regret of each row, a panel for each variant.

    Ours is thick and black in both panels, random search dashed. Regret has a
    logarithmic axis, for the last steps are the small ones.

    Parameters
    ----------
    summary : Summary
        What is drawn.
    path : Path
        The picture without its suffix; `SUFFIXES` are written.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    # The same file for the same figures: no date, no random ids.
    plt.rcParams["svg.hashsalt"] = "benchmarks"
    figure, axes = plt.subplots(
        1, 2, figsize=(11, 4.5), sharey=True, layout="constrained"
    )
    for axis, (variant, title) in zip(axes, VARIANTS.items(), strict=True):
        for i, row in enumerate(summary.rows):
            if row[1] == variant or is_ours(row):
                _line(axis, row, summary.curves[i].mean(axis=0))
        axis.set(title=title, xlabel="evaluations", yscale="log")
        axis.grid(alpha=0.3, which="both")
        axis.legend(fontsize=7, ncols=2, loc="lower left")
    axes[0].set_ylabel("mean normalised regret")
    for suffix in SUFFIXES:
        about = {"Date": None} if suffix == ".svg" else {"Software": None}
        figure.savefig(path.with_suffix(suffix), metadata=about, dpi=150)
    plt.close(figure)


def _line(axis: Any, row: Row, regret: Any) -> None:
    name, _, label = row[0].partition("-")
    title = BY_NAME[name].title + (f" ({label})" if label else "")
    color = f"C{[peer.name for peer in PEERS].index(name) % 10}"
    style: dict[str, Any] = {"lw": 1.2, "color": color}
    if name == "random":
        style = {"lw": 1.2, "color": "grey", "ls": "--"}
    elif is_ours(row):
        style = {"lw": 2.4, "color": "black", "ls": "-" if "bayes" in name else ":"}
    elif [peer.name for peer in PEERS].index(name) >= 10:
        style["ls"] = "-."
    axis.plot(np.arange(1, len(regret) + 1), regret, label=title, **style)
