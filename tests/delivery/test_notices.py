"""What operators are told: once, in their channel."""

from __future__ import annotations

from sqlalchemy import select

from bot.delivery import notices
from bot.feeds.model import Notice
from bot.notices import OperatorNotices
from bot.storage.tables import notice
from tests.delivery.conftest import Desk

SILENT = Notice("silent", 4, "Trade Desk", "https://feeds.example/a", "Trade Desk has been silent.")


async def test_a_notice_reaches_the_operators_channel_once(desk: Desk) -> None:
    await desk.channels("C0OPS")
    tell = OperatorNotices("C0OPS", now=desk.db.now)
    for _ in range(3):
        async with desk.db.write() as conn:
            await tell(conn, SILENT)
    await desk.dispatcher().dispatch_due()
    (said,) = desk.shown("C0OPS")
    assert "Trade Desk has been silent." in said
    desk.clock.advance(hours=2)
    async with desk.db.write() as conn:
        await tell(conn, SILENT)
    await desk.dispatcher().dispatch_due()
    assert len(desk.shown("C0OPS")) == 2


async def test_without_a_channel_a_notice_is_kept(desk: Desk) -> None:
    async with desk.db.write() as conn:
        await OperatorNotices(None, now=desk.db.now)(conn, SILENT)
        kept = (await conn.execute(select(notice))).one()
    assert (kept.text, kept.told_at) == ("Trade Desk has been silent.", None)


async def test_without_a_workspace_a_notice_waits_in_the_database(desk: Desk) -> None:
    async with desk.db.write() as conn:
        await OperatorNotices("C0OPS", now=desk.db.now)(conn, SILENT)
        assert (await conn.execute(select(notice))).one().told_at is None
    assert (await desk.dispatcher().dispatch_due()).sent == 0


async def test_a_paused_channel_is_told_to_the_operators_too(desk: Desk) -> None:
    from bot.demo.slack.faults import ApiError

    here, _ = await desk.channels("C1", "C0OPS")
    await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", ApiError("is_archived"))
    tell = OperatorNotices("C0OPS", now=desk.db.now).tell
    await desk.dispatcher(tell=tell).dispatch_due()
    (said,) = desk.shown("C0OPS")
    assert "archived" in said


async def test_long_keys_are_cut_and_still_tell_once(desk: Desk) -> None:
    async with desk.db.write() as conn:
        assert await notices.record(conn, "k" * 500, "text", desk.clock())
        assert not await notices.record(conn, "k" * 500, "text", desk.clock())
