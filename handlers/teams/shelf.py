"""Files that were offered and not yet accepted."""

from __future__ import annotations

import secrets
from collections import OrderedDict

from bot.commands.answers import FileAnswer

_KEPT = 50
"""Offered files that are kept until they are accepted."""


class Shelf:
    """Keeps the files that were offered, each for one person; the oldest make room."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, str], FileAnswer] = OrderedDict()

    def put(self, person: str, file: FileAnswer) -> str:
        """Keep a file, and give the key that it is asked for with."""
        key = secrets.token_urlsafe(16)
        self._files[person, key] = file
        while len(self._files) > _KEPT:
            self._files.popitem(last=False)
        return key

    def take(self, person: str, key: str) -> FileAnswer | None:
        """Give a file that was offered to this person, once."""
        return self._files.pop((person, key), None)
