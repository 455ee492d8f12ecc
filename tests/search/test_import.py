"""Back-fill: stored, classified and searchable, once, whatever the file holds."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text

from bot import import_reading, importing
from bot.feeds.model import Show
from bot.import_reading import bounded_lines
from bot.importing import Imported, Importer
from bot.news.taxonomy import load_taxonomy
from bot.search.search import Search
from bot.storage import fulltext
from bot.storage.database import Database
from bot.storage.tables import delivery, entry


def line(number: int, title: str, **more: Any) -> bytes:
    return json.dumps({"id": f"n-{number}", "title": title, **more}).encode() + b"\n"


LINES = [
    line(
        1,
        "BIS adds chipmaker to the Entity List",
        summary="Under <b>3A090</b>, it said.",
        url="https://news.example/1",
        published="2024-05-06T10:00:00Z",
        source="Gazette",
    ),
    line(
        2,
        "Dutch widen tool controls",
        published="2024-05-07",
        source="Licensed Daily",
        summary="The rest is for subscribers.",
    ),
    b"{broken\n",
    b"\n",
    line(3, "Undated note"),
    json.dumps({"id": 9}).encode(),
]


async def imported(db: Database, lines: list[bytes]) -> tuple[int, int, tuple[str, ...]]:
    shown: dict[str, Show] = {"Licensed Daily": "headline"}
    done = await Importer(db, shown=shown, processes=1).run(lines)
    return done.read, done.new, done.problems


async def test_good_lines_are_kept_and_bad_ones_named(db: Database) -> None:
    assert await imported(db, LINES) == (
        3,
        3,
        ("Line 3 is not JSON.", 'Line 6 has no "title".'),
    )
    search = Search(db, load_taxonomy())
    [found] = (await search.find("chipmakers eccn:3A090")).results
    assert found.topics[0] == "entity-list"
    assert found.publication == "Gazette"
    assert "Under \ue0003A090\ue001, it said." not in found.snippet  # a fact is no word of the text
    assert found.snippet == "Under 3A090, it said."
    [licensed] = (await search.find("subscribers")).results
    assert (licensed.title, licensed.snippet) == ("Dutch widen tool controls", "")


async def test_run_twice_it_stores_and_owes_nothing_more(db: Database) -> None:
    await imported(db, LINES)
    assert (await imported(db, LINES))[:2] == (3, 0)
    async with db.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(entry)) == 3
        assert await conn.scalar(select(func.count()).where(entry.c.history.is_(False))) == 0
        assert await conn.scalar(select(func.count()).select_from(delivery)) == 0


async def test_a_stopped_import_goes_on_where_it_was(db: Database) -> None:
    lines = [line(n, f"Notice number {n}", source="Gazette") for n in range(700)]
    assert (await imported(db, lines[:600]))[1] == 600
    assert (await imported(db, lines))[1] == 100
    assert (await Search(db, load_taxonomy()).find("notice")).total == 700


async def test_an_address_that_is_none_is_said_by_its_line(db: Database) -> None:
    lines = [line(1, "One", url="wire.example/1"), line(2, "Two", url="https://wire.example/2")]
    done = await Importer(db, processes=1).run(lines)
    assert (done.new, done.bad, done.lacking) == (2, 0, 1)
    assert done.notes == ('Line 1: "url" is no http or https address; the entry was kept without.',)


async def test_words_are_remembered_whichever_line_said_them_first(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that the first batch said in an entry known already counts when a new one says it."""
    monkeypatch.setattr(importing, "BATCH", 1)
    await imported(db, [line(1, "Notice", summary="Old", published="2024-05-06")])
    again = line(1, "Notice", summary="Gallium smelters", published="2024-05-06")
    await imported(db, [again, line(2, "Report", summary="Gallium smelters", url="")])
    search = Search(db, load_taxonomy())
    assert [one.title for one in (await search.find("smelter")).results][:1] == ["Report"]


async def test_two_imports_in_one_process_remember_all_words_each(db: Database) -> None:
    await imported(db, [line(1, "Gallium smelters", published="2024-05-06")])
    async with db.write() as conn:
        await conn.execute(text("DELETE FROM search_form"))
    fulltext._KNOWN.clear()
    await imported(db, [line(2, "Gallium smelters again", published="2024-05-07")])
    assert (await Search(db, load_taxonomy()).find("smelter")).total == 2


async def test_half_a_character_among_markup_costs_nothing_but_itself(db: Database) -> None:
    halved = line(1, "A <b>notice\ud800</b>", summary="<p>\udfff of half a character</p>")
    assert await imported(db, [halved, line(2, "Another")]) == (2, 2, ())
    assert (await Search(db, load_taxonomy()).find("half a character")).total == 1


async def test_a_zone_that_is_named_counts(db: Database) -> None:
    await imported(db, [line(1, "Notice", published="Wed, 1 Nov 2023 22:00:00 EST")])
    async with db.read() as conn:
        when = (await conn.execute(select(entry.c.published_at))).scalar_one()
    assert when == datetime(2023, 11, 2, 3, tzinfo=UTC)


async def test_lines_however_long_are_read_within_bounds(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_reading, "MAX_LINE", 1_000)
    monkeypatch.setattr(importing, "BATCH_BYTES", 2_000)
    long = line(0, "x" * 5_000)
    lines = [long, *(line(number, f"Notice {'y' * 500}") for number in range(9)), long[:-1]]
    bounded = list(bounded_lines(io.BytesIO(b"".join(lines))))
    assert max(map(len, bounded)) == 1_001
    told: list[Imported] = []
    done = await Importer(db, processes=1).run(bounded, told.append)
    assert (done.read, done.new) == (9, 9)
    assert done.problems == tuple(
        f"Line {number} is longer than 1,000 bytes." for number in (1, 11)
    )
    assert len(told) > 2
