"""Makes what the outbox needs to be tried: workspaces, channels, stories, deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, insert, select

from bot.demo.slack import SlackLookalike
from bot.errors import DeliveryError
from bot.storage.database import Database
from bot.storage.positions import first_position
from bot.storage.tables import channel, delivery, entry, publication, story, workspace


@dataclass(frozen=True, slots=True)
class Told:
    """A stored story with its one entry."""

    story_id: int
    entry_id: int
    position: int
    title: str


class Access:
    """Clients and tokens of a look-alike's workspaces, over one session."""

    def __init__(self, slack: SlackLookalike, session: aiohttp.ClientSession) -> None:
        self._slack = slack
        self._session = session

    def client(self, token: str | None = None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=self._slack.api_url, session=self._session)

    async def token(self, workspace: str) -> str:
        found = self._slack.workspaces.get(workspace)
        if found is None:
            raise DeliveryError("The bot is not installed there.", permanent=True)
        return found.bot_token


async def add_workspace(
    db: Database, external_id: str, now: datetime, *, platform: str = "slack"
) -> int:
    async with db.write() as conn:
        made = insert(workspace).values(
            platform=platform, external_id=external_id, name=external_id, installed_at=now
        )
        return int((await conn.execute(made.returning(workspace.c.id))).scalar_one())


async def add_channels(
    db: Database, workspace_id: int, names: Iterable[str], now: datetime, **columns: Any
) -> list[int]:
    rows = [
        {"workspace_id": workspace_id, "external_id": name, "created_at": now, **columns}
        for name in names
    ]
    async with db.write() as conn:
        await conn.execute(insert(channel), rows)
        wanted = [row["external_id"] for row in rows]
        found = await conn.execute(
            select(channel.c.external_id, channel.c.id).where(
                channel.c.workspace_id == workspace_id
            )
        )
        ids = {row.external_id: row.id for row in found}
    return [ids[name] for name in wanted]


async def add_story(
    db: Database,
    title: str,
    now: datetime,
    *,
    follows: Told | None = None,
    perhaps: float | None = None,
) -> Told:
    """Store a story that one entry tells; each is published a minute after the one before."""
    async with db.write() as conn:
        first = select(publication.c.id).where(publication.c.name == "Trade Desk")
        publication_id = await conn.scalar(first)
        if publication_id is None:
            made = insert(publication).values(name="Trade Desk").returning(publication.c.id)
            publication_id = (await conn.execute(made)).scalar_one()
        told = await conn.scalar(select(func.count()).select_from(entry)) or 0
        published = now + timedelta(minutes=told)
        story_id = (
            await conn.execute(
                insert(story)
                .values(
                    title=title,
                    started_at=now,
                    updated_at=now,
                    follows_id=follows.story_id if follows else None,
                    perhaps=perhaps,
                )
                .returning(story.c.id)
            )
        ).scalar_one()
        position = first_position(published)
        entry_id = (
            await conn.execute(
                insert(entry)
                .values(
                    position=position,
                    publication_id=publication_id,
                    story_id=story_id,
                    link=f"https://news.example/{told}",
                    title=title,
                    published_at=published,
                    first_seen_at=now,
                    text_hash=str(told),
                )
                .returning(entry.c.id)
            )
        ).scalar_one()
    return Told(int(story_id), int(entry_id), position, title)


async def owe(
    db: Database,
    told: Told,
    channel_ids: Sequence[int],
    now: datetime,
    *,
    kind: str = "alert",
    **columns: Any,
) -> list[int]:
    """Owe a story to channels, and give the deliveries' ids."""
    theirs = select(channel.c.id, channel.c.workspace_id).where(channel.c.id.in_(channel_ids))
    async with db.read() as conn:
        homes = {row.id: row.workspace_id for row in await conn.execute(theirs)}
    rows = [
        {
            "channel_id": one,
            "workspace_id": homes[one],
            "story_id": told.story_id,
            "entry_id": told.entry_id,
            "kind": kind,
            "subject": f"story:{told.story_id}",
            "reasons": "topic:entity-list",
            "position": told.position,
            "due_at": now,
            "created_at": now,
            **columns,
        }
        for one in channel_ids
    ]
    async with db.write() as conn:
        made = await conn.execute(insert(delivery).returning(delivery.c.id), rows)
        return sorted(int(row.id) for row in made)


async def states(db: Database) -> dict[str, int]:
    """Count the deliveries by state."""
    async with db.read() as conn:
        rows = await conn.execute(
            select(delivery.c.state, func.count().label("number")).group_by(delivery.c.state)
        )
        return {row.state: row.number for row in rows}


async def the_delivery(db: Database, delivery_id: int) -> Any:
    """Give one delivery's row."""
    async with db.read() as conn:
        return (await conn.execute(select(delivery).where(delivery.c.id == delivery_id))).one()


async def the_channel(db: Database, channel_id: int) -> Any:
    """Give one channel's row."""
    async with db.read() as conn:
        return (await conn.execute(select(channel).where(channel.c.id == channel_id))).one()
