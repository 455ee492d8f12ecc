"""Stories of a whole file at once, in one pass through its days and in bounded memory."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import timedelta

from bot.news.stories import WINDOW_DAYS
from bot.news.story_choice import Member, choose
from bot.news.story_features import StoryFeatures

_WINDOW = timedelta(days=WINDOW_DAYS)
_MAX_POSTINGS = 400
"""Latest entries remembered for one word: enough for the days around any event."""

_MAX_CANDIDATES = 40
_LEAST_SHARED = 2


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
            weight = 1 if key.startswith("w:") else 100
            for place in self._by_key.get(key, ()):
                shared[place] += weight
        enough = [found for found in shared.items() if found[1] >= _LEAST_SHARED]
        enough.sort(key=lambda found: (-found[1], -found[0]))
        return [self._members[place] for place, _ in enough[:_MAX_CANDIDATES]]

    def add(self, place: int, new: StoryFeatures, story: int) -> None:
        """Remember an entry with its story."""
        for key in new.identities:
            self._identities.setdefault(key, story)
        self._members[place] = Member(new, story)
        self._order.append(place)
        for key in new.keys:
            self._by_key.setdefault(key, deque(maxlen=_MAX_POSTINGS)).append(place)
