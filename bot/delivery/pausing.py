"""A channel that cannot be reached for good: paused, and its owner told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.notices import DIRECT, owe_notice
from bot.delivery.outbox import Settled
from bot.storage.tables import channel
from bot.subscriptions.model import OPERATOR
from bot.subscriptions.pauses import pause_channel

Tell = Callable[[AsyncConnection, str, str, datetime], Awaitable[None]]
"""Tells the operators something once: connection, key, sentence, moment."""


async def pause_channels(
    conn: AsyncConnection, settled: Sequence[Settled], tell: Tell, now: datetime
) -> None:
    """Pause the channels that failed for good, each with its reason; tell owners and operators.

    What they are owed stays owed and goes out as one message on resume.
    """
    for one in settled:
        if not one.pause:
            continue
        await pause_channel(conn, one.channel_id, one.pause, now)
        row = (
            await conn.execute(
                select(
                    channel.c.workspace_id,
                    channel.c.external_id,
                    channel.c.name,
                    channel.c.kind,
                    channel.c.owner,
                ).where(channel.c.id == one.channel_id)
            )
        ).first()
        if row is None or row.kind == DIRECT:
            continue
        name = f"#{row.name}" if row.name else row.external_id
        text = (
            f"Alerts to {name} are paused: {one.pause} What is owed is kept, and comes as one "
            "message when the channel is resumed."
        )
        key = f"paused:{one.channel_id}:{now:%Y-%m-%dT%H:%M}"
        await tell(conn, key, text, now)
        if row.owner and row.owner != OPERATOR:  # who is told above
            await owe_notice(
                conn, row.workspace_id, row.owner, kind=DIRECT, subject=key, text=text, now=now
            )


async def tell_given_up(
    conn: AsyncConnection, settled: Sequence[Settled], tell: Tell, now: datetime
) -> None:
    """Tell the operators, once an hour, that messages were given up, and why the first one was."""
    reasons = [
        outcome.reason for one in settled for outcome in one.outcomes if outcome.result == "dead"
    ]
    if not reasons:
        return
    text = (
        f"A message was given up: {reasons[0]} `exportnews deliveries --state dead` lists what is, "
        "`exportnews deliveries retry ID` sends it again."
    )
    await tell(conn, f"dead:{now:%Y-%m-%dT%H}", text, now)
