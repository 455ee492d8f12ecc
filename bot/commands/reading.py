"""Commands that read: topics, settings, changes, digests, explanations, the feeds' health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, select

from bot.commands import model
from bot.commands.answers import (
    ChangeList,
    DigestAnswer,
    FeedList,
    FeedRow,
    FeedState,
    PermissionAnswer,
    SettingsFormAnswer,
    SettingsList,
    TopicList,
    TopicRow,
    WhyAnswer,
)
from bot.commands.context import CommandContext
from bot.commands.model import Mention
from bot.commands.places import access_note, actor_at, find_place, is_here
from bot.commands.spans import parse_span
from bot.commands.topic_words import titles
from bot.delivery.loading import load_articles
from bot.delivery.summaries import Page, compose_digests
from bot.errors import UsageError
from bot.news.taxonomy import Taxonomy
from bot.storage.database import Database
from bot.storage.tables import channel, delivery, entry, feed, publication, workspace
from bot.subscriptions.model import ChannelSettings, Mode, Subscription
from bot.subscriptions.permissions import parse_permission
from bot.subscriptions.service import Subscriptions
from bot.subscriptions.summary import from_payload

_MAX_FEEDS = 500
_MAX_CHANNELS = 20
_PRESETS: Mapping[str, tuple[tuple[str, ...], Mode]] = {
    "chips": (("chip-controls", "entity-list"), "instant"),
    "sanctions": (("sanctions", "enforcement"), "instant"),
    "everything": ((), "daily"),
}
"""What the welcome offers to begin with: topics (none: every one), and how they come."""
_SILENT_AFTER = timedelta(days=45)


class Reading:
    """Answers what is."""

    def __init__(self, db: Database, taxonomy: Taxonomy, subscriptions: Subscriptions) -> None:
        self._db = db
        self._taxonomy = taxonomy
        self._subscriptions = subscriptions
        self.titles = titles(taxonomy)

    async def topics(self, word: str, context: CommandContext) -> TopicList | None:
        """Every topic, and how this channel gets it; all of one topic, where `word` names it.

        None when it names none.
        """
        asked = self._taxonomy.resolve(word)
        if word and asked is None:
            return None
        settings = await self._subscriptions.settings(context.channel)
        modes = {s.target: s.mode for s in settings.subscriptions} if settings else {}
        rows = tuple(
            TopicRow(
                topic.id,
                topic.title,
                topic.definition,
                modes.get(topic.id),
                topic.excludes if topic is asked else "",
            )
            for topic in ([asked] if asked else self._taxonomy.topics)
        )
        return TopicList(rows, None if context.direct else context.channel)

    async def subscriptions(
        self, asked: model.Subscriptions, context: CommandContext
    ) -> SettingsList:
        """What a channel gets; in a direct message what all channels get that the person may
        see."""
        if asked.channel is None and context.direct:
            return await self._everywhere(context)
        place = await find_place(context, asked.channel, self._subscriptions)
        settings = await self._subscriptions.settings(place.ref)
        shown = (settings or ChannelSettings(0, place.ref),)
        return SettingsList(
            shown,
            context.channel,
            access=access_note(place),
            topic_titles=self.titles,
        )

    async def channels(self, context: CommandContext) -> tuple[ChannelSettings, ...]:
        """The channels of this workspace whose settings the person may see."""
        here = context.channel
        visible: list[ChannelSettings] = []
        for settings in await self._subscriptions.channels(here.platform, here.workspace):
            if len(visible) == _MAX_CHANNELS:
                break
            if is_here(context, settings) or context.directory is None:
                visible.append(settings)
                continue
            place = await context.directory.find(settings.ref.channel, settings.ref.name)
            if place is not None and (place.member or not place.private):
                visible.append(settings)
        return tuple(visible)

    async def changes(self, asked: model.Changes, context: CommandContext) -> ChangeList:
        """Who changed what in a channel."""
        place = await find_place(context, asked.channel, self._subscriptions)
        ref = place.ref
        found = await self._subscriptions.changes(ref.platform, ref.workspace, ref=ref, limit=20)
        return ChangeList(found, ref)

    async def form(self, mention: Mention | None, context: CommandContext) -> SettingsFormAnswer:
        """The form of a channel's settings; in a direct message one that asks for the channel."""
        topics = tuple((topic.id, topic.title) for topic in self._taxonomy.topics)
        if mention is None and context.direct:
            nowhere = replace(context.channel, channel="", name="")
            return SettingsFormAnswer(ChannelSettings(0, nowhere), topics)
        place = await find_place(context, mention, self._subscriptions)
        settings = await self._subscriptions.settings(place.ref)
        if settings is None:
            settings = ChannelSettings(0, place.ref, timezone=context.timezone)
        return SettingsFormAnswer(settings, topics)

    def preset_form(self, preset: str, context: CommandContext) -> SettingsFormAnswer:
        """The form that asks for a channel, with topics chosen to begin with."""
        wanted, mode = _PRESETS.get(preset, ((), "daily"))
        chosen = [topic for topic in self._taxonomy.topics if not wanted or topic.id in wanted]
        nowhere = replace(context.channel, channel="", name="")
        now = datetime.now(UTC)
        begun = tuple(
            Subscription(0, "topic", topic.id, topic.title, mode, None, context.actor.id, now)
            for topic in chosen
        )
        topics = tuple((topic.id, topic.title) for topic in self._taxonomy.topics)
        return SettingsFormAnswer(ChannelSettings(0, nowhere, subscriptions=begun), topics)

    async def catch_up(self, asked: model.CatchUp, context: CommandContext) -> DigestAnswer:
        """The digest of the last days, now."""
        days = parse_span(asked.span)
        if days is None:
            raise UsageError(
                "Say of which days: `digest`, `digest 3 days`, `digest month`. To set when it "
                "comes: `digest at 8:30 on Monday`."
            )
        return await self.digest_of(days, 0, context, asked.channel)

    async def digest_page(
        self, delivery_id: int, offset: int, context: CommandContext
    ) -> DigestAnswer:
        """Read on in a digest that was posted in this channel."""
        here = context.channel
        async with self._db.read() as conn:
            payload = await conn.scalar(
                select(delivery.c.payload)
                .join(channel, channel.c.id == delivery.c.channel_id)
                .join(workspace, workspace.c.id == channel.c.workspace_id)
                .where(
                    delivery.c.id == delivery_id,
                    channel.c.external_id == here.channel,
                    workspace.c.platform == here.platform,
                    workspace.c.external_id == here.workspace,
                )
            )
            if payload is None:
                raise UsageError("That digest is no longer kept; `digest week` gives a new one.")
            pages = {delivery_id: Page(from_payload(payload), max(0, offset))}
            digests = await compose_digests(conn, pages, self._title)
        return DigestAnswer(digests[delivery_id])

    async def digest_of(
        self, days: int, offset: int, context: CommandContext, mention: Mention | None = None
    ) -> DigestAnswer:
        """The digest of so many days, from one of its stories on."""
        place = await find_place(context, mention, self._subscriptions)
        summary = await self._subscriptions.catch_up(place.ref, days=days)
        async with self._db.read() as conn:
            page = Page(summary, max(0, offset), days)
            digests = await compose_digests(conn, {0: page}, self._title)
        return DigestAnswer(digests[0])

    async def why(self, link: str, context: CommandContext) -> WhyAnswer:
        """Why an entry came here, or why not."""
        if not link:
            raise UsageError("Say of which article: `why https://example.com/article`.")
        explanation = await self._subscriptions.explain(context.channel, link)
        phrases = {}
        if explanation.entry is not None:
            async with self._db.read() as conn:
                articles = await load_articles(conn, [explanation.entry.id])
            for article in articles.values():
                phrases = {topic.topic: topic.phrases for topic in article.topics}
        return WhyAnswer(explanation, self.titles, phrases)

    async def why_entry(self, entry_id: int, context: CommandContext) -> WhyAnswer:
        """Why a stored entry came here, or why not."""
        async with self._db.read() as conn:
            link = await conn.scalar(select(entry.c.link).where(entry.c.id == entry_id))
        if not link:
            raise UsageError("That article is no longer kept.")
        return await self.why(link, context)

    async def feeds(self) -> FeedList:
        """The feeds and their health, those in trouble first."""
        async with self._db.read() as conn:
            now = await self._db.now(conn)
            rows = await conn.execute(
                select(feed, publication.c.name.label("publication"))
                .join(publication)
                .order_by(publication.c.name, feed.c.id)
                .limit(_MAX_FEEDS)
            )
            found = [_feed_row(row, now) for row in rows]
        order = ("failing", "silent", "paused", "waiting", "ok")
        return FeedList(tuple(sorted(found, key=lambda row: order.index(row.state))))

    async def permission(
        self, asked: model.Permission, context: CommandContext
    ) -> PermissionAnswer:
        """Who may change settings here; with a word, set it."""
        here = context.channel
        if not asked.who:
            return PermissionAnswer(
                await self._subscriptions.permission(here.platform, here.workspace)
            )
        who = parse_permission(asked.who)
        actor = actor_at(context, context.place)
        await self._subscriptions.set_permission(here.platform, here.workspace, actor, who)
        return PermissionAnswer(who, changed=True)

    async def _everywhere(self, context: CommandContext) -> SettingsList:
        visible = await self.channels(context)
        return SettingsList(visible, context.channel, topic_titles=self.titles)

    def _title(self, topic: str) -> str:
        return self.titles.get(topic, topic)


def _feed_row(row: Row[tuple[object, ...]], now: datetime) -> FeedRow:
    return FeedRow(
        publication=row.publication,
        title=row.title or row.publication,
        url=row.url,
        state=_feed_state(row, now),
        last_read=row.last_success_at,
        newest=row.newest_entry_at,
        error=row.last_error or row.state_reason or "",
    )


def _feed_state(row: Row[tuple[object, ...]], now: datetime) -> FeedState:
    if row.state != "active":
        return "paused"
    if row.failing_since is not None:
        return "failing"
    if row.last_success_at is None:
        return "waiting"
    newest = row.newest_entry_at
    return "silent" if newest is not None and now - newest > _SILENT_AFTER else "ok"
