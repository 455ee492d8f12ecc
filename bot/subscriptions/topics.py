"""A channel's topics: subscribed, unsubscribed, muted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from bot.errors import UsageError
from bot.news.taxonomy import Taxonomy, Topic
from bot.storage.tables import subscription
from bot.subscriptions.editing import Edit
from bot.subscriptions.model import Changed, ChannelSettings, Mode, Subscription, SubscriptionKind
from bot.subscriptions.withdrawing import give_back, withdraw

_MAX_WORD = 60


def resolve(taxonomy: Taxonomy, words: Sequence[str]) -> tuple[Topic, ...]:
    """Give the topics that `words` mean, each once, in their order; `all` means every topic.

    Raises UsageError naming the first word that is no topic, with the nearest ones.
    """
    if not words:
        raise UsageError("Name at least one topic; `topics` lists them.")
    found: dict[str, Topic] = {}
    for word in words:
        topic = taxonomy.resolve(word)
        if topic is not None:
            found[topic.id] = topic
        elif word.strip().casefold() == "all":
            found.update({topic.id: topic for topic in taxonomy.topics})
        else:
            near = taxonomy.suggest(word)
            hint = f"Did you mean {' or '.join(near[:2])}?" if near else "`topics` lists them all."
            raise UsageError(f"There is no topic “{' '.join(word.split())[:_MAX_WORD]}”. {hint}")
    return tuple(found.values())


async def subscribe(
    edit: Edit, topics: Sequence[Topic], mode: Mode, min_score: float | None
) -> Changed:
    """Subscribe the channel; a topic it has in another mode or score is changed to this one."""
    have = {s.target: s for s in edit.channel.subscriptions if s.kind == "topic"}
    new = [topic.id for topic in topics if topic.id not in have]
    same: list[Subscription] = []
    other: list[Subscription] = []
    for topic in topics:
        if topic.id in have:
            before = have[topic.id]
            unchanged = before.mode == mode and min_score in (None, before.min_score)
            (same if unchanged else other).append(before)
    if new:
        await add(edit, "topic", new, mode, min_score)
        if mode == "instant" and min_score is None:
            await give_back(edit, {("topic", one) for one in new})
    for before in other:
        score = before.min_score if min_score is None else min_score
        await edit.conn.execute(
            update(subscription)
            .where(subscription.c.id == before.id)
            .values(mode=mode, min_score=score)
        )
    already = tuple(s.target for s in same)
    if not new and not other:
        return Changed(await edit.unchanged(), already=already)
    settings = await edit.done(
        "subscribe",
        {"topics": {s.target: s.mode for s in other}},
        {"topics": dict.fromkeys([*new, *(s.target for s in other)], mode)},
    )
    return Changed(
        settings,
        added=(*new, *(s.target for s in other)),
        already=already,
        notes=tuple(_moved(s, mode) for s in other if s.mode != mode),
        before=tuple(other),
    )


def _moved(before: Subscription, mode: Mode) -> str:
    words = {"instant": "at once", "daily": "in the daily digest", "weekly": "in the weekly digest"}
    return f"{before.label} came {words[before.mode]}; now it comes {words[mode]}."


async def add(
    edit: Edit, kind: SubscriptionKind, targets: Sequence[str], mode: Mode, score: float | None
) -> None:
    """Store new subscriptions of the channel."""
    rows: list[dict[str, Any]] = [
        {
            "channel_id": edit.channel.id,
            "kind": kind,
            "target": target,
            "mode": mode,
            "min_score": score,
            "created_by": edit.actor.id[:128],
            "created_at": edit.now,
        }
        for target in targets
    ]
    await edit.conn.execute(insert(subscription), rows)


async def unsubscribe(edit: Edit, words: Sequence[str]) -> Changed:
    """Take topics from the channel; one that the taxonomy has no more goes by its old name.

    Raises UsageError naming the first word that is no topic.
    """
    have = {s.target: s for s in edit.channel.subscriptions if s.kind == "topic"}
    topics = _resolve_with(edit.taxonomy, words, gone_from(edit.channel))
    gone = [have[topic] for topic in topics if topic in have]
    missing = tuple(topic for topic in topics if topic not in have)
    if not gone:
        return Changed(await edit.unchanged(), missing=missing)
    await edit.conn.execute(delete(subscription).where(subscription.c.id.in_([s.id for s in gone])))
    await withdraw(edit, {(s.kind, s.target) for s in gone})
    settings = await edit.done(
        "unsubscribe", {"topics": {s.target: s.mode for s in gone}}, {"topics": {}}
    )
    return Changed(
        settings, removed=tuple(s.target for s in gone), missing=missing, before=tuple(gone)
    )


def gone_from(channel: ChannelSettings) -> tuple[str, ...]:
    """Give the topics that a channel still has and the taxonomy has no more."""
    return tuple(one.target for one in channel.subscriptions if one.gone)


def _resolve_with(
    taxonomy: Taxonomy, words: Sequence[str], gone: Collection[str]
) -> tuple[str, ...]:
    """Give the ids of the topics that `words` mean, those that are gone among them."""
    old = {word.strip().casefold() for word in words} & {one.casefold() for one in gone}
    dropped = [one for one in gone if one.casefold() in old or _all_meant(words)]
    known = [word for word in words if word.strip().casefold() not in old]
    found = [topic.id for topic in resolve(taxonomy, known)] if known or not dropped else []
    return (*found, *dropped)


def _all_meant(words: Sequence[str]) -> bool:
    return any(word.strip().casefold() == "all" for word in words)


async def mute(
    edit: Edit, kind: SubscriptionKind, target: str, until: datetime | None
) -> ChannelSettings:
    """Keep one subscription silent until a time (UTC), or let it speak again (None).

    Raises UsageError when the channel has no such subscription.
    """
    for have in edit.channel.subscriptions:
        if have.kind == kind and have.target == target:
            break
    else:
        raise UsageError("This channel is not subscribed to that, so there is nothing to mute.")
    await edit.conn.execute(
        update(subscription).where(subscription.c.id == have.id).values(muted_until=until)
    )
    if until is not None:
        await withdraw(edit, {(kind, target)})
    elif have.mode == "instant":
        await give_back(edit, {(kind, target)})
    return await edit.done(
        "mute" if until else "unmute",
        {"kind": kind, "target": target, "until": _text(have.muted_until)},
        {"kind": kind, "target": target, "until": _text(until)},
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
