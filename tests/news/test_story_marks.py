"""Headlines of one wording stay apart where a number, a month, a party or a name differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news import story_amounts, story_marks
from bot.news.story_amounts import amounts
from bot.news.story_choice import Member, choose
from bot.news.story_marks import marks
from tests.news.test_stories import told, verdict

TWO_MATTERS = [
    ("Ohio man sentenced for exporting sonar", "Utah woman sentenced for exporting sonar"),
    ("OFAC Issues General License 44B for Caracas", "OFAC Issues General License 5T for Caracas"),
    ("OFAC issues GL 8M and GL 13K", "OFAC issues GL 55C"),
    ("BIS Puts 9 Firms on Entity List", "BIS Puts 41 Firms on Entity List"),
    ("US adds 14 Chinese firms to trade blacklist", "US adds 26 Chinese firms to trade blacklist"),
    (
        "In the Matter of: Olof Brandt; Order Denying Export Privileges",
        "In the Matter of: Mina Haddad; Order Denying Export Privileges",
    ),
    ("Order Denying Export Privileges: O. Brandt", "Order Denying Export Privileges: Mina Haddad"),
    ("BIS Revises Policy for ECCN 9A610", "BIS Revises Policy for ECCN 3B001"),
    ("Senate Approves S. 402 on Chip Tracking", "Senate Approves S. 977 on Chip Tracking"),
    ("House panel takes up H.R. 88 on drones", "House panel takes up H.R. 1204 on drones"),
    ("DDTC Seeks Comment; Docket DOS-2026-0007", "DDTC Seeks Comment; Docket DOS-2026-0019"),
    ("Judge seals filings in case 25-cv-00118", "Judge seals filings in case 26-cv-00731"),
    ("Notice on Test Chambers, FR Doc. 2026-04410", "Notice on Test Chambers, FR Doc. 2026-04977"),
    ("Washington takes 10% cut of lidar sales", "Washington takes 30% cut of lidar sales"),
    ("Corvid Labs fined $2 million over exports", "Corvid Labs fined $9 million over exports"),
    ("Chinese gallium exports fall in April", "Chinese gallium exports fall in October"),
    ("Hanbit sees sales slip in first quarter", "Hanbit sees sales slip in third quarter"),
    ("OFAC Releases 2024 Enforcement Review", "OFAC Releases 2025 Enforcement Review"),
    ("MOFCOM Issues Announcement No. 18 on Lasers", "MOFCOM Issues Announcement No. 61 on Lasers"),
    ("Treasury Sanctions Iranian Steel Network", "Treasury Sanctions Iranian Banking Network"),
    ("EU adds Belarus banks to sanctions list", "EU adds Georgia banks to sanctions list"),
    ("US clears H20 sales to Chinese buyers", "US clears H200 sales to Chinese buyers"),
    ("Engineer gets 40 months for smuggling sonar", "Engineer gets 78 months for smuggling sonar"),
]  # fmt: skip

ONE_MATTER = [
    ("US adds about 140 firms to Entity List", "BIS adds 140 companies to Entity List"),
    ("US adds more than 140 firms to Entity List", "BIS adds 144 companies to Entity List"),
    ("US adds dozens of firms to Entity List", "BIS adds 54 companies to Entity List"),
    ("Corvid Labs fined $1.5B over exports", "Corvid Labs to pay $1.53 billion fine over exports"),
    ("Corvid Labs fined $1.5 billion over exports", "Corvid Labs fined $1.5B over exports"),
    ("Corvid Labs fined over exports", "Corvid Labs fined $9 million over exports"),
    ("OFAC Issues General License 44B for Caracas", "OFAC publishes Caracas general license"),
    ("OFAC Issues GL 44B for Caracas", "OFAC issues General License No. 44B for Caracas"),
    ("BIS adds 23 Chinese firms to Entity List", "BIS adds 32 firms to Entity List"),
    ("Super Micro founder charged", "Supermicro founder charged over exports"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TWO_MATTERS)
def test_one_wording_with_another_number_or_name_is_another_story(one: str, other: str) -> None:
    assert verdict(told(one), told(other, by="Wire")) == "apart"


@pytest.mark.parametrize(("one", "other"), ONE_MATTER)
def test_rounded_vague_and_missing_numbers_agree(one: str, other: str) -> None:
    assert verdict(told(one), told(other, by="Wire")) == "same"


def test_one_text_with_other_numbers_or_names_is_another_story() -> None:
    text = (
        "WASHINGTON - The agency today denied the export privileges of {}, convicted in the"
        " Southern District of Texas of conspiring to smuggle {} rifle scopes out of the country"
        " without a license. The denial runs for ten years from the date of the conviction."
    )
    a = told("Agency denies privileges", summary=text.format("Olof Brandt", 12))
    same_text = told("Export privileges denied", by="Wire", summary=text.format("Olof Brandt", 12))
    number = told("Man loses his privileges", by="Wire", summary=text.format("Olof Brandt", 90))
    name = told("Man loses his privileges", by="Wire", summary=text.format("Mina Haddad", 12))
    assert verdict(a, same_text) == "same"
    assert verdict(a, number) == verdict(a, name) == "apart"


def test_no_member_without_a_number_draws_two_licenses_together() -> None:
    title = "OFAC issues {} on Caracas oil sales"
    members = [
        Member(told(title.format("General License 44B"), by="One"), 1, 1),
        *(Member(told(title.format("general license"), by=f"Wire {i}"), 1, 1) for i in range(4)),
    ]
    assert choose(told(title.format("General License 5T"), by="Law"), members).relation == "new"


title = st.text(max_size=60) | st.from_regex(
    r"(General License \d{1,3}[A-Z]|H\.R\. \d{1,4}|\$\d{1,3} (million|bn)|\d{1,3}(%| firms)"
    r"|May 2026)",
    fullmatch=True,
)


@given(title, title)
def test_exclusion_is_of_both_sides_and_never_of_oneself(one: str, other: str) -> None:
    a, b = marks(one), marks(other)
    assert story_marks.exclude(a, b) == story_marks.exclude(b, a)
    assert not story_marks.exclude(a, a)
    first, second = amounts(one), amounts(other)
    assert story_amounts.exclude(first, second) == story_amounts.exclude(second, first)
    assert not story_amounts.exclude(first, first)
