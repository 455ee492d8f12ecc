"""Cases and opinions are cited with their court, and numbers of no court are left alone."""

from __future__ import annotations

import pytest

from bot.news.citations import find_citations
from bot.news.court_citations import is_of_court


def cases(text: str) -> list[str]:
    found = find_citations("", text, "content")
    return [each.value for each in found if each.kind == "docket"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Acme v. U.S., CIT No. 26-00417", ["CIT 26-00417"]),
        ("CIT Consol. # 26-00417, -00418 and 25-00007",
         ["CIT 26-00417", "CIT 26-00418", "CIT 25-00007"]),
        ("the Court of International Trade (No. 26-00417), USCIT 26-00418",
         ["CIT 26-00417", "CIT 26-00418"]),
        ("Court No. 26-00417, International Trade; Consol. Ct. Nos. 21-00001, 21-00002",
         ["CIT 26-00417", "CIT 21-00001", "CIT 21-00002"]),
        ("No. 26-00417 (Ct. Int’l Trade 2026)", ["CIT 26-00417"]),
        ("Slip Op. 26-44, Slip Opinion No. 26-7; SLIP OP. 26-45; Slip Ops. 25-61 and 25-62",
         ["Slip Op. 26-44", "Slip Op. 26-7", "Slip Op. 26-45", "Slip Op. 25-61", "Slip Op. 25-62"]),
        ("Fed. Cir. # 26-1417; CAFC No. 2026-1418; the Federal Circuit's No. 26-1419",
         ["Fed. Cir. 26-1417", "Fed. Cir. 26-1418", "Fed. Cir. 26-1419"]),
        ("Nos. 26-1417, 26-1418 (Fed. Cir. July 3, 2026)",
         ["Fed. Cir. 26-1417", "Fed. Cir. 26-1418"]),
        ("No. 26-5017 (D.C. Cir.), DC Circuit No. 26-5018", ["D.C. Cir. 26-5017",
                                                             "D.C. Cir. 26-5018"]),
        ("Ninth Circuit, No. 26-15417; 2d Cir. # 26-417; No. 26-1417 in the Eleventh Circuit",
         ["9th Cir. 26-15417", "2nd Cir. 26-417", "11th Cir. 26-1417"]),
        ("No. 26-1417 before the D.C. Circuit, No. 2026-1418, in the Federal Circuit",
         ["D.C. Cir. 26-1417", "Fed. Cir. 26-1418"]),
        ("Nos. 26-417 and 26-41 (U.S. Nov. 5, 2026); the Supreme Court (No. 26-418)",
         ["S. Ct. 26-417", "S. Ct. 26-41", "S. Ct. 26-418"]),
        ("E.D.N.Y. # 1:26-00417, D. Mass. No. 26-418; No. 26-419 (E.D. Va.); S.D. W. Va. # 26-420",
         ["E.D.N.Y. 1:26-00417", "D. Mass. 26-00418", "E.D. Va. 26-00419", "S.D. W. Va. 26-00420"]),
        ("N.D. Cal. # 3:26-cr-417, No. 26-1417 (9th Cir.)", ["3:26-cr-00417", "9th Cir. 26-1417"]),
    ],
)  # fmt: skip
def test_cases_are_found_with_their_court(text: str, values: list[str]) -> None:
    assert cases(text) == values
    assert all(is_of_court(value) for value in values)
    assert [cases(value) for value in values] == [[value] for value in values]


@pytest.mark.parametrize(
    "text",
    [
        "The 26-00417 of the CIT scandal came on 26-00123",
        "Shirt No. 24, No. 24-1234 and No. 24-25 at the court",
        "The Supreme Court 24-25, the Federal Circuit 2024-2025, the CIT 9-0",
        "In 2025-26 the Supreme Court sat; the Supreme Court voted 6-3",
        "Call 202-555-1234 or the D.C. Circuit at 555-1234",
        "Court No. 26-00417 of tennis",
        "John D. Smith No. 26-1417; Washington, D.C. 26-1417",
        "CITES # 26-00417; CIT Bank 26-00417; # 26-00417, CIT Group",
        "CIT # 26-00417-A, CIT # 26-00417.5, CIT $26-00417",
        "the slip op. at 12-14 and slip op. 5",
        "by 26-10-2026 the CIT # 26-10-2026",
        "CIT # 26-00000",
    ],
)
def test_numbers_of_no_court_are_left_alone(text: str) -> None:
    assert cases(text) == []


def test_opinions_and_cases_of_the_supreme_court_have_a_page() -> None:
    text = "Slip Op. 26-44, Slip Op. 26-7, S. Ct. # 26-417, CIT # 26-00417"
    assert [each.url for each in find_citations("", text, "content")] == [
        "https://www.cit.uscourts.gov/sites/cit/files/26-44.pdf",
        "",
        "https://www.supremecourt.gov/docket/docketfiles/html/public/26-417.html",
        "",
    ]


def test_a_further_case_has_its_own_place() -> None:
    text = "see CIT # 26-00417, -00418."
    found = find_citations("", text, "content")
    assert [each.text for each in found] == ["CIT # 26-00417", "-00418"]
    assert all(text[each.start : each.end] == each.text for each in found)


@pytest.mark.parametrize("docket", ["BIS-2026-0003", "337-TA-1450", "A-570-979", "260114-0017"])
def test_dockets_of_agencies_are_no_courts(docket: str) -> None:
    assert not is_of_court(docket)
