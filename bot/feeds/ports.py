"""What the poller needs from above it, as protocols; `bot.ingest` provides them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.model import FeedEntry, FeedRecord, IngestOutcome, NewEntries, Notice

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


class Prepare(Protocol[P_co]):
    """Analyse the texts of entries before any transaction is open.

    Gives one result for each entry, in order; may be asked about entries that turn out to be
    known. It should not fail for odd texts.
    """

    async def __call__(self, feed: FeedRecord, entries: Sequence[FeedEntry]) -> Sequence[P_co]:
        """Analyse `entries`."""


class Ingest(Protocol[P]):
    """Make stored entries into matches, stories and deliveries.

    Called inside the poller's write transaction, after the entries' rows are there: all of it
    is committed together or not at all. It must not open a transaction of its own.
    """

    async def __call__(
        self, conn: AsyncConnection, feed: FeedRecord, batch: NewEntries[P]
    ) -> IngestOutcome:
        """Take over `batch`."""


class Notify(Protocol):
    """Tell the operators something, inside the same transaction that records it."""

    async def __call__(self, conn: AsyncConnection, notice: Notice) -> None:
        """Pass on `notice`."""
