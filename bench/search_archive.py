"""A synthetic archive for the search bench: a million entries with a realistic vocabulary.

Words follow Zipf's law, as in news: a few are in nearly every entry, most in a handful. Names of
the field stand among them at the rates of the trade press, topics go with names, and dates run
over twenty years with more entries in recent ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bot.search.document import Document, Facts, document, texts
from bot.storage.positions import first_position

FIRST = datetime(2005, 1, 3, 8, tzinfo=UTC)
LAST = datetime(2026, 2, 27, 18, tzinfo=UTC)
VOCABULARY = 150_000

_COMMON_WORDS = """
export the of and to controls a in trade bis said for on commerce china new companies rule
license department with by us security list technology from entity that sanctions government
its russia items industry will foreign under products restrictions compliance exports
officials policy semiconductor national chip agency chips year congress bill regulations
equipment treasury penalty violations shipments licensing investment final act proposed
review order tariffs
"""
_COMMON = _COMMON_WORDS.split()
_PHRASES = (
    ("entity list", "entity-list", 0.12),
    ("advanced chips", "chip-controls", 0.06),
    ("trade secrets", "trade-secrets", 0.03),
    ("denial order", "enforcement", 0.02),
    ("foreign direct product rule", "chip-controls", 0.01),
    ("unverified list", "entity-list", 0.008),
    ("gallium and germanium", "critical-minerals", 0.004),
    ("lithography machines", "chip-controls", 0.004),
    ("unreliable entity list", "china-controls", 0.003),
    ("voluntary self-disclosure", "enforcement", 0.003),
)
_SYLLABLES = """
ba co di fer gan hal in jor kel lum mar nor os pra qui ran sol tek un vor wen xi yan zor chi dem
gol hes jun kra lin mos pel rus sta tov ul ves wur zen
"""


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up entry, with its searchable form."""

    position: int
    published: datetime
    title: str
    text: str
    topic: str
    publication: int
    made: Document


class Archive:
    """Makes entries, the same ones for the same seed."""

    def __init__(self, size: int, seed: int = 7) -> None:
        self.size = size
        self._rng = random.Random(seed)
        self._words = [*_COMMON, *self._rare_words(VOCABULARY - len(_COMMON))]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._words))))

    def _rare_words(self, count: int) -> list[str]:
        syllables = _SYLLABLES.split()
        found: dict[str, None] = {}
        while len(found) < count:
            found["".join(self._rng.choices(syllables, k=self._rng.randint(3, 4)))] = None
        return list(found)

    @property
    def step(self) -> int:
        """Give positions that lie between two neighbours, wherever they are."""
        seconds = (LAST - FIRST).total_seconds()
        return int(seconds * 0.5 / self.size) << 20

    def rare_word(self, rank: int) -> str:
        """Give the word of this rank; about 1 in `rank * 12` words of text is it."""
        return self._words[rank]

    def _text(self, count: int) -> list[str]:
        return self._rng.choices(self._words, cum_weights=self._weights, k=count)

    def entries(self) -> Iterator[Made]:
        """Give the entries from the oldest to the newest."""
        rng = self._rng
        seconds = (LAST - FIRST).total_seconds()
        previous = 0
        for index in range(self.size):
            share = ((index + 1) / self.size) ** 0.6  # more in recent years
            published = FIRST + timedelta(seconds=int(seconds * share))
            position = max(first_position(published), previous + 1)
            previous = position
            title = self._text(rng.randint(6, 12))
            text = self._text(rng.randint(25, 75))
            topic = ""
            for phrase, named, rate in _PHRASES:
                if rng.random() < rate:
                    place = rng.randrange(len(text))
                    text[place:place] = phrase.split()
                    topic = topic or named
                    if rng.random() < 0.3:
                        title[0:0] = phrase.split()
            topic = topic or ("sanctions" if rng.random() < 0.2 else "")
            publication = 1 + index % 12
            headline, body = " ".join(title).capitalize(), " ".join(text).capitalize() + "."
            facts = Facts(topics=(topic,) if topic else (), publication_id=publication)
            made = document(texts(headline, body), facts)
            yield Made(position, published, headline, body, topic, publication, made)
