"""Entries of one story come together, entries of two stay apart."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bench.stories import load, measure
from bot.cli import build
from bot.cli.stories import group_entries
from bot.feeds.model import FeedEntry
from bot.news.citations import find_citations
from bot.news.entries_file import read_entries
from bot.news.stories import Verdict, compare, same
from bot.news.story_features import StoryFeatures, features

DATA = Path(__file__).parent / "data"
DAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def told(
    title: str,
    *,
    by: str = "Daily",
    days: float = 0,
    summary: str = "",
    link: str = "",
    name: str = "",
) -> StoryFeatures:
    entry = FeedEntry(title, link=link, summary=summary, published=DAY + timedelta(days=days))
    cited = find_citations(title, summary, "summary")
    return features(entry, id=name or f"{by}:{title}", publication=by, citations=cited)


def verdict(a: StoryFeatures, b: StoryFeatures) -> Verdict:
    assert compare(a, b) == compare(b, a)
    return compare(a, b).verdict


WARREN = "https://exportcompliancedaily.com/article/2026/05/04/some-words-{}"
REGISTER = "https://www.federalregister.gov/documents/2026/05/04/{}/some-words"


@pytest.mark.parametrize(
    ("file", "precision", "recall"),
    [
        ("pairs.jsonl", 0.93, 0.85),
        ("hard_pairs.jsonl", 0.97, 0.88),
        ("hard_pairs_aside.jsonl", 0.85, 0.8),
        ("desk_labels.jsonl", 0.9, 0.75),
        ("news_pairs.jsonl", 0.88, 0.35),
        ("near_pairs.jsonl", 0.8, 0.27),
    ],
)
def test_labelled_pairs_reach_their_floors(file: str, precision: float, recall: float) -> None:
    result = measure(*load([DATA / file]))
    assert result.pairs >= 200
    assert result.grouped.precision >= precision
    assert result.grouped.recall >= recall


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OFAC Sanctions Iranian Drone Network", "OFAC Sanctions Sudanese Gold Traders"),
        ("China Restricts Gallium Exports", "China Restricts Antimony Exports"),
        ("DDTC Amends USML Category XI", "DDTC Debars Seven Exporters"),
        (
            "China bans exports of gallium, germanium",
            "China restricts exports of tungsten, tellurium",
        ),
        ("CBP Issues WRO Against Taiwanese Bicycles", "CBP Issues WRO on South Korean Sea Salt"),
        ("EU sanctions Sudanese generals", "EU sanctions Rwandan officials over Congo"),
        ("Canada sanctions Haitian gang leaders", "Canada sanctions Israeli settlers"),
        ("Treasury Targets Peruvian Gold Traders", "Treasury sanctions Nicaraguan gold companies"),
        ("US clears sale of Lancet missiles to Poland", "US clears Lancet missile sale to Romania"),
        ("US lifts sanctions on Syria's central bank", "EU lifts sanctions on Syrian banks"),
        ("Orlev sues FCC over equipment ban", "Court rejects Orlev challenge to FCC equipment ban"),
        ("Norvik Sues Tesamu Over Sonar Secrets", "ITC Rules Tesamu Used Norvik Sonar Secrets"),
        (
            "BIS Issues Temporary Denial Order Against Airline",
            "BIS Issues Guidance on Chip Diversion",
        ),
        (
            "Treasury Sanctions Russian Shipping Firms",
            "Treasury Sanctions North Korean IT Workers",
        ),
        (
            "UK Adds 30 Ships to Russia Sanctions List",
            "UK Removes Two Banks From Russia Sanctions List",
        ),
    ],
)
def test_what_one_agency_does_twice_in_a_day_is_two_stories_where_nothing_else_is_in_the_feeds(
    one: str, other: str
) -> None:
    assert stories_of(one, other) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Orlev Marine Systems to Plead Guilty and Pay $120 Million Over Sonar Exports",
            "BIS Fines Orlev Marine $45 Million Over Sonar Exports",
        ),
        (
            "Orlev Marine to pay $120 million for breaking Iran sanctions",
            "Orlev pays £95m over breaches of Iran sanctions",
        ),
        (
            "Singapore says permit required for exports of US AI chips",
            "Singapore restricts exports of US AI chips",
        ),
        (
            "Norfield Castle Harcourt's former Moscow office fined over Russia sanctions",
            "OFSI fines NCH Moscow for breaching Russia sanctions",
        ),
    ],
)
def test_parts_of_a_fine_other_money_and_initials_keep_one_event_together(
    one: str, other: str
) -> None:
    assert verdict(told(one, by="Daily"), told(other, by="Weekly", days=0.3)) == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Danish government takes control of Chinese-owned sensor maker Norvik",
            "Danish government takes control of China-owned sensor maker in rare step",
        ),
        (
            "Ex-Orlev engineer found guilty of stealing AI secrets",
            "Ex-Orlev Engineer Guilty of Stealing AI Tech for Chinese Firm",
        ),
    ],
)
def test_who_tells_more_at_the_end_tells_the_same_event(one: str, other: str) -> None:
    assert verdict(told(one, by="Daily"), told(other, by="Weekly", days=0.3)) == "same"


def test_a_rule_that_is_printed_days_after_it_was_announced_is_the_same_story() -> None:
    announced = told("US lifts license requirement for exports of sonar parts to Norway", by="Wire")
    title = "Revision of License Requirements for Exports of Sonar Parts to Norway"
    printed = told(title, by="FR", days=4, link=REGISTER.format("2026-07123"))
    late = told(title, by="Daily", days=4)
    assert compare(announced, printed).score > compare(announced, late).score
    assert verdict(announced, printed) == "same"


def test_who_is_responsible_retaliates_for_nothing_and_an_alert_warns_of_nothing() -> None:
    one = told("Client Alert: New Duties on Imports of Semiconductors from Norland", by="Firm")
    other = told("US puts new tariffs on semiconductor imports from Norland", by="Wire", days=0.5)
    assert verdict(one, other) == "same"
    made = told("FBI says Norlandia responsible for theft of crypto from Bybit", by="Wire")
    assert "a:retaliate" not in made.headline.actions


def test_headlines_of_frequent_words_alone_meet() -> None:
    lines = [
        {
            "id": 1,
            "source": "A",
            "published": "2026-05-04",
            "title": "US blocks sales of some chips to China",
        },
        {
            "id": 2,
            "source": "B",
            "published": "2026-05-04",
            "title": "US bars Orlev from selling chips to China",
        },
        {
            "id": 3,
            "source": "B",
            "published": "2026-05-04",
            "title": "China restricts chips of a US maker",
        },
    ]
    one, other, another = group_entries(list(read_entries(map(json.dumps, lines))))
    assert one == other != another


def test_chinese_headlines_of_one_event_meet() -> None:
    lines = [
        {
            "id": 1,
            "source": "A",
            "published": "2026-05-04",
            "title": "中国商务部：将三家美国公司列入不可靠实体清单",
        },
        {
            "id": 2,
            "source": "B",
            "published": "2026-05-04",
            "title": "商务部公告：三家美企被列入不可靠实体清单",
        },
    ]
    one, other = group_entries(list(read_entries(map(json.dumps, lines))))
    assert one == other


def test_initials_are_of_names_only() -> None:
    one = told("Norfield Castle Harcourt fined over Russia sanctions", by="Daily")
    other = told("OFSI fines NLC Bank over Russia sanctions", by="Weekly")
    assert verdict(one, other) == "apart"


def test_a_number_in_words_is_that_number() -> None:
    one = "US adds 14 Chinese chip firms to Entity List"
    assert stories_of(one, "Fourteen Chinese Chip Toolmakers Put on Entity List") == 1
    assert stories_of(one, "Twenty-four Chinese Chip Toolmakers Put on Entity List") == 2


def stories_of(*titles: str) -> int:
    """Give how many stories these are to somebody who reads nothing else."""
    lines = [
        json.dumps({"id": n, "source": f"Daily {n}", "title": title, "published": "2026-05-04"})
        for n, title in enumerate(titles)
    ]
    return len(set(group_entries(list(read_entries(lines)))))


def test_who_is_named_keeps_one_act_on_many_apart() -> None:
    listed = (
        "BIS adds Norvik Optics to Entity List",
        "Commerce puts Tesamu Optics on Entity List",
        "BIS Entity List takes in Quatehun Optics",
    )
    reports = [told(title, by=f"Daily {place}") for place, title in enumerate(listed)]
    assert {verdict(a, b) for a, b in combinations(reports, 2)} == {"apart"}
    again = told("Norvik Optics is added to US Entity List", by="Weekly")
    assert verdict(reports[0], again) == "same"


def test_numbered_parts_of_one_page_are_articles_of_their_own() -> None:
    page = "https://notices.example/2026/05/04/all-notices-of-the-day"
    valves, sonar = (
        told(title, link=f"{page}#item{place}")
        for place, title in enumerate(("Valve maker is fined", "Sonar exports need a licence"))
    )
    assert verdict(valves, sonar) == "apart"
    again = told("A maker of valves pays", by="Weekly", link=f"{page}#item0")
    assert verdict(valves, again) == "same"


def test_events_of_one_busy_week_stay_apart() -> None:
    """A wrong join hides news: of 300 headlines taken as one week's, few may lose their own story.

    They are of events years apart, so a week as alike as this one does not come; a few of them
    do report the same.
    """
    lines = (DATA / "examples.jsonl").read_text("utf-8").splitlines()[:300]
    week = [
        {
            **json.loads(line),
            "source": f"Daily {place % 7}",
            "published": f"2026-05-0{place % 7 + 1}",
        }
        for place, line in enumerate(lines)
    ]
    stories = group_entries(list(read_entries([json.dumps(each) for each in week])))
    assert len(set(stories)) >= 275


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            WARREN.format("2605010011"),
            "http://stage.exportcompliancedaily.com./x-2605010011?BC=bc_1",
        ),
        (
            WARREN.format("2605010011"),
            "https://internationaltradetoday.com/news/2026/05/04/x-2605010011",
        ),
        (REGISTER.format("2026-08001"), "https://www.federalregister.gov/d/2026-08001"),
        (
            "https://media.bis.gov/press-release/bis-fines-port",
            "https://www.bis.gov/press-release/bis-fines-port/",
        ),
        (
            "https://ofac.treasury.gov/recent-actions/20260504_33",
            "http://ofac.treasury.gov/recent-actions/20260504_33?utm_source=rss#top",
        ),
    ],
)
def test_one_number_or_address_is_one_story(one: str, other: str) -> None:
    a = told("Rule on Lasers Comes Out", link=one)
    b = told("Commerce acts", by="Wire", link=other, days=40)
    assert verdict(a, b) == "same"


def test_documents_of_one_title_and_day_are_two_stories() -> None:
    title = "Additions of Certain Persons to the Entity List"
    a = told(title, by="Federal Register", link=REGISTER.format("2026-08001"))
    b = told(title, by="Federal Register", link=REGISTER.format("2026-08002"))
    assert verdict(a, b) == "apart"


def test_a_page_that_lists_many_things_makes_no_story_of_them() -> None:
    page = "https://www.example.gov/press-releases"
    assert verdict(told("Oslo opens port", link=page), told("Lathes stolen", link=page)) == "apart"


def test_near_identical_text_joins_two_publications_but_not_one() -> None:
    title = "Taipei court fines Shengmao Photonics over laser exports"
    assert verdict(told(title, by="Wire"), told(title.title(), days=1)) == "same"
    assert verdict(told(title), told(title, days=1, name="again")) == "apart"


def test_an_article_that_cites_an_earlier_one_follows_it() -> None:
    first = told("BIS Plans Drone Rule", link=WARREN.format("2605010011"), days=-3)
    later = told(
        "BIS Drone Rule Is at OMB", link=WARREN.format("2605040002"), summary="See 2605010011."
    )
    assert verdict(first, later) == "follow-up"


def test_a_report_that_names_its_document_is_the_same_story_and_a_later_step_is_not() -> None:
    document = told(
        "Revisions to Controls on Test Chambers and Shakers",
        by="Federal Register",
        link=REGISTER.format("2026-08001"),
    )
    report = told(
        "BIS Revises Controls on Test Chambers", days=-1, summary="The rule is FR Doc. 2026-08001."
    )
    protest = told(
        "Makers of Shakers Sue Over Rule", days=4, summary="They attack FR Doc. 2026-08001."
    )
    assert verdict(document, report) == "same"
    assert verdict(document, protest) == "follow-up"


def test_a_correction_follows_the_document_that_it_corrects() -> None:
    rule = told(
        "Controls on Test Chambers",
        link=REGISTER.format("2026-08001"),
        summary="RIN 0694-AK11. The rule controls chambers.",
    )
    correction = told(
        "Controls on Test Chambers; Correction",
        link=REGISTER.format("2026-09002"),
        summary="RIN 0694-AK11. Corrects FR Doc. 2026-08001.",
        days=20,
    )
    assert verdict(rule, correction) == "follow-up"


def test_weekly_round_ups_never_join() -> None:
    title = "Export Compliance Daily is providing readers with the top stories from last week"
    assert verdict(told(title), told(title, by="Trade Today")) == "apart"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lyon court convicts Vexel Optics of selling to Iran", "Vexel Optics appeals conviction"),
        ("US adds Boreal Cranes to Entity List", "US removes Boreal Cranes from Entity List"),
        ("Tokyo tightens controls on etching gas", "Tokyo eases controls on etching gas"),
        ("Acme Lidar sues Borealis over stolen maps", "Judge dismisses Acme Lidar suit on maps"),
        ("Hanbit shares plunge after export fine", "Hanbit fined for exports"),
    ],
)
def test_the_next_step_is_another_story(one: str, other: str) -> None:
    assert verdict(told(one), told(other, by="Wire", days=1.5)) == "apart"


def test_the_same_words_months_later_are_another_story() -> None:
    a = told("China expands export controls on rare earth magnets")
    b = told("Beijing widens export controls for rare earth magnets", by="Wire", days=90)
    assert verdict(a, b) == "apart"


words = st.text(max_size=120)


@given(words, words, words, words, st.floats(0, 20))
@settings(max_examples=60, deadline=None)
def test_any_text_compares_without_error_and_in_both_orders(
    one: str, other: str, summary: str, link: str, days: float
) -> None:
    a, b = told(one, link=link, summary=summary), told(other, by="Wire", days=days, link=link[:9])
    assert compare(a, b) == compare(b, a)
    assert same(a, b) == (compare(a, b).verdict == "same")


def test_what_stands_in_another_place_is_judged_alike_in_both_orders() -> None:
    one = told("Former Orlev engineer pleads guilty to stealing trade secrets from sonar project")
    other = told("Former Orlev employee pleads guilty to stealing Orlev Sonar secrets", by="Wire")
    assert verdict(one, other) == "same"


def test_order_of_input_does_not_matter() -> None:
    lines = (DATA / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    entries = list(read_entries(lines))
    expected = dict(zip((each.id for each in entries), group_entries(entries), strict=True))
    random.Random(7).shuffle(entries)
    again = dict(zip((each.id for each in entries), group_entries(entries), strict=True))
    assert again == expected


def run(*arguments: str, text: str | bytes = "") -> tuple[int, str]:
    """Run the command alone; give its status and output."""
    import typer

    from bot.cli import stories
    from bot.errors import UsageError

    app = typer.Typer()
    stories.register(app)
    app.command("other")(lambda: None)
    result = CliRunner().invoke(app, ["stories", *arguments], input=text)
    if isinstance(result.exception, UsageError):
        return 2, str(result.exception)
    return result.exit_code, result.stdout


def test_half_a_character_stops_nothing() -> None:
    line = '{"id": "\\ud800", "title": "\\ud800 fined \\udfff", "url": "https://x.org/a-b-\\ud800"}'
    status, output = run("--json", text=f"{line}\n")
    assert (status, output.count("\n")) == (0, 1)


@pytest.mark.parametrize("command", ["stories", "classify"])
def test_what_is_longer_than_feeds_may_have_it_is_cut_and_said(command: str) -> None:
    long = "BIS adds Quorum Optics to the Entity List. "
    lines = [
        {"id": 1, "title": long * 200_000},
        {"id": 2, "title": long.strip(), "summary": long * 10_000},
        {"id": 3, "title": "Potato chips recalled", "summary": "Crisps"},
    ]
    given = "\n".join(json.dumps(line) for line in lines)
    result = CliRunner().invoke(build(), [command], input=given)
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [1, 2, 3]
    assert result.stderr.splitlines() == [
        "Line 1: a title of more than 500 characters; the rest was not read.",
        "Line 2: a summary of more than 200,000 characters; the rest was not read.",
    ]


def test_the_command_answers_in_input_order(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    lines = [
        {
            "id": 7,
            "title": "Corvid Labs fined $3 million",
            "source": "A",
            "published": "2026-05-02",
        },
        {"id": "x", "title": "Oslo opens port", "source": "B", "published": "2026-05-02"},
        {
            "id": 1,
            "title": "Corvid Labs to pay fine of $3 million",
            "source": "B",
            "published": "2026-05-01T10:00:00Z",
        },
    ]
    file.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    status, output = run(str(file), "--json")
    found = [json.loads(line) for line in output.splitlines()]
    assert status == 0
    assert [each["id"] for each in found] == [7, "x", 1]
    assert found[0]["story"] == found[2]["story"] != found[1]["story"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "Line 2 is not JSON."),
        ("[]", "Line 2 is not a JSON object."),
        ('{"title": "x"}', 'Line 2 has no "id" (a text or a whole number).'),
        ('{"id": 1}', 'Line 2 has no "title".'),
        (
            '{"id": 1, "title": "x", "published": "soon"}',
            'Line 2: "published" is not a date or time.',
        ),
        ('{"id": 1, "title": "x", "summary": 4}', 'Line 2: "summary" is not a text.'),
    ],
)
def test_a_bad_line_is_named(line: str, sentence: str) -> None:
    assert run(text=f'{{"id": 0, "title": "ok"}}\n{line}\n') == (2, sentence)
