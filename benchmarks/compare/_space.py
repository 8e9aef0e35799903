"""The neutral search space that every peer translates into its own.

Only the standard library is used here, because this file runs in the environments of
all peers.

A configuration is a flat JSON-able dict: a value for each parameter that is active in
its branch and, if the space has several branches, the key ``"branch"``.

==============  =======================================================================
``branches``    names of the branches, each as likely as another; one means no choice
``params``      every parameter of the space once, by name
``on``          the branches in which a parameter is active; empty means everywhere
``low, high``   both included
``log``         uniform in the logarithm
``choices``     JSON scalars, all as likely
``default``     where the estimator's own default lies
==============  =======================================================================
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

Config = dict[str, Any]
BRANCH = "branch"
# A bound met through exp(log(bound)) may be missed by rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Param:
    """One parameter; ``kind`` is ``"real"``, ``"int"`` or ``"cat"``."""

    name: str
    kind: str
    default: Any
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    choices: tuple[Any, ...] = ()
    on: tuple[str, ...] = ()

    def sample(self, rng: random.Random) -> Any:
        """Draw one value."""
        if self.kind == "cat":
            return rng.choice(self.choices)
        half = 0.5 if self.kind == "int" else 0.0
        low, high = self.low - half, self.high + half
        if self.log:
            value = math.exp(rng.uniform(math.log(low), math.log(high)))
        else:
            value = rng.uniform(low, high)
        return self.clean(round(value) if self.kind == "int" else value, slack=half)

    def clean(self, value: Any, slack: float = 0.0) -> Any:
        """Return the value as the plain Python object it stands for.

        Raises
        ------
        ValueError
            If the value does not lie in the range or among the choices.
        """
        value = value.item() if hasattr(value, "item") else value  # of numpy
        if self.kind == "cat":
            return self.choices[self.index(value)]
        number = round(float(value)) if self.kind == "int" else float(value)
        slack += ROUNDING * max(abs(self.low), abs(self.high))
        if not self.low - slack <= number <= self.high + slack:
            raise ValueError(
                f"Parameter {self.name!r} lies in [{self.low}, {self.high}], the peer "
                f"proposed {value!r}: its translation of the space is wrong."
            )
        return min(max(number, self.low), self.high)

    def index(self, value: Any) -> int:
        """Return the position of a choice; 1, 1.0 and True are different choices."""
        for i, choice in enumerate(self.choices):
            if choice is value or (type(choice) is type(value) and choice == value):
                return i
        raise ValueError(
            f"Parameter {self.name!r} is one of {self.choices}, the peer proposed "
            f"{value!r}: its translation of the space is wrong."
        )

    @property
    def labels(self) -> list[str]:
        """The choices as distinct strings, for peers that know only those."""
        return [json.dumps(choice) for choice in self.choices]

    def label(self, value: Any) -> Any:
        """Return a choice's label, a number as it is."""
        return self.labels[self.index(value)] if self.kind == "cat" else value

    def unlabel(self, value: Any) -> Any:
        """Return the choice of a label, a number as it is."""
        return self.choices[self.labels.index(value)] if self.kind == "cat" else value


def real(name: str, low: float, high: float, default: float, **more: Any) -> Param:
    """Make a real parameter."""
    return Param(name, "real", default, low, high, **more)


def integer(name: str, low: int, high: int, default: int, **more: Any) -> Param:
    """Make an integer parameter."""
    return Param(name, "int", default, low, high, **more)


def cat(name: str, choices: Sequence[Any], default: Any, **more: Any) -> Param:
    """Make a categorical parameter."""
    return Param(name, "cat", default, choices=tuple(choices), **more)


@dataclass(frozen=True)
class Space:
    """Parameters and the branches they are active in; the first branch is the default.

    See the head of the file for the words.
    """

    params: tuple[Param, ...]
    branches: tuple[str, ...] = ("all",)

    @property
    def is_branched(self) -> bool:
        """Whether a configuration carries a branch."""
        return len(self.branches) > 1

    @property
    def chooser(self) -> Param:
        """The choice of the branch, as a parameter."""
        return Param(BRANCH, "cat", self.branches[0], choices=self.branches)

    def branch(self, config: Mapping[str, Any]) -> str:
        """Return the branch of a configuration."""
        return str(config[BRANCH]) if self.is_branched else self.branches[0]

    def active(self, branch: str) -> list[Param]:
        """Return the parameters that are active in a branch."""
        return [param for param in self.params if not param.on or branch in param.on]

    def flat(self) -> list[Param]:
        """Return all parameters as if none depended on another, the branch first."""
        chooser = [self.chooser] if self.is_branched else []
        return chooser + [replace(param, on=()) for param in self.params]

    def prune(self, config: Mapping[str, Any]) -> Config:
        """Return the configuration as plain objects, without what is inactive."""
        branch = self.branch(config)
        head = {BRANCH: branch} if self.is_branched else {}
        return head | {p.name: p.clean(config[p.name]) for p in self.active(branch)}

    def fill(self, config: Mapping[str, Any]) -> Config:
        """Return the configuration with defaults for what is inactive."""
        return {p.name: config.get(p.name, p.default) for p in self.flat()}

    def label(self, config: Mapping[str, Any]) -> Config:
        """Return the configuration with labels for choices."""
        return {
            p.name: p.label(config[p.name]) for p in self.flat() if p.name in config
        }

    def unlabel(self, config: Mapping[str, Any]) -> Config:
        """Return a plain configuration from one with labels, inactive ones dropped."""
        params = (p for p in self.flat() if p.name in config)
        return self.prune({p.name: p.unlabel(config[p.name]) for p in params})

    def nest(self, config: Mapping[str, Any]) -> Config:
        """Return the configuration with what depends on the branch below ``"tree"``."""
        if not self.is_branched:
            return dict(config)
        below = {BRANCH, *(p.name for p in self.params if p.on)}
        tree = {name: value for name, value in config.items() if name in below}
        shared = {name: value for name, value in config.items() if name not in below}
        return shared | {"tree": tree}

    def unnest(self, config: Mapping[str, Any]) -> Config:
        """Undo `nest`."""
        flat = {name: value for name, value in config.items() if name != "tree"}
        return self.prune(flat | dict(config.get("tree", {})))

    def default(self) -> Config:
        """Return the estimator's own setting."""
        return self.prune(self.fill({}))

    def sample(self, rng: random.Random) -> Config:
        """Draw one configuration: first a branch, then its parameters."""
        branch = rng.choice(self.branches)
        head = {BRANCH: branch} if self.is_branched else {}
        return head | {p.name: p.sample(rng) for p in self.active(branch)}

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {"branches": self.branches, "params": [asdict(p) for p in self.params]}

    @classmethod
    def from_json(cls, text: Mapping[str, Any]) -> Space:
        """Read what `to_json` wrote."""
        params = [
            Param(**{**p, "choices": tuple(p["choices"]), "on": tuple(p["on"])})
            for p in text["params"]
        ]
        return cls(tuple(params), tuple(text["branches"]))


def canonical(config: Mapping[str, Any]) -> str:
    """Return a string that is the same for equal configurations."""
    return json.dumps(config, sort_keys=True)
