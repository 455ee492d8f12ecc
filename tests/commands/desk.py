"""An engine with a small archive, and people who ask it things."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bot.commands import blocks, cards
from bot.commands.answers import Answer
from bot.commands.context import CommandContext, Place
from bot.commands.reply import Reply
from bot.commands.service import Commands
from bot.feeds.model import FeedEntry, FeedRecord, NewEntries
from bot.ingest import NewsIngest
from bot.messages.actions import Action
from bot.news.analyst import Analyst
from bot.news.taxonomy import load_taxonomy
from bot.search.search import Search
from bot.storage.database import Database
from bot.subscriptions.model import Actor, ChannelRef
from bot.subscriptions.service import Subscriptions
from tests.messages.card_reading import problems_of_card
from tests.messages.slack_reading import problems_of, problems_of_view
from tests.subscriptions.makers import make_feed, store
from tests.support.clock import SetClock

ANN = Actor("U0ANN", "Ann")
CHANNELS = (("C0HERE", "here"), ("C0TRADE", "trade"))
TITLES = (
    "Commerce Adds Nine Firms to Entity List Over Drone Parts",
    "New Licence Rule for Advanced Chips Takes Effect",
    "Engineer Charged With Stealing Trade Secrets of Turbine Maker",
    "Entity List Footnote Widened to Chipmaking Subsidiaries",
    "Allies Weigh Chipmaking Tool Export Controls",
    "OFAC Sanctions Shipping Network Over Oil Sales",
    "Court Upholds Trade Secrets Verdict Against Valve Supplier",
)


@cache
def analyst() -> Analyst:
    """The one analyst of a test process; it takes a while to make."""
    return Analyst(load_taxonomy())


def place(channel: str, **more: Any) -> Place:
    ref = ChannelRef("slack", "T1", channel, more.pop("name", channel.lower()))
    return Place(ref, **{"access": "in", **more})


@dataclass
class Channels:
    """A directory of a platform's channels."""

    places: dict[str, Place]

    async def find(self, channel: str, name: str) -> Place | None:
        for one in self.places.values():
            if channel == one.ref.channel or (not channel and name == one.ref.name):
                return one
        return None


class Desk:
    """Asks as a person would, and checks every answer against Slack's rules."""

    def __init__(self, db: Database, clock: SetClock) -> None:
        self.db, self.clock = db, clock
        taxonomy = load_taxonomy()
        self.analyst = analyst()
        self.news = NewsIngest(db, self.analyst)
        self.subscriptions = Subscriptions(db, taxonomy)
        self.commands = Commands(db, taxonomy, Search(db, taxonomy), self.subscriptions)
        self.directory = Channels(
            {
                "here": place("C0HERE", name="here"),
                "trade": place("C0TRADE", name="trade"),
                "open": place("C0OPEN", name="open", access="open"),
                "secret": place("C0SECRET", name="secret", private=True, member=False),
                "mine": place("C0MINE", name="mine", private=True, access="none"),
            }
        )
        self.context = CommandContext(
            channel=ChannelRef("slack", "T1", "C0HERE", "here"),
            actor=ANN,
            timezone="America/New_York",
            access="in",
            directory=self.directory,
        )
        self.feed: FeedRecord | None = None

    async def publish(self, *found: FeedEntry) -> list[int]:
        """Take entries in, as a poll would; gives their ids."""
        async with self.db.write() as conn:
            if self.feed is None:
                self.feed = await make_feed(conn, self.clock())
            new = [
                await store(
                    conn, self.feed, one, self.analyst.analyse(one, "Trade Daily"), self.clock()
                )
                for one in found
            ]
            await self.news.ingest(conn, self.feed, NewEntries(tuple(new[::-1])))
        return [one.id for one in new]

    async def fill(self) -> list[int]:
        """Publish a small archive, an entry an hour, the newest last."""
        ids = []
        for number, title in enumerate(TITLES):
            self.clock.advance(hours=1)
            found = FeedEntry(
                title, f"https://trade.example/{number}", summary=f"{title}, it said."
            )
            ids += await self.publish(found)
        return ids

    async def ask(self, text: str, **context: Any) -> Answer:
        """Type a command."""
        answer = await self.commands.answer(text, replace(self.context, **context))
        check(answer)
        return answer

    async def press(self, action: Action, **context: Any) -> Answer:
        """Press a button."""
        answer = await self.commands.act(action, replace(self.context, **context))
        check(answer)
        return answer

    async def say(self, text: str, **context: Any) -> str:
        """Type a command, and read what Slack shows of the answer."""
        return shown(await self.ask(text, **context))


def check(answer: Answer) -> Reply:
    """Render an answer for Slack, and as cards; nothing in it may be refused or do harm."""
    reply = blocks.render(answer)
    if reply.message is not None:
        assert problems_of(reply.message) == []
    if reply.view is not None:
        assert problems_of_view(dict(reply.view)) == []
    assert (reply.message is None) != (reply.view is None)
    for card in cards.render(answer, channels=CHANNELS).cards:
        assert problems_of_card(card) == []
    return reply


def shown(answer: Answer) -> str:
    """Everything that Slack shows of an answer."""
    reply = check(answer)
    return str(reply.message.blocks if reply.message else reply.view)
