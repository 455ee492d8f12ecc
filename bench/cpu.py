"""How much of the machine processes have used, on Linux: what a bench on few cores has to tell."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _OWN, _ENDED = 1, slice(11, 13), slice(13, 15)
"""Fields of /proc/PID/stat after the name: parent, own ticks, those of children that ended."""


def used_by(pid: int) -> float:
    """Give the CPU seconds that a process has used so far; 0 where there is no /proc."""
    return _seconds(_fields(Path(f"/proc/{pid}")), _OWN)


def used_by_family(pid: int) -> float:
    """Give the CPU seconds of a process and its children, those among them that ended too."""
    own = _fields(Path(f"/proc/{pid}"))
    total = _seconds(own, _OWN) + _seconds(own, _ENDED)
    for place in Path("/proc").glob("[0-9]*"):
        fields = _fields(place)
        if fields and fields[_PARENT] == str(pid):
            total += _seconds(fields, _OWN)
    return total


def _fields(place: Path) -> list[str]:
    try:
        return (place / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it just ended
        return []


def _seconds(fields: list[str], which: slice) -> float:
    return sum(map(int, fields[which])) / _TICKS
