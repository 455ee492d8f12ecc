"""A team of a channel that was alerted of one story."""

from __future__ import annotations

from sqlalchemy import update

from bot.delivery.composer import StoredComposer
from bot.delivery.model import Owed
from bot.feeds.model import FeedEntry
from bot.handling.model import Person, Record, Step
from bot.handling.service import HandlingDesk, Taken
from bot.messages.model import Message
from bot.news.taxonomy import load_taxonomy
from bot.storage.database import Database
from bot.storage.tables import delivery
from bot.subscriptions.model import ChannelRef
from tests.commands.desk import ANN, Desk
from tests.support.clock import SetClock
from tests.support.owed import load_owed

BEN = Person("U0BEN", "Ben")
HERE = ChannelRef("slack", "T1", "C0HERE", "here")
TITLE = "Commerce Adds Nine Firms to Entity List Over Drone Parts"
LINK = "https://trade.example/entity"


class Team:
    """Ann and Ben, in a channel that gets Entity List news."""

    def __init__(self, db: Database, clock: SetClock) -> None:
        self.db, self.clock = db, clock
        self.desk = Desk(db, clock)
        self.handling = HandlingDesk(db)
        self.entry = 0

    async def begin(self) -> None:
        """Let the channel have its alert, sent."""
        await self.desk.subscriptions.install("slack", "T1", "Acme")
        await self.desk.subscriptions.subscribe(HERE, ANN, ["entity-list"])
        (self.entry,) = await self.desk.publish(
            FeedEntry(TITLE, LINK, summary="It takes effect on December 2, 2026.")
        )
        async with self.db.write() as conn:
            await conn.execute(
                update(delivery)
                .where(delivery.c.kind == "alert")
                .values(state="sent", external_id="1.1")
            )

    async def take(self, step: Step, by: Person = BEN, ref: ChannelRef = HERE) -> Taken:
        """Take a step."""
        return await self.handling.take(ref, by, self.entry, step)

    async def records(self) -> list[Record]:
        """Give the whole record."""
        return [record async for record in self.handling.records()]

    async def owed(self) -> list[Owed]:
        """Give all that is owed, in the order it was; `created_at` is when it is due."""
        return await load_owed(self.db, state="pending")

    async def composed(self) -> list[tuple[Owed, Message]]:
        """Give what is owed with its messages; `created_at` is when it is due."""
        owed = await self.owed()
        async with self.db.read() as conn:
            messages = await StoredComposer(load_taxonomy())(conn, owed)
        return [(one, messages[one.id]) for one in owed]
