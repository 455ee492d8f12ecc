"""Many rows in one statement of SQLite's.

SQLite's driver lets go of the interpreter at each step of a statement, and to have it back it
waits for whatever else runs: so rows go in by one step, not by one each. SQLAlchemy would prepare
each value by itself, which takes longer than SQLite takes to store it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Table, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

from bot.storage import dialects

Values = Mapping[str, Any]

_ROWS = 256
"""Rows of one statement at most: SQLite binds 32,766 values."""


async def insert_with_ids(conn: AsyncConnection, table: Table, rows: Sequence[Values]) -> list[int]:
    """Insert rows, all with the same columns, and give their ids, in order.

    Call it inside a writing transaction.
    """
    if dialects.is_postgresql(conn):
        given = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list((await conn.execute(given, rows)).scalars())
    # Nobody else writes meanwhile, so the ids that SQLite would give are known beforehand.
    last = await conn.scalar(select(func.coalesce(func.max(table.c.id), 0)))
    numbered = [{"id": id_, **row} for id_, row in enumerate(rows, (last or 0) + 1)]
    await _insert(conn, table, numbered)
    return [row["id"] for row in numbered]


async def insert_missing(conn: AsyncConnection, table: Table, rows: Sequence[Values]) -> None:
    """Insert those of the rows, all with the same columns, whose keys are not taken."""
    if not rows:
        return
    if dialects.is_postgresql(conn):
        await conn.execute(dialects.insert(conn, table).on_conflict_do_nothing(), rows)
    else:
        await _insert(conn, table, rows, " ON CONFLICT DO NOTHING")


async def update_each(
    conn: AsyncConnection, table: Table, rows: Sequence[Values], *, also: Values
) -> None:
    """Give rows new values: each of `rows` has its `id` and its own, all of them the same columns;
    those in `also` are the same for all."""
    if not rows:
        return
    if dialects.is_postgresql(conn):
        own = {n: bindparam(f"to_{n}", type_=table.c[n].type) for n in rows[0] if n != "id"}
        each = update(table).where(table.c.id == bindparam("to_id")).values({**own, **also})
        given = [{f"to_{name}": value for name, value in row.items()} for row in rows]
        await conn.execute(each, given)
        return
    for part in _parts([{**row, **also} for row in rows]):
        names = tuple(part[0])
        sets = ", ".join(f'"{name}" = given."{name}"' for name in names if name != "id")
        change = f'UPDATE "{table.name}" SET {sets} FROM given'  # noqa: S608 - our own names
        await conn.exec_driver_sql(
            f"WITH given ({_listed(names)}) AS (VALUES {_marks(len(names), len(part))}) "
            f'{change} WHERE "{table.name}".id = given.id',
            _bound(conn, table, part),
        )


async def _insert(
    conn: AsyncConnection, table: Table, rows: Sequence[Values], end: str = ""
) -> None:
    for part in _parts(rows):
        names = tuple(part[0])
        into = f'INSERT INTO "{table.name}" ({_listed(names)})'
        values = f"VALUES {_marks(len(names), len(part))}"
        await conn.exec_driver_sql(f"{into} {values}{end}", _bound(conn, table, part))


def _parts(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """Give the rows in parts of 256, 128, ... 1: the driver keeps each statement that it was given,
    and those of a thousand rows take a megabyte."""
    first = 0
    while left := len(rows) - first:
        size = min(_ROWS, 1 << left.bit_length() - 1)
        yield rows[first : first + size]
        first += size


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


@lru_cache(maxsize=64)
def _marks(width: int, rows: int) -> str:
    return ", ".join([f"({', '.join('?' * width)})"] * rows)


def _bound(conn: AsyncConnection, table: Table, rows: Sequence[Values]) -> tuple[Any, ...]:
    """Give the values as SQLite stores them, row by row."""
    names = tuple(rows[0])
    columns: list[Iterable[Any]] = []  # by columns it is half the work
    for name, make in zip(names, _preparers(table, names, conn.dialect), strict=True):
        column = [row[name] for row in rows]
        columns.append(map(make, column) if make else column)
    return tuple(chain.from_iterable(zip(*columns, strict=True)))


@lru_cache(maxsize=64)
def _preparers(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[Callable[[Any], Any] | None, ...]:
    return tuple(_preparer(table, name, dialect) for name in columns)


def _preparer(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    kind = table.c[name].type
    prepare = kind.dialect_impl(dialect).bind_processor(dialect)
    if prepare is None:
        return None
    plain = kind.impl if isinstance(kind, TypeDecorator) else kind
    if isinstance(plain, DateTime):
        return lru_cache(maxsize=256)(prepare)  # many rows have one moment
    if isinstance(plain, JSON):
        no_list, no_dict = prepare([]), prepare({})  # what most rows have

        def quickly(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
            return no_list if value == [] else no_dict if value == {} else prepare(value)

        return quickly
    return prepare
