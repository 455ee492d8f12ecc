"""The channels that a worker will claim next: looked for once, claimed bit by bit.

One look (`bot.delivery.due`) serves several claims. What is on the list may have been claimed by
another worker since, or may rest; the claim itself finds that out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KEPT_FOR = 0.5
"""How long a list is used, seconds; what has come due since stands on the next one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A channel that something is due for, and its workspace."""

    channel_id: int
    workspace_id: int


class Shortlist:
    """Candidates in the order in which they take their turns."""

    def __init__(self) -> None:
        self._candidates: list[Candidate] = []
        self._until = 0.0

    def fill(self, candidates: Iterable[Candidate], now: float) -> None:
        """Put new candidates in place of what is left; `now` in seconds (`steady`)."""
        self._candidates = list(candidates)
        self._until = now + KEPT_FOR

    def pick(self, limit: int, busy: Mapping[int, int], share: int, now: float) -> list[Candidate]:
        """Take up to `limit` candidates, so that no workspace has more than `share` places.

        `busy`: how many places each workspace has already.
        """
        if now >= self._until:
            return []
        places = Counter(busy)
        picked: list[Candidate] = []
        left: list[Candidate] = []
        for one in self._candidates:
            if len(picked) < limit and places[one.workspace_id] < share:
                places[one.workspace_id] += 1
                picked.append(one)
            else:
                left.append(one)
        self._candidates = left
        return picked
