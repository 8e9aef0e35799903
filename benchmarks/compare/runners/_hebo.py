"""HEBO: a Gaussian process and three acquisition functions at once."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO

from benchmarks.compare._space import Config, Param
from benchmarks.compare.runners._runner import Runner, WorstSeen


class Peer(Runner):
    """The optimizer with its defaults over the flattened space.

    It knows no conditions and no failures: parameters of other branches have no effect,
    and a failed configuration is told as the worst seen.
    """

    library = "HEBO"

    def start(self) -> None:
        """Make the optimizer."""
        warnings.simplefilter("ignore")
        design = DesignSpace().parse([translate(p) for p in self.space.flat()])
        self.optimizer = HEBO(design, scramble_seed=self.seed)
        self.worst = WorstSeen()

    def propose(self) -> tuple[Any, Config]:
        """Ask for a table of one row."""
        frame = self.optimizer.suggest(n_suggestions=1)
        return frame, self.space.unlabel(frame.iloc[0].to_dict())

    def adopt(self, config: Config) -> Any:
        """Return the configuration as a table."""
        return pd.DataFrame([self.space.label(self.space.fill(config))])

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Observe, as a cost."""
        self.optimizer.observe(handle, np.array([[-self.worst(value)]]))


KINDS = {("real", False): "num", ("real", True): "pow", ("int", False): "int"}


def translate(param: Param) -> dict[str, Any]:
    """Translate one parameter."""
    if param.kind == "cat":
        return {"name": param.name, "type": "cat", "categories": param.labels}
    kind = KINDS.get((param.kind, param.log), "pow_int")
    more = {"base": 10} if param.log else {}
    return {"name": param.name, "type": kind, "lb": param.low, "ub": param.high, **more}
