"""Makes the messages of deliveries from what is stored.

Everything is loaded for all deliveries at once, and one alert is rendered once for each
platform, entry and set of reasons, however many channels get it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.facts import StoredFacts, load_facts
from bot.delivery.loading import Reason, StoredArticle, load_articles, load_labels
from bot.delivery.model import Owed
from bot.delivery.styles import style_of
from bot.delivery.summaries import compose_digests, first_page
from bot.delivery.versions import Version, load_versions
from bot.handling.records import load_states
from bot.messages.model import Alert, Digest, Handling, Message, Why
from bot.news.boilerplate import strip
from bot.news.taxonomy import Taxonomy
from bot.storage.tables import channel, delivery
from bot.subscriptions.rules import parse_reasons

log = structlog.get_logger(__name__)

SUMMARIES = frozenset({"digest", "catch-up", "held"})
_CHUNK = 500
_KEPT = 256
"""Rendered alerts that are kept."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What one rendering of an alert is shared by."""

    platform: str
    zone: str
    entry_id: int
    version: Version
    reasons: str
    edited: bool
    follow_up: bool
    handling: Handling


class StoredComposer:
    """Composes alerts, follow-ups, updates, digests, held alerts and notices."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._rendered: OrderedDict[_Key, Message] = OrderedDict()

    async def __call__(self, conn: AsyncConnection, owed: Sequence[Owed]) -> Mapping[int, Message]:
        """Give the messages of deliveries by their id.

        A delivery whose entry is gone or whose payload cannot be read is left out and logged.
        """
        zones = await _zones(conn, owed)
        messages = await self._alerts(conn, owed, zones)
        messages |= await self._digests(conn, owed, zones)
        messages |= {
            one.id: _notice(one) for one in owed if one.kind == "notice" and _notice_text(one)
        }
        for one in owed:
            if one.id not in messages:
                log.warning("composer.left_out", delivery=one.id, kind=one.kind)
        return messages

    async def _alerts(
        self, conn: AsyncConnection, owed: Sequence[Owed], zones: Mapping[int, str]
    ) -> dict[int, Message]:
        wanted = [o for o in owed if o.kind not in SUMMARIES and o.kind != "notice" and o.entry_id]
        versions = await load_versions(conn, {one.entry_id for one in wanted if one.entry_id})
        states = await load_states(
            conn,
            {one.address.channel_id for one in wanted},
            {one.story_id for one in wanted if one.story_id},
        )
        edited = await _edited(conn, wanted)
        keys = {
            one.id: _Key(
                one.address.platform,
                zones.get(one.address.channel_id, ""),
                one.entry_id or 0,
                version,
                one.reasons,
                edited=one.id in edited and not version.retracted,
                follow_up=one.kind == "follow-up",
                handling=states.get((one.address.channel_id, one.story_id or 0), Handling()),
            )
            for one in wanted
            if (version := versions.get(one.entry_id or 0)) is not None
        }
        fresh = await self._render(conn, set(keys.values()) - self._rendered.keys())
        found = {one: fresh.get(key) or self._rendered.get(key) for one, key in keys.items()}
        self._keep(fresh)
        return {one: message for one, message in found.items() if message is not None}

    async def _render(
        self, conn: AsyncConnection, keys: AbstractSet[_Key]
    ) -> Mapping[_Key, Message]:
        if not keys:
            return {}
        reasons = {pair for key in keys for pair in parse_reasons(key.reasons)}
        articles = await load_articles(conn, {key.entry_id for key in keys})
        facts = await load_facts(conn, articles, reasons)
        labels = await load_labels(conn, reasons, self._title)
        rendered = {}
        for key in keys:
            article = articles.get(key.entry_id)
            if article is None:
                continue
            alert = self.alert(article, facts[article.id], parse_reasons(key.reasons), labels)
            alert = replace(
                alert, edited=key.edited, follow_up=key.follow_up, handling=key.handling
            )
            message = style_of(key.platform).alert(alert, key.zone or "UTC")
            rendered[key] = replace(message, marks=(article.mark,))
        return rendered

    def _keep(self, fresh: Mapping[_Key, Message]) -> None:
        """Keep what was rendered for the next batches; a story goes to many channels."""
        self._rendered.update(fresh)
        while len(self._rendered) > _KEPT:
            self._rendered.popitem(last=False)

    def alert(
        self,
        article: StoredArticle,
        facts: StoredFacts,
        reasons: Sequence[Reason],
        labels: Mapping[Reason, str],
    ) -> Alert:
        """Put an alert together from what was loaded."""
        return Alert(
            entry_id=article.id,
            story_id=article.story_id or 0,
            title=article.title,
            link=article.link,
            publication=article.publication,
            published=article.published,
            summary=strip(article.summary),
            topics=tuple(self._title(topic.topic) for topic in article.topics),
            why=_why(article, facts, reasons, labels),
            companies=facts.companies,
            citations=facts.citations,
            dates=facts.dates,
            refers_to=facts.refers_to,
            also_covered=facts.also_covered,
            perhaps=facts.perhaps,
            document_type=article.document_type,
            retracted=article.retracted,
        )

    async def _digests(
        self, conn: AsyncConnection, owed: Sequence[Owed], zones: Mapping[int, str]
    ) -> dict[int, Message]:
        pages = {}
        for one in owed:
            if one.kind in SUMMARIES:
                try:
                    pages[one.id] = first_page(one.payload or {})
                except (KeyError, TypeError, ValueError) as error:
                    log.warning("composer.payload", delivery=one.id, error=type(error).__name__)
        digests = await compose_digests(conn, pages, self._title)
        messages = {}
        for one in owed:
            if one.id in digests:
                digest = digests[one.id]
                zone = zones.get(one.address.channel_id, "")
                message = style_of(one.address.platform).digest(digest, zone or "UTC")
                messages[one.id] = replace(message, marks=_marks(one, digest))
        return messages

    def _title(self, topic: str) -> str:
        known = self._taxonomy.get(topic)
        return known.title if known else topic


async def _edited(conn: AsyncConnection, owed: Sequence[Owed]) -> set[int]:
    """Give the updates of messages whose article has changed since it was posted.

    An update also shows what the team does with an alert; that is no change of the article.
    """
    found = {one.id for one in owed if one.kind == "update" and not _of_handling(one)}
    others = [one for one in owed if one.kind == "update" and _of_handling(one)]
    if others:
        earlier = await conn.execute(
            select(delivery.c.channel_id, delivery.c.entry_id).where(
                delivery.c.channel_id.in_({one.address.channel_id for one in others}),
                delivery.c.entry_id.in_({one.entry_id for one in others}),
                delivery.c.kind == "update",
                delivery.c.state == "sent",
                delivery.c.subject.startswith("entry:"),
            )
        )
        changed = {(row.channel_id, row.entry_id) for row in earlier}
        found |= {one.id for one in others if (one.address.channel_id, one.entry_id) in changed}
    return found


def _of_handling(owed: Owed) -> bool:
    return owed.subject.startswith("handling:")


def _why(
    article: StoredArticle,
    facts: StoredFacts,
    reasons: Sequence[Reason],
    labels: Mapping[Reason, str],
) -> tuple[Why, ...]:
    """Give the reasons: topics by falling score, then watches and saved searches."""
    have = {topic.topic: topic for topic in article.topics}
    found = facts.found or {}
    whys = []
    for kind, target in reasons:
        label = labels.get((kind, target))
        if label is None:
            continue  # the watch or search was dropped since
        topic = have.get(target) if kind == "topic" else None
        if topic is not None:
            whys.append(Why(kind, target, label, topic.phrases, topic.score, topic.main))
        else:
            whys.append(Why(kind, target, label, found.get((kind, target), ())))
    return tuple(sorted(whys, key=lambda why: (why.kind != "topic", -(why.score or 0.0))))


def _marks(owed: Owed, digest: Digest) -> tuple[str, ...]:
    """Give the marks of a digest's stories, and its own: that of its day."""
    own = (owed.subject,) if owed.kind == "digest" else ()
    return (*own, *(item.mark for group in digest.groups for item in group.items))


async def _zones(conn: AsyncConnection, owed: Sequence[Owed]) -> Mapping[int, str]:
    """Give the time zones of channels; Slack needs none, it shows times in the reader's own."""
    ids = sorted({o.address.channel_id for o in owed if o.address.platform != "slack"})
    found: dict[int, str] = {}
    for first in range(0, len(ids), _CHUNK):
        rows = await conn.execute(
            select(channel.c.id, channel.c.timezone).where(
                channel.c.id.in_(ids[first : first + _CHUNK])
            )
        )
        found.update({row.id: row.timezone for row in rows})
    return found


def _notice_text(owed: Owed) -> str:
    return str((owed.payload or {}).get("text") or "")


def _notice(owed: Owed) -> Message:
    about = owed.payload or {}
    title, url = str(about.get("title") or ""), str(about.get("link") or "")
    return style_of(owed.address.platform).notice(_notice_text(owed), title, url)
