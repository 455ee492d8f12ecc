"""Stories of a whole file at once, in one pass through its days and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.news.story_choice import choose
from bot.news.story_features import StoryFeatures
from bot.news.story_shelf import Shelf
from bot.news.story_signs import WINDOW_DAYS

_WINDOW = timedelta(days=WINDOW_DAYS)


@dataclass(frozen=True, slots=True)
class Grouped:
    """An entry's story, by the place of the story's first entry, and how sure it is that the entry
    tells it (0 to 1; none for the first)."""

    story: int
    sure: float | None = None


def group(entries: Iterable[StoryFeatures]) -> Iterator[Grouped]:
    """Give each entry's story, for entries that come sorted by time and id.

    What may tell a story (`perhaps`) is grouped with it. Only the entries of the last days are
    kept; numbers of documents and addresses are remembered throughout.
    """
    shelf = Shelf()
    identities: dict[str, int] = {}
    for place, new in enumerate(entries):
        while (oldest := shelf.oldest()) is not None and oldest.when < new.when - _WINDOW:
            shelf.drop_oldest()
        known = [identities[key] for key in new.identities if key in identities]
        found = Grouped(min(known), 1.0) if known else _chosen(place, new, shelf)
        for key in new.identities:
            identities.setdefault(key, found.story)
        shelf.add(place, new, found.story)
        yield found


def _chosen(place: int, new: StoryFeatures, shelf: Shelf) -> Grouped:
    made = choose(new, shelf.candidates(new), stories=shelf.stories)
    return Grouped(place) if made.matter is None else Grouped(made.matter, made.sure)
