"""Stories of a whole file at once, in one pass through its days and in bounded memory."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import timedelta
from heapq import nlargest

from bot.news.stories import WINDOW_DAYS
from bot.news.story_choice import Member, choose
from bot.news.story_features import StoryFeatures

_WINDOW = timedelta(days=WINDOW_DAYS)
_MAX_POSTINGS = 400
"""Latest entries remembered for one word: enough for the days around any event."""

_MAX_CANDIDATES = 30
_LEAST_SHARED = 2
_SURE = 100
"""What a shared number or address counts for, against one shared word."""


def group(entries: Iterable[StoryFeatures]) -> Iterator[int]:
    """Give the number of each entry's story, for entries that come sorted by time and id.

    A story has the place of its first entry as number. Only the entries of the last days are
    kept; numbers of documents and addresses are remembered throughout.
    """
    window = _Window()
    for place, new in enumerate(entries):
        window.forget(new)
        known = window.known(new)
        if known is None:
            made = choose(new, window.candidates(new))
            known = place if made.story is None else made.story
        window.add(place, new, known)
        yield known


class _Window:
    """The entries of the last days by key, and all stories by number and address."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._order: deque[int] = deque()
        self._by_key: dict[str, deque[int]] = {}
        self._identities: dict[str, int] = {}

    def forget(self, new: StoryFeatures) -> None:
        """Drop what is too old to share an event with `new` or with anything later."""
        while self._order and self._members[self._order[0]].features.when < new.when - _WINDOW:
            gone = self._order.popleft()
            for key in self._members.pop(gone).features.keys:
                places = self._by_key.get(key)
                if places and places[0] == gone:
                    places.popleft()
                if not places:
                    self._by_key.pop(key, None)

    def known(self, new: StoryFeatures) -> int | None:
        """Give the story that has the number or address of `new`, or nothing."""
        stories = [self._identities[key] for key in new.identities if key in self._identities]
        return min(stories) if stories else None

    def candidates(self, new: StoryFeatures) -> list[Member]:
        """Give the entries that share most with `new`; the latest of equals."""
        shared = Counter[int]()
        for key in new.keys:
            places = self._by_key.get(key, ())
            shared.update(places)
            if not key.startswith("w:"):
                shared.update(dict.fromkeys(places, _SURE))
        enough = [(count, place) for place, count in shared.items() if count >= _LEAST_SHARED]
        return [self._members[place] for _, place in nlargest(_MAX_CANDIDATES, enough)]

    def add(self, place: int, new: StoryFeatures, story: int) -> None:
        """Remember an entry with its story."""
        for key in new.identities:
            self._identities.setdefault(key, story)
        self._members[place] = Member(new, story)
        self._order.append(place)
        for key in new.keys:
            self._by_key.setdefault(key, deque(maxlen=_MAX_POSTINGS)).append(place)
