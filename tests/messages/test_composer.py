"""Messages from what is stored: all that is known, in few queries however many get it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, update

from bot.delivery.composer import StoredComposer
from bot.delivery.model import Owed
from bot.feeds.model import FeedEntry, NewEntries
from bot.ingest import NewsIngest
from bot.messages.model import Message
from bot.news.taxonomy import load_taxonomy
from bot.storage.database import Database
from bot.storage.tables import entry
from bot.subscriptions.digests import owe_digests
from bot.subscriptions.model import ChannelRef
from bot.subscriptions.service import Subscriptions
from tests.commands.desk import analyst
from tests.messages.slack_reading import marked_texts, problems_of
from tests.subscriptions.makers import ANN, make_feed, slack, store
from tests.support.clock import SetClock
from tests.support.owed import load_owed

SEED = FeedEntry(
    title="Washington and Beijing to Meet on Trade Secrets; Beijing Objects to Chip Controls",
    link="https://trade.example/article/2026/03/02/washington-and-beijing-2603020003",
    summary=(
        "The two sides will hold technical talks on protecting trade secrets and confidential "
        "business information. A laboratory comes off the Entity List (see 2602270001), and new "
        "controls on semiconductors and chipmaking equipment are disputed (see 2602260009). "
        "ECCN 3B001 stays as it is."
    ),
)
EARLIER = FeedEntry(
    title="Laboratory Taken off the Entity List",
    link="https://trade.example/article/2026/02/27/laboratory-2602270001",
    summary="The end-user committee removed one laboratory from the Entity List.",
)


class Desk:
    """Publishes entries for real, and composes what is owed for them."""

    def __init__(self, db: Database, clock: SetClock) -> None:
        self.db, self.clock = db, clock
        taxonomy = load_taxonomy()
        self.analyst = analyst()
        self.news = NewsIngest(db, self.analyst)
        self.subscriptions = Subscriptions(db, taxonomy)
        self.composer = StoredComposer(taxonomy)
        self._feeds: dict[str, Any] = {}

    async def publish(self, *found: FeedEntry, by: str = "Trade Daily") -> None:
        async with self.db.write() as conn:
            if by not in self._feeds:
                self._feeds[by] = await make_feed(conn, self.clock(), by)
            feed = self._feeds[by]
            new = [
                await store(conn, feed, one, self.analyst.analyse(one, by), self.clock())
                for one in found
            ]
            await self.news.ingest(conn, feed, NewEntries(tuple(new[::-1])))

    async def owed(self, **where: Any) -> list[Owed]:
        found = await load_owed(self.db)
        return [one for one in found if all(getattr(one, k) == v for k, v in where.items())]

    async def compose(self, owed: list[Owed]) -> dict[int, Message]:
        async with self.db.read() as conn:
            return dict(await self.composer(conn, owed))

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(self.db.engine.sync_engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(self.db.engine.sync_engine, "before_cursor_execute", note)


@pytest.fixture
async def desk(db: Database, clock: SetClock) -> Desk:
    desk = Desk(db, clock)
    await desk.subscriptions.install("slack", "T1", "Acme")
    return desk


def text_of(message: Message) -> str:
    assert problems_of(message) == []
    return "\n".join(marked_texts(list(message.blocks)))


async def subscribe(desk: Desk, ref: ChannelRef, *topics: str) -> None:
    await desk.subscriptions.subscribe(ref, ANN, topics)


async def test_an_alert_says_all_that_is_known(desk: Desk) -> None:
    await desk.publish(EARLIER)
    await subscribe(desk, slack(), "trade-secrets", "chip-controls", "entity-list")
    await desk.subscriptions.watch(slack(), ANN, "laboratory")
    await desk.publish(SEED)
    await desk.publish(replace(SEED, link="https://other.example/1"), by="Other News")
    (owed,) = await desk.owed(kind="alert")
    text = text_of((await desk.compose([owed]))[owed.id])
    assert "Washington and Beijing to Meet on Trade Secrets" in text
    for reason in ("Trade secrets", "Chip controls", "Entity List", "watch laboratory"):
        assert reason in text.split("*Why here:*")[1].split("\n")[0]
    assert "3B001" in text
    assert (
        "*Earlier:* <https://trade.example/article/2026/02/27/laboratory-2602270001"
        "|Laboratory Taken off the Entity List> (2602270001, 2 Mar 2026)"
    ) in text
    assert "*Refers to:* 2602260009 (not in the archive)" in text
    assert "*Also covered by:* <https://other.example/1|Other News>" in text


async def test_headlines_only_means_that_no_text_of_the_article_leaves(desk: Desk) -> None:
    await subscribe(desk, slack(), "trade-secrets")
    await desk.publish(SEED)
    (owed,) = await desk.owed()
    assert "technical talks" not in text_of((await desk.compose([owed]))[owed.id])
    async with desk.db.write() as conn:
        await conn.execute(update(entry).values(show="summary"))
    assert "technical talks" in text_of((await desk.compose([owed]))[owed.id])


async def test_many_channels_get_one_rendering_in_as_many_queries_as_one(desk: Desk) -> None:
    for number in range(30):
        await subscribe(desk, slack(f"C{number}"), "trade-secrets")
    await desk.publish(SEED)
    owed = await desk.owed()
    assert len(owed) == 30
    with desk.counting() as one:
        await desk.compose(owed[:1])
    with desk.counting() as all_of_them:
        messages = await desk.compose(owed)
    assert len(all_of_them) <= len(one) <= 12, "what is rendered already is not loaded again"
    assert len({id(message) for message in messages.values()}) == 1


async def test_the_console_gets_text_in_the_zone_of_its_channel(desk: Desk) -> None:
    ref = ChannelRef("console", "console", "console", "console")
    await desk.subscriptions.install("console", "console")
    await subscribe(desk, ref, "trade-secrets")
    await desk.subscriptions.configure(ref, ANN, timezone="Asia/Tokyo")
    await desk.publish(SEED)
    (owed,) = await desk.owed()
    message = (await desk.compose([owed]))[owed.id]
    assert not message.blocks
    assert "Trade Daily · 3 Mar 2026 00:00 (Asia/Tokyo)" in message.text


async def test_an_update_of_a_withdrawn_article_says_so(desk: Desk) -> None:
    await subscribe(desk, slack(), "trade-secrets")
    await desk.publish(SEED)
    (owed,) = await desk.owed()
    changed = replace(owed, kind="update")
    assert "Changed since it was posted" in text_of((await desk.compose([changed]))[owed.id])
    async with desk.db.write() as conn:
        await conn.execute(update(entry).values(retracted_at=desk.clock()))
    assert "Withdrawn by its publisher" in text_of((await desk.compose([changed]))[owed.id])


async def test_a_digest_has_its_stories_under_their_topics(desk: Desk) -> None:
    await desk.subscriptions.subscribe(slack(), ANN, ["trade-secrets", "entity-list"], mode="daily")
    desk.clock.advance(hours=1)
    await desk.publish(EARLIER)
    desk.clock.advance(hours=1)
    await desk.publish(
        FeedEntry(
            title="Engineer Convicted of Stealing Trade Secrets",
            link="https://trade.example/engineer",
            summary="A jury found that the engineer stole trade secrets of a turbine maker.",
        )
    )
    desk.clock.advance(days=1)
    async with desk.db.write() as conn:
        assert await owe_digests(conn, desk.clock()) == 1
    (owed,) = await desk.owed(kind="digest")
    message = (await desk.compose([owed]))[owed.id]
    text = text_of(message)
    assert message.text.startswith("Digest: 2 stories.")
    assert text.index("*Trade secrets*  (1 story)") != text.index("*Entity List*  (1 story)")
    assert "|Laboratory Taken off the Entity List>" in text
    assert "publication" in text.splitlines()[-1]


async def test_a_notice_is_its_sentence(desk: Desk) -> None:
    await subscribe(desk, slack(), "trade-secrets")
    await desk.publish(SEED)
    (owed,) = await desk.owed()
    notice = replace(owed, kind="notice", entry_id=None, payload={"text": "A feed <fails>."})
    assert "A feed &lt;fails&gt;." in text_of((await desk.compose([notice]))[owed.id])


async def test_what_cannot_be_composed_is_left_out_and_hinders_nothing(desk: Desk) -> None:
    await subscribe(desk, slack(), "trade-secrets")
    await desk.publish(SEED)
    (owed,) = await desk.owed()
    broken = [
        replace(owed, id=101, entry_id=999_999),
        replace(owed, id=102, kind="digest", payload={"cause": "digest"}),
        replace(owed, id=103, kind="notice", payload={}),
        replace(owed, id=104, kind="digest", payload=None),
    ]
    assert set(await desk.compose([*broken, owed])) == {owed.id}


async def test_a_watch_that_was_dropped_meanwhile_is_no_reason_any_more(desk: Desk) -> None:
    await subscribe(desk, slack(), "trade-secrets")
    await desk.subscriptions.watch(slack(), ANN, "laboratory")
    await desk.publish(SEED)
    (owed,) = await desk.owed()
    await desk.subscriptions.unwatch(slack(), ANN, "laboratory")
    text = text_of((await desk.compose([owed]))[owed.id])
    assert "watch laboratory" not in text
    assert "Trade secrets" in text
