"""Commands as people mean them, typed. `bot.commands.parser` reads them from text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.subscriptions.model import Mode


@dataclass(frozen=True, slots=True)
class Mention:
    """A channel as written: its id where the platform gave it, else only its name."""

    channel: str
    name: str


@dataclass(frozen=True, slots=True)
class Search:
    """Search for `text`; `cut`: it was longer than is read; `typing`: it is still being typed.

    Where it was typed as a command that cannot be: `command`, what its first word is; `near`, the
    whole as it may have been meant.
    """

    text: str
    cut: bool = False
    command: str = ""
    near: str = ""
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest of a topic, or of all."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class Topics:
    """List the topics, or say all of one."""

    word: str = ""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe to topics, as written word by word; without any, open the form."""

    words: tuple[str, ...]
    channel: Mention | None = None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """What a subscription to topics would have sent."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Take topics away."""

    words: tuple[str, ...]
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """List what a channel gets, and who set it."""

    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """List who changed what."""

    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Open a channel's settings as a form."""

    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Watch a term, under its aliases too."""

    term: str
    aliases: tuple[str, ...] = ()
    channel: Mention | None = None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Unwatch:
    """Watch a term no more."""

    term: str
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class SaveSearch:
    """Save a search for a channel, or drop a saved one."""

    query: str
    channel: Mention | None = None
    mode: Mode | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The digest of the last days, now."""

    span: str = ""
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class DigestTime:
    """When the digest comes."""

    at: str
    weekday: str = ""
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours: set, switched off (`off`) or shown (nothing)."""

    hours: str = ""
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Urgent:
    """Topics that pass quiet hours: set, none (`off`) or shown (nothing)."""

    words: tuple[str, ...] = ()
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Timezone:
    """The channel's time zone: set or shown."""

    zone: str = ""
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The least score of an alert: set or shown."""

    score: str = ""
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Updates:
    """Whether posted alerts are updated when an article changes: `on`, `off` or shown."""

    wanted: str = ""
    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Let a paused channel get its messages again."""

    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may change settings in this workspace: set or shown."""

    who: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why an entry came here, or why not."""

    link: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The life of the matter that an article belongs to."""

    link: str


@dataclass(frozen=True, slots=True)
class Feeds:
    """The feeds and their health."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What teams did with alerts, as a file; from and to a day, both included."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Reminders:
    """List the reminders that are still to come."""

    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Unremind:
    """Cancel reminders: by number, or those of an article."""

    which: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """List what was said of alerts."""

    channel: Mention | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The person's own list."""


@dataclass(frozen=True, slots=True)
class Help:
    """How to use this."""

    about: str = ""


Change = (
    Subscribe
    | Unsubscribe
    | Watch
    | Unwatch
    | SaveSearch
    | DigestTime
    | Quiet
    | Urgent
    | Timezone
    | Score
    | Updates
    | Resume
)
"""Commands that change what a channel gets."""

Command = (
    Search
    | Latest
    | Topics
    | Try
    | Subscriptions
    | Changes
    | Settings
    | CatchUp
    | Permission
    | Why
    | Timeline
    | Feeds
    | Audit
    | Reminders
    | Unremind
    | Feedback
    | Saved
    | Help
    | Change
)
