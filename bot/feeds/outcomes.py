"""What a poll changes in a feed's row, and what the operators are told of it. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.errors import FeedError, FetchFailed
from bot.feeds import health
from bot.feeds.addresses import origin, shown, web_address
from bot.feeds.cadence import next_poll, next_try
from bot.feeds.fetcher import Document
from bot.feeds.identity import IdRule
from bot.feeds.limits import TOO_MANY
from bot.feeds.model import FeedEntry, Notice, ParsedFeed
from bot.feeds.records import FeedState, rhythm_data, rhythm_from

MOVE_AFTER = 5
"""For how many polls in a row a permanent redirect must hold before the address is rewritten."""

GONE_EVERY = timedelta(days=1)
"""How often a feed is asked whose server says that it is gone."""

_LINK = re.compile(r'<([^>]+)>\s*;[^,<]*?rel="?([\w\s-]+)"?')


@dataclass(frozen=True, slots=True)
class Outcome:
    """`values` are columns of the feed's row."""

    values: dict[str, Any]
    notices: tuple[Notice, ...] = ()

    @property
    def moves_to(self) -> str:
        """The address that replaces the feed's own, or an empty text."""
        return str(self.values.get("url", ""))


def after_document(
    state: FeedState,
    document: Document,
    parsed: ParsedFeed,
    news: Sequence[datetime],
    *,
    rule: IdRule,
    flood: bool,
    now: datetime,
    rng: random.Random,
) -> Outcome:
    """Give the outcome of a document that was read; `news` are the times of its new entries."""
    stored = rhythm_data(state.rhythm, parsed, news, document.max_age)
    rhythm = rhythm_from(stored, state.record.every)
    values = _success(state, document, now)
    values |= {
        "next_poll_at": next_poll(rhythm, now, rng),
        "rhythm": stored,
        "id_rule": rule if parsed.entries else state.id_rule,
        "baseline_at": state.baseline_at or now,
    }
    if parsed.title:
        values["title"] = parsed.title
    if news:
        values |= {"last_change_at": now, "newest_entry_at": max(news)}
    if document.sha256:
        complete = parsed.complete
        values |= {
            "etag": document.etag or None if complete else None,
            "last_modified": document.last_modified or None if complete else None,
            "body_hash": document.sha256 if complete else None,
        }
        hub, topic = _hub(document, parsed)
        values |= {"hub_url": hub or None, "hub_topic": topic or None}
    notices = _notices(state, health.after_success(state, len(news), now), values)
    if TOO_MANY in parsed.problems and state.baseline_at is None:
        notices += (health.make(state.record, "large", TOO_MANY),)
    if flood:
        notices += (
            health.make(
                state.record,
                "flood",
                f"It brought {len(news)} new entries at once, far more than is its habit. Its "
                "channels get one summary. Check whether the feed was rebuilt.",
            ),
        )
    return Outcome(values, notices)


def times_of(entries: Sequence[FeedEntry], now: datetime) -> list[datetime]:
    """Give when entries were published; none is counted as later than `now`."""
    return [min(e.published or e.updated or now, now) for e in entries]


def after_unchanged(
    state: FeedState, document: Document, now: datetime, rng: random.Random
) -> Outcome:
    """Give the outcome of a poll that brought what was there before."""
    rhythm = replace(state.rhythm, max_age=document.max_age)
    values = _success(state, document, now)
    values["next_poll_at"] = next_poll(rhythm, now, rng)
    return Outcome(values, _notices(state, health.after_success(state, 0, now), values))


def after_failure(state: FeedState, error: FeedError, now: datetime, rng: random.Random) -> Outcome:
    """Give the outcome of a poll that failed: the reason in words, and when to try again."""
    failures = state.failures + 1
    since = state.failing_since or now
    wait = error.retry_after if isinstance(error, FetchFailed) else None
    notice = health.after_failure(state, error, failures, since, now)
    values: dict[str, Any] = {
        "next_poll_at": next_try(state.record.every, failures, now, rng, wait),
        "last_error": str(error)[:1000],
        "failures": failures,
        "failing_since": since,
        "reported": health.reported_after(state, notice),
    }
    if health.is_gone(error, failures, since, now):
        values["next_poll_at"] = now + GONE_EVERY
    return Outcome(values, (notice,) if notice else ())


def _success(state: FeedState, document: Document, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "last_success_at": now,
        "last_error": None,
        "failures": 0,
        "failing_since": None,
    }
    target = document.moved_to
    held = state.redirect_polls + 1 if target and target == state.redirect_url else 0
    held = max(held, 1 if target else 0)
    if held >= MOVE_AFTER and _may_move(state, target):
        return values | {"url": target, "redirect_url": None, "redirect_polls": 0}
    return values | {"redirect_url": target or None, "redirect_polls": held}


def _may_move(state: FeedState, target: str) -> bool:
    """A private feed's credentials never follow to another server."""
    if state.record.kind == "federal-register":
        return False  # what is asked there is not the address that is stored
    if not state.has_credentials:
        return True
    scheme, host, _ = origin(target)
    return scheme == "https" and host == origin(state.record.url)[1]


def _notices(state: FeedState, notice: Notice | None, values: dict[str, Any]) -> tuple[Notice, ...]:
    values["reported"] = health.reported_after(state, notice)
    notices: tuple[Notice, ...] = (notice,) if notice else ()
    if "url" in values:
        moved = f"It has moved for good; its address is now {shown(values['url'])}."
        notices += (health.make(state.record, "moved", moved),)
    return notices


def _hub(document: Document, parsed: ParsedFeed) -> tuple[str, str]:
    """Give the WebSub hub and topic: from the Link header (WebSub, 4), else from the document."""
    hub, topic = parsed.hub, parsed.self_url
    for target, rels in _LINK.findall(document.links):
        address = web_address(target, document.url)
        if "hub" in rels.split():
            hub = address or hub
        if "self" in rels.split():
            topic = address or topic
    return (hub, topic or document.url) if hub else ("", "")
