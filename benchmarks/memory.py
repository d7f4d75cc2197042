"""Memory of this process in MB (2^20 bytes)."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak() -> float:
    """Return the largest resident size so far.

    Linux hands ``ru_maxrss`` of a parent down to a fresh process, so its own high-water mark is read where it is kept.
    """
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def current() -> float:
    """Return the resident size now; the peak where the system doesn't say."""
    return _status("VmRSS") or peak()


def _status(field: str) -> float:
    if not STATUS.is_file():
        return 0.0
    for line in STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return float(line.split()[1]) / 2**10
    return 0.0
