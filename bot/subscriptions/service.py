"""The subscriptions room's door: every change to what a channel gets, for chat and command line.

Each method is one transaction. A change is allowed by the workspace's setting, recorded with who
made it, and seen only by its own workspace.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.news.taxonomy import Taxonomy
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.subscriptions import editing, past, store, terms, workspaces
from bot.subscriptions.configuring import Wishes, check_score, configure
from bot.subscriptions.explain import explain
from bot.subscriptions.explanation import Explanation
from bot.subscriptions.model import (
    Actor,
    Change,
    Changed,
    ChannelRef,
    ChannelSettings,
    Known,
    Mode,
    Platform,
    SubscriptionKind,
    Trial,
)
from bot.subscriptions.pauses import pause_channel, resume_channel
from bot.subscriptions.permissions import WhoMayChange
from bot.subscriptions.span import digest_of_span
from bot.subscriptions.summary import Summary
from bot.subscriptions.topics import mute, resolve, subscribe, unsubscribe

MAX_TRIAL_DAYS = 400
LISTED = 10
DEFAULT_SCORE = 0.5


class Subscriptions:
    """What channels get. Raises UsageError (one sentence) for whatever cannot be done."""

    def __init__(self, db: Database, taxonomy: Taxonomy, *, vault: Vault | None = None) -> None:
        self._db = db
        self._taxonomy = taxonomy
        self._vault = vault

    # Workspaces ----------------------------------------------------------------------------

    async def install(
        self, platform: Platform, workspace: str, name: str = "", by: str = ""
    ) -> int:
        """Note that the bot is installed in a workspace, and give its id."""
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            return await workspaces.install(conn, platform, workspace, name, by, now)

    async def is_installed(self, platform: Platform, workspace: str) -> bool:
        """Whether the bot was ever installed in a workspace, and not removed since."""
        async with self._db.read() as conn:
            return await workspaces.is_installed(conn, platform, workspace)

    async def workspaces(self) -> tuple[Known, ...]:
        """Give every workspace that the bot was not removed from, connected or only named."""
        async with self._db.read() as conn:
            return await workspaces.known(conn)

    async def remove_workspace(self, platform: Platform, workspace: str) -> None:
        """Stop everything a workspace is owed; its data is deleted later (`bot.retention`)."""
        async with self._db.write() as conn:
            await workspaces.remove(conn, platform, workspace, await self._db.now(conn))

    async def permission(self, platform: Platform, workspace: str) -> WhoMayChange:
        """Give who may change settings in a workspace."""
        async with self._db.read() as conn:
            return await workspaces.permission(conn, platform, workspace)

    async def set_permission(
        self, platform: Platform, workspace: str, actor: Actor, who: WhoMayChange
    ) -> None:
        """Set who may change settings in a workspace; admins only."""
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            await workspaces.set_permission(conn, platform, workspace, actor, who, now)

    async def changes(
        self,
        platform: Platform,
        workspace: str,
        *,
        ref: ChannelRef | None = None,
        limit: int = 50,
        before: int | None = None,
    ) -> tuple[Change, ...]:
        """Give a workspace's (one channel's) changes, newest first, at most 500 at once."""
        async with self._db.read() as conn:
            return await past.changes(
                conn, platform, workspace, ref=ref, limit=limit, before=before
            )

    # Channels ------------------------------------------------------------------------------

    async def settings(self, ref: ChannelRef) -> ChannelSettings | None:
        """Give a channel's settings and subscriptions, or None when it has none."""
        async with self._db.read() as conn:
            found = await store.load_channels(
                conn, self._taxonomy, store.is_channel(editing.known_as(ref))
            )
        return found[0] if found else None

    async def channels(self, platform: Platform, workspace: str) -> tuple[ChannelSettings, ...]:
        """Give every channel of one workspace that somebody set up, by name."""
        known = tables.workspace.c
        here = (known.platform == platform) & (known.external_id == workspace)
        async with self._db.read() as conn:
            set_up = tables.channel.c.owner.is_not(None) & known.removed_at.is_(None)
            return await store.load_channels(conn, self._taxonomy, here & set_up)

    async def rename(self, ref: ChannelRef) -> None:
        """Take over a channel's new name (`ref.name`), where the channel is known."""
        async with self._db.write() as conn:
            for found in await store.load_channels(conn, None, store.is_channel(ref)):
                one = tables.channel.c.id == found.id
                await conn.execute(update(tables.channel).where(one).values(name=ref.name))

    async def configure(
        self,
        ref: ChannelRef,
        actor: Actor,
        *,
        timezone: str | None = None,
        digest_at: str | None = None,
        digest_weekday: str | int | None = None,
        quiet: tuple[str, str] | tuple[()] | None = None,
        min_score: float | None = None,
        wants_updates: bool | None = None,
        urgent_topics: Sequence[str] | None = None,
    ) -> ChannelSettings:
        """Change settings as people write them; None leaves one as it is.

        `quiet`: (from, to), or () to switch quiet hours off. `urgent_topics` pass them.
        """
        wishes = Wishes(
            timezone, digest_at, digest_weekday, quiet, min_score, wants_updates, urgent_topics
        )
        async with self._db.write() as conn:
            return await configure(await self._begin(conn, ref, actor), wishes)

    async def pause(
        self, conn: AsyncConnection, channel_id: int, reason: str, since: datetime | None = None
    ) -> None:
        """Pause a channel inside the caller's transaction; what it is owed is kept.

        `since`: when the platform says that it happened; a channel that was resumed later goes on.
        """
        await pause_channel(conn, channel_id, reason, await self._db.now(conn), since)

    async def resume(self, ref: ChannelRef, actor: Actor) -> ChannelSettings:
        """Resume a channel; what was kept for it goes out as one message."""
        async with self._db.write() as conn:
            return await resume_channel(await self._begin(conn, ref, actor, make=False))

    # What a channel wants ------------------------------------------------------------------

    async def subscribe(
        self,
        ref: ChannelRef,
        actor: Actor,
        topics: Sequence[str],
        *,
        mode: Mode = "instant",
        min_score: float | None = None,
    ) -> Changed:
        """Subscribe a channel to topics, named as people write them (`all`: every topic).

        Unknown topics: UsageError with the nearest, and nothing is changed.
        """
        found = resolve(self._taxonomy, topics)
        if min_score is not None:
            check_score(min_score)
        async with self._db.write() as conn:
            edit = await self._begin(conn, ref, actor)
            return await subscribe(edit, found, mode, min_score)

    async def unsubscribe(self, ref: ChannelRef, actor: Actor, topics: Sequence[str]) -> Changed:
        """Take topics from a channel, also such as the taxonomy has no more."""
        async with self._db.write() as conn:
            return await unsubscribe(await self._begin(conn, ref, actor, make=False), topics)

    async def watch(
        self,
        ref: ChannelRef,
        actor: Actor,
        term: str,
        aliases: Sequence[str] = (),
        *,
        mode: Mode = "instant",
    ) -> Changed:
        """Watch a term (a company, an ECCN, a phrase) for a channel, under its aliases too."""
        async with self._db.write() as conn:
            return await terms.set_watch(await self._begin(conn, ref, actor), term, aliases, mode)

    async def unwatch(self, ref: ChannelRef, actor: Actor, term: str) -> Changed:
        """Watch a term no more."""
        async with self._db.write() as conn:
            return await terms.drop_watch(await self._begin(conn, ref, actor, make=False), term)

    async def save_search(
        self, ref: ChannelRef, actor: Actor, query: str, *, mode: Mode = "instant"
    ) -> Changed:
        """Save a search for a channel: what it finds anew comes there."""
        async with self._db.write() as conn:
            return await terms.set_search(await self._begin(conn, ref, actor), query, mode)

    async def drop_search(self, ref: ChannelRef, actor: Actor, query: str) -> Changed:
        """Forget a saved search."""
        async with self._db.write() as conn:
            return await terms.drop_search(await self._begin(conn, ref, actor, make=False), query)

    async def mute(
        self,
        ref: ChannelRef,
        actor: Actor,
        kind: SubscriptionKind,
        target: str,
        until: datetime | None,
    ) -> ChannelSettings:
        """Keep one subscription silent until a time (UTC); None lets it speak again."""
        async with self._db.write() as conn:
            edit = await self._begin(conn, ref, actor, make=False)
            return await mute(edit, kind, target, until)

    async def explain(self, ref: ChannelRef, link: str) -> Explanation:
        """Explain to a channel what became of a link: sent and why, or where it stopped."""
        return await explain(self._db, ref, link, self._taxonomy)

    async def catch_up(self, ref: ChannelRef, *, days: int = 1) -> Summary:
        """Give the digest of the last `days` (1 to 90) for a channel, now; it changes nothing."""
        async with self._db.read() as conn:
            found = await store.load_channels(
                conn, self._taxonomy, store.is_channel(editing.known_as(ref))
            )
            if not found:
                raise UsageError(editing.nothing_yet(ref))
            return await digest_of_span(conn, found[0], await self._db.now(conn), days=days)

    async def trial(
        self,
        topics: Sequence[str],
        *,
        days: int = 30,
        min_score: float = DEFAULT_SCORE,
        limit: int = LISTED,
    ) -> Trial:
        """Try a subscription on the last `days` (1 to 400): the number of alerts, the newest."""
        if not 1 <= days <= MAX_TRIAL_DAYS:
            raise UsageError(f"A trial looks back over 1 to {MAX_TRIAL_DAYS} days.")
        found = [topic.id for topic in resolve(self._taxonomy, topics)]
        async with self._db.read() as conn:
            return await past.trial(
                conn,
                found,
                min_score=min_score,
                now=await self._db.now(conn),
                days=days,
                limit=limit,
            )

    async def _begin(
        self, conn: AsyncConnection, ref: ChannelRef, actor: Actor, *, make: bool = True
    ) -> editing.Edit:
        now = await self._db.now(conn)
        return await editing.begin(
            conn, self._taxonomy, ref, actor, now, vault=self._vault, make=make
        )
