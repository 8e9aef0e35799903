"""CatCMA with margin of the library cmaes."""

from __future__ import annotations

import math
from typing import Any

import cmaes
import numpy as np

from benchmarks.compare._space import Config, Param
from benchmarks.compare.runners._runner import Runner, WorstSeen


class Peer(Runner):
    """CatCMAwM with its defaults, generation by generation.

    It knows no branches, so the space is flattened, and no logarithms, so numbers on a
    logarithmic axis are given as logarithms and integers on one are rounded here. A
    failed configuration is told as the worst seen. A configuration from outside is
    evaluated, but the optimizer is not told of it: it takes none.
    """

    library = "cmaes"
    parallel = False

    def start(self) -> None:
        """Make the optimizer."""
        params = self.space.flat()
        self.choices = [p for p in params if p.kind == "cat"]
        self.integers = [p for p in params if p.kind == "int" and not p.log]
        self.reals = [
            p for p in params if p.kind == "real" or (p.kind == "int" and p.log)
        ]
        self.optimizer = cmaes.CatCMAwM(
            x_space=[bounds(p) for p in self.reals] or None,
            z_space=[list(range(int(p.low), int(p.high) + 1)) for p in self.integers]
            or None,
            c_space=[len(p.choices) for p in self.choices] or None,
            seed=self.seed,
        )
        self.worst = WorstSeen()
        self.generation: list[Any] = []

    def propose(self) -> tuple[Any, Config]:
        """Ask for a solution."""
        solution = self.optimizer.ask()
        x = [] if solution.x is None else solution.x
        z = [] if solution.z is None else solution.z
        config = {p.name: number(p, v) for p, v in zip(self.reals, x, strict=True)}
        config |= {p.name: int(v) for p, v in zip(self.integers, z, strict=True)}
        for i, param in enumerate(self.choices):
            config[param.name] = param.choices[int(np.argmax(solution.c[i]))]
        return solution, self.space.prune(config)

    def adopt(self, config: Config) -> Any:
        """Need no handle: nothing is told."""

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Tell the losses of a generation when it is complete."""
        loss = -self.worst(value)
        if handle is not None:
            self.generation.append((handle, loss))
        if len(self.generation) == self.optimizer.population_size:
            self.optimizer.tell(self.generation)
            self.generation = []


def bounds(param: Param) -> list[float]:
    """Return the range of a number where it is uniform."""
    half = 0.5 if param.kind == "int" else 0.0
    low, high = param.low - half, param.high + half
    return [math.log(low), math.log(high)] if param.log else [low, high]


def number(param: Param, value: float) -> float:
    """Return the number at a place of its range."""
    x = math.exp(value) if param.log else float(value)
    x = round(x) if param.kind == "int" else x
    return min(max(x, param.low), param.high)
