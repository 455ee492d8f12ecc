"""Many rows in one statement, as each engine does it quickest.

psycopg sends an `executemany` of UPDATEs as that many statements and spells out every value of an
`IN`; an array is one value. SQLite has no arrays, and no journey to save.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Row,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialects import is_postgresql

CHUNK = 500
"""Values in one statement, where there may be any number."""


def among(column: ColumnElement[int], parameter: str, *, postgresql: bool) -> ColumnElement[bool]:
    """Give the condition that an id column is one of those that are given, as a list, under the
    name `parameter` when the statement is executed."""
    if not postgresql:
        return column.in_(bindparam(parameter, expanding=True))
    return column == any_(bindparam(parameter, type_=ARRAY(BigInteger)))


def numbers(parameter: str, *, postgresql: bool) -> ColumnElement[int]:
    """Give a column of the numbers that are given, by `as_numbers`, under the name `parameter`
    when the statement is executed: one value to bind, whatever their number."""
    value = column("value", BigInteger)
    if not postgresql:
        return func.json_each(bindparam(parameter)).table_valued(value, name=parameter).c.value
    given = func.unnest(bindparam(parameter, type_=ARRAY(BigInteger))).table_valued(value)
    return given.render_derived(name=parameter).c.value


def as_numbers(values: Sequence[int], *, postgresql: bool) -> Sequence[int] | str:
    """Give the value to bind for `numbers`."""
    return values if postgresql else json.dumps(values)


def text_columns(parameter: str, width: int, *, postgresql: bool) -> Sequence[ColumnElement[str]]:
    """Give the columns of rows of `width` texts that are given, by `as_text_rows`, under the name
    `parameter` when the statement is executed."""
    if not postgresql:
        row = func.json_each(bindparam(parameter)).table_valued("value", name=parameter).c.value
        return [func.json_extract(row, f"$[{place}]", type_=Text) for place in range(width)]
    names = [f"{parameter}_{place}" for place in range(width)]
    given = func.unnest(*(bindparam(name, type_=ARRAY(Text)) for name in names))
    return given.table_valued(*names).render_derived(name=parameter).c.values()


def as_text_rows(
    parameter: str, rows: Sequence[Sequence[str]], *, postgresql: bool
) -> Mapping[str, Any]:
    """Give the values to bind for `text_columns`."""
    if not postgresql:
        return {parameter: json.dumps(rows)}
    columns = zip(*rows, strict=True)
    return {f"{parameter}_{place}": list(values) for place, values in enumerate(columns)}


async def rows_in_chunks(
    conn: AsyncConnection,
    values: Collection[Any],
    query: Callable[[Sequence[Any]], Select[Any]],
) -> list[Row[Any]]:
    """Give the rows of `query` for all of the values, asked for 500 at a time."""
    ordered = sorted(set(values))
    rows: list[Row[Any]] = []
    for first in range(0, len(ordered), CHUNK):
        rows += (await conn.execute(query(ordered[first : first + CHUNK]))).all()
    return rows


async def read_in_index_order(conn: AsyncConnection) -> None:
    """For this transaction, have PostgreSQL read by an index's order where a LIMIT lets it stop.

    Its statistics seldom know how much is owed just now: expecting a few rows it collects all of
    them and sorts, which takes a second where a million are owed.
    """
    if is_postgresql(conn):
        await conn.execute(text(_IN_INDEX_ORDER))


_IN_INDEX_ORDER = "SELECT " + ", ".join(
    f"set_config('{name}', 'off', true)"
    for name in (
        "enable_bitmapscan",
        "enable_sort",
        "enable_hashjoin",
        "enable_mergejoin",
        "enable_seqscan",
        "jit",  # what is off and needed all the same looks dear enough to compile, before 18
    )
)


async def set_text_each(
    conn: AsyncConnection,
    table: Table,
    column: Column[Any],
    values: Sequence[tuple[int, str | None]],
    *,
    where: ColumnElement[bool],
    also: Mapping[str, Any],
) -> None:
    """Set a text column to its own value in each row (id, value), and other columns to the same
    values (`also`) in all of them, where `where` holds."""
    same = {table.c[name]: value for name, value in also.items()}
    if not is_postgresql(conn):
        each = update(table).where(table.c.id == bindparam("of_row"), where)
        each = each.values({column: bindparam("to_value"), **same})
        await conn.execute(each, [{"of_row": key, "to_value": value} for key, value in values])
        return
    keys = cast(literal([key for key, _ in values], ARRAY(BigInteger)), ARRAY(BigInteger))
    texts = cast(literal([value for _, value in values], ARRAY(Text)), ARRAY(Text))
    given = func.unnest(keys, texts).table_valued("key", "value").render_derived(name="given")
    await conn.execute(
        update(table)
        .where(table.c.id == given.c.key, where)
        .values({column: given.c.value, **same})
    )
