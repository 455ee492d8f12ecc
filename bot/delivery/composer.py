"""Makes the messages of deliveries from what is stored.

Everything is loaded for all deliveries at once, and one alert is rendered once for each
platform, entry and set of reasons, however many channels get it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.loading import (
    Reason,
    StoredArticle,
    StoredFacts,
    load_articles,
    load_facts,
    load_labels,
)
from bot.delivery.model import Owed
from bot.delivery.summaries import compose_digests, first_page
from bot.handling.records import load_states
from bot.messages import blocks, digest_blocks, plain
from bot.messages.model import Alert, Digest, Handling, Message, Why
from bot.news.boilerplate import strip
from bot.news.taxonomy import Taxonomy
from bot.storage.tables import channel, delivery
from bot.subscriptions.rules import parse_reasons

log = structlog.get_logger(__name__)

SUMMARIES = frozenset({"digest", "catch-up", "held"})
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Key:
    """What one rendering of an alert is shared by."""

    platform: str
    zone: str
    entry_id: int
    reasons: str
    edited: bool
    follow_up: bool
    handling: Handling


class StoredComposer:
    """Composes alerts, follow-ups, updates, digests, held alerts and notices."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy

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
        reasons = {pair for one in wanted for pair in parse_reasons(one.reasons)}
        articles = await load_articles(conn, {one.entry_id for one in wanted if one.entry_id})
        facts = await load_facts(conn, articles, reasons)
        labels = await load_labels(conn, reasons, self._title)
        states = await load_states(
            conn,
            {one.address.channel_id for one in wanted},
            {one.story_id for one in wanted if one.story_id},
        )
        edited = await _edited(conn, wanted)
        rendered: dict[_Key, Message] = {}
        messages = {}
        for one in wanted:
            article = articles.get(one.entry_id or 0)
            if article is None:
                continue
            zone = zones.get(one.address.channel_id, "")
            key = _Key(
                one.address.platform,
                zone,
                article.id,
                one.reasons,
                edited=one.id in edited and not article.retracted,
                follow_up=one.kind == "follow-up",
                handling=states.get((one.address.channel_id, one.story_id or 0), Handling()),
            )
            if key not in rendered:
                alert = self.alert(article, facts[article.id], parse_reasons(one.reasons), labels)
                alert = replace(
                    alert, edited=key.edited, follow_up=key.follow_up, handling=key.handling
                )
                rendered[key] = _render_alert(alert, key.platform, zone)
            messages[one.id] = rendered[key]
        return messages

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
        return {
            one.id: _render_digest(
                digests[one.id], one.address.platform, zones.get(one.address.channel_id, "")
            )
            for one in owed
            if one.id in digests
        }

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


def _render_alert(alert: Alert, platform: str, zone: str) -> Message:
    if platform == "slack":
        return blocks.alert_message(alert)
    return plain.alert_message(alert, zone or "UTC")


def _render_digest(digest: Digest, platform: str, zone: str) -> Message:
    if platform == "slack":
        return digest_blocks.digest_message(digest)
    return plain.digest_message(digest, zone or "UTC")


def _notice_text(owed: Owed) -> str:
    return str((owed.payload or {}).get("text") or "")


def _notice(owed: Owed) -> Message:
    about = owed.payload or {}
    title, url = str(about.get("title") or ""), str(about.get("link") or "")
    if owed.address.platform == "slack":
        return blocks.notice_message(_notice_text(owed), title, url)
    return plain.notice_message(" ".join(part for part in (_notice_text(owed), title, url) if part))
