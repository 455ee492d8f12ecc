"""Promise: a proceeding's steps follow each other, by number, page, RIN and docket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.feeds.model import FeedEntry
from bot.news.citations import find_citations
from bot.news.given_citations import given_citations
from bot.news.stories import compare
from bot.news.story_choice import Member, choose
from bot.news.story_features import StoryFeatures, features

DAY = datetime(2026, 3, 4, tzinfo=UTC)
RIN, DOCKET = "RIN 0694-AK11", "Docket No. 260227-0061"


def document(
    number: str,
    title: str = "Controls on Turbine Test Benches",
    *,
    days: float = 0,
    page: str = "",
    refs: tuple[str, ...] = (),
    filed: bool = False,
) -> StoryFeatures:
    entry = FeedEntry(
        title,
        link=f"https://www.federalregister.gov/{'public-inspection' if filed else 'd'}/{number}",
        document_number=number,
        published=DAY + timedelta(days=days),
        citation=page,
        references=refs,
        filed=filed,
    )
    return features(
        entry, id=f"{number} {filed}", publication="Register", citations=given_citations(entry)
    )


def press(title: str, text: str = "", *, days: float = 0) -> StoryFeatures:
    entry = FeedEntry(title, summary=text, published=DAY + timedelta(days=days))
    cited = find_citations(title, text, "summary")
    return features(entry, id=title, publication="Daily", citations=cited)


def verdict(a: StoryFeatures, b: StoryFeatures) -> str:
    assert compare(a, b) == compare(b, a)
    return compare(a, b).verdict


FILED = document("2026-04567", days=-0.5, refs=(DOCKET,), filed=True)
RULE = document("2026-04567", page="91 FR 10234", refs=(RIN, DOCKET))


def test_a_document_is_told_of_when_it_is_filed_and_followed_when_it_is_published() -> None:
    assert verdict(FILED, RULE) == "follow-up"
    assert set(FILED.identities).isdisjoint(RULE.identities)


def test_a_report_of_what_was_filed_does_not_swallow_its_publication() -> None:
    report = press("BIS Controls Turbine Test Benches", "See 2026-04567.", days=-0.3)
    made = choose(RULE, [Member(FILED, 7, 7), Member(report, 7, 7)])
    assert (made.relation, made.follows) == ("follow-up", 7)


def test_a_final_rule_follows_the_proposed_one_by_its_rin_or_docket() -> None:
    for shared in (RIN, DOCKET):
        final = document("2026-19999", "Turbine Benches; Final Rule", days=200, refs=(shared,))
        assert verdict(RULE, final) == "follow-up"
    other = document("2026-19998", "Turbine Benches; Final Rule", days=200, refs=("RIN 0694-AK99",))
    assert verdict(RULE, other) == "apart"


def test_news_that_names_the_page_of_a_document_reports_or_follows_it() -> None:
    report = press("BIS Controls Turbine Test Benches", "The rule is 91 FR 10234.", days=0.5)
    later = press("Trade Group Sues Over Benches", "It attacks 91 Fed. Reg. 10,234.", days=40)
    assert verdict(RULE, report) == "same"
    assert verdict(RULE, later) == "follow-up"


def test_two_notices_that_stand_on_one_page_are_two_matters() -> None:
    one = document("2026-05001", "Order Denying Export Privileges: A", page="91 FR 10500")
    two = document("2026-05002", "Order Denying Export Privileges: B", page="91 FR 10500")
    assert verdict(one, two) == "apart"


def test_of_many_references_the_proceedings_own_number_is_looked_for() -> None:
    cited = ", ".join(f"{page} FR {page}123" for page in range(60, 90))
    report = press("Final Rule on Benches", f"RIN 0694-AK11; see {cited}.", days=90)
    assert {"rin:0694-AK11"} <= set(report.keys) & set(RULE.keys)


def test_a_sentence_follows_the_indictment_by_the_courts_docket() -> None:
    charged = press("Valve Broker Charged With Smuggling", "The case is 1:26-cr-00123.")
    sentenced = press("Broker Gets Six Years", "The case is 1:26-cr-00123.", days=120)
    same_day = press("Valve Smuggling Case Opens in Utica", "1:26-cr-00123 was unsealed.", days=0.2)
    assert verdict(charged, sentenced) == "follow-up"
    assert verdict(charged, same_day) != "follow-up"
