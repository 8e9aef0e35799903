"""Regret against evaluations, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare._peers import BY_NAME, PEERS, VARIANTS
from benchmarks.compare._records import Row
from benchmarks.compare._summary import RANDOM, Summary, is_ours

SUFFIXES = (".svg", ".png")
ORDER = [peer.name for peer in PEERS]
COLORS = [f"C{i}" for i in (0, 1, 2, 3, 4, 5, 6, 8, 9)]  # C7 is grey
LETTER = 0.042  # height of a label as a share of the panel


def draw(summary: Summary, path: Path) -> None:
    """Draw the mean regret of each row, a panel for each variant.

    Ours are black in both panels, random search is dashed. The name of a line stands
    at its end. Regret has a logarithmic axis, for the last steps are the small ones.

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
    from matplotlib.ticker import FuncFormatter, LogLocator

    # The same file for the same figures: no date, no random ids.
    plt.rcParams["svg.hashsalt"] = "benchmarks"
    figure, axes = plt.subplots(1, 2, figsize=(14, 5), sharey=True)
    figure.subplots_adjust(left=0.045, right=0.84, top=0.93, bottom=0.1, wspace=0.62)
    means = summary.curves.mean(axis=1)
    # A row without regret has no logarithm: it lies on the lower edge.
    least = means[means > 0].min(initial=1.0) / 1.3
    for axis, (variant, title) in zip(axes, VARIANTS.items(), strict=True):
        axis.set(title=title, xlabel="evaluations", yscale="log")
        axis.set(xlim=(1, summary.results.budget), ylim=(least, means.max() * 1.1))
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
        axis.yaxis.set_minor_locator(LogLocator(subs=()))
        axis.tick_params(labelleft=True)
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
        shown = [i for i, row in enumerate(summary.rows) if in_panel(row, variant)]
        shown.sort(key=lambda i: means[i, -1])
        for i in shown:
            line = np.maximum(means[i], least)
            steps = np.arange(1, len(line) + 1)
            axis.plot(steps, line, clip_on=False, **style(summary.rows[i]))
        _label(axis, [summary.rows[i] for i in shown], means[shown, -1])
    axes[0].set_ylabel("mean normalized regret")
    for suffix in SUFFIXES:
        about = {"Date": None} if suffix == ".svg" else {"Software": None}
        figure.savefig(path.with_suffix(suffix), metadata=about, dpi=130)
    plt.close(figure)


def in_panel(row: Row, variant: str) -> bool:
    """Whether a row belongs into the panel of a variant; ours are in both."""
    return row[1] == variant or is_ours(row)


def style(row: Row) -> dict[str, Any]:
    """Return how the line of a row is drawn."""
    name = row[0].partition("-")[0]
    place = ORDER.index(name)
    if name == RANDOM[0]:
        return {"lw": 1.4, "color": "grey", "ls": "--"}
    if is_ours(row):
        return {"lw": 2.6, "color": "black", "ls": "-" if "bayes" in name else ":"}
    round_, color = divmod(place, len(COLORS))
    return {"lw": 1.3, "color": COLORS[color], "ls": "-." if round_ else "-"}


def spread(places: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Return rising places moved apart to at least a gap, as a block within [0, 1]."""
    apart = places.copy()
    for i in range(1, len(apart)):
        apart[i] = max(apart[i], apart[i - 1] + gap)
    # Pushed back from the upper end, those below give way.
    top = 1.0
    for i in range(len(apart) - 1, -1, -1):
        apart[i] = top = min(apart[i], top)
        top -= gap
    return apart


def _label(axis: Any, rows: list[Row], last: NDArray[np.float64]) -> None:
    """Write the names of rows, sorted by their last regret, at the right edge."""
    low, high = np.log(axis.get_ylim())
    ends = (np.log(np.maximum(last, np.exp(low))) - low) / (high - low)
    for row, end, place in zip(rows, ends, spread(ends, LETTER), strict=True):
        name, _, label = row[0].partition("-")
        look = style(row)
        axis.annotate(
            BY_NAME[name].title + (f" ({label})" if label else ""),
            (1.0, end),
            (1.03, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            fontsize=8,
            color=look["color"],
            weight="bold" if is_ours(row) else "normal",
            arrowprops={
                "arrowstyle": "-",
                "color": look["color"],
                "lw": 0.5,
                "relpos": (0, 0.5),
                "shrinkA": 1,
                "shrinkB": 0,
            },
        )
