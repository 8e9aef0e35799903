"""The differential evolution of DEHB, every evaluation at full fidelity."""

from __future__ import annotations

import math
import tempfile
import warnings
from typing import Any

import numpy as np
from dehb.optimizers.de import DE
from numpy.typing import NDArray

from benchmarks.compare._space import Config, Param
from benchmarks.compare.runners._bridge import Bridged, Recorded


class Peer(Bridged):
    """DE of DEHB with its constants: rand1_bin, F = CR = 0.5, twenty members.

    As in DEHB, choices and integers are bins of [0, 1]. It knows no branches here: the
    space is flattened.
    """

    library = "dehb"

    def fit(self) -> None:
        """Run more generations than the budget allows."""
        warnings.simplefilter("ignore")
        params = self.space.flat()

        def loss(vector: NDArray[np.float64], **_: Any) -> dict[str, float]:
            config = configuration(params, vector)
            value = Recorded(**config).fit(None, None).value_
            return {"fitness": -value, "cost": 1.0}

        search = DE(
            f=loss,
            dimensions=len(params),
            mutation_factor=0.5,
            crossover_prob=0.5,
            strategy="rand1_bin",
            seed=self.seed,
            output_path=tempfile.mkdtemp(prefix="dehb-"),
        )
        search.run(generations=self.budget)


def configuration(params: list[Param], vector: NDArray[np.float64]) -> Config:
    """Return the configuration at a point of the unit cube."""
    return {p.name: value(p, float(u)) for p, u in zip(params, vector, strict=True)}


def value(param: Param, u: float) -> Any:
    """Return the value of a parameter at a coordinate."""
    if param.kind == "cat":
        return param.choices[min(int(u * len(param.choices)), len(param.choices) - 1)]
    half = 0.5 if param.kind == "int" else 0.0
    low, high = param.low - half, param.high + half
    if param.log:
        x = math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
    else:
        x = low + u * (high - low)
    x = round(x) if param.kind == "int" else x
    return min(max(x, param.low), param.high)
