"""What forms send back, read into typed data and checked field by field. Pure.

`read_view` takes the `view` of Slack's `view_submission` (or `block_actions`) payload; a field's
place is its block id, and its value is in the block's only element.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from bot.errors import UsageError
from bot.subscriptions.terms import query_problem, term_problem
from bot.subscriptions.times import parse_zone

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

_NAMED = 60
"""Characters of a wrong line that are said again."""

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


def problems(form: Submitted) -> dict[str, str]:
    """Give what is wrong in a form, by the field's block id, for Slack to show beside it."""
    found: dict[str, str] = {}
    match form:
        case SettingsSubmitted():
            found = _settings_problems(form)
        case ShareSubmitted() if not form.channel:
            found[CHANNEL] = "Choose a channel."
        case WrongTopicSubmitted() if not form.topics:
            found[TOPICS] = "Choose at least one topic."
        case SearchSubmitted() if not form.query.strip():
            found[QUERY] = "Say what to search for."
        case AssignSubmitted():
            found |= {} if form.assignee else {ASSIGNEE: "Choose a person."}
            found |= {} if form.due else {DUE: "Choose a day."}
        case NotApplicableSubmitted() if not form.reason:
            found[REASON] = "Say why; it is kept for the audit."
        case RemindSubmitted() if form.on is None:
            found[DATE] = "Choose a date."
        case _:
            pass
    return found


def told_beside(form: Submitted) -> str:
    """Give the field beside which is said why a form was not carried out."""
    match form:
        case SettingsSubmitted():
            return CHANNEL if form.adds else INSTANT
        case ShareSubmitted():
            return CHANNEL
        case WrongTopicSubmitted():
            return TOPICS
        case SearchSubmitted():
            return QUERY
        case AssignSubmitted():
            return DUE
        case NotApplicableSubmitted():
            return REASON
        case RemindSubmitted():
            return DATE


def _settings_problems(form: SettingsSubmitted) -> dict[str, str]:
    found: dict[str, str] = {}
    if not form.channel:
        found[CHANNEL] = "Choose a channel."
    if form.timezone:
        try:
            parse_zone(form.timezone)
        except UsageError as error:
            found[ZONE] = str(error)
    terms = [term for line in form.watches or () for term in (line.term, *line.aliases)]
    found |= _first_problem(WATCHES, terms, term_problem)
    found |= _first_problem(SEARCHES, form.searches or (), query_problem)
    if set(form.daily) & set(form.instant):
        found[DAILY] = "A topic here comes at once already; choose one of the two."
    if set(form.weekly) & (set(form.instant) | set(form.daily)):
        found[WEEKLY] = "A topic here comes in another way already; choose one of them."
    if form.quiet and not all(form.quiet):
        found[QUIET_TO] = "Say from when to when it is quiet."
    elif form.quiet and form.quiet[0] == form.quiet[1]:
        found[QUIET_TO] = "Quiet hours must start and end at different times."
    return found


def _first_problem(
    field: str, written: Sequence[str], problem_of: Callable[[str], str]
) -> dict[str, str]:
    """Say of the first line that will not do why it will not."""
    for line in written:
        if problem := problem_of(line):
            return {field: f"“{line[:_NAMED]}”: {problem}"}
    return {}


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
    found = []
    for line in _lines(text):
        term, _equals, aliases = line.partition("=")
        names = tuple(name.strip() for name in aliases.split(",") if name.strip())
        found.append(WatchLine(term.strip(), names))
    return tuple(found)


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
