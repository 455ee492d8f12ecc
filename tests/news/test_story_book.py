"""Entries find their stories in the database, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.model import FeedEntry
from bot.news.citations import find_citations
from bot.news.model import Analysis, Placement
from bot.news.story_book import Unplaced, place_many
from bot.storage import positions, tables
from bot.storage.database import Database

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def publication(conn: AsyncConnection, name: str) -> int:
    made = insert(tables.publication).values(name=name).returning(tables.publication.c.id)
    return int((await conn.execute(made)).scalar_one())


def analysis(entry: FeedEntry) -> Analysis:
    return Analysis(citations=find_citations(entry.title, entry.text, "summary"))


async def store(conn: AsyncConnection, publication_id: int, entry: FeedEntry) -> Unplaced:
    """Store an entry the way the feeds room does, with its citations."""
    published = entry.published or DAY
    [position] = await positions.allocate(conn, [published])
    found = await conn.execute(
        insert(tables.entry)
        .values(
            position=position,
            publication_id=publication_id,
            link=entry.link,
            title=entry.title,
            summary=entry.summary,
            published_at=published,
            first_seen_at=DAY,
            text_hash=str(position),
            document_number=entry.document_number or None,
        )
        .returning(tables.entry.c.id)
    )
    entry_id = int(found.scalar_one())
    understood = analysis(entry)
    for each in understood.citations:
        await conn.execute(
            insert(tables.citation).values(
                entry_id=entry_id,
                kind=each.kind,
                value=each.value,
                text=each.text,
                field=each.field,
                start=each.start,
                end=each.end,
            )
        )
    return Unplaced(entry_id, entry, publication_id, understood, DAY)


async def tell(conn: AsyncConnection, publication_id: int, entry: FeedEntry) -> Placement:
    each = await store(conn, publication_id, entry)
    return (await place_many(conn, [each]))[0]


def report(title: str, *, days: float = 0, summary: str = "", link: str = "") -> FeedEntry:
    return FeedEntry(title, link=link, summary=summary, published=DAY + timedelta(days=days))


async def test_two_publications_of_one_event_share_a_story(db: Database) -> None:
    async with db.write() as conn:
        daily, wire = await publication(conn, "Daily"), await publication(conn, "Wire")
        first = await tell(conn, daily, report("Dutch Regulator Fines Veldkamp Optics $4 Million"))
        again = await tell(
            conn, wire, report("Veldkamp Optics fined $4 million by Dutch authority", days=0.5)
        )
        other = await tell(conn, wire, report("Norwegian yard wins frigate order", days=0.5))
        assert (first.relation, again.relation) == ("new", "same")
        assert again.story_id == first.story_id != other.story_id
        stories = {row.id: row for row in await conn.execute(select(tables.story))}
        assert stories[first.story_id].title == "Dutch Regulator Fines Veldkamp Optics $4 Million"
        assert stories[first.story_id].updated_at == DAY + timedelta(days=0.5)
        ties = await conn.execute(select(tables.entry.c.story_id).order_by(tables.entry.c.id))
        assert [row.story_id for row in ties] == [first.story_id, first.story_id, other.story_id]


async def test_a_reference_to_an_earlier_article_is_a_follow_up(db: Database) -> None:
    link = "https://exportcompliancedaily.com/article/2026/01/12/quiet-rule-2601090011"
    async with db.write() as conn:
        daily = await publication(conn, "Daily")
        first = await tell(
            conn, daily, report("BIS Plans Quiet Rule on Drones", link=link, days=-50)
        )
        later = await tell(
            conn,
            daily,
            report(
                "Drone Makers Ask BIS for Delay", summary="They met officials (see 2601090011)."
            ),
        )
        assert later.relation == "follow-up"
        assert later.follows_id == first.story_id != later.story_id
        follows = select(tables.story.c.follows_id).where(tables.story.c.id == later.story_id)
        assert await conn.scalar(follows) == first.story_id


async def test_one_document_is_one_story_whenever_it_comes(db: Database) -> None:
    link = "https://www.federalregister.gov/documents/2026/03/02/2026-04100/quantum-items"
    async with db.write() as conn:
        register, wire = await publication(conn, "Register"), await publication(conn, "Wire")
        first = await tell(conn, register, report("Controls on Quantum Items", link=link))
        again = await tell(
            conn, wire, report("A rule about qubits", link=link + "?utm_source=x", days=30)
        )
        twin = await tell(
            conn,
            register,
            report("Controls on Quantum Items", link=link.replace("04100", "04101")),
        )
        assert again.story_id == first.story_id
        assert twin.relation == "new"


async def test_a_batch_places_as_one_by_one_does_and_in_any_order(db: Database) -> None:
    titles = [
        ("Seoul fines Hanbit Memory 3 billion won over photoresist exports", 0.0),
        ("Hanbit Memory penalised 3 billion won for photoresist shipments", 0.4),
        ("Lisbon opens battery research centre", 0.1),
        ("Photoresist exporter Hanbit Memory fined by Seoul", 1.0),
    ]
    async with db.write() as conn:
        sources = [await publication(conn, f"P{number}") for number in range(4)]
        batch = [
            await store(conn, source, report(title, days=days))
            for source, (title, days) in zip(sources, titles, strict=True)
        ]
        given = await place_many(conn, list(reversed(batch)))
        stories = [each.story_id for each in reversed(given)]
        assert stories[0] == stories[1] == stories[3] != stories[2]
        assert await conn.scalar(select(func.count()).select_from(tables.story)) == 2


async def test_placing_again_keeps_one_set_of_keys(db: Database) -> None:
    async with db.write() as conn:
        daily = await publication(conn, "Daily")
        each = await store(conn, daily, report("Basel bank settles Sudan sanctions case"))
        await place_many(conn, [each])
        count = select(func.count()).select_from(tables.story_key)
        before = await conn.scalar(count)
        await place_many(conn, [each])
        assert await conn.scalar(count) == before
