"""Aggregates that SQLite and PostgreSQL write differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, collate, func, select, true
from sqlalchemy import literal as lit
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialects import is_postgresql


def grouped(
    conn: AsyncConnection, rows: FromClause, *, key: str, joined: str, lowest: str
) -> Select[Any]:
    """Give one row for each `key` of `rows`: the texts of column `joined` in order of their
    bytes, separated by commas, and the lowest value of column `lowest`, under the same names.

    PostgreSQL orders inside `string_agg`. SQLite can do so inside `group_concat` since 3.44 only,
    so there it is a window over the whole group, whose order is defined in all versions.
    """
    group, text, least = rows.c[key], rows.c[joined], rows.c[lowest]
    if is_postgresql(conn):
        in_order = aggregate_order_by(lit(","), collate(text, "C").asc())
        return select(
            group, func.string_agg(text, in_order).label(joined), func.min(least).label(lowest)
        ).group_by(group)
    return select(
        group,
        func.group_concat(text, ",")
        .over(partition_by=group, order_by=text, rows=(None, None))
        .label(joined),
        func.min(least).over(partition_by=group).label(lowest),
    ).distinct()


def json_array_has(
    conn: AsyncConnection, array: ColumnElement[Any], value: ColumnElement[str]
) -> ColumnElement[bool]:
    """Give the condition that a stored JSON array of texts has `value`."""
    if is_postgresql(conn):
        return func.jsonb_exists(array, value)
    each = func.json_each(array).table_valued("value")
    return select(true()).select_from(each).where(each.c.value == value).exists()
