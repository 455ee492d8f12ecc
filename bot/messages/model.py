"""What the messages room is given and gives: one model of an alert, one of a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from bot.news.model import Citation, Company, KeyDate


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready for a platform.

    `text` is the fallback for notifications and screen readers, in the platform's own markup;
    `blocks` are Slack's Block Kit, `card` is an Adaptive Card. `marks`: by what the articles that
    it tells of are recognised (`bot.delivery.marks`).
    """

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    card: Mapping[str, Any] | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for an alert: a topic, a watch or a saved search, and the phrases found."""

    kind: str
    target: str
    label: str
    phrases: tuple[str, ...]
    score: float | None = None
    main: bool = True


@dataclass(frozen=True, slots=True)
class Related:
    """Another stored entry: an earlier article referred to, or the same story elsewhere."""

    title: str
    link: str
    publication: str
    published: datetime
    number: str = ""


HandlingState = Literal["open", "acknowledged", "assigned", "not-applicable", "done"]
HandlingStep = Literal["acknowledge", "assign", "not-applicable", "done", "reopen"]


@dataclass(frozen=True, slots=True)
class Handling:
    """What a channel's team does with a story (`bot.handling`): the state, who brought it about
    (the platform's user id) and when, to whom it is assigned until when, why it does not apply.
    """

    state: HandlingState = "open"
    by: str = ""
    at: datetime | None = None
    assignee: str = ""
    due: date | None = None
    reason: str = ""
    by_name: str = ""
    assignee_name: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A story as one channel should see it.

    `summary` is empty where the publication lets only headlines be shown. `topics` are the
    titles of all the entry's topics; `why` are the reasons that brought it here. `perhaps`: the
    report of a story that this one may be, which is not sure. `handling`: what the channel's team
    does with it; None where that cannot be done (a copy that was shared).
    """

    entry_id: int
    story_id: int
    title: str
    link: str
    publication: str
    published: datetime
    summary: str
    topics: tuple[str, ...]
    why: tuple[Why, ...]
    companies: tuple[Company, ...] = ()
    citations: tuple[Citation, ...] = ()
    dates: tuple[KeyDate, ...] = ()
    refers_to: tuple[Related, ...] = ()
    also_covered: tuple[Related, ...] = ()
    perhaps: Related | None = None
    document_type: str = ""
    follow_up: bool = False
    edited: bool = False
    retracted: bool = False
    handling: Handling | None = None


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One story of a digest; `reports` is how many entries tell of it, `perhaps` the headline of
    another that it may be."""

    entry_id: int
    story_id: int
    title: str
    link: str
    publication: str
    published: datetime
    topics: tuple[str, ...] = ()
    why: tuple[Why, ...] = ()
    reports: int = 1
    perhaps: str = ""
    retracted: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """The stories of a digest under one heading (a topic, a watch, a saved search)."""

    title: str
    items: tuple[DigestItem, ...]


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What was read for a digest: `read` of `publications`, the last of them at `read_by`."""

    publications: int
    read: int
    entries: int
    unread: tuple[str, ...] = ()
    read_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """Several stories in one message, each under one heading, those that matter most first.

    `cause`: `digest`, `quiet`, `pause`, `outage`, `flood` (as a summary's), or `now` when it was
    asked for. `stories` counts them all; `more` are not listed at all. `offset`: how many come
    before the first one shown. `delivery_id`: whose digest it is, to read on in.
    """

    cause: str
    groups: tuple[DigestGroup, ...]
    stories: int
    more: int = 0
    since: datetime | None = None
    until: datetime | None = None
    read: ReadReport | None = None
    delivery_id: int | None = None
    offset: int = 0
    days: int = 0
    """For a digest asked for (`now`): of how many days."""
