"""Why an entry came to a channel, or at which step it stopped. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.subscriptions.model import ChannelSettings, Subscription
from bot.subscriptions.rules import Found, Verdict, threshold, verdict

Step = Literal[
    "unwatched",  # no feed of that publication is watched
    "not-read",  # its publication is watched, but the entry has not come yet
    "history",  # it was there when its feed was first read
    "round-up",  # a list of headlines, or only a teaser
    "unwanted",  # the channel asks for nothing that it has
    "below-score",
    "muted",
    "later",  # the channel asked for it only after it came
    "duplicate",  # another publication's report of the story was sent
    "digest",  # it waits for the digest
    "quiet",  # quiet hours hold it
    "paused",
    "due",
    "sending",
    "failed",  # it will be tried again
    "dead",
    "sent",
    "summarised",  # it was in a digest, or in a message for several
]


@dataclass(frozen=True, slots=True)
class Considered:
    """One thing that the channel asks for, and what the rules say of it for this entry."""

    subscription: Subscription
    verdict: Verdict
    score: float | None
    least: float


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """An entry as stored; `found` is what it has that a subscription may ask for, `joined` how it
    is known to tell its story, where it did not open it."""

    id: int
    story_id: int | None
    title: str
    link: str
    publication: str
    published: datetime
    first_seen: datetime
    history: bool
    roundup: bool
    found: Found = field(default_factory=dict)
    joined: str = ""


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """What a channel is owed of a story: a delivery as kept, whose entry may be another one's.

    `kind` is empty for a story that waits for its digest.
    """

    kind: str = ""
    state: str = ""
    entry_id: int | None = None
    publication: str = ""
    due_at: datetime | None = None
    held_until: datetime | None = None
    sent_at: datetime | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A watched publication to which a link belongs."""

    publication: str
    last_read_at: datetime | None
    failing_since: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where an entry stands for one channel; `sentence` says it, `at` is the moment it names.

    `considered` are the channel's subscriptions that the entry bears on, those that want it
    first; `unclaimed` are topics of the entry that the channel does not ask for.
    """

    link: str
    step: Step
    sentence: str
    at: datetime | None = None
    entry: StoredFacts | None = None
    considered: tuple[Considered, ...] = ()
    unclaimed: tuple[tuple[str, float], ...] = ()


def not_stored(link: str, host: str, source: SourceFacts | None, zone: str) -> Explanation:
    """Explain a link that is not stored."""
    if source is None:
        return Explanation(link, "unwatched", f"No feed of {host or 'that address'} is watched.")
    name = source.publication
    if source.failing_since is not None:
        since = spoken(source.failing_since, zone)
        reason = f": {source.last_error}" if source.last_error else "."
        sentence = f"It has not come yet; {name} cannot be read since {since}{reason}"
        return Explanation(link, "not-read", sentence, source.failing_since)
    if source.last_read_at is None:
        return Explanation(link, "not-read", f"It has not come yet; {name} was never read.")
    when = spoken(source.last_read_at, zone)
    sentence = f"It has not come in any feed yet; {name} was last read on {when}."
    return Explanation(link, "not-read", sentence, source.last_read_at)


def decide(
    link: str, entry: StoredFacts, told: ToldFacts | None, channel: ChannelSettings, now: datetime
) -> Explanation:
    """Explain a stored entry to a channel."""
    considered = _considered(entry, channel, now)
    if told is not None:
        step, sentence, at = _told(entry, told, channel, now)
    else:
        step, sentence, at = _stopped(entry, considered, channel)
    asked = {one.subscription.target for one in considered}
    unclaimed = tuple(
        sorted(
            (
                (target, score)
                for (kind, target), score in entry.found.items()
                if kind == "topic" and target not in asked
            ),
            key=lambda pair: -pair[1],
        )
    )
    return Explanation(link, step, sentence, at, entry, considered, unclaimed)


def _considered(
    entry: StoredFacts, channel: ChannelSettings, now: datetime
) -> tuple[Considered, ...]:
    order = ("wanted", "muted", "below-score")
    found = [
        Considered(
            one,
            said,
            entry.found.get((one.kind, one.target)),
            threshold(one, channel),
        )
        for one in channel.subscriptions
        if (said := verdict(one, channel, entry.found, now)) != "absent"
    ]
    return tuple(sorted(found, key=lambda one: order.index(one.verdict)))


Decision = tuple[Step, str, datetime | None]


def _told(entry: StoredFacts, told: ToldFacts, channel: ChannelSettings, now: datetime) -> Decision:
    zone = channel.timezone
    if not told.kind:
        at = channel.next_digest_at
        when = f" on {spoken(at, zone)}" if at else ""
        return "digest", f"It waits for the digest{when}.", at
    if told.state == "sent" and told.sent_at is not None:
        when = spoken(told.sent_at, zone)
        if told.kind in {"digest", "catch-up", "held"}:
            where = "digest" if told.kind == "digest" else "message for several stories"
            return "summarised", f"It was in the {where} of {when}.", told.sent_at
        if told.entry_id not in (None, entry.id):
            sentence = f"The story was sent on {when}, as {told.publication} reported it."
            return "duplicate", sentence, told.sent_at
        return "sent", f"It was sent on {when}.", told.sent_at
    if told.state == "dead":
        return "dead", f"It could not be sent: {told.last_error or 'no reason was kept'}", None
    if channel.paused_at is not None:
        why = f" ({channel.paused_reason.rstrip('.')})" if channel.paused_reason else ""
        sentence = f"This channel is paused{why}; it is kept until the channel resumes."
        return "paused", sentence, channel.paused_at
    if told.held_until is not None and told.held_until > now:
        sentence = f"Quiet hours hold it until {spoken(told.held_until, zone)}."
        return "quiet", sentence, told.held_until
    if told.state == "failed":
        sentence = f"It could not be sent yet and will be tried again: {told.last_error}"
        return "failed", sentence, told.due_at
    if told.state == "sending":
        return "sending", "It is being sent.", told.due_at
    return "due", "It is due and will be sent in its turn.", told.due_at


def _stopped(
    entry: StoredFacts, considered: tuple[Considered, ...], channel: ChannelSettings
) -> Decision:
    zone = channel.timezone
    if entry.history:
        sentence = (
            f"It is history: it was imported, or there when {entry.publication} was first read, "
            f"on {spoken(entry.first_seen, zone)}."
        )
        return "history", sentence, entry.first_seen
    if entry.roundup:
        return (
            "round-up",
            "It lists headlines or only offers the article, so nobody was told.",
            None,
        )
    for one in considered:
        name = one.subscription.label
        if one.verdict == "wanted":
            sentence = (
                f"It came on {spoken(entry.first_seen, zone)}, before this channel asked for "
                f"{name} as it does now."
            )
            return "later", sentence, entry.first_seen
        if one.verdict == "muted" and one.subscription.muted_until is not None:
            until = one.subscription.muted_until
            return "muted", f"{name} is muted here until {spoken(until, zone)}.", until
    for one in considered:
        sentence = (
            f"It has {one.subscription.label} with score {one.score or 0:.2f}; this channel asks "
            f"for at least {one.least:.2f}."
        )
        return "below-score", sentence, None
    return "unwanted", "This channel asks for nothing that it has.", None


def spoken(moment: datetime, zone: str) -> str:
    """Give a moment as a person says it, in a zone: `3 March 2026 at 09:00 (Europe/Berlin)`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y} at {local:%H:%M} ({zone})"
