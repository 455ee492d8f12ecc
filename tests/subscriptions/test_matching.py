"""Promise: each channel is owed exactly what the rules say: one alert a story, for its reasons.

The rules are said twice: in SQL for all channels at once, in Python for one. Hypothesis makes up
workspaces, channels and entries, and the two must agree, on both databases.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import (
    channel,
    collected,
    delivery,
    entry_topic,
    entry_watch,
    story,
    subscription,
    workspace,
)
from bot.subscriptions import rules, store
from bot.subscriptions.matching import StoredEntry, collect_for_digests, owe_alerts
from bot.subscriptions.model import ChannelSettings, Mode, SubscriptionKind
from bot.subscriptions.quiet import GRACE, QuietNow, quiet_now
from bot.subscriptions.times import quiet_until
from tests.subscriptions.makers import article, make_feed, understood
from tests.subscriptions.makers import store as store_entry
from tests.support.clock import SetClock

TOPICS = ("alpha", "beta", "gamma")
Target = tuple[SubscriptionKind, str]
TERMS: tuple[Target, ...] = (("watch", "1"), ("watch", "12"), ("search", "1"))
TARGETS: tuple[Target, ...] = (*(("topic", topic) for topic in TOPICS), *TERMS)
SCORES = (0.2, 0.5, 0.51, 0.9)


@dataclass(frozen=True)
class Wish:
    target: Target
    mode: Mode
    min_score: float | None
    muted_hours: int | None


@dataclass(frozen=True)
class Team:
    removed: bool
    paused: bool
    min_score: float
    quiet: tuple[str, str] | None
    timezone: str
    urgent: tuple[str, ...]
    wishes: tuple[Wish, ...]


wishes = st.builds(
    Wish,
    st.sampled_from(TARGETS),
    st.sampled_from(("instant", "instant", "daily", "weekly")),
    st.sampled_from((None, None, 0.2, 0.51, 0.9)),
    st.sampled_from((None, None, -1, 1)),
)
teams = st.builds(
    Team,
    st.sampled_from((False, False, False, True)),
    st.sampled_from((False, False, True)),
    st.sampled_from(SCORES),
    st.sampled_from((None, ("22:00", "07:00"), ("14:00", "16:00"))),
    st.sampled_from(("UTC", "America/New_York", "Asia/Tokyo")),
    st.lists(st.sampled_from(TOPICS), max_size=1).map(tuple),
    st.lists(wishes, max_size=5, unique_by=lambda wish: wish.target).map(tuple),
)
matches = st.dictionaries(st.sampled_from(TOPICS), st.sampled_from(SCORES))
terms = st.sets(st.sampled_from(TERMS))


class _Undo(Exception):
    pass


@asynccontextmanager
async def undone(db: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction that leaves nothing, so that examples do not see each other."""
    try:
        async with db.write() as conn:
            yield conn
            raise _Undo
    except _Undo:
        pass


async def settle(conn: AsyncConnection, made: Sequence[Team], now: datetime) -> list[int]:
    ids = []
    for number, team in enumerate(made):
        workspace_id = (
            await conn.execute(
                insert(workspace)
                .values(
                    platform="slack",
                    external_id=f"T{number}",
                    installed_at=now,
                    removed_at=now if team.removed else None,
                )
                .returning(workspace.c.id)
            )
        ).scalar_one()
        channel_id = (
            await conn.execute(
                insert(channel)
                .values(
                    workspace_id=workspace_id,
                    external_id="C1",
                    created_at=now,
                    min_score=team.min_score,
                    paused_at=now if team.paused else None,
                    timezone=team.timezone,
                    quiet_from=team.quiet[0] if team.quiet else None,
                    quiet_to=team.quiet[1] if team.quiet else None,
                    urgent_topics=list(team.urgent),
                )
                .returning(channel.c.id)
            )
        ).scalar_one()
        ids.append(channel_id)
        for wish in team.wishes:
            muted = wish.muted_hours
            await conn.execute(
                insert(subscription).values(
                    channel_id=channel_id,
                    kind=wish.target[0],
                    target=wish.target[1],
                    mode=wish.mode,
                    min_score=wish.min_score,
                    created_at=now,
                    muted_until=None if muted is None else now + timedelta(hours=muted),
                )
            )
    return ids


async def publish(
    conn: AsyncConnection, scores: dict[str, float], hits: set[Target], now: datetime
) -> StoredEntry:
    source = await make_feed(conn, now)
    new = await store_entry(conn, source, article(), understood(), now)
    story_id = (
        await conn.execute(
            insert(story).values(title="t", started_at=now, updated_at=now).returning(story.c.id)
        )
    ).scalar_one()
    for topic, score in scores.items():
        await conn.execute(insert(entry_topic).values(entry_id=new.id, topic=topic, score=score))
    for kind, target in hits:
        await conn.execute(insert(entry_watch).values(entry_id=new.id, kind=kind, target=target))
    return StoredEntry(new.id, story_id, 1, "new")


def model(
    team: Team, had: ChannelSettings, found: rules.Found, now: datetime
) -> tuple[str, str, datetime | None]:
    """What the rules say: reasons to alert, reasons for a digest, until when it is held."""
    if team.removed:
        return "", "", None
    wanting = rules.wanted(had, found, now)
    at_once = [one for one in wanting if one.mode == "instant"]
    held = quiet_until(had.quiet_from, had.quiet_to, had.timezone, now)
    if rules.passes_quiet_hours(had, at_once):
        held = None
    alert = rules.reasons(wanting, frozenset({"instant"}))
    digest = "" if alert else rules.reasons(wanting, frozenset({"daily", "weekly"}))
    return alert, digest, held if alert else None


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=st.lists(teams, max_size=4), scores=matches, hits=terms, hour=st.integers(0, 23))
async def test_sql_and_rules_agree(
    db: Database,
    clock: SetClock,
    made: list[Team],
    scores: dict[str, float],
    hits: set[Target],
    hour: int,
) -> None:
    now = clock().replace(hour=hour)
    async with undone(db) as conn:
        ids = await settle(conn, made, now)
        entry = await publish(conn, scores, hits, now)
        owed = await owe_alerts(conn, entry, now, await quiet_now(conn, now))
        await collect_for_digests(conn, entry, now)
        had = {c.id: c for c in await store.load_channels(conn, None, channel.c.id.in_(ids))}
        found: rules.Found = {
            **{("topic", topic): score for topic, score in scores.items()},
            **dict.fromkeys(hits, 1.0),
        }
        expected = {
            channel_id: model(team, had[channel_id], found, now)
            for channel_id, team in zip(ids, made, strict=True)
        }
        alerts = {row.channel_id: row for row in await conn.execute(select(delivery))}
        digests = {row.channel_id: row for row in await conn.execute(select(collected))}
    assert owed == len(alerts)
    for channel_id, (alert, digest, held) in expected.items():
        row = alerts.get(channel_id)
        assert (row.reasons if row else "") == alert
        assert (digests[channel_id].reasons if channel_id in digests else "") == digest
        if row is not None:
            assert (row.state, row.kind, row.subject) == (
                "pending",
                "alert",
                f"story:{entry.story_id}",
            )
            assert row.held_until == held
            assert row.due_at == (now if held is None else held + GRACE)


async def test_reasons_are_sorted_by_their_bytes_on_both_databases(
    db: Database, clock: SetClock
) -> None:
    many = tuple(
        Wish(("topic", name), "instant", None, None) for name in ("b-a", "b", "ba", "B", "a_z")
    )
    team = Team(False, False, 0.5, None, "UTC", (), many)
    async with undone(db) as conn:
        await settle(conn, [team], clock())
        entry = await publish(conn, {w.target[1]: 0.9 for w in many}, set(), clock())
        assert await owe_alerts(conn, entry, clock()) == 1
        reasons = (await conn.execute(select(delivery.c.reasons))).scalar_one()
    assert reasons == ",".join(sorted(f"topic:{w.target[1]}" for w in many))


async def test_a_story_is_owed_once_whatever_reports_it(db: Database, clock: SetClock) -> None:
    team = Team(
        False, False, 0.5, None, "UTC", (), (Wish(("topic", "alpha"), "instant", None, None),)
    )
    async with undone(db) as conn:
        await settle(conn, [team], clock())
        entry = await publish(conn, {"alpha": 0.9}, set(), clock())
        assert await owe_alerts(conn, entry, clock()) == 1
        assert await owe_alerts(conn, entry, clock()) == 0
        same = replace(entry, relation="same")
        assert await owe_alerts(conn, same, clock()) == 0
        await collect_for_digests(conn, same, clock())
        assert (await conn.execute(select(collected))).first() is None


async def test_an_edit_tells_only_those_whom_it_newly_concerns(
    db: Database, clock: SetClock
) -> None:
    def team(score: float, topic: str) -> Team:
        wish = Wish(("topic", topic), "instant", score, None)
        return Team(False, False, 0.5, None, "UTC", (), (wish,))

    async with undone(db) as conn:
        ids = await settle(
            conn,
            [team(0.3, "alpha"), team(0.8, "alpha"), team(0.95, "alpha"), team(0.5, "beta")],
            clock(),
        )
        entry = await publish(conn, {"alpha": 0.9, "beta": 0.9}, set(), clock())
        edited = replace(entry, relation="same", before={("topic", "alpha"): 0.4})
        await owe_alerts(conn, edited, clock())
        told = set(await conn.scalars(select(delivery.c.channel_id)))
    assert told == {ids[1], ids[3]}


async def test_a_follow_up_is_one_only_where_the_first_story_came(
    db: Database, clock: SetClock
) -> None:
    wish = Wish(("topic", "alpha"), "instant", None, None)
    knows = Team(False, False, 0.5, None, "UTC", (), (wish,))
    new = Team(False, False, 0.5, None, "UTC", (), (replace(wish, target=("topic", "beta")),))
    async with undone(db) as conn:
        ids = await settle(conn, [knows, new], clock())
        first = await publish(conn, {"alpha": 0.9}, set(), clock())
        await owe_alerts(conn, first, clock())
        await conn.execute(insert(entry_topic).values(entry_id=first.id, topic="beta", score=1.0))
        story_id = (
            await conn.execute(
                insert(story)
                .values(
                    title="u", started_at=clock(), updated_at=clock(), follows_id=first.story_id
                )
                .returning(story.c.id)
            )
        ).scalar_one()
        second = StoredEntry(first.id, story_id, 2, "follow-up")
        assert await owe_alerts(conn, second, clock()) == 2
        assert await owe_alerts(conn, replace(second, relation="same"), clock()) == 0
        rows = await conn.execute(
            select(delivery.c.channel_id, delivery.c.kind).where(delivery.c.story_id == story_id)
        )
        assert {row.channel_id: row.kind for row in rows} == {ids[0]: "follow-up", ids[1]: "alert"}


async def test_quiet_hours_that_hold_are_found_each_once(db: Database, clock: SetClock) -> None:
    quiet = Team(False, False, 0.5, ("14:00", "16:00"), "UTC", (), ())
    async with undone(db) as conn:
        await settle(conn, [quiet, quiet, replace(quiet, timezone="Asia/Tokyo")], clock())
        assert await quiet_now(conn, clock()) == [
            QuietNow("UTC", "14:00", "16:00", clock() + timedelta(hours=1))
        ]
