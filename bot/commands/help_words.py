"""Help, as data: every command with an example that works as it stands."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.answers import Offer
from bot.messages import actions


@dataclass(frozen=True, slots=True)
class Topic:
    """One part of the help: what it is about, and lines of example and meaning."""

    name: str
    commands: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]


SLOGAN = "Export-control news, by topic, once, in the right channel."
OFFERS = (
    Offer("Settings…", actions.SettingsForm(), primary=True),
    Offer("Topics", actions.Run("topics")),
    Offer("Latest news", actions.LatestPage()),
)
"""What can be done from the help with a click."""

TOPICS: tuple[Topic, ...] = (
    Topic(
        "Find",
        ("search", "find", "latest", "topics", "saved", "why", "digest"),
        (
            ("Entity List chips", "search for these words"),
            ('search "advanced computing" -china from:2024-01-01', "phrases, dates, not this"),
            ("search topic:entity-list eccn:3A090 company:ACME", "only with these"),
            ('search source:"Federal Register" cite:2311160003', "by publication or reference"),
            ("latest", "the newest articles"),
            ("latest entity-list", "the newest of one topic"),
            ("topics", "every topic, and what belongs to it"),
            ("digest 3 days", "what concerned this channel in the last days"),
            ("saved", "your own list"),
            ("why https://example.com/article", "why an article came here, or why not"),
        ),
    ),
    Topic(
        "Get alerts",
        ("subscribe", "unsubscribe", "try", "watch", "unwatch", "save", "drop", "subscriptions"),
        (
            ("try entity-list chip-controls", "what it would have sent in the last 30 days"),
            ("subscribe entity-list chip-controls", "alerts in this channel, at once"),
            ("subscribe sanctions daily", "in the daily digest (or weekly)"),
            ("subscribe all #trade", "every topic, in another channel"),
            ("unsubscribe sanctions", "no more of it"),
            ("watch ACME Corp = ACME Ltd, Akme", "a company, an ECCN, a phrase, with other names"),
            ("unwatch ACME Corp", "no more of it"),
            ("save search eccn:3A090 china", "what a search finds anew comes here"),
            ("drop search eccn:3A090 china", "no more of it"),
            ("subscriptions", "what comes here, and who set it"),
        ),
    ),
    Topic(
        "Set up",
        (
            "settings",
            "quiet",
            "urgent",
            "timezone",
            "score",
            "updates",
            "changes",
            "permission",
            "resume",
            "feeds",
            "audit",
        ),
        (
            ("settings", "all of this in one form"),
            ("digest at 8:30 on Monday", "when digests come"),
            ("quiet 22:00-07:00", "hold alerts at night; `quiet off` ends it"),
            ("urgent entity-list", "topics that pass quiet hours"),
            ("timezone New York", "the zone of this channel's times"),
            ("score 0.7", "only surer matches"),
            ("updates on", "update an alert when its article changes"),
            ("resume", "go on after a pause"),
            ("changes", "who changed what"),
            ("permission members", "who may change settings"),
            ("feeds", "what is read, and whether it works"),
            ("audit from:2026-01-01", "for admins: what was done with alerts, as a file"),
        ),
    ),
)


def knows(about: str) -> bool:
    """Whether any part is about this."""
    return bool(_about(about))


def find(about: str) -> tuple[Topic, ...]:
    """Give the parts that are about a command, or all."""
    return _about(about) or TOPICS


def _about(wanted: str) -> tuple[Topic, ...]:
    names = {wanted.casefold(), wanted.split(" ")[0].casefold()}
    return tuple(t for t in TOPICS if names & {*t.commands, t.name.casefold()})
