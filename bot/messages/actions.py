"""What buttons and menus ask for, typed.

Every action says by itself what to do; `bot.messages.action_values` writes it on a button and
reads it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OPEN = "open"
"""The action id of buttons that only open an address; there is nothing to do for them."""


@dataclass(frozen=True, slots=True)
class SaveEntry:
    """Put an entry on the person's own list (or take it off)."""

    entry: int
    on: bool = True


@dataclass(frozen=True, slots=True)
class ShareForm:
    """Ask in a form to which channel an entry is shared, and with what note."""

    entry: int


@dataclass(frozen=True, slots=True)
class ShareHere:
    """Post an entry in this channel, for all to see."""

    entry: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Keep one subscription of this channel silent for `days`; 0 lets it speak again."""

    kind: str
    target: str
    days: int = 7


@dataclass(frozen=True, slots=True)
class NotRelevant:
    """Say that an entry did not matter here (or take that back)."""

    entry: int
    on: bool = True


@dataclass(frozen=True, slots=True)
class WrongTopic:
    """Say that an entry does not have a topic; without one, ask which in a form.

    Off takes back what the person said so, of this topic or of all.
    """

    entry: int
    topic: str = ""
    on: bool = True


@dataclass(frozen=True, slots=True)
class Explain:
    """Say why an entry came to this channel, or why not."""

    entry: int


@dataclass(frozen=True, slots=True)
class MoreLike:
    """Search for entries like this one."""

    entry: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Show the life of the matter that an entry belongs to, from some place on."""

    entry: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Search again from another place; `typing`: the query is still being typed."""

    query: str
    offset: int = 0
    typing: bool = False


@dataclass(frozen=True, slots=True)
class LatestPage:
    """Read the latest of a topic (of all, when it is empty) from another place."""

    topic: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SavedPage:
    """Read the person's own list from another place."""

    offset: int = 0


@dataclass(frozen=True, slots=True)
class DigestPage:
    """Read on in a digest that is longer than one message."""

    delivery: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Give the digest of the last `days` now."""

    days: int = 1
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """Open a channel's settings as a form; an empty channel means the one it is asked in.

    `preset`: a choice of topics to begin with, for a channel that the form asks for.
    """

    channel: str = ""
    preset: Literal["", "chips", "sanctions", "everything"] = ""


@dataclass(frozen=True, slots=True)
class TryForm:
    """Say what a settings form, as it is filled in now, would have sent."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe this channel to one topic (`all`: to every one)."""

    topic: str
    mode: Literal["instant", "daily", "weekly"] = "instant"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Take one topic from this channel."""

    topic: str


@dataclass(frozen=True, slots=True)
class SaveSearch:
    """Let what a search finds anew come to this channel."""

    query: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Let a paused channel get its messages again."""

    channel: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Do what a typed command would."""

    text: str


@dataclass(frozen=True, slots=True)
class Handle:
    """Take a step with an alert that needs no form."""

    entry: int
    step: Literal["acknowledge", "done", "reopen"] = "acknowledge"


@dataclass(frozen=True, slots=True)
class AssignForm:
    """Ask in a form to whom an alert is assigned, and until when it is to be done."""

    entry: int


@dataclass(frozen=True, slots=True)
class NotApplicableForm:
    """Ask in a form why an alert does not apply."""

    entry: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Give the dates of an entry as a calendar file."""

    entry: int


@dataclass(frozen=True, slots=True)
class RemindForm:
    """Ask in a form of which date of an entry to remind, whom and how long before."""

    entry: int


@dataclass(frozen=True, slots=True)
class Unremind:
    """Cancel a reminder."""

    reminder: int


@dataclass(frozen=True, slots=True)
class ExportSearch:
    """Give what a search finds as a file."""

    query: str
    form: Literal["csv", "json"] = "csv"


Action = (
    SaveEntry
    | ShareForm
    | ShareHere
    | Mute
    | NotRelevant
    | WrongTopic
    | Explain
    | MoreLike
    | Timeline
    | SearchPage
    | LatestPage
    | SavedPage
    | DigestPage
    | CatchUp
    | SettingsForm
    | TryForm
    | Subscribe
    | Unsubscribe
    | SaveSearch
    | Resume
    | Run
    | Handle
    | AssignForm
    | NotApplicableForm
    | Calendar
    | RemindForm
    | Unremind
    | ExportSearch
)

KINDS: dict[str, type[Action]] = {
    "save": SaveEntry,
    "share": ShareForm,
    "share-here": ShareHere,
    "mute": Mute,
    "irrelevant": NotRelevant,
    "wrong-topic": WrongTopic,
    "why": Explain,
    "like": MoreLike,
    "life": Timeline,
    "search": SearchPage,
    "latest": LatestPage,
    "saved": SavedPage,
    "digest": DigestPage,
    "catch-up": CatchUp,
    "settings": SettingsForm,
    "try-form": TryForm,
    "subscribe": Subscribe,
    "unsubscribe": Unsubscribe,
    "save-search": SaveSearch,
    "resume": Resume,
    "run": Run,
    "handle": Handle,
    "assign": AssignForm,
    "not-applicable": NotApplicableForm,
    "calendar": Calendar,
    "remind": RemindForm,
    "unremind": Unremind,
    "export": ExportSearch,
}
"""By which name an action is known on a button; what was posted once is read for ever."""
