"""What forms ask on every platform: labels, choices, hints, what is filled in. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import forms
from bot.handling.dates import DAYS_BEFORE
from bot.messages import words
from bot.news.model import KeyDate
from bot.subscriptions.model import ChannelSettings, Mode
from bot.subscriptions.times import WEEKDAYS

TOPIC_FIELDS: tuple[tuple[str, Mode, str], ...] = (
    (forms.INSTANT, "instant", "Topics, at once"),
    (forms.DAILY, "daily", "Topics, in the daily digest"),
    (forms.WEEKLY, "weekly", "Topics, in the weekly digest"),
)
CHANNEL, NOTE, SEARCH = "Channel", "Note", "Search for"
WRONG_TOPICS = "Which of its topics are wrong?"
CHOOSE_TOPICS, NONE = "Choose topics", "None"
SCORE, DIGEST_AT, WEEKDAY = "How sure a match must be", "Digests come at", "Weekly digests come on"
ZONE, ALSO, QUIET_FROM, QUIET_TO = "Time zone", "Also", "Quiet from", "Quiet until"
URGENT = "Topics that pass quiet hours"
ASSIGNEE, DUE, REASON = "Who does it", "Due on", "Not applicable because"
DATE, DAYS_AHEAD, REMINDED = "Of which date", "When", "Whom"
"""Labels of fields."""

SWITCHES = (
    (forms.QUIET_ON, "Hold alerts in quiet hours"),
    (forms.UPDATES_ON, "Update an alert when its article changes"),
)
DAYS = tuple((str(number), name) for number, name in enumerate(WEEKDAYS))
TRY = "What would this have sent?"
WATCHES_HINT = "One a line: ACME Corp = ACME Ltd, Akme"
SEARCHES_HINT = "One a line: eccn:3A090 china"
ZONE_HINT = "A city or a zone: New York, Europe/Berlin, CET"
ASSIGN_HINT = "They are told now, and reminded on that day at nine; for a weekend on Friday."
REASON_HINT = "Kept for the audit, with your name and the text that the article has now."
WHOM = (("me", "Me, in a direct message"), ("channel", "This channel"))
_QUIET_HOURS = ("20:00", "07:00")
"""Filled in where there are none yet."""

_SCORES = (
    (0.3, "Everything that may belong (0.3)"),
    (0.5, "What probably belongs (0.5)"),
    (0.7, "What most likely belongs (0.7)"),
    (0.9, "Only the surest (0.9)"),
)


def score_choices(settings: ChannelSettings) -> list[tuple[str, str]]:
    """Give how sure a match may have to be, with what the channel has now."""
    scores = {settings.min_score: f"As it is ({settings.min_score:.2g})"} | dict(_SCORES)
    return [(repr(score), label) for score, label in sorted(scores.items())]


def topics_in(settings: ChannelSettings, mode: Mode) -> list[str]:
    """Give the topics that a channel gets in a mode."""
    return [s.target for s in settings.subscriptions if s.kind == "topic" and s.mode == mode]


def watch_lines(settings: ChannelSettings) -> str:
    """Give a channel's watches as they are written in the form, one a line."""
    return "\n".join(
        f"{one.label} = {', '.join(one.aliases)}" if one.aliases else one.label
        for one in settings.subscriptions
        if one.kind == "watch"
    )


def search_lines(settings: ChannelSettings) -> str:
    """Give a channel's saved searches, one a line."""
    return "\n".join(one.label for one in settings.subscriptions if one.kind == "search")


def term_fields(settings: ChannelSettings) -> tuple[tuple[str, str, str, str], ...]:
    """Give the fields of lines: name, label, the lines there are, hint."""
    return (
        (forms.WATCHES, "Watches", watch_lines(settings), WATCHES_HINT),
        (forms.SEARCHES, "Saved searches", search_lines(settings), SEARCHES_HINT),
    )


def quiet_hours(settings: ChannelSettings) -> tuple[str, str]:
    """Give the quiet hours there are, or what is filled in where there are none."""
    start, end = _QUIET_HOURS
    return settings.quiet_from or start, settings.quiet_to or end


def switches_on(settings: ChannelSettings) -> list[str]:
    """Give the switches that are on in a channel."""
    on = [forms.QUIET_ON] if settings.quiet_from else []
    return [*on, forms.UPDATES_ON] if settings.wants_updates else on


def date_choices(dates: Sequence[KeyDate]) -> list[tuple[str, str]]:
    """Give the dates of an entry to choose from."""
    return [
        (
            f"{date.kind}:{date.on.isoformat()}",
            f"{words.DATE_WORDS.get(date.kind, date.kind)}: {words.day(date.on)}",
        )
        for date in dates
    ]


def before_choices() -> list[tuple[str, str]]:
    """Give how many days before a date one may be reminded."""
    return [
        (str(days), f"{words.count(days, 'day')} before" if days else "On the day")
        for days in DAYS_BEFORE
    ]
