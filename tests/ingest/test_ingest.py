"""Promise: what a poll brings is owed once to each channel that wants it, and to nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from bot.feeds.intake import keep, taking
from bot.feeds.model import FeedEntry, NewEntries
from bot.news.model import Citation, Company, KeyDate
from bot.news.taxonomy import load_taxonomy
from bot.search.search import Search
from bot.storage import dialects, tables
from bot.storage.database import Database
from bot.storage.tables import collected, entry, entry_topic, entry_watch
from bot.subscriptions.model import Actor
from bot.subscriptions.summary import from_payload
from tests.subscriptions.makers import (
    ANN,
    article,
    deliveries,
    make_feed,
    slack,
    store,
    topic,
    understood,
)
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    return await open_newsroom(db, clock)


async def test_a_channel_is_owed_what_it_subscribed_to(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["entity-list", "sanctions"])
    await room.door.subscribe(slack("C2"), ANN, ["trade-secrets"])
    (entry_id,) = await room.publish((article(), understood("sanctions", "entity-list")))
    (row,) = await room.owed()
    assert (row.kind, row.state, row.entry_id) == ("alert", "pending", entry_id)
    assert row.reasons == "topic:entity-list,topic:sanctions"
    assert row.due_at == room.clock()
    assert await room.owed(slack("C2")) == []


async def test_everything_understood_is_stored(room: Newsroom) -> None:
    found = article("Acme Foundries named", content="Acme Foundries is named under 3A090.")
    prepared = understood(
        "sanctions",
        citations=(Citation("eccn", "3A090", "3A090", 30, 35, "content", "https://bis.example"),),
        companies=(Company("Acme Foundries", "acme foundries", "China", ("AF",)),),
        dates=(KeyDate("effective", date(2026, 4, 1), "April 1"),),
    )
    await room.door.watch(slack(), ANN, "Acme Foundries")
    (entry_id,) = await room.publish((found, prepared))
    async with room.db.read() as conn:
        for table in ("entry_topic", "citation", "entry_company", "entry_date", "entry_watch"):
            rows = (await conn.execute(select(tables.metadata.tables[table]))).all()
            assert [row.entry_id for row in rows] == [entry_id], table
        (hit,) = (await conn.execute(select(entry_watch))).all()
        stored = (await conn.execute(select(entry))).one()
    assert {e["field"] for e in hit.evidence} == {"title", "content"}
    assert found.text[hit.evidence[-1]["start"] : hit.evidence[-1]["end"]] == "Acme Foundries"
    assert stored.story_id is not None
    (row,) = await room.owed()
    assert row.reasons == f"watch:{hit.target}"


async def test_a_history_is_stored_and_owes_nothing(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.publish((article(), understood("sanctions")), history=True)
    assert await room.owed() == []
    async with room.db.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(entry_topic)) == 1


async def test_a_round_up_is_stored_and_never_alerted(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="instant")
    await room.door.subscribe(slack("C2"), ANN, ["sanctions"], mode="daily")
    (entry_id,) = await room.publish((article(), understood("sanctions", roundup=True)))
    assert await room.owed() == []
    async with room.db.read() as conn:
        row = (await conn.execute(select(entry.c.id, entry.c.roundup, entry.c.story_id))).one()
        assert (await conn.execute(select(collected))).first() is None
    assert row == (entry_id, True, None)


async def test_the_same_story_from_another_publication_owes_nothing_new(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    text = article(
        "Treasury Sanctions Acme Foundries and Three Shipping Firms",
        summary="Treasury sanctioned Acme Foundries and three shipping firms on Monday.",
    )
    await room.publish((text, understood("sanctions")))
    await room.publish(
        (replace(text, link="https://sister.example/1"), understood("sanctions")), feed=sister
    )
    async with room.db.read() as conn:
        stories = set(await conn.scalars(select(entry.c.story_id)))
    assert len(stories) == 1
    assert len(await room.owed()) == 1


async def test_who_first_learns_of_a_story_from_its_second_report_is_told(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.subscribe(slack("C2"), ANN, ["entity-list"])
    text = article(
        "Treasury Sanctions Acme Foundries and Three Shipping Firms",
        summary="Treasury sanctioned Acme Foundries and three shipping firms on Monday.",
    )
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    await room.publish((text, understood("sanctions")))
    assert await room.owed(slack("C2")) == []
    await room.publish(
        (replace(text, link="https://s.example/1"), understood("sanctions", "entity-list")),
        feed=sister,
    )
    assert len(await room.owed()) == 1
    assert len(await room.owed(slack("C2"))) == 1


async def test_a_second_report_is_told_to_whom_its_own_words_concern(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.watch(slack("C2"), ANN, "Varg Optics")
    await room.door.save_search(slack("C3"), ANN, "rangefinders")
    await room.door.subscribe(slack("C4"), ANN, ["entity-list"], mode="daily")
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    text = article("Treasury Sanctions Acme Foundries and Three Shipping Firms", summary="")
    more = "Varg Optics, a maker of rangefinders, is among their owners."
    again = replace(text, summary=more, link="https://s.example/1")
    await room.publish((text, understood("sanctions")))
    await room.publish((again, understood("sanctions", "entity-list")), feed=sister)
    room.clock.advance(days=1)
    await room.digest()
    async with room.db.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(tables.story)) == 1
    kinds = [[row.kind for row in await room.owed(slack(f"C{n}"))] for n in (1, 2, 3, 4)]
    assert kinds == [["alert"], ["alert"], ["alert"], ["digest"]]


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=10), None])
async def test_a_saved_search_goes_by_the_time_that_the_search_goes_by(
    room: Newsroom, ahead: timedelta | None
) -> None:
    today = room.clock().date()
    for query in (f"to:{today}", f"from:{today + timedelta(days=1)}"):
        await room.door.save_search(slack(), ANN, f"acme {query}")
    found = article("Acme", published=room.clock() + ahead if ahead else None)
    async with room.db.write() as conn:
        await dialects.serialise_ingest(conn)
        taken = await keep(conn, [taking(room.feed, [found], [understood()], room.clock())])
        await room.news.ingest(conn, room.feed, taken[0])
    search = Search(room.db, load_taxonomy())
    settings = await room.door.settings(slack())
    assert settings is not None
    answered = {
        one.target for one in settings.subscriptions if (await search.find(one.label)).results
    }
    async with room.db.read() as conn:
        assert set(await conn.scalars(select(entry_watch.c.target))) == answered
    assert len(answered) == 1


async def test_alerts_stand_in_order_of_publication(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    now = room.clock()
    late, early = (
        (article(published=now - timedelta(minutes=ago)), understood("sanctions"))
        for ago in (5, 50)
    )
    ids = await room.publish(late, early)
    rows = await room.owed()
    assert [row.entry_id for row in rows] == [ids[1], ids[0]]


async def test_a_paused_channel_keeps_what_it_is_owed_and_gets_it_as_one_message(
    room: Newsroom,
) -> None:
    changed = await room.door.subscribe(slack(), ANN, ["sanctions"])
    async with room.db.write() as conn:
        await room.door.pause(conn, changed.channel.id, "The channel is archived.")
        await room.door.pause(conn, changed.channel.id, "Again.")
    settings = await room.door.settings(slack())
    assert settings is not None
    assert settings.paused_reason == "The channel is archived."
    ids = await room.publish(*[(article(), understood("sanctions")) for _ in range(3)])
    assert [row.state for row in await room.owed()] == ["pending"] * 3
    resumed = await room.door.resume(slack(), ANN)
    assert resumed.paused_at is None
    (row,) = await room.owed()
    summary = from_payload(row.payload)
    assert (row.kind, row.due_at, summary.cause) == ("catch-up", room.clock(), "pause")
    assert [item.entry_id for item in summary.items] == ids
    actions = [c.action for c in await room.door.changes("slack", "T1")]
    assert actions == ["resume", "pause", "subscribe"]


async def test_a_resumed_channel_is_told_of_no_story_twice(room: Newsroom) -> None:
    changed = await room.door.subscribe(slack(), ANN, ["sanctions"])
    async with room.db.write() as conn:
        await room.door.pause(conn, changed.channel.id, "gone")
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    texts = [article(), article()]
    await room.publish(*[(text, understood("sanctions")) for text in texts])
    await room.door.resume(slack(), ANN)
    await room.publish((replace(texts[0], link=""), understood("sanctions")), feed=sister)
    assert [row.kind for row in await room.owed()] == ["catch-up"]


async def test_a_removed_workspace_is_owed_nothing(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.publish((article(), understood("sanctions")))
    await room.door.remove_workspace("slack", "T1")
    await room.publish((article(), understood("sanctions")))
    rows = await deliveries(room.db)
    assert [row.state for row in rows] == ["dead"]
    assert "removed" in rows[0].last_error


async def test_below_the_score_or_muted_nothing_is_owed(room: Newsroom) -> None:
    await room.door.subscribe(slack("C1"), ANN, ["sanctions"])
    await room.door.configure(slack("C1"), ANN, min_score=0.8)
    await room.door.subscribe(slack("C2"), ANN, ["sanctions"], min_score=0.6)
    await room.door.configure(slack("C2"), ANN, min_score=0.8)
    await room.door.subscribe(slack("C3"), ANN, ["sanctions"])
    until = room.clock() + timedelta(hours=1)
    await room.door.mute(slack("C3"), ANN, "topic", "sanctions", until)
    await room.publish((article(), understood(topic("sanctions", 0.7))))
    assert [len(await room.owed(slack(c))) for c in ("C1", "C2", "C3")] == [0, 1, 0]
    room.clock.advance(hours=1)
    await room.publish((article(), understood(topic("sanctions", 0.7))))
    assert [len(await room.owed(slack(c))) for c in ("C1", "C2", "C3")] == [0, 2, 1]


@pytest.mark.parametrize("cause", ["outage", "flood"])
async def test_what_was_missed_comes_as_one_message_a_channel(room: Newsroom, cause: str) -> None:
    await room.door.subscribe(slack("C1"), ANN, ["sanctions"])
    await room.door.subscribe(slack("C2"), ANN, ["sanctions", "entity-list"])
    await room.door.subscribe(slack("C3"), ANN, ["sanctions"], mode="daily")
    batch = [(article(), understood(t)) for t in ("sanctions", "entity-list", "sanctions")]
    ids = await room.publish(*batch, catch_up=cause == "outage", flood=cause == "flood")
    (first,) = await room.owed(slack("C1"))
    (second,) = await room.owed(slack("C2"))
    assert first.kind == second.kind == "catch-up"
    assert first.payload["entries"] == [ids[0], ids[2]]
    assert second.payload["entries"] == ids
    assert from_payload(second.payload).cause == cause
    assert await room.owed(slack("C3")) == []
    async with room.db.read() as conn:
        waiting = select(func.count()).select_from(collected).where(collected.c.told_at.is_(None))
        assert await conn.scalar(waiting) == 2


async def test_a_story_of_the_catch_up_is_not_alerted_again(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    text = article("Treasury Sanctions Acme Foundries", summary="Acme Foundries was sanctioned.")
    await room.publish((text, understood("sanctions")), catch_up=True)
    await room.publish((replace(text, link=""), understood("sanctions")), feed=sister)
    assert [row.kind for row in await room.owed()] == ["catch-up"]


async def test_quiet_hours_hold_alerts_and_release_them_as_one_message(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    await room.door.configure(slack(), ANN, quiet=("14:00", "16:00"), urgent_topics=["entity-list"])
    ids = await room.publish(
        *[(article(), understood("sanctions")) for _ in range(2)],
        (article(), understood("entity-list")),
    )
    urgent = [row for row in await room.owed() if row.held_until is None]
    assert [row.entry_id for row in urgent] == [ids[2]]
    await room.release()
    assert len(await room.owed(kind="alert")) == 3
    room.clock.advance(hours=1)
    await room.release()
    (held,) = await room.owed(kind="held")
    assert held.payload["entries"] == ids[:2]
    assert held.due_at == room.clock()
    assert [row.entry_id for row in await room.owed(kind="alert")] == [ids[2]]
    await room.release()
    assert len(await room.owed()) == 2


async def test_a_single_held_alert_goes_out_as_itself(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.configure(slack(), ANN, quiet=("14:00", "16:00"))
    await room.publish((article(), understood("sanctions")))
    room.clock.advance(hours=1, minutes=1)
    await room.release()
    (row,) = await room.owed()
    assert (row.kind, row.due_at, row.held_until) == ("alert", room.clock(), None)


async def test_switching_quiet_hours_off_lets_go_of_what_they_held(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.configure(slack(), ANN, quiet=("14:00", "16:00"))
    await room.publish(*[(article(), understood("sanctions")) for _ in range(2)])
    await room.door.configure(slack(), ANN, quiet=())
    await room.release()
    assert [row.kind for row in await room.owed()] == ["held"]


async def test_a_catch_up_waits_for_the_end_of_quiet_hours(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.configure(slack(), ANN, quiet=("14:00", "16:00"))
    await room.publish((article(), understood("sanctions")), catch_up=True)
    (row,) = await room.owed()
    assert row.due_at == room.clock() + timedelta(hours=1)
    await room.door.configure(slack(), ANN, urgent_topics=["sanctions"])
    await room.publish((article(), understood("sanctions")), catch_up=True)
    assert [row.due_at for row in await room.owed()][1] == room.clock()


async def test_an_edit_of_substance_updates_those_who_were_told_and_want_it(
    room: Newsroom,
) -> None:
    for name in ("C1", "C2", "C3"):
        await room.door.subscribe(slack(name), ANN, ["sanctions"])
    await room.door.configure(slack("C1"), ANN, wants_updates=True)
    await room.door.configure(slack("C3"), ANN, wants_updates=True)
    found = article()
    (entry_id,) = await room.publish((found, understood("sanctions")))
    await room.sent(slack("C1"))
    await room.sent(slack("C2"))
    after = replace(found, title="Corrected: another title")
    await room.edit(entry_id, after, understood("sanctions"), substance=False)
    assert [row.kind for row in await room.owed(slack("C1"))] == ["alert"]
    await room.edit(entry_id, after, understood("sanctions"))
    await room.edit(entry_id, after, understood("sanctions"))
    assert [r.kind for r in await room.owed(slack("C1"))] == ["alert", "update"]
    assert [r.kind for r in await room.owed(slack("C2"))] == ["alert"]
    assert [r.kind for r in await room.owed(slack("C3"))] == ["alert"]
    await room.edit(entry_id, replace(after, title="Corrected again"), understood("sanctions"))
    assert [r.kind for r in await room.owed(slack("C1"))] == ["alert", "update", "update"]


@pytest.mark.parametrize("substance", [True, False])
async def test_an_edit_that_brings_a_topic_tells_those_who_want_it(
    room: Newsroom, substance: bool
) -> None:
    await room.door.subscribe(slack("C1"), ANN, ["sanctions"])
    await room.door.subscribe(slack("C2"), ANN, ["entity-list"])
    found = article()
    (entry_id,) = await room.publish((found, understood("sanctions")))
    await room.door.subscribe(slack("C3"), ANN, ["sanctions"])
    after = replace(found, title="Now with the Entity List")
    await room.edit(entry_id, after, understood("sanctions", "entity-list"), substance=substance)
    assert [len(await room.owed(slack(c))) for c in ("C1", "C2", "C3")] == [1, 1, 0]
    async with room.db.read() as conn:
        assert set(await conn.scalars(select(entry_topic.c.topic))) == {"sanctions", "entity-list"}


async def test_many_edits_are_looked_up_at_once(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    found = [article() for _ in range(24)]
    ids = await room.publish(*[(one, understood()) for one in found])
    asked: list[str] = []

    def note(_conn: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith("SELECT entry_watch."):
            asked.append(sql)

    event.listen(room.db.engine.sync_engine, "before_cursor_execute", note)
    now = [understood("sanctions")] * len(ids)
    await room.edit_all(*zip(ids, found, now, strict=True), substance=False)
    event.remove(room.db.engine.sync_engine, "before_cursor_execute", note)
    assert len(await room.owed()) == 1
    assert len(asked) == 2  # before the edits and after


@pytest.mark.parametrize(("gaining", "messages"), [(20, 1), (19, 19)])
async def test_many_edits_that_bring_a_topic_at_once_come_as_one_message(
    room: Newsroom, gaining: int, messages: int
) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    found = [article() for _ in range(25)]
    ids = await room.publish(*[(one, understood("entity-list")) for one in found])
    now = [understood(*["sanctions", "entity-list"][at >= gaining :]) for at in range(25)]
    await room.edit_all(*zip(ids, found, now, strict=True), substance=False)
    owed = await room.owed()
    assert len(owed) == messages
    assert all((row.kind == "catch-up") is (messages == 1) for row in owed)
    told = [id_ for row in owed for id_ in (row.payload or {}).get("entries", [row.entry_id])]
    assert sorted(told) == ids[:gaining]


async def test_a_teaser_that_becomes_an_article_is_news(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    found = article()
    (entry_id,) = await room.publish((found, understood(roundup=True)))
    assert await room.owed() == []
    await room.edit(entry_id, replace(found, title="The article"), understood("sanctions"))
    assert [row.entry_id for row in await room.owed()] == [entry_id]


async def test_an_edit_of_old_or_historic_entries_is_no_news(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    found = article()
    (historic,) = await room.publish((found, understood()), history=True)
    (old,) = await room.publish((article(), understood()))
    room.clock.advance(days=8)
    for entry_id in (historic, old):
        await room.edit(entry_id, found, understood("sanctions"))
    assert await room.owed() == []


async def test_watches_take_hold_at_the_next_entry_and_only_in_their_workspace(
    room: Newsroom,
) -> None:
    theirs = slack("C1", "T2")
    await room.door.subscribe(theirs, Actor("U9"), ["sanctions"])
    await room.publish((article("Acme Foundries opens a plant"), understood()))
    await room.door.watch(slack(), ANN, "Acme Foundries", ["AFC Holding"])
    await room.publish((article("Acme Foundries opens a second plant"), understood()))
    await room.publish((article("AFC Holding sells its plant"), understood()))
    assert len(await room.owed()) == 2
    assert await room.owed(theirs) == []
    await room.door.unwatch(slack(), ANN, "Acme Foundries")
    await room.publish((article("Acme Foundries opens a third plant"), understood()))
    assert len(await room.owed()) == 2


async def test_saved_searches_find_new_entries(room: Newsroom) -> None:
    changed = await room.door.save_search(slack(), ANN, "gallium")
    await room.publish(
        (article("Gallium exports resume"), understood()),
        (article("Tungsten exports resume"), understood()),
    )
    (row,) = await room.owed()
    assert row.reasons == f"search:{changed.channel.subscriptions[0].target}"


async def test_a_failed_ingest_leaves_nothing(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])

    async def fail() -> None:
        async with room.db.write() as conn:
            new = await store(conn, room.feed, article(), understood("sanctions"), room.clock())
            await room.news.ingest(conn, room.feed, NewEntries(new=(new,)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await room.owed() == []
    async with room.db.read() as conn:
        assert (await conn.execute(select(tables.story))).first() is None


async def test_an_article_goes_all_the_way_from_its_text_to_one_alert(room: Newsroom) -> None:
    wanted = ["trade-secrets", "chip-controls", "entity-list"]
    await room.door.subscribe(slack(), ANN, wanted)
    found = FeedEntry(
        "Two Capitals Will Discuss Trade Secrets; Beijing Objects to Chip Export Controls",
        link="https://trade.example/article/2026/03/02/two-capitals-2603020007",
        summary="Officials will meet on the protection of trade secrets in licensing proceedings.",
        content=(
            "Officials will meet on the protection of trade secrets in licensing proceedings. "
            "The ministry also objected to export controls on advanced semiconductors and chip "
            "manufacturing equipment (see 2602170055). BIS removed an institute from the Entity "
            "List last month."
        ),
    )
    (prepared,) = await room.news.prepare(room.feed, [found])
    (entry_id,) = await room.publish((found, prepared))
    (row,) = await room.owed()
    assert row.entry_id == entry_id
    assert row.reasons == ",".join(sorted(f"topic:{name}" for name in wanted))
    async with room.db.read() as conn:
        cited = set(await conn.scalars(select(tables.citation.c.value)))
        evidence = (await conn.execute(select(entry_topic.c.evidence))).scalars().all()
    assert "2602170055" in cited
    for phrase in (phrase for phrases in evidence for phrase in phrases):
        place = getattr(found, phrase["field"])
        assert place[phrase["start"] : phrase["end"]] == phrase["text"]


async def test_an_odd_analysis_stops_nothing(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    odd = understood(
        topic("sanctions", 0.9),
        topic("sanctions", 0.4),
        citations=(
            Citation("eccn", "x" * 500, "x", 0, 1, "title"),
            *(Citation("article", "2603020001", "2603020001", 0, 10, "title") for _ in range(500)),
        ),
        companies=(Company("Acme " * 100, "acme " * 100),),
    )
    await room.publish((article(), odd), (article(), understood("sanctions")))
    assert len(await room.owed()) == 2
    async with room.db.read() as conn:
        scores = set(await conn.scalars(select(entry_topic.c.score)))
        cited = await conn.scalar(select(func.count()).select_from(tables.citation))
        key = (await conn.execute(select(tables.entry_company.c.key))).scalar_one()
    assert scores == {0.9}
    assert cited == 199
    assert len(key) == 160


async def test_a_huge_text_without_a_space_stops_nothing(room: Newsroom) -> None:
    await room.door.watch(slack(), ANN, "Acme Foundries")
    found = article("x" * 200_000, summary="y" * 200_000 + " Acme Foundries")
    (prepared,) = await room.news.prepare(room.feed, [found])
    await room.publish((found, prepared))
    assert len(await room.owed()) == 1
