"""What the feeds room hands on: documents as parsed, feeds as kept, entries as found.

All of it is frozen data. Texts of entries are plain text: markup is gone, entities are
resolved, and links are absolute `http` or `https` addresses or empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, Literal, TypeVar

Kind = Literal["feed", "federal-register", "page"]
"""How an address is read: RSS, Atom or JSON Feed; the Federal Register's API; a listing page."""

Show = Literal["headline", "summary"]
"""What may leave the bot: headline, link and our own tags only, or the summary as well."""

P = TypeVar("P")
"""What the analysis of one entry yields; the feeds room only carries it."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as published, in plain text.

    `summary` is what the publication offers as such (else the start of the content);
    `content` is the full text where the document carries more than the summary. `dates` are all
    days that its publisher names for it, in sentences. `citation` is the page of the Federal
    Register on which it stands; `references` are what its publisher gives as data (RIN, docket,
    CFR part, the document it corrects), each written as a text would write it.
    `filed`: a document on public inspection, which is published under the same number later.
    """

    title: str
    link: str = ""
    guid: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    document_number: str = ""
    document_type: str = ""
    effective_on: date | None = None
    comments_close_on: date | None = None
    dates: str = ""
    citation: str = ""
    references: tuple[str, ...] = ()
    filed: bool = False

    @property
    def text(self) -> str:
        """The fullest text there is, for analysis; what of it is shown, `Show` decides."""
        return self.content or self.summary

    @property
    def says_something(self) -> bool:
        """Whether there is anything to tell of it."""
        return bool(self.title or self.link or self.summary or self.content)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document that was read; `problems` are sentences about what had to be put right."""

    format: str
    title: str
    home: str
    entries: tuple[FeedEntry, ...]
    problems: tuple[str, ...] = ()
    hub: str = ""
    self_url: str = ""
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_weekdays: frozenset[int] = frozenset()
    """Monday is 0."""
    next_url: str = ""
    """Where older entries are, of a source that gives them by pages."""
    complete: bool = True
    """False when the document was cut off: it must be read again even if it does not change."""


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A feed as kept in the database: who publishes it, and how to treat what it gives."""

    id: int
    publication_id: int
    publication: str
    url: str
    kind: Kind
    show: Show
    every: timedelta
    title: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry(Generic[P]):
    """An entry that has just been stored for the first time.

    `id` is its row; `seen` is when it was stored; `prepared` is what `Prepare` made of it.
    `promoted`: it was history until now, so that something was understood of it before.
    """

    id: int
    entry: FeedEntry
    seen: datetime
    prepared: P
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class EditedEntry(Generic[P]):
    """A stored entry whose text was changed by its publisher; the row is already updated.

    `substance` tells a change of meaning (title, dates, much of the text) from a correction
    of spelling.
    """

    id: int
    before: FeedEntry
    entry: FeedEntry
    substance: bool
    prepared: P


@dataclass(frozen=True, slots=True)
class NewEntries(Generic[P]):
    """What one poll of one feed brought, or a part of it; newest first.

    `history`: the feed's first poll; stored and searchable, never alerted.
    `catch_up`: missed during an outage; one message for all of it.
    `flood`: far more than the feed's habit; one summary message, and the operators are told.
    `more`: further parts follow, each in a transaction of its own; the last one brings the message.
    """

    new: tuple[NewEntry[P], ...] = ()
    edited: tuple[EditedEntry[P], ...] = ()
    history: bool = False
    catch_up: bool = False
    flood: bool = False
    more: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing comes of it: no entry, and no message that its last part ends."""
        return not (self.new or self.edited or self.catch_up or self.flood)


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What came of a batch: how many deliveries it made."""

    deliveries: int = 0


NoticeKind = Literal[
    "failing",
    "blocked",
    "recovered",
    "silent",
    "active",
    "retired",
    "moved",
    "flood",
    "layout",
    "large",
]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the operators should know about one feed; `text` is one plain sentence."""

    kind: NoticeKind
    feed_id: int
    publication: str
    url: str
    text: str
