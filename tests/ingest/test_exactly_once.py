"""Promise: whatever happens in whatever order, a channel is told of each story exactly once.

Hypothesis makes up histories of a day: articles, second reports of them, outages, floods, pauses,
quiet hours, digests, several workers. At the end everything is let go, and what each channel was
told is held against what it should have been told.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.feeds.model import FeedEntry, FeedRecord
from bot.ingest import NewsIngest
from bot.news.analyst import Analyst
from bot.news.taxonomy import load_taxonomy
from bot.storage.database import Database
from bot.storage.tables import delivery, entry
from bot.subscriptions.digests import owe_digests
from bot.subscriptions.model import ChannelRef
from bot.subscriptions.quiet import release_held
from bot.subscriptions.summary import from_payload
from tests.subscriptions.makers import ANN, article, make_feed, topic, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock

_numbers = itertools.count(1)
KINDS = ("plain", "alert", "daily", "quiet", "picky")


@dataclass
class Day:
    """One history under way, and what each channel should be told by its end."""

    room: Newsroom
    sister: FeedRecord
    channels: dict[str, ChannelRef]
    published: list[FeedEntry] = field(default_factory=list)
    paused: set[str] = field(default_factory=set)
    owed: dict[str, set[int]] = field(default_factory=dict)

    async def publish(self, how: str, score: float, *, again: bool) -> None:
        feed = self.room.feed
        found = article()
        if again and self.published:
            feed = self.sister
            found = replace(self.published[-1], link=f"https://sister.example/{next(_numbers)}")
        self.published.append(found)
        prepared = understood(topic("sanctions", score), roundup=how == "roundup")
        (entry_id,) = await self.room.publish(
            (found, prepared),
            feed=feed,
            history=how == "history",
            catch_up=how == "catch_up",
            flood=how == "flood",
        )
        async with self.room.db.read() as conn:
            told = select(entry.c.story_id).where(entry.c.id == entry_id)
            story_id = (await conn.execute(told)).scalar_one()
        if how in {"history", "roundup"}:
            return
        for kind in self.channels:
            if score >= (0.8 if kind == "picky" else 0.5):
                self.owed.setdefault(kind, set()).add(story_id)

    async def pause(self, kind: str) -> None:
        settings = await self.room.door.settings(self.channels[kind])
        assert settings is not None
        async with self.room.db.write() as conn:
            await self.room.door.pause(conn, settings.id, "It is archived.")
        self.paused.add(kind)

    async def resume(self, kind: str) -> None:
        await self.room.door.resume(self.channels[kind], ANN)
        self.paused.discard(kind)

    async def tick(self) -> None:
        await self.room.release()
        await self.room.digest()

    async def end(self) -> dict[str, Counter[int]]:
        for kind in list(self.paused):
            await self.resume(kind)
        self.room.clock.advance(days=2)
        await self.tick()
        return {kind: await self.told(ref) for kind, ref in self.channels.items()}

    async def told(self, ref: ChannelRef) -> Counter[int]:
        told: Counter[int] = Counter()
        for row in await self.room.owed(ref):
            if row.kind in {"alert", "follow-up"}:
                told[row.story_id] += 1
            elif row.payload is not None:
                told.update(item.story_id for item in from_payload(row.payload).items)
        return told


async def begin(room: Newsroom) -> Day:
    number = next(_numbers)
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), f"Sister {number}")
    channels = {kind: ChannelRef("slack", f"T{number}", kind, kind) for kind in KINDS}
    for kind, ref in channels.items():
        await room.door.subscribe(
            ref, ANN, ["sanctions"], mode="daily" if kind == "daily" else "instant"
        )
    await room.door.configure(channels["quiet"], ANN, quiet=("15:00", "22:00"))
    await room.door.configure(channels["picky"], ANN, min_score=0.8)
    return Day(room, sister, channels)


steps = st.one_of(
    st.tuples(
        st.just("publish"),
        st.sampled_from(("plain", "plain", "history", "catch_up", "flood", "roundup")),
        st.sampled_from((0.3, 0.6, 0.9)),
        st.booleans(),
    ),
    st.tuples(st.just("hours"), st.integers(1, 9)),
    st.tuples(st.just("pause"), st.sampled_from(KINDS)),
    st.tuples(st.just("resume"), st.sampled_from(KINDS)),
    st.tuples(st.just("sent"), st.sampled_from(KINDS)),
    st.tuples(st.just("tick")),
)


async def do(day: Day, step: Sequence[object]) -> None:
    match step:
        case ("publish", str(how), float(score), bool(again)):
            await day.publish(how, score, again=again)
        case ("hours", int(hours)):
            day.room.clock.advance(hours=hours)
        case ("pause", str(kind)):
            await day.pause(kind)
        case ("resume", str(kind)):
            await day.resume(kind)
        case ("sent", str(kind)) if kind not in day.paused:
            await day.room.sent_if_due(day.channels[kind])
        case _:
            await day.tick()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=1, max_size=14))
async def test_every_channel_is_told_of_each_story_exactly_once(
    db: Database, clock: SetClock, made: list[Sequence[object]]
) -> None:
    clock.now = SetClock().now
    room = await open_newsroom(db, clock, name=f"Trade Daily {next(_numbers)}")
    day = await begin(room)
    for step in made:
        await do(day, step)
    told = await day.end()
    for kind, ref in day.channels.items():
        assert told[kind] == Counter(day.owed.get(kind, set())), kind
        assert ref.channel == kind
    await room.door.remove_workspace("slack", day.channels["plain"].workspace)


async def test_workers_side_by_side_make_one_alert_and_one_digest(
    database_url: str, db: Database, clock: SetClock
) -> None:
    room = await open_newsroom(db, clock)
    day = await begin(room)
    others = [Database(database_url, clock=clock) for _ in range(2)]
    workers = [
        replace(room, db=other, news=NewsIngest(other, Analyst(load_taxonomy())))
        for other in others
    ]
    found = [article() for _ in range(4)]
    sister = [replace(one, link=f"{one.link}/s") for one in found]
    await asyncio.gather(
        *(workers[0].publish((one, understood("sanctions"))) for one in found),
        *(workers[1].publish((one, understood("sanctions")), feed=day.sister) for one in sister),
    )
    clock.advance(days=1)

    async def tick(one: Database) -> None:
        async with one.write() as conn:
            await release_held(conn, clock())
            await owe_digests(conn, clock())

    await asyncio.gather(*(tick(one) for one in others * 2))
    for other in others:
        await other.close()
    async with db.read() as conn:
        stories = set(await conn.scalars(select(entry.c.story_id)))
    assert len(stories) == 4
    for kind, ref in day.channels.items():
        told = await day.told(ref)
        assert told == Counter(stories), kind
    async with db.read() as conn:
        kinds = Counter(await conn.scalars(select(delivery.c.kind)))
    assert (kinds["digest"], kinds["held"]) == (1, 1)


async def test_a_report_that_comes_while_alerts_are_gathered_is_not_told_again(
    postgres_url: str, clock: SetClock
) -> None:
    db = Database(postgres_url, clock=clock)
    room = await open_newsroom(db, clock)
    day = await begin(room)
    found = [article(), article()]
    await room.publish(*[(one, understood("sanctions")) for one in found])
    clock.advance(hours=8)
    again = replace(found[0], link="https://sister.example/again")
    async with db.write() as conn:
        await release_held(conn, clock())
        late = asyncio.create_task(room.publish((again, understood("sanctions")), feed=day.sister))
        await _somebody_waits(db)
    await late
    told = await day.told(day.channels["quiet"])
    await db.close()
    assert sorted(told.values()) == [1, 1]


async def _somebody_waits(db: Database) -> None:
    """Return once a transaction waits for a lock."""
    async with asyncio.timeout(60):
        while True:
            async with db.read() as conn:
                waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if await conn.scalar(waiting):
                    return
