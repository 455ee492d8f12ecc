"""Digests from what is stored: stories under their topics, and reading on in long ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.facts import load_perhaps
from bot.delivery.loading import (
    Reason,
    StoredArticle,
    load_articles,
    load_labels,
    load_report_counts,
)
from bot.messages.model import Digest, DigestGroup, DigestItem, ReadReport, Why
from bot.subscriptions.rules import parse_reasons
from bot.subscriptions.summary import Coverage, Summary, SummaryItem, from_payload

_OTHER = "Other news"


@dataclass(frozen=True, slots=True)
class Page:
    """A summary as one message shows it, from `offset` on (counted in the order of reading)."""

    summary: Summary
    offset: int = 0
    days: int = 0


def first_page(payload: Mapping[str, Any]) -> Page:
    """Give the first page of a stored summary.

    Raises KeyError, TypeError or ValueError when the payload is no summary's.
    """
    return Page(from_payload(payload))


async def compose_digests(
    conn: AsyncConnection, pages: Mapping[int, Page], topic_title: Callable[[str], str]
) -> dict[int, Digest]:
    """Give the digests of deliveries (by id; 0 stands for none), loaded all at once."""
    items = [item for page in pages.values() for item in page.summary.items]
    articles = await load_articles(conn, {item.entry_id for item in items})
    reports = await load_report_counts(conn, {item.story_id for item in items})
    perhaps = await load_perhaps(conn, {item.story_id for item in items})
    reasons = {pair for item in items for pair in parse_reasons(item.reasons)}
    labels = await load_labels(conn, reasons, topic_title)
    digests = {}
    for delivery_id, page in pages.items():
        stories = [
            replace(
                _item(item, articles[item.entry_id], reports, labels, topic_title),
                perhaps=perhaps[item.story_id].title if item.story_id in perhaps else "",
            )
            for item in page.summary.items
            if item.entry_id in articles
        ]
        digests[delivery_id] = _digest(delivery_id, page, stories)
    return digests


def _digest(delivery_id: int, page: Page, stories: Sequence[DigestItem]) -> Digest:
    summary = page.summary
    return Digest(
        cause="now" if page.days else summary.cause,
        groups=_from(group_stories(stories), page.offset),
        stories=len(stories) + summary.more,
        more=summary.more,
        since=summary.since,
        until=summary.until,
        read=_read(summary.coverage),
        delivery_id=delivery_id or None,
        offset=page.offset,
        days=page.days,
    )


def group_stories(stories: Sequence[DigestItem]) -> tuple[DigestGroup, ...]:
    """Put each story under its first reason; groups come in the order of their first story."""
    groups: dict[str, list[DigestItem]] = {}
    for story in stories:
        heading = _heading(story.why[0]) if story.why else _OTHER
        groups.setdefault(heading, []).append(story)
    return tuple(DigestGroup(heading, tuple(those)) for heading, those in groups.items())


def _heading(why: Why) -> str:
    return {"watch": "Watch: ", "search": "Saved search: "}.get(why.kind, "") + why.label


def _from(groups: Sequence[DigestGroup], offset: int) -> tuple[DigestGroup, ...]:
    """Leave out the first `offset` stories."""
    left = []
    for group in groups:
        kept = group.items[offset:] if offset > 0 else group.items
        offset -= len(group.items)
        if kept:
            left.append(replace(group, items=kept))
    return tuple(left)


def _item(
    item: SummaryItem,
    article: StoredArticle,
    reports: Mapping[int, int],
    labels: Mapping[Reason, str],
    topic_title: Callable[[str], str],
) -> DigestItem:
    scores = {topic.topic: topic.score for topic in article.topics}
    whys = [
        Why(kind, target, labels[kind, target], (), scores.get(target) if kind == "topic" else None)
        for kind, target in parse_reasons(item.reasons)
        if (kind, target) in labels
    ]
    whys.sort(key=lambda why: (why.kind != "topic", -(why.score or 0.0), why.label))
    return DigestItem(
        entry_id=article.id,
        story_id=item.story_id,
        title=article.title,
        link=article.link,
        publication=article.publication,
        published=article.published,
        topics=tuple(topic_title(topic.topic) for topic in article.topics),
        why=tuple(whys),
        reports=reports.get(item.story_id, 1),
        retracted=article.retracted,
        mark=article.mark,
    )


def _read(coverage: Coverage | None) -> ReadReport | None:
    if coverage is None:
        return None
    return ReadReport(
        coverage.publications,
        coverage.read,
        coverage.entries,
        coverage.unread,
        coverage.read_by,
    )
