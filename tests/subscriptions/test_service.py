"""Promise: a channel gets what its team asked for; each change is allowed, kept and recorded."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.errors import SettingsError, UsageError
from bot.news.taxonomy import Taxonomy, load_taxonomy
from bot.retention import prune
from bot.settings import load_settings
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.storage.tables import channel, workspace
from bot.subscriptions.model import Actor, ChannelRef
from bot.subscriptions.service import Subscriptions
from tests.subscriptions.makers import ANN, article, make_feed, slack, store, topic, understood
from tests.support.clock import SetClock


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture
def door(db: Database, taxonomy: Taxonomy) -> Subscriptions:
    return Subscriptions(db, taxonomy, vault=Vault(SecretStr("a long random text")))


async def test_topics_come_and_go(door: Subscriptions) -> None:
    changed = await door.subscribe(slack(), ANN, ["entity-list", "Chip Controls"])
    assert changed.added == ("entity-list", "chip-controls")
    again = await door.subscribe(slack(), ANN, ["entity-list", "sanctions"], mode="daily")
    assert again.added == ("sanctions", "entity-list")
    assert "now it comes in the daily digest" in again.notes[0]
    same = await door.subscribe(slack(), ANN, ["chip-controls"])
    assert (same.added, same.already) == ((), ("chip-controls",))
    gone = await door.unsubscribe(slack(), ANN, ["chip-controls", "trade-secrets"])
    assert (gone.removed, gone.missing) == (("chip-controls",), ("trade-secrets",))
    kept = {s.target: s.mode for s in gone.channel.subscriptions}
    assert kept == {"entity-list": "daily", "sanctions": "daily"}
    assert all(s.created_by == "U1" for s in gone.channel.subscriptions)


async def test_an_unknown_topic_changes_nothing_and_names_the_nearest(door: Subscriptions) -> None:
    with pytest.raises(UsageError, match=r"no topic “entitty list”\. Did you mean entity-list"):
        await door.subscribe(slack(), ANN, ["chip-controls", "entitty list"])
    assert await door.settings(slack()) is None
    with pytest.raises(UsageError, match="at least one topic"):
        await door.subscribe(slack(), ANN, [])


async def test_all_means_every_topic(door: Subscriptions, taxonomy: Taxonomy) -> None:
    changed = await door.subscribe(slack(), ANN, ["all"])
    assert set(changed.added) == {topic.id for topic in taxonomy.topics}


async def test_a_watch_is_one_whatever_its_writing(door: Subscriptions) -> None:
    first = await door.watch(slack(), ANN, "Huawei Technologies Co., Ltd.", ["华为"])
    assert first.added == ("Huawei Technologies Co., Ltd.",)
    again = await door.watch(slack(), ANN, "HUAWEI Technologies")
    assert again.already == ("Huawei Technologies Co., Ltd.",)
    assert [s.label for s in again.channel.subscriptions] == ["Huawei Technologies Co., Ltd."]
    gone = await door.unwatch(slack(), ANN, "huawei technologies")
    assert gone.removed == ("Huawei Technologies Co., Ltd.",)
    assert gone.channel.subscriptions == ()
    assert (await door.unwatch(slack(), ANN, "Acme Foundries")).missing == ("Acme Foundries",)


@pytest.mark.parametrize("term", ["", "a", "--", "x" * 200])
async def test_a_term_that_would_match_anything_or_nothing_is_refused(
    door: Subscriptions, term: str
) -> None:
    with pytest.raises(UsageError, match="watched term"):
        await door.watch(slack(), ANN, term)


@pytest.mark.parametrize("term", ["Ltd.", "Co., Ltd.", "INC", "S.A.", "有限公司"])
async def test_what_half_of_all_companies_have_in_their_names_is_refused(
    door: Subscriptions, term: str
) -> None:
    with pytest.raises(UsageError, match=r"^Many companies have “.*”; watch it with"):
        await door.watch(slack(), ANN, "Acme", [term])


async def test_saved_searches_come_and_go(door: Subscriptions) -> None:
    query = 'topic:entity-list "advanced computing"'
    assert (await door.save_search(slack(), ANN, query)).added == (query,)
    assert (await door.save_search(slack(), ANN, f"  {query} ")).already == (query,)
    moved = await door.save_search(slack(), ANN, query, mode="weekly")
    assert [(s.kind, s.label, s.mode) for s in moved.channel.subscriptions] == [
        ("search", query, "weekly")
    ]
    assert (await door.drop_search(slack(), ANN, query)).removed == (query,)
    assert (await door.drop_search(slack(), ANN, query)).missing == (query,)


async def test_settings_are_read_as_written_and_wrong_ones_are_one_sentence(
    door: Subscriptions,
) -> None:
    settings = await door.configure(
        slack(),
        ANN,
        timezone="berlin",
        digest_at="7:30",
        digest_weekday="fri",
        quiet=("10pm", "7"),
        min_score=0.7,
        wants_updates=True,
        urgent_topics=["Entity List"],
    )
    assert (settings.timezone, settings.digest_at, settings.digest_weekday) == (
        "Europe/Berlin",
        "07:30",
        4,
    )
    assert (settings.quiet_from, settings.quiet_to) == ("22:00", "07:00")
    assert (settings.min_score, settings.wants_updates) == (0.7, True)
    assert settings.urgent_topics == ("entity-list",)
    off = await door.configure(slack(), ANN, quiet=())
    assert (off.quiet_from, off.quiet_to) == (None, None)
    assert off.timezone == "Europe/Berlin"
    with pytest.raises(UsageError, match="Did you mean Europe/Berlin"):
        await door.configure(slack(), ANN, timezone="Europe/Brelin")
    with pytest.raises(UsageError, match="different times"):
        await door.configure(slack(), ANN, quiet=("8", "08:00"))
    with pytest.raises(UsageError, match="from 0"):
        await door.configure(slack(), ANN, min_score=1.5)


async def test_the_next_digest_follows_the_settings(door: Subscriptions, clock: SetClock) -> None:
    await door.configure(slack(), ANN, timezone="New York", digest_at="17:00")
    assert (await door.subscribe(slack(), ANN, ["sanctions"])).channel.next_digest_at is None
    daily = await door.subscribe(slack(), ANN, ["entity-list"], mode="daily")
    assert daily.channel.next_digest_at == clock() + timedelta(hours=7)
    moved = await door.configure(slack(), ANN, digest_at="9:00")
    assert moved.next_digest_at == clock() + timedelta(hours=23)
    gone = await door.unsubscribe(slack(), ANN, ["entity-list"])
    assert gone.channel.next_digest_at is None


async def test_every_change_is_recorded_with_who_what_and_when(
    door: Subscriptions, clock: SetClock
) -> None:
    await door.subscribe(slack(), ANN, ["sanctions"])
    clock.advance(minutes=5)
    await door.configure(slack(), Actor("U2"), min_score=0.8)
    await door.configure(slack(), Actor("U2"), min_score=0.8)
    await door.mute(slack(), ANN, "topic", "sanctions", clock() + timedelta(days=1))
    found = await door.changes("slack", "T1")
    assert [(c.action, c.actor, c.channel) for c in found] == [
        ("mute", "U1", "c1"),
        ("configure", "U2", "c1"),
        ("subscribe", "U1", "c1"),
    ]
    assert (found[1].before, found[1].after) == ({"min_score": 0.5}, {"min_score": 0.8})
    assert found[1].at == clock()
    assert found[2].after == {"topics": {"sanctions": "instant"}}
    assert [c.action for c in await door.changes("slack", "T1", limit=1, before=found[0].id)] == [
        "configure"
    ]


async def test_workspaces_see_nothing_of_each_other(door: Subscriptions) -> None:
    ours, theirs = slack("C1", "T1"), slack("C1", "T2")
    await door.subscribe(ours, ANN, ["sanctions"])
    await door.watch(ours, ANN, "Acme Foundries")
    await door.subscribe(theirs, Actor("U9"), ["entity-list"])
    assert [s.target for s in (await door.channels("slack", "T2"))[0].subscriptions] == [
        "entity-list"
    ]
    assert {c.actor for c in await door.changes("slack", "T2")} == {"U9"}
    assert {c.actor for c in await door.changes("slack", "T1", ref=ours)} == {"U1"}
    assert (await door.unwatch(theirs, Actor("U9"), "Acme Foundries")).missing
    assert await door.channels("teams", "T1") == ()
    await door.remove_workspace("slack", "T1")
    assert await door.settings(ours) is None
    assert await door.settings(theirs) is not None


async def test_a_removed_workspace_changes_nothing_until_it_is_installed_again(
    door: Subscriptions, db: Database, clock: SetClock
) -> None:
    first = await door.install("slack", "T1", "Acme", "U1")
    await door.subscribe(slack(), ANN, ["sanctions"])
    await door.remove_workspace("slack", "T1")
    with pytest.raises(UsageError, match="install it again"):
        await door.subscribe(slack(), ANN, ["entity-list"])
    assert await door.install("slack", "T1", "Acme") == first
    assert await door.settings(slack()) is not None
    await door.remove_workspace("slack", "T1")
    clock.advance(days=31)
    assert (await prune(db, load_settings())).workspaces == 1
    async with db.read() as conn:
        assert (await conn.execute(select(workspace))).first() is None
        assert (await conn.execute(select(channel))).first() is None


async def test_only_those_whom_the_workspace_lets_may_change_settings(door: Subscriptions) -> None:
    guest, boss = Actor("U5", member=False), Actor("U6", admin=True)
    await door.subscribe(slack(), guest, ["sanctions"])
    with pytest.raises(UsageError, match="Only admins"):
        await door.set_permission("slack", "T1", ANN, "admins")
    await door.set_permission("slack", "T1", boss, "members")
    await door.subscribe(slack(), ANN, ["entity-list"])
    with pytest.raises(UsageError, match="join it first"):
        await door.unsubscribe(slack(), guest, ["sanctions"])
    await door.set_permission("slack", "T1", boss, "admins")
    with pytest.raises(UsageError, match="ask one of them"):
        await door.configure(slack(), ANN, min_score=0.9)
    await door.subscribe(slack(), Actor("cli"), ["chip-controls"])
    await door.subscribe(slack(workspace="T2"), guest, ["sanctions"])
    assert await door.permission("slack", "T1") == "admins"
    assert await door.permission("slack", "T2") == "everyone"


async def test_a_webhooks_address_is_kept_only_encrypted(
    door: Subscriptions, db: Database, taxonomy: Taxonomy
) -> None:
    secret = "https://flows.example/hook?sig=very-secret"
    ref = ChannelRef("webhook", "webhook", secret)
    changed = await door.subscribe(ref, ANN, ["sanctions"])
    assert changed.channel.ref.name == "flows.example"
    assert "secret" not in repr(changed)
    async with db.read() as conn:
        (row,) = (await conn.execute(select(channel))).all()
    assert "secret" not in row.external_id
    assert Vault(SecretStr("a long random text")).open(row.address) == secret
    assert await door.settings(ref) == changed.channel
    assert await door.settings(changed.channel.ref) == changed.channel
    assert (await door.subscribe(changed.channel.ref, ANN, ["sanctions"])).already
    with pytest.raises(SettingsError, match="EXPORTNEWS_SECRET_KEY"):
        await Subscriptions(db, taxonomy, vault=Vault(None)).subscribe(ref, ANN, ["sanctions"])


@pytest.mark.parametrize(
    "address",
    [
        "ftp://flows.example/very-secret",
        "flows.example/very-secret",
        "http://flows.example/very-secret",
        "https://[very-secret",
        "https://flows.example/very secret",
        "https:///very-secret",
        "https://flows.example/" + "very-secret" * 200,
    ],
)
async def test_what_is_no_webhooks_address_is_refused_and_neither_kept_nor_shown(
    door: Subscriptions, db: Database, address: str
) -> None:
    with pytest.raises(UsageError, match="starts with https") as refused:
        await door.subscribe(ChannelRef("webhook", "webhook", address), ANN, ["sanctions"])
    assert "secret" not in str(refused.value) + refused.value.detail
    unknown = ChannelRef("webhook", "webhook", "hook-0123456789abcdef")
    with pytest.raises(UsageError, match="gets nothing yet"):
        await door.subscribe(unknown, ANN, ["sanctions"])
    async with db.read() as conn:
        assert (await conn.execute(select(channel))).all() == []


async def test_changes_at_the_same_time_all_take_hold(door: Subscriptions) -> None:
    topics = ["sanctions", "entity-list", "chip-controls", "trade-secrets"]
    await asyncio.gather(*(door.subscribe(slack(), ANN, [one]) for one in topics * 3))
    settings = await door.settings(slack())
    assert settings is not None
    assert sorted(s.target for s in settings.subscriptions) == sorted(topics)


async def test_muting_needs_a_subscription(door: Subscriptions, clock: SetClock) -> None:
    await door.subscribe(slack(), ANN, ["sanctions"])
    with pytest.raises(UsageError, match="nothing to mute"):
        await door.mute(slack(), ANN, "topic", "entity-list", clock())
    with pytest.raises(UsageError, match="gets nothing yet"):
        await door.mute(slack("C2"), ANN, "topic", "sanctions", clock())
    muted = await door.mute(slack(), ANN, "topic", "sanctions", clock() + timedelta(days=1))
    assert muted.subscriptions[0].muted_until == clock() + timedelta(days=1)
    assert (await door.mute(slack(), ANN, "topic", "sanctions", None)).subscriptions[
        0
    ].muted_until is None


async def test_a_channel_takes_its_new_name(door: Subscriptions) -> None:
    await door.subscribe(slack(), ANN, ["sanctions"])
    await door.rename(ChannelRef("slack", "T1", "C1", "export-news"))
    assert [c.ref.name for c in await door.channels("slack", "T1")] == ["export-news"]


async def test_a_subscription_is_tried_on_the_past(
    door: Subscriptions, db: Database, clock: SetClock
) -> None:
    from bot.ingest import facts

    async with db.write() as conn:
        source = await make_feed(conn, clock())
        for days, score in ((1, 0.9), (2, 0.4), (10, 0.8), (40, 0.9)):
            found = article(published=clock() - timedelta(days=days))
            prepared = understood(topic("sanctions", score), topic("entity-list", 0.9))
            new = await store(conn, source, found, prepared, clock(), history=True)
            await facts.write(conn, [(new.id, prepared)], {})
            await _in_its_own_story(conn, new.id, clock)
    tried = await door.trial(["sanctions"])
    assert (tried.alerts, tried.days) == (2, 30)
    assert [story.topics for story in tried.stories] == [("sanctions",)] * 2
    assert tried.stories[0].published > tried.stories[1].published
    both = await door.trial(["sanctions", "entity-list"], days=60, limit=1)
    assert both.alerts == 4
    assert len(both.stories) == 1
    with pytest.raises(UsageError, match="looks back"):
        await door.trial(["sanctions"], days=0)


async def _in_its_own_story(conn: object, entry_id: int, clock: SetClock) -> None:
    from sqlalchemy import insert, update
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.storage.tables import entry, story

    assert isinstance(conn, AsyncConnection)
    story_id = (
        await conn.execute(
            insert(story)
            .values(title="t", started_at=clock(), updated_at=clock())
            .returning(story.c.id)
        )
    ).scalar_one()
    await conn.execute(update(entry).where(entry.c.id == entry_id).values(story_id=story_id))


async def test_a_topic_that_the_taxonomy_has_no_more_is_marked_and_can_be_taken_away(
    db: Database,
) -> None:
    whole = load_taxonomy()
    door = Subscriptions(db, whole)
    await door.subscribe(slack(), ANN, ["entity-list", "sanctions"])
    kept = tuple(topic for topic in whole.topics if topic.id != "entity-list")
    ids = {topic.id: topic for topic in kept}
    door = Subscriptions(db, replace(whole, topics=kept, _topic_of=ids))
    settings = await door.settings(slack())
    assert settings is not None
    assert [one.target for one in settings.subscriptions if one.gone] == ["entity-list"]
    with pytest.raises(UsageError, match="There is no topic"):
        await door.subscribe(slack(), ANN, ["entity-list"])
    with pytest.raises(UsageError, match="There is no topic “weather”"):
        await door.unsubscribe(slack(), ANN, ["entity-list", "weather"])
    assert (await door.unsubscribe(slack(), ANN, ["Entity-List"])).removed == ("entity-list",)
