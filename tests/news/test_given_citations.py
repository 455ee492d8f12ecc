"""Promise: what a publisher gives as data is cited like what a text says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.model import FeedEntry
from bot.news.analyst import Analyst
from bot.news.given_citations import given_citations
from bot.news.taxonomy import load_taxonomy


def test_what_a_publisher_gives_as_data_is_cited_in_the_form_of_a_text() -> None:
    found = given_citations(
        FeedEntry(
            "Turbine Rule; Correction",
            document_number="C1-2026-04567",
            citation="91 FR 10234",
            references=(
                "RIN 0694-AK11",
                "Docket No. 260227-0061",
                "Docket No. [Docket No.: BIS-2026-0007-0001]",
                "Docket No. Public Notice: 12345",
                "Docket No. 7",
                "15 CFR part 774",
                "Executive Order 14999",
                "RIN 0694-AK11",
                "",
            ),
        )
    )
    assert [(one.kind, one.value) for one in found] == [
        ("fr-page", "91 FR 10234"),
        ("rin", "0694-AK11"),
        ("docket", "260227-0061"),
        ("docket", "BIS-2026-0007"),
        ("docket", "Public Notice 12345"),
        ("cfr", "15 CFR 774"),
        ("executive-order", "E.O. 14999"),
        ("fr-document", "2026-04567"),
    ]
    assert {(one.start, one.end, one.field) for one in found} == {(0, 0, "given")}


@given(st.text(max_size=80))
@settings(max_examples=80, deadline=None)
def test_no_reference_that_is_given_makes_it_fail(text: str) -> None:
    entry = FeedEntry("x", document_number=text, citation=text, references=(f"Docket {text}",))
    for one in given_citations(entry):
        assert 0 < len(one.value) <= 128


def test_what_the_text_says_too_keeps_its_place() -> None:
    text = "This rule (RIN 0694-AK11) amends part 774."
    entry = FeedEntry("Turbines", summary=text, references=("RIN 0694-AK11", "15 CFR part 740"))
    found = Analyst(load_taxonomy()).analyse(entry).citations
    [rin] = [one for one in found if one.kind == "rin"]
    assert text[rin.start : rin.end] == rin.text == "0694-AK11"
    assert [one.value for one in found if one.field == "given"] == ["15 CFR 740"]
