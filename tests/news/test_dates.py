"""Effective dates and comment deadlines come from fields and from text, in any usual writing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.model import FeedEntry
from bot.news.dates import find_dates

PUBLISHED = datetime(2026, 10, 20, 13, tzinfo=UTC)


def read(text: str, published: datetime | None = PUBLISHED) -> list[tuple[str, date]]:
    entry = FeedEntry("A rule", summary=text, published=published)
    return [(each.kind, each.on) for each in find_dates(entry)]


@pytest.mark.parametrize(
    ("text", "kind", "on"),
    [
        ("This rule is effective November 17, 2026.", "effective", date(2026, 11, 17)),
        ("Effective date: 2026-11-17.", "effective", date(2026, 11, 17)),
        ("The ban takes effect on Nov. 17, officials said", "effective", date(2026, 11, 17)),
        ("It comes into force 1 December 2026", "effective", date(2026, 12, 1)),
        ("The measures go into effect as of Monday, Jan. 4", "effective", date(2027, 1, 4)),
        ("The rule took effect Sept. 30", "effective", date(2026, 9, 30)),
        (
            "Comments must be received by BIS no later than 11:59 p.m. ET on December 18, 2026.",
            "comments",
            date(2026, 12, 18),
        ),
        ("Comments are due by Jan. 5", "comments", date(2027, 1, 5)),
        ("The comment period closes on 3 March 2027", "comments", date(2027, 3, 3)),
        (
            "This extends the deadline for written comments to January 31, 2027.",
            "comments",
            date(2027, 1, 31),
        ),
        ("Comments on the interim rule are due by Oct. 27.", "comments", date(2026, 10, 27)),
        ("The controls become final; effective in 60 days.", "effective", date(2026, 12, 19)),
        ("The rule takes effect 30 days after publication", "effective", date(2026, 11, 19)),
        (
            "Comments must be submitted within 30 days of publication",
            "comments",
            date(2026, 11, 19),
        ),
        ("BIS opens a 45-day comment period on gear", "comments", date(2026, 12, 4)),
        ("Public comments will be accepted for sixty days", "comments", date(2026, 12, 19)),
        ("A 60-day comment period starts Nov. 2", "comments", date(2027, 1, 1)),
        ("It shall apply from 15 March 2027.", "effective", date(2027, 3, 15)),
        ("The list applies with effect from 1 January 2027", "effective", date(2027, 1, 1)),
        ("Effective at 12:01 a.m. EST Nov. 4", "effective", date(2026, 11, 4)),
        ("Effective 11/17/2026", "effective", date(2026, 11, 17)),
        ("The ban takes effect tomorrow", "effective", date(2026, 10, 21)),
        ("The ban takes effect Monday", "effective", date(2026, 10, 26)),
        ("Licence terms kick in on Dec. 1", "effective", date(2026, 12, 1)),
        ("compliance is required by May 13, 2027", "compliance", date(2027, 5, 13)),
        ("Exporters must comply with the rule by May 13, 2027", "compliance", date(2027, 5, 13)),
        ("The licence was extended to November 13, 2026", "expiry", date(2026, 11, 13)),
        (
            "General License 140 expires at 12:01 a.m. eastern standard time on January 16, 2027.",
            "expiry",
            date(2027, 1, 16),
        ),
        ("The certificate is valid through Jan. 31, 2027", "expiry", date(2027, 1, 31)),
        ("The wind-down period ends December 20, 2026", "expiry", date(2026, 12, 20)),
        (
            "OFAC authorises wind-down of sales to the mill until Dec. 20",
            "expiry",
            date(2026, 12, 20),
        ),
        (
            "It authorizes winding down the yard through 12:01 a.m. EST, March 12, 2027.",
            "expiry",
            date(2027, 3, 12),
        ),
        ("The exclusion expires on May 31", "expiry", date(2027, 5, 31)),
        ("EU prolongs sanctions on the junta until 31 July 2027", "expiry", date(2027, 7, 31)),
        ("BIS suspends the affiliates rule until Nov. 9, 2027", "expiry", date(2027, 11, 9)),
        ("USTR extends the exclusions through Aug. 31, 2027", "expiry", date(2027, 8, 31)),
        ("The order remains in effect for 180 days, until May 1, 2027", "expiry", date(2027, 5, 1)),
        ("Banks have until 31 January 2027 to wind down", "expiry", date(2027, 1, 31)),
        ("The measures now apply until 15 March 2027", "expiry", date(2027, 3, 15)),
        ("The sunset date of the law is April 20, 2027", "expiry", date(2027, 4, 20)),
        ("本许可有效期至2027年3月1日止", "expiry", date(2027, 3, 1)),
        ("Effective 1/5/27, licences are needed", "effective", date(2027, 1, 5)),
        ("Effective 25/1/27", "effective", date(2027, 1, 25)),
        ("The rule is effective immediately.", "effective", PUBLISHED.date()),
        ("It is effective upon publication.", "effective", PUBLISHED.date()),
        ("The rules come into force on 5/1/27.", "effective", date(2027, 1, 5)),
        ("Comments are due by 12.02.2027.", "comments", date(2027, 2, 12)),
        ("The order is effective Dec. 5, '25", "effective", date(2025, 12, 5)),
        ("Comments are due by 5 Dec. ’26", "comments", date(2026, 12, 5)),
        ("The rule won't take effect until Jan. 4", "effective", date(2027, 1, 4)),
        ("It is not effective until Jan. 4, 2027", "effective", date(2027, 1, 4)),
        (
            "The comment period ends Dec. 1; BIS did not extend the comment period to Jan. 5.",
            "comments",
            date(2026, 12, 1),
        ),
        ("Not only a ban takes effect Nov. 9", "effective", date(2026, 11, 9)),
        ("Comments not received by Dec. 18 will not be read", "comments", date(2026, 12, 18)),
        ("本公告自2026年11月1日起施行", "effective", date(2026, 11, 1)),
        ("Exporters have until Nov. 30 to comment", "comments", date(2026, 11, 30)),
        ("Request for comments; deadline Nov. 30", "comments", date(2026, 11, 30)),
        (
            "Comments, marked BIS-2026-3, must be received by the U.S. Dept. no later than Dec. 18",
            "comments",
            date(2026, 12, 18),
        ),
        (
            "It delays the effective date of the rule of Oct. 2, 2026, from Nov. 3 to Dec. 21",
            "effective",
            date(2026, 12, 21),
        ),
        (
            "This delays until Dec. 21 the effective date of the rule",
            "effective",
            date(2026, 12, 21),
        ),
        (
            "The comment period, which was to end November 10, is extended to December 10.",
            "comments",
            date(2026, 12, 10),
        ),
    ],
)
def test_dates_are_read_from_text(text: str, kind: str, on: date) -> None:
    assert read(text) == [(kind, on)]


@pytest.mark.parametrize(
    "text",
    [
        "On October 7, 2026, BIS published a rule.",
        "an effective measure against smuggling, she said on October 7",
        "He commented on the rule on May 3, 2026.",
        "It takes effect on February 31, 2027.",
        "The ban goes into effect 180 days from enactment",
        "to great effect on Nov. 9; in effect until Nov. 9",
        "He commented that by Nov. 3 it will ship; in public comments that by Nov. 3 it will close",
        "The general license expired on October 1, 2026",
        "The exclusion does not expire on May 31",
        "General License 140 doesn't expire Jan. 1, 2027",
        "The rule was effective October 7, 2022, and was widened last year.",
        "Comments are due 30 days after publication in the Federal Register.",
        "It takes effect 60 days from the date of its publication in the Federal Register",
        "She will attend through May 31; the fair runs through June 2",
        "Comments. The fair opens November 3, 2026.",
        "The limit was effective 30 days before the sale.",
        "The rule is not effective Jan. 1.",
        "The ban will not take effect on January 4, 2027",
        "It won’t be effective Nov. 9; it never went into effect Sept. 30",
        "The controls are no longer effective Nov. 9",
        "It is not yet effective 30 days after publication",
        "BIS did not extend the comment period to Jan. 5",
        "Comments are not due by Jan. 5",
        "Effective 13/13/26; effective 1/5/26/3",
        "He commented for 20 minutes; 90 days later the plant shut.",
    ],
)
def test_other_dates_are_left_alone(text: str) -> None:
    assert read(text) == []


def test_fields_win_over_text() -> None:
    entry = FeedEntry(
        "A rule",
        summary="Effective June 1, 2026. Comments are due July 2, 2026.",
        effective_on=date(2026, 5, 30),
    )
    found = {each.kind: each for each in find_dates(entry)}
    assert found["effective"].on == date(2026, 5, 30)
    assert found["effective"].text == ""
    assert found["comments"].on == date(2026, 7, 2)
    assert found["comments"].text == "Comments are due July 2, 2026"


def test_a_span_counts_only_where_no_date_is_named() -> None:
    text = "It takes effect 60 days after publication, on December 20, 2026. Effective Jan. 3."
    assert read(text) == [("effective", date(2027, 1, 3))]
    assert read("Effective in 60 days.", published=None) == []


@pytest.mark.parametrize(
    ("link", "on"),
    [
        ("https://www.treasury.gov/news/1", date(2026, 12, 19)),
        ("https://content.govdelivery.com/accounts/USTREAS/bulletins/1", date(2026, 12, 19)),
        ("https://content.govdelivery.com/accounts/UKOFSI/bulletins/1", date(2026, 12, 20)),
        ("https://www.gov.uk/notices/1", date(2026, 12, 20)),
        ("http://[", date(2026, 12, 20)),
    ],
)
def test_days_count_from_the_publishers_own_day(link: str, on: date) -> None:
    evening = datetime(2026, 10, 21, 1, 30, tzinfo=UTC)  # 9.30 p.m. of the 20th in Washington
    text = "The rule takes effect 60 days after publication."
    [found] = find_dates(FeedEntry("A rule", link, summary=text, published=evening))
    assert found.on == on


def test_a_day_without_a_time_is_the_day_it_says() -> None:
    midnight = datetime(2026, 10, 20, tzinfo=UTC)  # as the Federal Register's dates are stored
    link = "https://www.federalregister.gov/d/2026-1"
    text = "The rule takes effect 60 days after publication."
    [found] = find_dates(FeedEntry("A rule", link, summary=text, published=midnight))
    assert found.on == date(2026, 12, 19)


def test_a_day_without_a_year_needs_a_publication_date() -> None:
    assert read("It takes effect Nov. 17.", published=None) == []


def test_the_end_of_the_calendar_gives_no_day() -> None:
    assert read("A 90-day comment period begins December 31, 9999.") == []
    late = datetime(9999, 12, 31, tzinfo=UTC)
    assert read("The rule takes effect ninety days after its publication.", late) == []
    assert read("The rule takes effect tomorrow.", late) == []


def test_texts_full_of_abbreviations_are_read_to_their_end() -> None:
    # Each dot was once read in two ways, so that forty of them took for ever.
    assert read("Comments are due under " + "E.O. 14105 U.S. " * 400 + "by December 1, 2026.") == []


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_no_text_makes_it_fail(text: str) -> None:
    read("takes effect " + text + " comments due " + text)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        (
            "This is effective December 2, 2026. The compliance date for § 734.9 is May 4, 2027.",
            [("compliance", date(2027, 5, 4)), ("effective", date(2026, 12, 2))],
        ),
        (
            "Effective dates: Nov. 3, 2026; §§ 1 and 2 take effect Jan. 4, 2027 and March 1, 2027.",
            [
                ("effective", date(2026, 11, 3)),
                ("effective", date(2027, 1, 4)),
                ("effective", date(2027, 3, 1)),
            ],
        ),
        (
            "This rule is effective November 3, 2026, and applicable beginning December 1, 2026.",
            [("effective", date(2026, 11, 3)), ("effective", date(2026, 12, 1))],
        ),
        (
            "This rule was effective November 3, 2026, and is delayed until December 3, 2026.",
            [("effective", date(2026, 12, 3))],
        ),
        (
            "Comments due December 1, 2026. Effective date: 30 days after publication.",
            [("comments", date(2026, 12, 1)), ("effective", date(2026, 11, 19))],
        ),
        (
            "The comment period closes forty-five (45) days after publication.",
            [("comments", date(2026, 12, 4))],
        ),
    ],
)
def test_all_days_of_one_sentence_are_read(text: str, dates: list[tuple[str, date]]) -> None:
    assert read(text) == dates


def test_the_days_that_a_publisher_names_besides_its_field_are_read() -> None:
    entry = FeedEntry(
        "A rule",
        summary="The rule of March takes effect January 4, 2027.",
        published=PUBLISHED,
        effective_on=date(2026, 11, 3),
        dates="Effective November 3, 2026, except instruction 4, which is effective March 1, 2027. "
        "Comments must be received by December 1, 2026.",
    )
    assert [(each.kind, each.on, bool(each.text)) for each in find_dates(entry)] == [
        ("comments", date(2026, 12, 1), True),
        ("effective", date(2026, 11, 3), False),
        ("effective", date(2027, 3, 1), True),
    ]


@pytest.mark.parametrize(
    ("link", "on"),
    [
        ("https://www.gov.uk/government/news/a-rule", date(2027, 1, 5)),
        ("https://finance.ec.europa.eu/a-rule", date(2027, 1, 5)),
        ("https://www.bis.gov/a-rule", date(2027, 5, 1)),
        ("https://[broken", date(2027, 5, 1)),
    ],
)
def test_the_country_of_a_source_says_which_comes_first(link: str, on: date) -> None:
    entry = FeedEntry("A rule", link=link, summary="Effective 5/1/27.", published=PUBLISHED)
    assert [each.on for each in find_dates(entry)] == [on]


def test_days_from_a_publication_in_the_register_count_from_the_document_alone() -> None:
    said = "Comments are due 30 days after publication in the Federal Register."
    news = FeedEntry("A rule", summary=said, published=PUBLISHED)
    document = FeedEntry("A rule", summary=said, published=PUBLISHED, document_number="2026-21111")
    assert find_dates(news) == ()
    assert [each.on for each in find_dates(document)] == [date(2026, 11, 19)]
