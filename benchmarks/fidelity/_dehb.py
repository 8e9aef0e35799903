"""DEHB, asked and told, run in its own environment."""

from __future__ import annotations

import tempfile
import warnings

from dehb import DEHB

from benchmarks.compare._space import Space
from benchmarks.compare.runners._dehb import configuration
from benchmarks.fidelity._peer import listen


def main() -> None:
    """Search for ever; the other side ends it.

    As in the comparison at full fidelity, the space is flattened.
    """
    warnings.simplefilter("ignore")
    about, ask = listen()
    params = Space.from_json(about["space"]).flat()
    peer = DEHB(
        dimensions=len(params),
        min_fidelity=about["least"],
        max_fidelity=about["most"],
        eta=3,
        seed=about["seed"],
        n_workers=1,
        log_level="ERROR",
        output_path=tempfile.mkdtemp(prefix="dehb-"),
    )
    while True:
        job = peer.ask()
        amount = float(job["fidelity"])
        score = ask(configuration(params, job["config"]), amount)
        peer.tell(job, {"fitness": -score, "cost": amount})


if __name__ == "__main__":
    main()
