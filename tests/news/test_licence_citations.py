"""OFAC's general licences are cited with the programme that the text gives; others' are none."""

from __future__ import annotations

import pytest

from bot.news.citations import find_citations
from bot.news.licence_programmes import names

_PAGES = "https://ofac.treasury.gov/sanctions-programs-and-country-information/"


def licensed(text: str, title: str = "") -> list[str]:
    found = find_citations(title, text, "content")
    return [each.value for each in found if each.kind == "general-licence"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("OFAC issued General License 77B", ["GL 77B"]),
        ("Treasury renewed GL 61, general license no. 62A and GENERAL LICENSE #63",
         ["GL 61", "GL 62A", "GL 63"]),
        ("Cuba-related General License 19", ["Cuba GL 19"]),
        ("Venezuela General Licenses 70T and 70U, OFAC's newest", ["Venezuela GL 70T",
                                                                  "Venezuela GL 70U"]),
        ("OFAC: GLs 70T, 71, and 72C/73", ["GL 70T", "GL 71", "GL 72C", "GL 73"]),
        ("Iran General License (GL) D-7", ["Iran GL D-7"]),
        ("Belarus Sanctions Regulations Web General License 40A", ["Belarus GL 40A"]),
        ("Russian Harmful Foreign Activities Sanctions; Issuance of GL 141", ["Russia GL 141"]),
        ("Global Terrorism Sanctions Regulations: Publication of General License 44",
         ["Counter Terrorism GL 44"]),
        ("General License 70V (Venezuela); GL 9 under the Syrian Sanctions Regulations",
         ["Venezuela GL 70V", "Syria GL 9"]),
        ("Ukraine-/Russia-Related General License 31", ["Ukraine/Russia GL 31"]),
        ("Cuba GL 7, GL 8 and GL 9; Iran GL 7",
         ["Cuba GL 7", "Cuba GL 8", "Cuba GL 9", "Iran GL 7"]),
        ("General License (“GL”) 9 for Syria and for Iran", ["Syria GL 9"]),
        ("Cyber-related GL 3; Hong Kong-related GL 4", ["Cyber GL 3", "Hong Kong GL 4"]),
        ("General licence 77B was prolonged", ["GL 77B"]),
        ("General License 61 lapses for Cuban banks", ["Cuba GL 61"]),
        ("GL 77B and 40 tankers; sanctions; General Licenses 61 and 12 companies",
         ["GL 77B", "GL 61"]),
        ("Counter Terrorism GL 5, Chinese Military Companies GL 6B",
         ["Counter Terrorism GL 5", "Chinese Military Companies GL 6B"]),
    ],
)  # fmt: skip
def test_general_licences_are_found_in_their_normal_form(text: str, values: list[str]) -> None:
    assert licensed(text) == values


@pytest.mark.parametrize(
    ("title", "text", "values"),
    [
        # Title and text are read as one.
        ("GL 77B Prolonged", "So OFAC said.", ["GL 77B"]),
        ("OFAC Prolongs License", "GL 77B and GL 61 are for banks.", ["GL 77B", "GL 61"]),
        # The same number has its programme elsewhere, even beside another country.
        ("OFAC Issues GL 77B", "Venezuela-related General License 77B. Iran is another matter.",
         ["Venezuela GL 77B"]),
        # Else the sentence tells, though the text names others too.
        ("", "Tehran protests in Iran. OFAC let Belarus's airline fly by GL 40A.",
         ["Belarus GL 40A"]),
        # Else the text does, if it names one country alone.
        ("OFAC Issues GL 77B", "The license is for banks. Russia welcomed it, and so did Ukraine.",
         ["Russia GL 77B"]),
        ("OFAC Issues GL 77B", "The license is for banks. Russia and Iran welcomed it.",
         ["GL 77B"]),
        ("OFAC Issues GL 77B for South Sudan", "", ["South Sudan GL 77B"]),
        # Two programmes have one number: neither is meant by it alone.
        ("", "Russia GL 8, Iran GL 8; OFAC's GL 8.", ["Russia GL 8", "Iran GL 8", "GL 8"]),
    ],
)  # fmt: skip
def test_a_licence_has_the_programme_that_its_text_gives(
    title: str, text: str, values: list[str]
) -> None:
    assert licensed(text, title) == values


@pytest.mark.parametrize(
    "text",
    [
        "BIS extends Temporary General License 3 for Huawei despite sanctions",
        "BIS's General License 3; sanctions apply",
        "DDTC's Open General License No. 1; OFAC had no part in it",
        "NRC General License 110 for exports; OFAC lists differ",
        "The UK's general licence 77 under its sanctions",
        "Pigeons may be shot under general licence GL42",
        "A Mercedes GL 450 was shipped past the sanctions",
        "OFAC's 13th license and the general license 5th in its row",
        "OFAC's general license 2026, GL 5.2 and GL 7%",
        "OFAC paid a gl 5 bill",
        "GL 61 lapses",
        "A general license 5 years ago",
    ],
)
def test_general_licences_of_others_are_none_of_ofacs(text: str) -> None:
    assert licensed(text) == []


def test_a_licence_leads_to_its_programmes_page_if_that_is_known() -> None:
    found = find_citations("", "OFAC's Belarus GL 40A, Syria GL 9 and GL 77B, Iran", "content")
    assert [each.url for each in found] == [f"{_PAGES}belarus-sanctions", "", ""]


def test_every_programme_is_read_from_the_normal_form_that_it_is_written_in() -> None:
    for name in names().replace("\\", "").split("|"):
        (value,) = licensed(f"{name} GL 5A")
        assert licensed(value) == [value]


def test_the_place_holds_the_programme_where_that_stands_right_before() -> None:
    (found,) = find_citations("", "a Russia-related General\nLicense 141C, soon", "content")
    assert (found.text, found.start) == ("Russia-related General\nLicense 141C", 2)
