"""A channel's settings: zone, digest, quiet hours, least score, updates, urgent topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from bot.errors import UsageError
from bot.storage.tables import channel, delivery
from bot.subscriptions.editing import Edit
from bot.subscriptions.model import ChannelSettings
from bot.subscriptions.times import parse_clock, parse_weekday, parse_zone
from bot.subscriptions.topics import resolve


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants changed, as they wrote it; None leaves a setting as it is."""

    timezone: str | None = None
    digest_at: str | None = None
    digest_weekday: str | int | None = None
    quiet: tuple[str, str] | tuple[()] | None = None
    min_score: float | None = None
    wants_updates: bool | None = None
    urgent_topics: Sequence[str] | None = None


async def configure(edit: Edit, wishes: Wishes) -> ChannelSettings:
    """Change settings. Raises UsageError for a zone, time, weekday or score that will not do."""
    values = _values(edit, wishes)
    before = {name: _current(edit.channel, name) for name in values}
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        return await edit.unchanged()
    await edit.conn.execute(update(channel).where(channel.c.id == edit.channel.id).values(changed))
    if changed.keys() & {"timezone", "quiet_from", "quiet_to"}:
        await _let_go(edit)
    return await edit.done("configure", {name: before[name] for name in changed}, changed)


def _values(edit: Edit, wishes: Wishes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wishes.timezone is not None:
        values["timezone"] = parse_zone(wishes.timezone)
    if wishes.digest_at is not None:
        values["digest_at"] = parse_clock(wishes.digest_at)
    if wishes.digest_weekday is not None:
        values["digest_weekday"] = parse_weekday(wishes.digest_weekday)
    if wishes.quiet is not None:
        values["quiet_from"], values["quiet_to"] = _quiet(wishes.quiet)
    if wishes.min_score is not None:
        values["min_score"] = check_score(wishes.min_score)
    if wishes.wants_updates is not None:
        values["wants_updates"] = wishes.wants_updates
    if wishes.urgent_topics is not None:
        words = wishes.urgent_topics
        topics = resolve(edit.taxonomy, words) if words else ()
        values["urgent_topics"] = [topic.id for topic in topics]
    return values


def _current(settings: ChannelSettings, name: str) -> Any:  # noqa: ANN401 - any setting's value
    value = getattr(settings, name)
    return list(value) if isinstance(value, tuple) else value


def _quiet(quiet: tuple[str, str] | tuple[()]) -> tuple[str | None, str | None]:
    if not quiet:
        return None, None
    start, end = parse_clock(quiet[0]), parse_clock(quiet[1])
    if start == end:
        raise UsageError("Quiet hours must start and end at different times.")
    return start, end


def check_score(score: float) -> float:
    """Give a least score back. Raises UsageError unless it lies between 0 and 1."""
    if not 0 <= score <= 1:
        raise UsageError("The least score is a number from 0 (everything) to 1 (only the surest).")
    return score


async def _let_go(edit: Edit) -> None:
    """What was held by the former quiet hours is released at the next tick, in one message."""
    await edit.conn.execute(
        update(delivery)
        .where(
            delivery.c.channel_id == edit.channel.id,
            delivery.c.state == "pending",
            delivery.c.held_until > edit.now,
        )
        .values(held_until=edit.now)
    )
