"""How often a wrong token may be tried from where."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

WRONG_TOKENS, WRONG_TIME = 10, timedelta(minutes=1)
SOURCES = 10_000
"""How many sources are remembered; of more the one that has been quiet longest is forgotten."""


class Guesses:
    """Counts wrong tokens by source, so that nobody's guesses lock out another."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str | None, list[datetime]] = OrderedDict()

    def too_many(self, source: str | None, now: datetime) -> bool:
        """Whether ten wrong ones came from this source within the last minute."""
        recent = [at for at in self._wrong.get(source, ()) if now - at < WRONG_TIME]
        return len(recent) >= WRONG_TOKENS

    def add(self, source: str | None, now: datetime) -> None:
        """Count a wrong one."""
        recent = [at for at in self._wrong.pop(source, ()) if now - at < WRONG_TIME]
        self._wrong[source] = [*recent, now][-WRONG_TOKENS:]
        while len(self._wrong) > SOURCES:
            self._wrong.popitem(last=False)
