"""Promise: many rows in one statement are stored as one at a time would be, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import rows
from bot.storage.database import Database
from bot.storage.rows import insert_missing, insert_with_ids, update_each
from bot.storage.tables import entry, entry_key, feed, publication

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def _entry(number: int, **also: Any) -> dict[str, Any]:
    return {
        "position": number,
        "publication_id": 1,
        "title": f"Rule {number}",
        "summary": "",
        "content": "“Wide” text \U0001f6a2 'quoted' ?",
        "authors": [],
        "categories": ["a", 'b "c"'],
        "show": "headline",
        "published_at": NOON + timedelta(minutes=number),
        "updated_at": None,
        "first_seen_at": NOON,
        "text_hash": "0" * 64,
        "history": number % 2 == 0,
        "roundup": False,
        "facts": {},
        **also,
    }


async def test_rows_come_back_as_they_were_given_and_ids_in_their_order(db: Database) -> None:
    given = [
        _entry(number, facts={"citation": "91 FR 1"} if number == 3 else {}) for number in (3, 1, 2)
    ]
    async with db.write() as conn:
        await conn.execute(insert(publication).values(name="Gazette"))
        ids = await insert_with_ids(conn, entry, given[:1])
        ids += await insert_with_ids(conn, entry, given[1:])
    async with db.read() as conn:
        for id_, row in zip(ids, given, strict=True):
            stored = (await conn.execute(select(entry).where(entry.c.id == id_))).one()._mapping
            assert {name: stored[name] for name in row} == row


async def test_more_rows_than_one_statement_takes_are_stored_in_several(db: Database) -> None:
    count = 2 * rows._ROWS + 11
    keys = [{"scope": "f:1", "kind": "guid", "key": str(n), "entry_id": None} for n in range(count)]
    async with db.write() as conn:
        await insert_missing(conn, entry_key, keys)
        await insert_missing(conn, entry_key, keys[:3])
        await insert_missing(conn, entry_key, [])
    async with db.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(entry_key)) == count


async def test_ever_new_numbers_of_rows_make_few_statements(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    really = AsyncConnection.exec_driver_sql

    async def heard(conn: AsyncConnection, sql: str, *values: Any) -> Any:
        asked.add(sql)
        return await really(conn, sql, *values)

    monkeypatch.setattr(AsyncConnection, "exec_driver_sql", heard)
    keys = [{"scope": "f:1", "kind": "guid", "key": str(n), "entry_id": None} for n in range(300)]
    async with db.write() as conn:
        for count in range(1, 300):
            await insert_missing(conn, entry_key, keys[:count])
    assert len(asked) <= 9


async def test_a_key_that_is_taken_stays_where_it_is(db: Database) -> None:
    key = {"scope": "f:1", "kind": "guid", "key": "same"}
    async with db.write() as conn:
        await conn.execute(insert(publication).values(name="Gazette"))
        first, second = await insert_with_ids(conn, entry, [_entry(1), _entry(2)])
        await insert_missing(conn, entry_key, [{**key, "entry_id": first}])
        await insert_missing(conn, entry_key, [{**key, "entry_id": second}])
    async with db.read() as conn:
        assert list((await conn.execute(select(entry_key.c.entry_id))).scalars()) == [first]


async def test_each_row_gets_its_own_values_and_all_of_them_the_common_ones(db: Database) -> None:
    async with db.write() as conn:
        await conn.execute(insert(publication).values(name="Gazette"))
        for number in (1, 2, 3):
            values = {"publication_id": 1, "url": f"https://wire.example/{number}"}
            values |= {"next_poll_at": NOON, "created_at": NOON, "lease_by": "w"}
            await conn.execute(insert(feed).values(values))
        changes: list[dict[str, Any]] = [
            {"id": 1, "failures": 2, "last_error": "It's down.", "rhythm": {"published": [1, 2]}},
            {"id": 3, "failures": 0, "last_error": None, "rhythm": {}},
        ]
        await update_each(conn, feed, changes, also={"last_poll_at": NOON, "lease_by": None})
        await update_each(conn, feed, [], also={"last_poll_at": NOON})
    async with db.read() as conn:
        found = (await conn.execute(select(feed).order_by(feed.c.id))).all()
    assert [(row.failures, row.last_error, row.rhythm) for row in found] == [
        (2, "It's down.", {"published": [1, 2]}),
        (0, None, {}),
        (0, None, {}),
    ]
    assert [row.last_poll_at for row in found] == [NOON, None, NOON]
    assert [row.lease_by for row in found] == [None, "w", None]
