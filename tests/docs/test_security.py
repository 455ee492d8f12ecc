"""Promise: docs/security.md has every threat with its answer and the test that shows it."""

from __future__ import annotations

from tests.docs.named import NAMED, ROOT, missing, rows_of

TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
SOURCES = ("publishers", "people", "other workspaces", "network", "database", "operators")


def test_every_threat_has_an_answer_and_tests_that_are_there() -> None:
    rows = rows_of(TEXT, "threat", "answer", "shown by")
    assert len(rows) >= 50
    for row in rows:
        threat, answer, shown = row
        assert threat, row
        assert answer, row
        assert NAMED.search(shown), f"{threat}: no test"
    assert missing(TEXT) == []


def test_every_source_has_its_threats() -> None:
    titles = [line for line in TEXT.splitlines() if line.startswith("## From ")]
    assert all(any(source in title for title in titles) for source in SOURCES)
