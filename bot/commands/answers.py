"""What is answered, as data: the same answer is shown by Slack, Teams and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.handling.feedback import Said
from bot.handling.model import Record
from bot.handling.reminders import Reminder
from bot.messages.actions import Action
from bot.messages.model import Alert, Digest
from bot.news.model import KeyDate
from bot.search.model import Result, Results
from bot.subscriptions.explanation import Explanation
from bot.subscriptions.model import (
    Change,
    ChannelRef,
    ChannelSettings,
    Mode,
    Trial,
)
from bot.subscriptions.permissions import WhoMayChange

Verb = Literal["subscribe", "unsubscribe", "watch", "unwatch", "save-search", "drop-search"]
FeedState = Literal["ok", "failing", "silent", "paused", "waiting"]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be done next, as a button."""

    label: str
    action: Action
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or two. `refused`: what was asked for was not done."""

    text: str
    refused: bool = False
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries found (`search`), the latest (`latest`), or the person's own (`saved`).

    `earlier` and `later` are the pages before and after; `filters` narrow it down;
    `suggestions` are for when nothing was found. `topic_titles` names the topics of results.
    """

    kind: Literal["search", "latest", "saved"]
    title: str
    results: Results
    offset: int = 0
    earlier: Action | None = None
    later: Action | None = None
    filters: tuple[Offer, ...] = ()
    suggestions: tuple[Offer, ...] = ()
    notes: tuple[str, ...] = ()
    topic_titles: Mapping[str, str] = field(default_factory=dict)
    searched: str = ""
    """The query as it can be saved; empty when there is none."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One topic of the taxonomy; `mode`: how this channel gets it, if it does. `excludes`: what
    does not belong, where all is to be said."""

    id: str
    title: str
    definition: str
    mode: Mode | None = None
    excludes: str = ""


@dataclass(frozen=True, slots=True)
class TopicList:
    """Every topic."""

    rows: tuple[TopicRow, ...]
    channel: ChannelRef | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that is no topic, and what it may have meant (ids and titles)."""

    word: str
    near: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """What a change of topics, watches or saved searches did. Things by the names people read.

    `trial`: what was added would have sent. `access`: a sentence when the bot cannot post there
    as it is. `undo`: the command that undoes it, if there is one.
    """

    verb: Verb
    channel: ChannelSettings
    here: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    notes: tuple[str, ...] = ()
    mode: Mode | None = None
    trial: Trial | None = None
    access: str = ""
    topic_titles: Mapping[str, str] = field(default_factory=dict)
    undo: str = ""


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What a subscription to topics (ids and titles) would have sent.

    `of_form`: it was tried out in a form, which itself subscribes to them.
    """

    topics: tuple[tuple[str, str], ...]
    trial: Trial
    unknown: tuple[Unknown, ...] = ()
    of_form: bool = False


@dataclass(frozen=True, slots=True)
class SettingsList:
    """What channels get, and who set it.

    `lead`: what was changed or asked for, in a sentence; `brief`: only that is worth showing.
    """

    channels: tuple[ChannelSettings, ...]
    here: ChannelRef
    lead: str = ""
    brief: bool = False
    access: str = ""
    topic_titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeList:
    """Who changed what, newest first."""

    changes: tuple[Change, ...]
    channel: ChannelRef | None = None


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """A digest asked for, or a part of a long one."""

    digest: Digest


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed and its health, in words that an operator can act on."""

    publication: str
    title: str
    url: str
    state: FeedState
    last_read: datetime | None = None
    newest: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds, those in trouble first."""

    rows: tuple[FeedRow, ...]


@dataclass(frozen=True, slots=True)
class WhyAnswer:
    """Why an entry came to a channel, or at which step it stopped.

    `phrases`: what was found for a topic, by the topic's id.
    """

    explanation: Explanation
    topic_titles: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HelpPage:
    """How to use this. `about`: the name of a command or of a section, or all; `note`: what about
    it was not understood."""

    about: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SettingsFormAnswer:
    """Open the form of a channel's settings. `topics`: ids and titles of all there are."""

    channel: ChannelSettings
    topics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShareFormAnswer:
    """Open the form that asks where an entry is shared, and with what note."""

    entry_id: int
    title: str


@dataclass(frozen=True, slots=True)
class WrongTopicFormAnswer:
    """Open the form that asks which topics of an entry are wrong."""

    entry_id: int
    title: str
    topics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AssignFormAnswer:
    """Open the form that asks to whom an alert of a channel is assigned, and until when."""

    entry_id: int
    title: str
    channel: ChannelRef
    due: date


@dataclass(frozen=True, slots=True)
class NotApplicableFormAnswer:
    """Open the form that asks why an alert of a channel does not apply."""

    entry_id: int
    title: str
    channel: ChannelRef


@dataclass(frozen=True, slots=True)
class RemindFormAnswer:
    """Open the form that asks of which date to remind, whom, and how long before."""

    entry_id: int
    title: str
    channel: ChannelRef
    dates: tuple[KeyDate, ...]


@dataclass(frozen=True, slots=True)
class RemindersList:
    """Reminders that are still to come, the next first: the person's and a channel's, or only those
    of `channel`. `more`: there are others."""

    reminders: tuple[Reminder, ...]
    channel: ChannelRef | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class FeedbackList:
    """What was said of alerts, the newest first: of `channel`, or what `person` said anywhere.
    `here`: where it was asked."""

    said: tuple[Said, ...]
    channel: ChannelRef | None
    here: ChannelRef
    person: str
    topic_titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file for the person alone: its name, its text, and the sentence that goes with it."""

    name: str
    content: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Shared:
    """An entry for all to see: posted in `channel`, by whom, with a note."""

    alert: Alert
    by: str
    channel: ChannelRef
    note: str = ""
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class PermissionAnswer:
    """Who may change settings in this workspace."""

    who: WhoMayChange
    changed: bool = False


@dataclass(frozen=True, slots=True)
class LatestOfTopic:
    """The newest entries of one topic."""

    topic: str
    title: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """What one person's Home tab shows; `feeds` only for admins. `refusal`: a sentence instead
    of all that. `work`: what is assigned to the person; `reminders`: what they are reminded of."""

    channels: tuple[ChannelSettings, ...] = ()
    latest: tuple[LatestOfTopic, ...] = ()
    feeds: FeedList | None = None
    topic_titles: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    work: tuple[Record, ...] = ()
    reminders: tuple[Reminder, ...] = ()


Answer = (
    Sentence
    | Listing
    | TopicList
    | SubscriptionChange
    | TrialAnswer
    | SettingsList
    | ChangeList
    | DigestAnswer
    | FeedList
    | WhyAnswer
    | HelpPage
    | SettingsFormAnswer
    | ShareFormAnswer
    | WrongTopicFormAnswer
    | AssignFormAnswer
    | NotApplicableFormAnswer
    | RemindFormAnswer
    | RemindersList
    | FeedbackList
    | FileAnswer
    | Shared
    | PermissionAnswer
)
