"""Where the bot may speak in Teams: conversations as channels, with the address to reach them.

A tenant is a workspace. A channel of a team, a group chat and a personal chat are channels each;
`channel.conversation` keeps the service address that Teams gave, which is believed only because
the request that brought it was signed by Microsoft for that address.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import channel, workspace
from bot.subscriptions import workspaces
from bot.subscriptions.model import Actor, ChannelRef
from bot.subscriptions.service import Subscriptions
from bot.subscriptions.store import DIRECT

log = structlog.get_logger(__name__)

BOT = Actor("exportnews", "exportnews", admin=True)
GONE = "The app was removed from this conversation; add it again."
CLOSED = "The channel or its team was deleted or archived."

_KEPT = 10_000
"""Conversations whose stored address is remembered, so that a message costs no write."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as an activity tells of it; `team`: the team's id for its channels."""

    tenant: str
    id: str
    service_url: str
    name: str = ""
    personal: bool = False
    team: str = ""

    @property
    def ref(self) -> ChannelRef:
        """The channel that it is to the engine."""
        return ChannelRef("teams", self.tenant, self.id, self.name)

    def stored(self) -> dict[str, str]:
        """Give what `channel.conversation` keeps."""
        return {"service_url": self.service_url, "team": self.team}


_ROOMS = 5_000
"""Channels of a tenant that are looked through for one that is named."""


class Conversations:
    """Keeps conversations as the events of Teams say."""

    def __init__(self, db: Database, subscriptions: Subscriptions) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._kept: OrderedDict[tuple[str, str], Conversation] = OrderedDict()

    async def remember(self, known: Conversation) -> None:
        """Keep a conversation that something came from, unless it is as it was."""
        key = (known.tenant, known.id)
        if self._kept.get(key) == known:
            return
        async with self._db.write() as conn:
            await self._store(conn, known, by="")
        self._kept[key] = known
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    async def install(self, known: Conversation, by: str) -> None:
        """Keep a conversation that the app was added to, and let it speak again if it did."""
        async with self._db.write() as conn:
            await self._store(conn, known, by=by)
        await self._resume(known.ref, GONE)
        log.info("teams.installed", workspace=known.tenant, channel=known.id)

    async def uninstall(self, known: Conversation) -> None:
        """Forget a conversation (all of a team's, where it is one's) that the app was taken from;
        after the last, the tenant is removed."""
        await self._close(known, known.team, GONE, forget=True)
        async with self._db.read() as conn:
            left = await conn.scalar(
                select(channel.c.id)
                .join(workspace)
                .where(_tenant(known.tenant), channel.c.conversation.is_not(None))
                .limit(1)
            )
        if left is None:
            await self._subscriptions.remove_workspace("teams", known.tenant)
        log.info("teams.uninstalled", workspace=known.tenant, channel=known.id, last=left is None)

    async def rooms(self, tenant: str) -> tuple[ChannelRef, ...]:
        """Give the channels and group chats of a tenant that the bot is in, by name."""
        query = (
            select(channel.c.external_id, channel.c.name)
            .join(workspace)
            .where(
                _tenant(tenant),
                workspace.c.removed_at.is_(None),
                channel.c.kind != DIRECT,
                channel.c.conversation.is_not(None),
            )
            .order_by(channel.c.name, channel.c.external_id)
            .limit(_ROOMS)
        )
        async with self._db.read() as conn:
            rows = (await conn.execute(query)).all()
        return tuple(ChannelRef("teams", tenant, row.external_id, row.name) for row in rows)

    async def close(self, known: Conversation, *, team: str = "") -> None:
        """Pause a channel (every channel of `team`) that was deleted or archived."""
        await self._close(known, team, CLOSED, forget=False)

    async def reopen(self, known: Conversation, *, team: str = "") -> None:
        """Resume what `close` paused: the channel was restored, or the team is back."""
        async with self._db.read() as conn:
            found = await _channels(conn, known, team)
        for _id, external_id in found:
            await self._resume(ChannelRef("teams", known.tenant, external_id), CLOSED)

    async def rename(self, known: Conversation) -> None:
        """Take over a conversation's new name, where it is known."""
        self._kept.pop((known.tenant, known.id), None)
        await self._subscriptions.rename(known.ref)

    async def _store(self, conn: AsyncConnection, known: Conversation, by: str) -> None:
        now = await self._db.now(conn)
        home = await workspaces.install(conn, "teams", known.tenant, "", by, now)
        news: dict[str, Any] = {"conversation": known.stored()}
        if known.name:
            news["name"] = known.name
        await conn.execute(
            dialects.insert(conn, channel)
            .values(
                workspace_id=home,
                external_id=known.id,
                kind=DIRECT if known.personal else "channel",
                created_at=now,
                **news,
            )
            .on_conflict_do_update(index_elements=["workspace_id", "external_id"], set_=news)
        )

    async def _close(self, known: Conversation, team: str, reason: str, *, forget: bool) -> None:
        async with self._db.write() as conn:
            for channel_id, external_id in await _channels(conn, known, team):
                self._kept.pop((known.tenant, external_id), None)
                await self._subscriptions.pause(conn, channel_id, reason)
                if forget:
                    here = channel.c.id == channel_id
                    await conn.execute(update(channel).where(here).values(conversation=null()))

    async def _resume(self, ref: ChannelRef, reason: str) -> None:
        settings = await self._subscriptions.settings(ref)
        if settings is not None and settings.paused_reason == reason:
            await self._subscriptions.resume(ref, BOT)


async def service_address(db: Database, workspace_id: int) -> str:
    """Give a service address that Teams gave for a tenant, nothing when none is known.

    For who has no conversation yet: a person to be told something, a channel set up by an
    operator.
    """
    async with db.read() as conn:
        found: dict[str, str] | None = await conn.scalar(
            select(channel.c.conversation)
            .where(channel.c.workspace_id == workspace_id, channel.c.conversation.is_not(None))
            .order_by(channel.c.id.desc())
            .limit(1)
        )
    return str((found or {}).get("service_url") or "")


def _tenant(tenant: str) -> ColumnElement[bool]:
    return and_(workspace.c.platform == "teams", workspace.c.external_id == tenant)


async def _channels(conn: AsyncConnection, known: Conversation, team: str) -> list[tuple[int, str]]:
    """Give a conversation as a channel (our id, Teams' id), and all of `team` where it is given."""
    query = (
        select(channel.c.id, channel.c.external_id, channel.c.conversation)
        .join(workspace)
        .where(_tenant(known.tenant))
    )
    return [
        (row.id, row.external_id)
        for row in (await conn.execute(query)).all()
        if row.external_id == known.id or (team and (row.conversation or {}).get("team") == team)
    ]
