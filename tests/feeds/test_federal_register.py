"""Promise: what the Federal Register says of a document is kept, from its filing to its page."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.feeds.discovery import kind_of
from bot.feeds.documents import ParseTask, address_to_ask, read_document
from bot.feeds.entry_rows import entry_from
from bot.feeds.model import ParsedFeed
from bot.storage.tables import entry
from tests.feeds.room import Room

SEARCH = "https://fr.example/api/v1/documents.json?conditions[agencies][]=industry-and-security"
DESK = "https://fr.example/api/v1/public-inspection-documents/current.json"
RULE: dict[str, Any] = {
    "title": "Controls on Turbine Test Benches ",
    "document_number": "2026-04567",
    "abstract": "BIS adds a control on turbine test benches.",
    "action": "Interim final rule; request for comments.",
    "type": "Rule",
    "publication_date": "2026-03-04",
    "effective_on": "2026-03-04",
    "comments_close_on": "2026-05-04",
    "dates": "Effective March 4, 2026, but for § 740.2, which is <em>effective</em> May 4, 2026.",
    "citation": "91 FR 10234",
    "docket_ids": ["Docket No. 260227-0061", "BIS-2026-0007"],
    "regulation_id_numbers": ["0694-AK11"],
    "cfr_references": [
        {"title": 15, "part": 740, "chapter": None},
        {"title": 15, "part": "774"},
        {"title": 15, "part": None},
        "15",
    ],
    "correction_of": None,
    "html_url": "https://www.federalregister.gov/documents/2026/03/04/2026-04567/controls",
}
FILED: dict[str, Any] = {
    "title": "Controls on Turbine Test Benches",
    "document_number": "2026-04567",
    "type": "Rule",
    "filed_at": "2026-03-03T08:45:00.000-05:00",
    "publication_date": "2026-03-04",
    "docket_numbers": ["260227-0061"],
    "agencies": [{"slug": "industry-and-security"}],
    "html_url": "https://www.federalregister.gov/public-inspection/2026-04567/controls",
}


def answer(*documents: dict[str, Any]) -> bytes:
    return json.dumps({"count": len(documents), "results": documents}).encode()


def read(url: str, *documents: dict[str, Any]) -> ParsedFeed:
    return read_document(ParseTask(answer(*documents), url, "federal-register"))


def test_a_documents_numbers_are_kept_as_a_text_would_write_them() -> None:
    [found] = read(SEARCH, RULE).entries
    assert found.title == "Controls on Turbine Test Benches"
    assert found.citation == "91 FR 10234"
    assert found.comments_close_on == date(2026, 5, 4)
    assert found.dates.endswith("but for § 740.2, which is effective May 4, 2026.")
    assert not found.filed
    assert found.references == (
        "RIN 0694-AK11",
        "Docket No. 260227-0061",
        "Docket No. BIS-2026-0007",
        "15 CFR part 740",
        "15 CFR part 774",
    )


@pytest.mark.parametrize(
    ("field", "value", "reference"),
    [
        ("correction_of", "https://fr.example/api/v1/documents/2026-04567", "FR Doc. 2026-04567"),
        ("correction_of", "https://fr.example/api/v1/documents/E9-12345.json", "FR Doc. E9-12345"),
        ("executive_order_number", "14999", "Executive Order 14999"),
        ("executive_order_number", 14999, "Executive Order 14999"),
        ("docket_ids", ["[Docket ID: OFAC-2026-0002]"], "[Docket ID: OFAC-2026-0002]"),
    ],
)
def test_what_a_document_corrects_and_orders_is_kept(
    field: str, value: object, reference: str
) -> None:
    bare = {name: RULE[name] for name in ("title", "document_number")}
    [found] = read(SEARCH, bare | {field: value}).entries
    assert found.references == (reference,)


@pytest.mark.parametrize("odd", [None, 7, "x", {"a": 1}, [None, 3, {"x": 1}, [""]]])
def test_odd_fields_cost_no_document(odd: object) -> None:
    fields = ("docket_ids", "regulation_id_numbers", "cfr_references", "correction_of", "citation",
              "agency_names", "effective_on", "dates", "abstract", "type")  # fmt: skip
    [found] = read(SEARCH, RULE | dict.fromkeys(fields, odd)).entries
    assert found.document_number == "2026-04567"
    oddly_filed = FILED | dict.fromkeys(FILED.keys() - {"title", "document_number"}, odd)
    [found] = read(DESK, oddly_filed).entries
    assert found.filed


def test_every_field_that_is_read_is_asked_for() -> None:
    asked = address_to_ask(SEARCH, "federal-register")
    for name in RULE:
        assert f"fields%5B%5D={name}" in asked
    assert address_to_ask(DESK, "federal-register") == DESK
    for host in ("www.federalregister.gov", "federalregister.gov"):
        for url in (SEARCH, DESK):
            assert kind_of(url.replace("fr.example", host)) == "federal-register"


def test_a_document_on_public_inspection_says_when_it_will_be_published() -> None:
    [found] = read(DESK, FILED).entries
    assert found.filed
    assert found.published == datetime(2026, 3, 3, 13, 45, tzinfo=UTC)
    assert found.document_type == "Rule, on public inspection"
    assert "planned for 4 March 2026" in found.summary
    assert found.references == ("Docket No. 260227-0061",)
    [found] = read(
        DESK, FILED | {"title": None, "toc_subject": "Export Controls:", "toc_doc": "Turbines"}
    ).entries
    assert found.title == "Export Controls: Turbines"


def test_of_the_list_of_all_agencies_those_that_are_named_are_kept() -> None:
    other = FILED | {"document_number": "2026-09999", "agencies": [{"slug": "fish-and-wildlife"}]}
    unsaid = FILED | {"document_number": "2026-08888", "agencies": None}
    url = f"{DESK}?conditions[agencies][]=industry-and-security&conditions%5Bagencies%5D%5B%5D=ofac"
    assert [one.guid for one in read(url, other, FILED, unsaid).entries] == [
        "2026-04567",
        "2026-08888",
    ]
    assert len(read(DESK, other, FILED, unsaid).entries) == 3


async def test_filed_and_published_are_two_entries_also_of_one_publication(room: Room) -> None:
    desk = room.newsroom.serve("/public-inspection-documents/current.json", answer(FILED))
    search = room.newsroom.serve("/documents.json", answer(RULE))
    for url in (desk, search):
        await room.add(url, kind="federal-register")
    await room.poll()
    async with room.db.read() as conn:
        rows = (await conn.execute(select(entry).order_by(entry.c.position))).all()
    assert [(row.facts.get("filed"), row.document_number) for row in rows] == [
        (True, "2026-04567"),
        (None, "2026-04567"),
    ]
    assert rows[1].facts["citation"] == "91 FR 10234"
    assert "RIN 0694-AK11" in rows[1].facts["references"]
    assert entry_from(rows[1]).dates == RULE["dates"].replace("<em>", "").replace("</em>", "")
    assert (await room.poll()).new == 0


async def test_a_page_that_comes_late_is_kept_and_is_no_news(room: Room) -> None:
    early = RULE | {"citation": None, "docket_ids": []}
    feed_id = await room.add(
        room.newsroom.serve("/documents.json", answer(early)), kind="federal-register"
    )
    await room.poll(feed_id)
    room.newsroom.serve("/documents.json", answer(RULE))
    room.clock.advance(hours=1)
    report = await room.poll(feed_id)
    assert (report.new, report.edited) == (0, 1)
    [edited] = room.desk.batches[-1].edited
    assert not edited.substance
    async with room.db.read() as conn:
        facts = (await conn.execute(select(entry.c.facts))).scalar_one()
    assert facts["citation"] == "91 FR 10234"
