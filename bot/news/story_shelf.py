"""Entries already placed, found again by what they share with a new one."""

from __future__ import annotations

from collections import Counter, deque
from heapq import nlargest

from bot.news.story_choice import Member
from bot.news.story_features import StoryFeatures

MAX_CANDIDATES = 30
LEAST_SHARED = 1
"""Telling words that two entries share before they are compared at all."""

SURE = 100
"""What a shared number or address counts for, against one shared word."""

_MAX_POSTINGS = 400
"""Latest entries remembered for one word: enough for the days around any event."""


class Shelf:
    """Placed entries by key; `number` is an entry's id or place in a file, rising with time."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._order: deque[int] = deque()
        self._by_key: dict[str, deque[int]] = {}
        self._matters = Counter[int]()

    @property
    def stories(self) -> int:
        """How many stories the entries here tell, those that may be one counted once."""
        return len(self._matters)

    def add(self, number: int, found: StoryFeatures, story: int, matter: int | None = None) -> None:
        """Put an entry on the shelf; `matter` is its story's own where none is given."""
        matter = story if matter is None else matter
        self._members[number] = Member(found, story, matter)
        self._matters[matter] += 1
        self._order.append(number)
        for key in found.keys:
            self._by_key.setdefault(key, deque(maxlen=_MAX_POSTINGS)).append(number)

    def candidates(self, new: StoryFeatures) -> list[Member]:
        """Give the entries that share most with `new`, of equals the later ones."""
        shared = Counter[int]()
        for key in new.keys:
            numbers = self._by_key.get(key, ())
            shared.update(numbers)
            if not key.startswith("w:"):
                shared.update(dict.fromkeys(numbers, SURE))
        enough = [(count, number) for number, count in shared.items() if count >= LEAST_SHARED]
        return [self._members[number] for _, number in nlargest(MAX_CANDIDATES, enough)]

    def oldest(self) -> StoryFeatures | None:
        """Give the entry that was put here first, or nothing."""
        return self._members[self._order[0]].features if self._order else None

    def drop_oldest(self) -> None:
        """Take away the entry that was put here first."""
        gone = self._order.popleft()
        member = self._members.pop(gone)
        self._matters[member.matter] -= 1
        if not self._matters[member.matter]:
            del self._matters[member.matter]
        for key in member.features.keys:
            numbers = self._by_key.get(key)
            if numbers and numbers[0] == gone:
                numbers.popleft()
            if not numbers:
                self._by_key.pop(key, None)
