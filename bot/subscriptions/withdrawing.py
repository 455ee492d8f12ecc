"""What a channel asks for no longer is not sent any more, though it was owed already."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.storage import dialects
from bot.storage.tables import collected, delivery
from bot.subscriptions.editing import Edit
from bot.subscriptions.gathering import ALERTS, CHUNK, WITHDRAWN, is_withdrawn
from bot.subscriptions.matching import StoredEntry, collect_for_digests
from bot.subscriptions.rules import parse_reasons
from bot.subscriptions.summary import SummaryItem, from_payload, to_payload

_SUMMARIES = ("digest", "catch-up", "held")
_UNSENT = ("pending", "failed")

Reasons = AbstractSet[tuple[str, str]]


async def withdraw(edit: Edit, gone: Reasons) -> None:
    """Take the reasons that are `gone` from what the channel is owed; what has none left is dead.

    Call it in the transaction that drops or mutes the subscriptions. What is being sent at this
    moment goes out, but an alert is not tried again.
    """
    # An ingest under way commits first, so that its alerts are seen; a later one sees the change.
    await dialects.serialise_ingest(edit.conn)
    last = 0
    while True:
        owed = (await edit.conn.execute(_owed_after(edit.channel.id, last))).all()
        for row in owed:
            changed = _without(row, gone)
            if changed:
                still = (delivery.c.id == row.id, delivery.c.state.in_(_UNSENT))
                done = await edit.conn.execute(update(delivery).where(*still).values(changed))
                if done.rowcount:
                    await _untell(edit, row, gone)
                elif row.kind in ALERTS:  # it is being sent
                    await _leave_no_reason(edit, row, gone)
        if len(owed) < CHUNK:
            return
        last = owed[-1].id


async def give_back(edit: Edit, wanted: Reasons) -> None:
    """Owe again the alerts that were withdrawn and that quiet hours would still hold, where the
    channel asks for them anew: who takes an unsubscribing back has lost nothing.

    Call it in the transaction that adds or unmutes the subscriptions.
    """
    await dialects.serialise_ingest(edit.conn)
    here = (delivery.c.channel_id == edit.channel.id, delivery.c.held_until > edit.now)
    query = select(delivery.c.id, delivery.c.reasons).where(*here, is_withdrawn(delivery))
    for row in (await edit.conn.execute(query)).all():
        reasons = _left(row.reasons, set(parse_reasons(row.reasons)) - wanted)
        if reasons:
            anew = {"state": "pending", "reasons": reasons, "last_error": None, "attempts": 0}
            await edit.conn.execute(update(delivery).where(delivery.c.id == row.id).values(anew))


async def _leave_no_reason(edit: Edit, row: Row[Any], gone: Reasons) -> None:
    """Let an alert that is being sent know that it is not wanted; sending it anew asks for it."""
    being_sent = (delivery.c.id == row.id, delivery.c.state == "sending")
    left = _left(row.reasons, gone)
    await edit.conn.execute(update(delivery).where(*being_sent).values(reasons=left))


async def _untell(edit: Edit, row: Row[Any], gone: Reasons) -> None:
    """Let a story that is not told of after all count as untold, and wait for the digest where
    the channel wants it in one."""
    if row.unknown:  # it may have been told
        return
    if row.kind in ALERTS:
        digests = any(one.mode != "instant" for one in edit.channel.subscriptions)
        if digests and not _left(row.reasons, gone):
            untold = StoredEntry(row.entry_id, row.story_id, row.position, "same")
            await collect_for_digests(edit.conn, untold, edit.now, only=edit.channel.id)
        return
    items = from_payload(row.payload).items
    lost = [item.story_id for item in items if not _item(item, gone).reasons]
    for first in range(0, len(lost), CHUNK):
        some = collected.c.story_id.in_(lost[first : first + CHUNK])
        await edit.conn.execute(delete(collected).where(collected.c.delivery_id == row.id, some))


def _owed_after(channel_id: int, last: int) -> Any:  # noqa: ANN401 - a SELECT
    return (
        select(
            delivery.c.id,
            delivery.c.kind,
            delivery.c.reasons,
            delivery.c.payload,
            delivery.c.unknown,
            delivery.c.story_id,
            delivery.c.entry_id,
            delivery.c.position,
        )
        .where(
            delivery.c.channel_id == channel_id,
            delivery.c.state.in_((*_UNSENT, "sending")),
            delivery.c.kind.in_((*ALERTS, *_SUMMARIES)),
            delivery.c.id > last,
        )
        .order_by(delivery.c.id)
        .limit(CHUNK)
    )


def _without(row: Row[Any], gone: Reasons) -> dict[str, Any]:
    """Give the columns of a delivery that change; none when it stays as it is."""
    if row.kind in ALERTS:
        left = _left(row.reasons, gone)
        changed: dict[str, Any] = {"reasons": left}
        same = left == row.reasons
    else:
        summary = from_payload(row.payload)
        items = tuple(one for item in summary.items if (one := _item(item, gone)).reasons)
        left = "some" if items else ""
        changed = {"payload": to_payload(replace(summary, items=items))}
        same = items == summary.items
    if same:
        return {}
    return changed if left else {"state": "dead", "last_error": WITHDRAWN}


def _item(item: SummaryItem, gone: Reasons) -> SummaryItem:
    return replace(item, reasons=_left(item.reasons, gone))


def _left(reasons: str, gone: Reasons) -> str:
    return ",".join(f"{kind}:{to}" for kind, to in parse_reasons(reasons) if (kind, to) not in gone)
