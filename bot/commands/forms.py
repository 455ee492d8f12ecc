"""What forms send back, read into typed data; `bot.commands.form_problems` checks it. Pure.

`read_view` takes the `view` of Slack's `view_submission` (or `block_actions`) payload; a field's
place is its block id, and its value is in the block's only element.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from bot.commands.names import read_names

SETTINGS, SHARE, WRONG_TOPIC, SEARCH = "settings", "share", "wrong-topic", "search-form"
ASSIGN, NOT_APPLICABLE, REMIND = "assign", "not-applicable", "remind"
"""Callback ids of the forms."""

CHANNEL, INSTANT, DAILY, WEEKLY = "channel", "topics-instant", "topics-daily", "topics-weekly"
WATCHES, SEARCHES, SCORE, URGENT = "watches", "searches", "score", "urgent"
DIGEST_AT, WEEKDAY, ZONE = "digest-at", "weekday", "zone"
QUIET_FROM, QUIET_TO, SWITCHES = "quiet-from", "quiet-to", "switches"
NOTE, TOPICS, QUERY = "note", "topics", "query"
ASSIGNEE, DUE, REASON = "assignee", "due", "reason"
DATE, DAYS, WHOM = "date", "days", "whom"
"""Block ids of fields."""

QUIET_ON, UPDATES_ON = "quiet", "updates"
"""Values of the switches."""


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One watch as written: `TERM = ALIAS, ALIAS`."""

    term: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsSubmitted:
    """A channel's settings as the form has them.

    `watches` and `searches` are None where the form had no room to show those there are; then
    they stay as they are. `adds`: the channel was chosen in the form, so the form did not show
    what it has: what is chosen is added, and nothing else is touched.
    """

    channel: str
    name: str
    instant: tuple[str, ...] = ()
    daily: tuple[str, ...] = ()
    weekly: tuple[str, ...] = ()
    watches: tuple[WatchLine, ...] | None = None
    searches: tuple[str, ...] | None = None
    min_score: float | None = None
    urgent: tuple[str, ...] = ()
    digest_at: str | None = None
    weekday: int | None = None
    timezone: str = ""
    quiet: tuple[str, str] | tuple[()] | None = None
    wants_updates: bool = False
    adds: bool = False


@dataclass(frozen=True, slots=True)
class ShareSubmitted:
    """Where an entry is shared, and with what note."""

    entry: int
    channel: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class WrongTopicSubmitted:
    """Which topics an entry does not have."""

    entry: int
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchSubmitted:
    """A search asked for in a form."""

    query: str


@dataclass(frozen=True, slots=True)
class AssignSubmitted:
    """To whom an alert of a channel is assigned (their name where it is known), until when."""

    entry: int
    channel: str
    assignee: str
    due: date | None
    assignee_name: str = ""


@dataclass(frozen=True, slots=True)
class NotApplicableSubmitted:
    """Why an alert of a channel does not apply."""

    entry: int
    channel: str
    reason: str


@dataclass(frozen=True, slots=True)
class RemindSubmitted:
    """Of which date (its kind and day) to remind, how many days before, whom."""

    entry: int
    channel: str
    kind: str
    on: date | None
    days: int = 0
    whom: Literal["me", "channel"] = "me"


Submitted = (
    SettingsSubmitted
    | ShareSubmitted
    | WrongTopicSubmitted
    | SearchSubmitted
    | AssignSubmitted
    | NotApplicableSubmitted
    | RemindSubmitted
)


class Fields(Protocol):
    """What a form sent back, by the field's name; whatever kind of element holds a value."""

    def __contains__(self, field: str) -> bool:
        """Whether the form has the field."""

    def one(self, field: str) -> str:
        """The one value of a field, or nothing."""

    def many(self, field: str) -> tuple[str, ...]:
        """The values chosen in a field."""


def read_view(view: Mapping[str, Any]) -> Submitted | None:
    """Read a form of Slack's; None when it is none of ours."""
    return read(str(view.get("callback_id")), _metadata(view), _ViewFields(view))


def read(form: str, about: Mapping[str, Any], fields: Fields) -> Submitted | None:
    """Read a form by its name, what it was about, and its fields; None when it is none of ours."""
    match form:
        case "settings":
            return _settings(about, fields)
        case "share":
            return ShareSubmitted(
                _number(about.get("entry")), fields.one(CHANNEL), fields.one(NOTE)
            )
        case "wrong-topic":
            return WrongTopicSubmitted(_number(about.get("entry")), fields.many(TOPICS))
        case "search-form":
            return SearchSubmitted(fields.one(QUERY))
        case "assign":
            return AssignSubmitted(*_about(about), fields.one(ASSIGNEE), _day(fields.one(DUE)))
        case "not-applicable":
            return NotApplicableSubmitted(*_about(about), fields.one(REASON))
        case "remind":
            kind, _colon, on = fields.one(DATE).partition(":")
            whom: Literal["me", "channel"] = "channel" if fields.one(WHOM) == "channel" else "me"
            days = fields.one(DAYS)
            return RemindSubmitted(
                *_about(about), kind, _day(on), int(days) if days.isdecimal() else 0, whom
            )
    return None


def _about(about: Mapping[str, Any]) -> tuple[int, str]:
    return _number(about.get("entry")), str(about.get("channel") or "")


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _settings(about: Mapping[str, Any], fields: Fields) -> SettingsSubmitted:
    switches = fields.many(SWITCHES)
    start, end = fields.one(QUIET_FROM), fields.one(QUIET_TO)
    quiet = (start, end) if QUIET_ON in switches else ()
    score, weekday = fields.one(SCORE), fields.one(WEEKDAY)
    return SettingsSubmitted(
        channel=str(about.get("channel") or fields.one(CHANNEL)),
        name=str(about.get("name") or ""),
        instant=fields.many(INSTANT),
        daily=fields.many(DAILY),
        weekly=fields.many(WEEKLY),
        watches=_watch_lines(fields.one(WATCHES)) if WATCHES in fields else None,
        searches=_lines(fields.one(SEARCHES)) if SEARCHES in fields else None,
        min_score=_score(score),
        urgent=fields.many(URGENT),
        digest_at=fields.one(DIGEST_AT) or None,
        weekday=int(weekday) if weekday.isdecimal() else None,
        timezone=fields.one(ZONE),
        quiet=quiet,
        wants_updates=UPDATES_ON in switches,
        adds=not about.get("channel"),
    )


def _score(written: str) -> float | None:
    try:
        score = float(written)
    except ValueError:
        return None
    return score if 0 <= score <= 1 else None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _watch_lines(text: str) -> tuple[WatchLine, ...]:
    return tuple(WatchLine(*read_names(line)) for line in _lines(text))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _metadata(view: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class _ViewFields:
    """The state of a view, by block id; whatever kind of element holds a value."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        values = (view.get("state") or {}).get("values") or {}
        self._elements = {
            block: next(iter(elements.values()), None) or {}
            for block, elements in values.items()
            if isinstance(elements, Mapping)
        }

    def __contains__(self, block: str) -> bool:
        return block in self._elements

    def one(self, block: str) -> str:
        """The one value of a field, or nothing."""
        element = self._elements.get(block, {})
        chosen = element.get("selected_option")
        found = (
            chosen.get("value")
            if isinstance(chosen, Mapping)
            else element.get("value")
            or element.get("selected_time")
            or element.get("selected_conversation")
            or element.get("selected_channel")
            or element.get("selected_user")
            or element.get("selected_date")
        )
        return str(found or "").strip()

    def many(self, block: str) -> tuple[str, ...]:
        """The values chosen in a field."""
        chosen = self._elements.get(block, {}).get("selected_options") or []
        return tuple(str(one.get("value")) for one in chosen if isinstance(one, Mapping))
