"""Random search: every configuration is drawn from the space alone."""

from __future__ import annotations

import platform
import random
from typing import Any

from benchmarks.compare._space import Config
from benchmarks.compare.runners._runner import Runner


class Peer(Runner):
    """Independent draws, branches and choices equally likely."""

    def start(self) -> None:
        """Make the generator."""
        self.rng = random.Random(self.seed)

    def propose(self) -> tuple[Any, Config]:
        """Draw."""
        return None, self.space.sample(self.rng)

    def adopt(self, config: Config) -> Any:
        """Need nothing."""

    def tell(self, handle: Any, value: float | None, scores: list[float]) -> None:
        """Learn nothing."""

    def version(self) -> str:
        """Return the version of Python, which draws."""
        return platform.python_version()
