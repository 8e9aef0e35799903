"""Names of parametrized cases."""

from __future__ import annotations

import re


def stable(value: object) -> str:
    """Return ``str(value)`` without addresses, so that every process names it alike."""
    return re.sub(r" object at 0x[0-9a-f]+", "", str(value))
