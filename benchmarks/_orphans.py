"""A process that ends when the one that started it is gone, even by SIGKILL."""

from __future__ import annotations

import os
import signal
import threading
import time

POLL = 1.0  # seconds


def end_with(parent: int, *, group: bool = False) -> None:
    """End this process soon after its parent.

    Parameters
    ----------
    parent : int
        Process id of the parent.
    group : bool
        Whether to end the whole process group, which this process must lead.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL)
        if group:
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
