"""The time, as a parameter.

Everything that needs the time takes a `Clock`; nothing asks the machine by itself, so tests
set the time and machines whose clocks disagree do no harm (`Database.now` asks the database).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def system_clock() -> datetime:
    """Give the machine's time, UTC."""
    return datetime.now(UTC)


def steady() -> float:
    """Give seconds that only ever grow, whatever the machine's clock is set to, and that go on
    while it sleeps (where the system can tell): a lease does not sleep either."""
    boot: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)
