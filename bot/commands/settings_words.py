"""A channel's settings as sentences, and the words people set them with. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.commands.answers import Unknown
from bot.errors import UsageError
from bot.subscriptions.model import ChannelSettings
from bot.subscriptions.times import WEEKDAYS

OFF = frozenset({"off", "none", "no", "never"})
ON = frozenset({"on", "yes", "true"})
_HOURS = re.compile(
    r"(?:from\s+)?(?P<start>[\d.:h]{1,5}\s*(?:[ap]\.?m?\.?)?)\s*(?:-|–|—|\bto\b|\buntil\b|\s)\s*"
    r"(?P<end>[\d.:h]{1,5}\s*(?:[ap]\.?m?\.?)?)",
    re.IGNORECASE,
)


def read_hours(text: str) -> tuple[str, str] | tuple[()]:
    """Give quiet hours as written: `22:00-07:00`, `from 10pm to 7am`, `off`.

    Raises UsageError when they are none.
    """
    if text.strip().casefold() in OFF:
        return ()
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise UsageError("Write quiet hours as `quiet 22:00-07:00`, or `quiet off`.")
    return found["start"].strip(), found["end"].strip()


def read_score(text: str) -> float:
    """Give a least score as written: `0.7`, `70%`. Raises UsageError when it is none."""
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        raise UsageError("Write the least score as a number from 0 to 1: `score 0.7`.") from None
    return value / 100 if text.strip().endswith("%") else value


def digest_sentence(settings: ChannelSettings) -> str:
    """Say when digests come."""
    return (
        f"Daily digests come at {settings.digest_at} ({settings.timezone}), weekly ones on "
        f"{WEEKDAYS[settings.digest_weekday]}."
    )


def quiet_sentence(settings: ChannelSettings) -> str:
    """Say when it is quiet."""
    if settings.quiet_from is None or settings.quiet_to is None:
        return "There are no quiet hours: alerts come at any time."
    return (
        f"It is quiet from {settings.quiet_from} to {settings.quiet_to} ({settings.timezone}); "
        "what comes meanwhile is posted as one message afterwards."
    )


def zone_sentence(settings: ChannelSettings) -> str:
    """Say in which zone times are."""
    return f"Times here are in {settings.timezone}."


def score_sentence(settings: ChannelSettings) -> str:
    """Say from which score on alerts come."""
    return (
        f"Alerts come from a score of {settings.min_score:.2g} on "
        "(0 is everything, 1 only the surest)."
    )


def updates_sentence(settings: ChannelSettings) -> str:
    """Say whether posted alerts follow their article."""
    if settings.wants_updates:
        return "When an article changes in substance, its alert here is updated."
    return "Alerts stay as they were posted when their article changes."


def urgent_sentence(settings: ChannelSettings, titles: Mapping[str, str]) -> str:
    """Say which topics pass quiet hours."""
    if not settings.urgent_topics:
        return "No topic passes quiet hours."
    names = ", ".join(titles.get(topic, topic) for topic in settings.urgent_topics)
    return f"These pass quiet hours: {names}."


def unknown_sentence(unknown: Unknown, command: str = "") -> str:
    """Say that a word is no topic, and what it may have meant. `command`: what commands begin
    with."""
    if not unknown.near:
        return f"There is no topic “{unknown.word}”; `{command}topics` lists them all."
    near = " or ".join(f"`{topic}`" for topic, _title in unknown.near[:2])
    return f"There is no topic “{unknown.word}”. Did you mean {near}?"
