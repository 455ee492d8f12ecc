"""Promise: `exportnews doctor` finds what keeps the bot from working, and says what to do."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot.clock import system_clock
from bot.doctor import collect
from bot.doctor.machine import reached
from bot.installations import SCOPES
from bot.settings import load_settings
from bot.storage.database import Database
from bot.storage.tables import channel, feed
from bot.subscriptions.model import Actor, ChannelRef
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.clock import SetClock
from tests.support.newsroom import Item, open_newsroom, rss
from tests.support.outbox import add_channels, add_story, add_workspace, owe
from tests.support.slack import open_slack


async def findings(ask: bool = False, **settings: Any) -> dict[str, tuple[str, str]]:
    told = load_settings(**settings)
    return {
        one.subject: (one.state, one.text) for one in await collect(told, system_clock, ask=ask)
    }


async def test_a_new_machine_has_nothing_wrong(tmp_path: Path) -> None:
    found = await findings(database_url=f"sqlite:///{tmp_path}/new.sqlite3", port=0)
    assert [subject for subject, (state, _) in found.items() if state == "wrong"] == []
    assert "the first `exportnews run` makes it" in found["database"][1]


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    found = await findings(database_url=f"sqlite:///{tmp_path}/file/bot.sqlite3")
    assert found["database"][0] == "wrong"
    assert f"{tmp_path}/file cannot be written" in found["database"][1]


async def test_an_old_and_a_strange_schema(database_url: str) -> None:
    db = Database(database_url)
    async with db.write() as conn:
        await conn.execute(text("DELETE FROM alembic_version"))
    state, told = (await findings(database_url=database_url))["database"]
    assert (state, "run: exportnews db upgrade" in told) == ("wrong", True)
    async with db.write() as conn:
        await conn.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    state, told = (await findings(database_url=database_url))["database"]
    assert (state, "update exportnews" in told) == ("wrong", True)
    await db.close()


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        taken = sock.getsockname()[1]
        found = await findings(database_url=f"sqlite:///{tmp_path}/x.sqlite3", port=taken)
    assert found["port"][0] == "note"
    assert f"{taken} cannot be listened on" in found["port"][1]


async def test_a_proxy_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@proxy.example:3128")
    found = await findings(database_url=f"sqlite:///{tmp_path}/x.sqlite3")
    assert "proxy.example:3128" in found["proxy"][1]
    assert "secret" not in found["proxy"][1]


async def test_an_admin_token_that_could_be_guessed(tmp_path: Path) -> None:
    for token, told in (("hunter2", "wrong"), ("a much longer token than that", "")):
        found = await findings(
            database_url=f"sqlite:///{tmp_path}/x.sqlite3", exportnews_admin_token=token
        )
        assert found.get("admin token", ("", ""))[0] == told


async def test_settings_that_are_none_and_a_key_that_could_be_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORTNEWS_CATALOGE", "x.toml")
    found = await findings(
        database_url=f"sqlite:///{tmp_path}/new.sqlite3", exportnews_secret_key="abc"
    )
    assert found["settings"][0] == found["secret key"][0] == "wrong"
    assert "no setting EXPORTNEWS_CATALOGE" in found["settings"][1]
    assert "Did you mean EXPORTNEWS_CATALOGUE?" in found["settings"][1]
    assert "too short" in found["secret key"][1]


async def test_feeds_that_cannot_be_reached(tmp_path: Path) -> None:
    async with open_newsroom() as newsroom:
        newsroom.serve("/good.xml", rss(Item("One", "https://wire.example/1", "g1")))
        good, bad = newsroom.address("/good.xml"), newsroom.address("/gone.xml")
        for addresses, state, told in (
            ([good], "ok", "All 1 feed can be reached"),
            ([good, bad], "wrong", "1 feed of 2 cannot be reached: "),
            ([bad], "wrong", "No feed can be reached."),
        ):
            found = await findings(
                ask=True,
                database_url=f"sqlite:///{tmp_path}/x.sqlite3",
                exportnews_catalogue=write_catalogue(tmp_path, *addresses),
                exportnews_allow_private_network=True,
            )
            assert found["network"][0] == state
            assert found["network"][1].startswith(told)
            assert ".." not in found["network"][1]


def test_where_nothing_can_be_reached_a_proxy_is_suspected_too() -> None:
    told = reached(["https://wire.example/f"], ["It did not answer."], proxied=True)
    assert told.state == "wrong"
    assert told.text.endswith("Check this machine's network and the proxy (HTTPS_PROXY, NO_PROXY).")


async def test_failing_feeds_and_dead_deliveries_are_named(
    sqlite_url: str, tmp_path: Path, clock: SetClock
) -> None:
    async with open_newsroom() as newsroom:
        settings = settings_for(sqlite_url, write_catalogue(tmp_path, newsroom.address("/f.xml")))
        async with open_bot(settings, system_clock) as bot:
            await bot.once()
            db = bot.engine.db
            async with db.write() as conn:
                await conn.execute(update(feed).values(last_error="It is gone (404)."))
            workspace = await add_workspace(db, "T1", clock())
            channels = await add_channels(db, workspace, ["C1"], clock())
            told = await add_story(db, "A story", clock())
            await owe(db, told, channels, clock(), state="dead")
        found = await findings(database_url=sqlite_url)
    assert found["feeds"] == (
        "wrong",
        "Trade Wire: It is gone (404). See `exportnews feeds list`.",
    )
    assert found["deliveries"][1].startswith("1 delivery could not be made; see `exportnews")


async def test_what_waits_in_paused_channels_is_told_with_what_to_do(
    sqlite_url: str, tmp_path: Path, clock: SetClock
) -> None:
    async with open_bot(settings_for(sqlite_url, write_catalogue(tmp_path)), system_clock) as bot:
        db = bot.engine.db
        unnamed = ChannelRef("slack", "T0NEVER", "C1")
        await bot.engine.subscriptions.subscribe(unnamed, Actor("cli"), ["sanctions"])
        async with db.read() as conn:
            (channel_id,) = await conn.scalars(select(channel.c.id).where(channel.c.name == ""))
        for title in ("One story", "Another story"):
            await owe(db, await add_story(db, title, clock()), [channel_id], clock())
            await bot.once()
    found = await findings(database_url=sqlite_url)
    state, said = found["paused channels"]
    assert state == "note"
    assert said.startswith(
        "2 deliveries wait in 1 paused channel. C1: No Slack workspace T0NEVER was ever connected."
    )
    assert "`exportnews deliveries resume CHANNEL`" in said
    assert found["deliveries"][0] == "ok"


async def test_scopes_that_are_missing_and_a_token_of_the_wrong_kind(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_slack() as slack:
        settings = settings_for(sqlite_url, write_catalogue(tmp_path), slack)
        assert {one.subject: one.state for one in await collect(settings, system_clock)}[
            "slack"
        ] == "ok"
        (home,) = slack.workspaces.values()
        home.scopes = home.scopes - {"files:write"}
        found = {one.subject: one for one in await collect(settings, system_clock)}
        assert found["slack"].state == "wrong"
        assert "files:write" in found["slack"].text
        assert SCOPES[0] not in found["slack"].text
        swapped = settings.model_copy(update={"slack_app_token": settings.slack_bot_token})
        found = {one.subject: one for one in await collect(swapped, system_clock)}
        assert found["socket mode"].state == "wrong"
        assert "SLACK_APP_TOKEN" in found["socket mode"].text


async def test_a_clock_that_is_off(database_url: str, tmp_path: Path) -> None:
    def late() -> Any:
        return system_clock() + timedelta(minutes=4)

    async with open_slack() as slack:
        settings = settings_for(database_url, write_catalogue(tmp_path), slack)
        told = [one for one in await collect(settings, late) if one.subject == "clock"]
    assert [one.state for one in told] == ["wrong", "wrong"]
    assert "database" in told[0].text
    assert "Slack" in told[1].text
