"""The memory that is left on this machine, or in the container it is."""

import contextlib
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_LIMIT, _USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
UNKNOWN = 8e9
"""Taken where the system does not tell, as on Windows."""


def available_bytes() -> float:
    """Return the bytes that can still be taken, by the system's own estimate and the container's limit."""
    found = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        line = next(line for line in _MEMINFO.read_text().splitlines() if line.startswith("MemAvailable:"))
        found.append(float(line.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):
        found.append(float(_LIMIT.read_text()) - float(_USED.read_text()))
    return max(0.0, min(found)) if found else UNKNOWN
