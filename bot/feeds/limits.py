"""How many entries of a document are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

T = TypeVar("T")

MAX_ENTRIES = 5_000

TOO_MANY = f"It has more than {MAX_ENTRIES:,} entries; only the newest were read."


def newest(entries: Sequence[T], date_of: Callable[[T], datetime | None]) -> Sequence[T]:
    """Give at most 5,000 entries: the first ones, or the last of a document that is in order of
    time."""
    if len(entries) <= MAX_ENTRIES:
        return entries
    first, last = date_of(entries[0]), date_of(entries[-1])
    rising = first is not None and last is not None and first < last
    return entries[-MAX_ENTRIES:] if rising else entries[:MAX_ENTRIES]
