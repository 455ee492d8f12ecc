"""The rules of who is told of an entry, as plain functions.

`bot.subscriptions.matching` says the same in SQL, for all channels at once; the tests hold the
two against each other. Explaining an entry to a channel uses these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from bot.subscriptions.model import ChannelSettings, Mode, Subscription, SubscriptionKind
from bot.subscriptions.times import next_moment

Verdict = Literal["wanted", "muted", "below-score", "absent"]

Found = Mapping[tuple[SubscriptionKind, str], float]
"""What an entry has that a subscription may ask for: kind and target, with the score (topics
have their own; a watch or a saved search is found or not, so its score is 1)."""


def threshold(subscription: Subscription, channel: ChannelSettings) -> float:
    """Give the least score that counts: the subscription's own, else the channel's."""
    own = subscription.min_score
    return channel.min_score if own is None else own


def verdict(
    subscription: Subscription, channel: ChannelSettings, found: Found, now: datetime
) -> Verdict:
    """Decide whether `subscription` wants an entry that has `found`."""
    score = found.get((subscription.kind, subscription.target))
    if score is None:
        return "absent"
    if score < threshold(subscription, channel):
        return "below-score"
    if subscription.muted_until is not None and subscription.muted_until > now:
        return "muted"
    return "wanted"


def wanted(channel: ChannelSettings, found: Found, now: datetime) -> tuple[Subscription, ...]:
    """Give the channel's subscriptions that want an entry that has `found`."""
    return tuple(
        subscription
        for subscription in channel.subscriptions
        if verdict(subscription, channel, found, now) == "wanted"
    )


def reasons(subscriptions: Iterable[Subscription], modes: frozenset[Mode]) -> str:
    """Give `delivery.reasons` for the subscriptions of these modes: `kind:target`, sorted."""
    return ",".join(sorted(f"{s.kind}:{s.target}" for s in subscriptions if s.mode in modes))


def parse_reasons(text: str) -> tuple[tuple[str, str], ...]:
    """Give the kinds and targets of `delivery.reasons`."""
    pairs = (part.partition(":") for part in text.split(",") if part)
    return tuple((kind, target) for kind, _colon, target in pairs)


def passes_quiet_hours(channel: ChannelSettings, wanting: Iterable[Subscription]) -> bool:
    """Whether an alert that these subscriptions want is urgent to the channel."""
    return any(s.kind == "topic" and s.target in channel.urgent_topics for s in wanting)


def next_digest(channel: ChannelSettings, now: datetime) -> datetime | None:
    """Give the first moment (UTC) after `now` at which the channel's digest is due, at its local
    hour through daylight saving: every day when it has a daily subscription, on its weekday when
    it has only weekly ones, never (None) when it has neither."""
    modes = {subscription.mode for subscription in channel.subscriptions}
    if not modes & {"daily", "weekly"}:
        return None
    weekday = None if "daily" in modes else channel.digest_weekday
    return next_moment(now, channel.digest_at, channel.timezone, weekday)
