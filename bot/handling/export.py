"""The record of handling as CSV, for an audit: who, when, what, on which text."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.handling.model import Record
from bot.spreadsheet import csv_line, rfc3339

COLUMNS = (
    "record",
    "at",
    "workspace",
    "channel",
    "channel_name",
    "actor",
    "actor_name",
    "step",
    "assignee",
    "assignee_name",
    "due",
    "reason",
    "title",
    "link",
    "publication",
    "entry",
    "story",
    "text_hash",
)
"""The first line. Times are RFC 3339 in UTC; `due` is a day in the channel's zone."""


async def as_csv(records: AsyncIterator[Record]) -> AsyncIterator[str]:
    """Give the lines of a CSV file (RFC 4180), the heading first."""
    yield csv_line(COLUMNS)
    async for record in records:
        yield csv_line(_row(record))


def _row(record: Record) -> tuple[object, ...]:
    step, assignee = record.step, record.step.assignee
    return (
        record.id,
        rfc3339(record.at),
        record.workspace,
        record.channel,
        record.channel_name,
        record.actor.id,
        record.actor.name,
        step.name,
        assignee.id if assignee else "",
        assignee.name if assignee else "",
        step.due.isoformat() if step.due else "",
        step.reason,
        record.title,
        record.link,
        record.publication,
        record.entry,
        record.story,
        record.text_hash,
    )
