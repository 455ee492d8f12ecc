"""One change to one channel: allowed, locked, recorded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import SettingsError, UsageError
from bot.news.taxonomy import Taxonomy
from bot.storage.secrets import Vault
from bot.storage.tables import channel, workspace
from bot.subscriptions import store
from bot.subscriptions.model import Actor, ChannelRef, ChannelSettings
from bot.subscriptions.permissions import may_change, read_permission, refusal

_MAX_ID = 256
_MAX_ADDRESS = 2000
_HOOK = re.compile(r"hook-[0-9a-f]{16}")
"""How a webhook's channel is called: by the hash of its address."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
"""Hosts to which an address may be unencrypted."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change under way: the channel as it was, locked until the transaction ends."""

    conn: AsyncConnection
    taxonomy: Taxonomy
    channel: ChannelSettings
    workspace_id: int
    actor: Actor
    now: datetime

    async def done(
        self, action: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> ChannelSettings:
        """Record the change, set the next digest, and give the channel as it is now."""
        await store.reschedule(self.conn, self.channel.id, self.now)
        await store.record(
            self.conn,
            workspace_id=self.workspace_id,
            channel_id=self.channel.id,
            actor=self.actor,
            action=action,
            before=before,
            after=after,
            now=self.now,
        )
        return await self.unchanged()

    async def unchanged(self) -> ChannelSettings:
        """Give the channel as it is now; nothing is recorded."""
        (settings,) = await store.load_channels(
            self.conn, self.taxonomy, channel.c.id == self.channel.id
        )
        return settings


async def begin(
    conn: AsyncConnection,
    taxonomy: Taxonomy,
    ref: ChannelRef,
    actor: Actor,
    now: datetime,
    *,
    vault: Vault | None = None,
    make: bool = True,
) -> Edit:
    """Begin a change of `ref` by `actor`; `make`: the channel may be new.

    Raises UsageError when the actor may not, when the channel is not known, or when its name
    will not do; SettingsError when a webhook's address cannot be kept secretly.
    """
    if make:
        known = known_as(ref)
        address = _seal(ref, vault)
        if address is not None or ref.platform != "webhook":  # one named by its hash is there
            await store.ensure_channel(conn, known, actor.id[:128], now, address)
    ref = known_as(ref)
    await store.lock_channel(conn, ref)
    found = await store.load_channels(conn, taxonomy, store.is_channel(ref))
    if not found:
        raise UsageError(nothing_yet(ref))
    row = (
        await conn.execute(
            select(workspace.c.id, workspace.c.settings)
            .join(channel)
            .where(channel.c.id == found[0].id)
        )
    ).one()
    who = read_permission(row.settings)
    if not may_change(who, actor):
        raise UsageError(refusal(who))
    return Edit(conn, taxonomy, found[0], int(row.id), actor, now)


def nothing_yet(ref: ChannelRef) -> str:
    """Give the sentence for a channel that has no settings."""
    hash_sign = "#" if ref.platform == "slack" and ref.name else ""
    return f"{hash_sign}{ref.name or ref.channel} gets nothing yet; subscribe it to a topic first."


def known_as(ref: ChannelRef) -> ChannelRef:
    """Give the name under which a channel is kept.

    A webhook's address is a secret, so the channel is called by the address's hash instead, and
    shown by its host; either is taken. Raises UsageError for an empty or overlong name, or for
    what is no webhook's address, which it does not repeat.
    """
    if not ref.channel.strip() or not ref.workspace.strip():
        raise UsageError("Name the workspace and the channel.")
    if not _is_address(ref):
        if len(ref.channel) > _MAX_ID or len(ref.workspace) > _MAX_ID // 2:
            raise UsageError("The channel's or workspace's name is too long.")
        return ref
    host = _webhook_host(ref.channel)
    digest = hashlib.sha256(ref.channel.encode()).hexdigest()[:16]
    return replace(ref, channel=f"hook-{digest}", name=ref.name or host)


def _is_address(ref: ChannelRef) -> bool:
    return ref.platform == "webhook" and not _HOOK.fullmatch(ref.channel)


def _webhook_host(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    written = address.isprintable() and " " not in address and len(address) <= _MAX_ADDRESS
    secure = host and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
    if not secure or not written:
        raise UsageError("A webhook's address starts with https:// and is written without spaces.")
    return host


def _seal(ref: ChannelRef, vault: Vault | None) -> bytes | None:
    if not _is_address(ref):
        return None
    if vault is None:
        raise SettingsError(
            "EXPORTNEWS_SECRET_KEY is missing; set it, so that the webhook's address is stored "
            "encrypted."
        )
    return vault.seal(ref.channel)
