"""What is owed, read from the database as the outbox claims it."""

from __future__ import annotations

from sqlalchemy import select

from bot.delivery.model import Address, Owed
from bot.storage.database import Database
from bot.storage.tables import channel, delivery, workspace


async def load_owed(db: Database, *, state: str = "") -> list[Owed]:
    """Give every delivery (of a state) as it was made; `created_at` is when it is due."""
    query = (
        select(
            delivery,
            channel.c.external_id.label("channel"),
            workspace.c.platform,
            workspace.c.external_id.label("workspace"),
        )
        .select_from(delivery)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .order_by(delivery.c.id)
    )
    if state:
        query = query.where(delivery.c.state == state)
    async with db.read() as conn:
        rows = (await conn.execute(query)).all()
    return [
        Owed(
            id=row.id,
            address=Address(
                row.channel_id, row.workspace_id, row.platform, row.workspace, row.channel
            ),
            kind=row.kind,
            subject=row.subject,
            story_id=row.story_id,
            entry_id=row.entry_id,
            reasons=row.reasons,
            payload=row.payload,
            attempts=0,
            unknown=False,
            created_at=row.due_at,
        )
        for row in rows
    ]
