"""What the search room hands on: results, in the order they should be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.feeds.model import Show
from bot.news.story_sure import NO_DOUBT, Surety


@dataclass(frozen=True, slots=True)
class Result:
    """One entry found. `snippet` is plain text with hits between U+E000 and U+E001, and is empty
    where the publication lets no text be shown; `position` orders entries in time. `step` is which
    step of a matter it is, on a time line, and `surety` how sure it is that it tells its story."""

    id: int
    story_id: int | None
    title: str
    link: str
    published: datetime
    publication: str
    topics: tuple[str, ...]
    snippet: str
    show: Show
    position: int
    step: str = ""
    surety: Surety = NO_DOUBT


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found. `query` is its canonical form; `notes` are sentences for the person
    (what could not be read and was taken as words, what was ranked in part)."""

    query: str
    total: int
    results: tuple[Result, ...]
    took_ms: float
    notes: tuple[str, ...] = ()
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """Counts by `topic`, `publication` and `year`, largest first."""
    whole: bool = True
    """Whether `total` and `facets` count all that matches; else only the newest of it."""
    suggestion: str = ""
    """The query as it was probably meant, when nothing was found and that would find something."""
