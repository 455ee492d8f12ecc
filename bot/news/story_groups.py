"""Stories of a whole file at once, in one pass through its days and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from bot.news.story_choice import choose
from bot.news.story_features import StoryFeatures
from bot.news.story_shelf import Shelf
from bot.news.story_signs import WINDOW_DAYS

_WINDOW = timedelta(days=WINDOW_DAYS)


def group(entries: Iterable[StoryFeatures]) -> Iterator[int]:
    """Give the number of each entry's story, for entries that come sorted by time and id.

    A story has the place of its first entry as number. Only the entries of the last days are
    kept; numbers of documents and addresses are remembered throughout.
    """
    shelf = Shelf()
    identities: dict[str, int] = {}
    for place, new in enumerate(entries):
        while (oldest := shelf.oldest()) is not None and oldest.when < new.when - _WINDOW:
            shelf.drop_oldest()
        known = [identities[key] for key in new.identities if key in identities]
        if known:
            story = min(known)
        else:
            made = choose(new, shelf.candidates(new))
            story = place if made.story is None else made.story
        for key in new.identities:
            identities.setdefault(key, story)
        shelf.add(place, new, story)
        yield story
