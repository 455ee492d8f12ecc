"""A document of a feed to entries with their keys. Pure, so that it can run in a worker process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.feeds.documents import ParseTask, read_document
from bot.feeds.identity import Identified, IdRule, choose_rule, identify
from bot.feeds.model import FeedEntry, ParsedFeed
from bot.feeds.text import clip


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose document it is; `rule` is the feed's, once it has one."""

    publication_id: int
    feed_id: int
    rule: IdRule | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was read for a feed: what it is, and `found` in it, by the feed's `rule`."""

    parsed: ParsedFeed
    rule: IdRule
    found: tuple[Identified, ...]


def read_for(task: ParseTask, owner: Owner | None) -> Reading:
    """Read a document of a feed. Raises NotAFeed with a sentence when it is none of its kind.

    Without an owner nothing is `found`: entries get their keys among all of their pages.
    """
    parsed = read_document(task)
    return Reading(parsed, "guid", ()) if owner is None else identified(parsed, owner)


def identified(parsed: ParsedFeed, owner: Owner) -> Reading:
    """Give the entries of a document their keys; what says nothing is left out."""
    entries = [titled(entry) for entry in parsed.entries if entry.says_something]
    rule = owner.rule or choose_rule(entries)
    found = identify(entries, publication_id=owner.publication_id, feed_id=owner.feed_id, rule=rule)
    return Reading(parsed, rule, found)


def titled(entry: FeedEntry) -> FeedEntry:
    """Give an entry a title where it has none: the beginning of its text, or its address."""
    if entry.title:
        return entry
    return replace(entry, title=clip(" ".join(entry.text.split()), 120) or entry.link or "Untitled")
