"""Promise: from the day the app is added to the day it is taken away, a tenant is served well.

Everything is real but Microsoft's addresses: the SDK answers signed requests, the outbox sends
over HTTP, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot.storage.tables import channel, delivery, workspace
from bot.subscriptions.model import Actor, ChannelRef
from bot.teams.conversations import CLOSED, GONE
from tests.support.newsroom import Item
from tests.support.teams import OTHER_TENANT, TENANT
from tests.teams.conftest import FRESH, KNOWN, Office

EDITED = "Withdrawn: agency takes ten drone makers off the Entity List again after review"
LATER = Item(
    "Entity List gains a Pakistani shipyard over submarine parts", "https://wire.example/3", "g3"
)


async def test_install_subscribe_alert_search_update_uninstall(office: Office) -> None:
    teams, chips = office.teams, office.room("chips")
    await teams.install(chips, office.mara)
    (welcome,) = teams.posts(chips)
    assert "Entity List" in welcome.shown

    (done,) = await teams.say(chips, office.mara, "subscribe entity-list")
    assert "Entity List" in done.shown
    await teams.say(chips, office.mara, "updates on")
    await office.publish(KNOWN)
    before = len(teams.posts(chips))
    await office.publish(FRESH, KNOWN)
    (alert,) = teams.posts(chips)[before:]
    assert FRESH.title in alert.shown
    assert FRESH.link in str(alert.card)
    assert alert.thread == "", "an alert is a post of its own"

    (found,) = await teams.say(chips, office.ken, "entity list firms")
    assert FRESH.title in found.shown

    await office.publish(replace(FRESH, title=EDITED), KNOWN)
    assert alert.edits == 1
    assert EDITED in alert.shown

    await teams.uninstall(chips, office.mara)
    before = len(teams.posts(chips))
    await office.publish(LATER, FRESH, KNOWN)
    assert len(teams.posts(chips)) == before
    async with office.bot.engine.db.read() as conn:
        gone = await conn.scalar(
            select(workspace.c.removed_at).where(workspace.c.external_id == TENANT)
        )
    assert gone is not None, "with the last conversation the tenant has left"


async def test_who_comes_back_finds_the_channel_as_it_was(office: Office) -> None:
    chips = office.room("chips")
    await office.alert(chips)
    await office.teams.uninstall(chips, office.mara)
    await office.teams.install(chips, office.mara)
    settings = await office.settings(chips)
    assert settings is not None
    assert [s.target for s in settings.subscriptions] == ["entity-list"]
    assert settings.paused_at is None
    (owed,) = await office.teams.say(chips, office.mara, "subscriptions")
    assert "Entity List" in owed.shown


async def test_taken_from_one_chat_the_bot_stays_in_the_others(office: Office) -> None:
    chips, group = office.room("chips"), office.room("group")
    await office.teams.install(group, office.mara)
    await office.teams.say(group, office.mara, "subscribe entity-list")
    await office.teams.install(chips, office.mara)
    await office.teams.uninstall(group, office.mara)
    settings = await office.settings(group)
    assert settings is not None
    assert settings.paused_reason == GONE
    (answer,) = await office.teams.say(chips, office.mara, "topics")
    assert "Entity List" in answer.shown


async def test_names_are_as_teams_has_them(office: Office) -> None:
    chips, general = office.room("chips"), office.room("general")
    await office.teams.install(chips, office.mara)
    known = await rooms(office)
    assert known == {chips.id: "Chips", general.id: "Trade"}
    renamed = {"channel": {"id": chips.id, "name": "Chips and lithography"}}
    await office.teams.event(general, office.mara, "channelRenamed", **renamed)
    team = {"team": {"id": general.team, "name": "Trade law"}, "channel": None}
    await office.teams.event(general, office.mara, "teamRenamed", **team)
    await office.teams.say(chips, office.mara, "topics")  # which names nothing
    assert await rooms(office) == {chips.id: "Chips and lithography", general.id: "Trade law"}


async def test_a_deleted_or_archived_channel_is_silent_until_it_is_back(office: Office) -> None:
    chips, general = office.room("chips"), office.room("general")
    await office.alert(chips)
    about = {"channel": {"id": chips.id, "name": "Chips"}}
    for closing, opening, named in (
        ("channelDeleted", "channelRestored", about),
        ("teamArchived", "teamUnarchived", {"channel": None}),
    ):
        await office.teams.event(general, office.mara, closing, **named)
        settings = await office.settings(chips)
        assert settings is not None
        assert settings.paused_reason == CLOSED
        await office.teams.event(general, office.mara, opening, **named)
        settings = await office.settings(chips)
        assert settings is not None
        assert settings.paused_at is None


async def test_tenants_know_nothing_of_each_other(office: Office) -> None:
    teams, chips = office.teams, office.room("chips")
    theirs = teams.rooms["19:chips-b@thread.tacv2"]
    other = teams.people["29:1mara-b"]
    await office.alert(chips)
    await teams.install(theirs, other)
    (answer,) = await teams.say(theirs, other, "subscriptions")
    assert "Entity List" not in answer.shown
    (done,) = await teams.say(theirs, other, "subscribe chip-controls #trade")
    assert "Chip controls" in done.shown, "the other tenant's Trade is their own"
    ours = await office.settings(office.room("general"))
    assert ours is None or not ours.subscriptions
    await teams.uninstall(chips, office.mara)
    (still,) = await teams.say(theirs, other, "entity list firms")
    assert FRESH.title in still.shown
    async with office.bot.engine.db.read() as conn:
        rows = await conn.execute(
            select(workspace.c.external_id, workspace.c.removed_at.is_(None).label("here"))
        )
        assert {row.external_id: row.here for row in rows} == {TENANT: False, OTHER_TENANT: True}


async def test_the_service_address_is_kept_as_the_signed_request_gave_it(office: Office) -> None:
    chips = office.room("chips")
    await office.teams.install(chips, office.mara)
    async with office.bot.engine.db.read() as conn:
        kept = await conn.scalar(
            select(channel.c.conversation).where(channel.c.external_id == chips.id)
        )
    assert kept == {"service_url": office.teams.service_url, "team": chips.team}


async def test_a_channel_paused_by_teams_speaks_again_with_one_message(office: Office) -> None:
    chips = office.room("chips")
    await office.alert(chips)
    await office.teams.say(chips, office.mara, "subscribe enforcement")
    chips.with_bot = False  # and no event told of it
    more = [
        Item(title, f"https://wire.example/m{number}", f"m{number}")
        for number, title in enumerate(
            (
                "Entity List gains a Pakistani shipyard over submarine parts",
                "Exporter fined for shipping lithography parts to a firm on the Entity List",
            )
        )
    ]
    await office.publish(*more, FRESH, KNOWN)
    settings = await office.settings(chips)
    assert settings is not None
    assert "add it again" in settings.paused_reason
    chips.with_bot = True
    before = len(office.teams.posts(chips))
    ref = ChannelRef("teams", TENANT, chips.id)
    await office.bot.engine.subscriptions.resume(ref, Actor("cli"))
    await office.bot.once()
    (caught_up,) = office.teams.posts(chips)[before:]
    assert all(item.title in caught_up.shown for item in more)
    async with office.bot.engine.db.read() as conn:
        states = {row.state for row in await conn.execute(select(delivery.c.state))}
    assert states <= {"sent", "dead"}


async def rooms(office: Office) -> dict[str, str]:
    """The names of the tenant's rooms, as the bot knows them."""
    known = await office.bot.engine.conversations.rooms(TENANT)
    return {ref.channel: ref.name for ref in known}
