"""Several feeds' polls in one transaction: each keeps what is its own, and none spoils another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StorageError
from bot.feeds import records
from bot.feeds.group_commit import GroupCommit
from bot.feeds.intake import keep, taking
from bot.feeds.model import FeedEntry, FeedRecord, IngestOutcome, NewEntries
from bot.feeds.poller import Poller
from bot.storage import dialects
from bot.storage.tables import entry
from bot.storage.tables import feed as feed_table
from tests.feeds.room import Desk, Room
from tests.support.newsroom import Item, rss

STORY = Item("BIS Adds Optics Plant", "http://wire.example/plant", "n-1", "BIS added it.")


class _Writer:
    """Writes a group once it is let go; refuses what it is told to."""

    def __init__(self, *refused: str, error: Exception | None = None) -> None:
        self.refused = set(refused)
        self.error = error or ValueError("refused")
        self.go = asyncio.Event()
        self.groups: list[list[str]] = []

    async def __call__(self, items: Sequence[str]) -> list[str]:
        await self.go.wait()
        self.groups.append(list(items))
        if self.refused & set(items):
            raise self.error
        return [item.upper() for item in items]


async def _add_all(writer: _Writer, *items: str, most: int = 3) -> list[str | BaseException]:
    group = GroupCommit(writer, most)
    adding = [asyncio.create_task(group.add(item)) for item in items]
    await asyncio.sleep(0)
    writer.go.set()
    return await asyncio.gather(*adding, return_exceptions=True)


async def test_what_comes_meanwhile_is_written_together() -> None:
    writer = _Writer()
    assert await _add_all(writer, *"abcdefg") == list("ABCDEFG")
    assert [len(group) for group in writer.groups] == [3, 3, 1]


async def test_groups_grow_while_they_are_quick_and_are_small_again_after_a_slow_one() -> None:
    sizes: list[int] = []
    took = {6: 1.0}  # seconds, by what a group holds
    passed = 0.0

    async def write(items: Sequence[int]) -> Sequence[int]:
        nonlocal passed
        passed += took.get(len(items), 0.01)
        sizes.append(len(items))
        return items

    group = GroupCommit(write, 2, limit=6, clock=lambda: passed)
    await asyncio.gather(*(group.add(number) for number in range(22)))
    assert sizes == [2, 4, 6, 2, 4, 4]


async def test_what_spoils_a_group_spoils_only_itself() -> None:
    writer = _Writer("b")
    found = await _add_all(writer, *"abc")
    assert isinstance(found.pop(1), ValueError)
    assert found == ["A", "C"]
    assert writer.groups == [["a", "b", "c"], ["a"], ["b"], ["c"]]


async def test_a_database_that_is_away_is_not_asked_again_for_each() -> None:
    writer = _Writer("b", error=StorageError("away"))
    assert all(isinstance(one, StorageError) for one in await _add_all(writer, *"abc"))
    assert len(writer.groups) == 1


async def test_who_gave_up_is_left_out_and_the_end_waits_for_the_rest() -> None:
    writer = _Writer()
    group = GroupCommit(writer, 1)
    first, second = (asyncio.create_task(group.add(item)) for item in "ab")
    await asyncio.sleep(0)
    second.cancel()
    writer.go.set()
    await group.finish()
    assert await first == "A"
    assert writer.groups == [["a"]]


async def _two_feeds(room: Room, one: bytes, other: bytes) -> list[int]:
    return [
        await room.add(room.newsroom.serve("/one", one)),
        await room.add(room.newsroom.serve("/other", other)),
    ]


async def test_feeds_that_bring_the_same_entry_at_once_keep_it_once(room: Room) -> None:
    own = [Item(f"Own of {n}", f"http://wire.example/{n}", f"o-{n}") for n in range(6)]
    for number, item in enumerate(own):
        await room.add(room.newsroom.serve(f"/feed{number}", rss(STORY, item)))
    report = await room.poll()
    assert (report.polled, report.failed, report.new) == (6, 0, 7)
    assert sorted(await room.titles()) == sorted([STORY.title, *(item.title for item in own)])
    assert (await room.poll()).new == 0


async def test_entries_that_share_a_key_are_kept_one_after_the_other(room: Room) -> None:
    ids = await _two_feeds(room, rss(), rss())
    told = FeedEntry("BIS Adds Optics Plant", "http://wire.example/plant", "n-1", "BIS added it.")
    async with room.db.write() as conn:
        await dialects.serialise_ingest(conn)
        takings = []
        for feed_id in ids:
            record = await records.load_record(conn, feed_id)
            assert record is not None
            takings.append(taking(record, [told], ["understood"], room.clock()))
        first, second = await keep(conn, takings)
    assert [len(first.new), len(second.new), len(second.edited)] == [1, 0, 0]


class _Fussy(Desk):
    """Cannot stand one of the feeds."""

    hated = 0

    async def ingest(
        self, conn: AsyncConnection, feed: FeedRecord, batch: NewEntries[str]
    ) -> IngestOutcome:
        if feed.id == self.hated:
            raise ZeroDivisionError
        return await super().ingest(conn, feed, batch)


async def test_a_feed_that_cannot_be_understood_keeps_no_other_out(room: Room) -> None:
    names = [f"feed-{number}" for number in range(6)]
    ids = [
        await room.add(
            room.newsroom.serve(f"/{name}", rss(Item(name, f"http://{name}.example/", name))), name
        )
        for name in names
    ]
    desk = _Fussy()
    desk.hated = ids[2]
    poller: Poller[str] = Poller(
        room.db,
        room.fetcher,
        prepare=desk.prepare,
        ingest=desk.ingest,
        notify=desk.notify,
        worker="fussy",
    )
    room.clock.advance(hours=1)
    report = await poller.poll_due()
    await poller.finish(5)
    assert (report.polled, report.failed) == (6, 1)
    assert sorted(await room.titles()) == [name for name in names if name != "feed-2"]
    assert "could not be processed" in str((await room.feed(ids[2]))["last_error"])


async def test_a_feed_that_another_worker_took_over_keeps_no_other_out(room: Room) -> None:
    ids = await _two_feeds(
        room, rss(STORY), rss(Item("Ferry Timetable", "http://wire.example/ferry", "n-2"))
    )

    async def prepare(feed: FeedRecord, entries: Sequence[FeedEntry]) -> Sequence[str]:
        if feed.id == ids[0]:
            async with room.db.write() as conn:
                mine = feed_table.c.id == feed.id
                await conn.execute(update(feed_table).where(mine).values(lease_by="other"))
        return await room.desk.prepare(feed, entries)

    poller: Poller[str] = Poller(
        room.db,
        room.fetcher,
        prepare=prepare,
        ingest=room.desk.ingest,
        notify=room.desk.notify,
        worker="one",
    )
    room.clock.advance(hours=1)
    await poller.poll_due()
    await poller.finish(5)
    assert await room.titles() == ["Ferry Timetable"]
    async with room.db.read() as conn:
        assert list(await conn.scalars(select(entry.c.feed_id))) == [ids[1]]


async def test_feeds_that_fail_and_feeds_that_stay_the_same_are_written_down(room: Room) -> None:
    count = 3
    same = [
        await room.add(room.newsroom.serve_validated(f"/same{n}", rss(STORY), f'"{n}"'), f"S{n}")
        for n in range(count)
    ]
    lost = [
        await room.add(room.newsroom.serve(f"/lost{n}", b"", status=500), f"L{n}")
        for n in range(count)
    ]
    await room.poll()
    report = await room.poll()
    assert (report.polled, report.unchanged, report.failed) == (2 * count, count, count)
    for feed_id in same:
        row = await room.feed(feed_id)
        assert (row["failures"], row["lease_by"]) == (0, None)
    for feed_id in lost:
        row = await room.feed(feed_id)
        assert (row["failures"], row["lease_by"]) == (2, None)
