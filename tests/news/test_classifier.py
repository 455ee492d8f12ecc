"""Topics: found where they are the subject, with evidence in place and scores that hold."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.classifier import Classifier
from bot.news.model import TopicMatch
from bot.news.quality import LabelledItem, macro, measure, micro, read_labelled
from bot.news.scoring import Scorer
from bot.news.taxonomy import load_taxonomy

CORE = ("chip-controls", "entity-list", "trade-secrets")
EXAMPLES = Path(__file__).with_name("data") / "examples.jsonl"
CLASSIFIER = Classifier(load_taxonomy())
PHRASES = [phrase.rstrip("*") for some in load_taxonomy().words.values() for phrase in some]


def topics(title: str, text: str = "") -> set[str]:
    return {match.topic for match in CLASSIFIER.classify(title, text)}


def found(title: str, text: str, topic: str) -> TopicMatch:
    return next(m for m in CLASSIFIER.classify(title, text) if m.topic == topic)


@pytest.fixture(scope="module")
def examples() -> list[LabelledItem]:
    with EXAMPLES.open("rb") as lines:
        return list(read_labelled(lines))


def classify(classifier: Classifier, items: list[LabelledItem]) -> list[dict[str, float]]:
    return [
        {m.topic: m.score for m in classifier.classify(item.title, item.text)} for item in items
    ]


def test_the_examples_are_many_and_hard_and_of_all_topics(examples: list[LabelledItem]) -> None:
    assert len(examples) >= 1_000
    assert sum(item.hard for item in examples) >= 300
    for topic in load_taxonomy().topics:
        assert sum(topic.id in item.topics for item in examples) >= 15, topic.id
    assert sum(not item.topics for item in examples) >= 300


def test_each_topic_of_the_examples_is_found_and_little_else(
    examples: list[LabelledItem],
) -> None:
    counts = measure(examples, classify(CLASSIFIER, examples))
    for topic, count in counts.items():
        least = 0.93 if topic in CORE else 0.88
        assert count.precision >= least, topic
        assert count.recall >= (0.88 if topic in CORE else 0.78), topic
    assert macro(counts) >= 0.94


@pytest.fixture(scope="module")
def aside() -> list[LabelledItem]:
    """News that no weight was fitted to."""
    items: list[LabelledItem] = []
    for name in ("aside", "aside14", "aside15"):
        with (EXAMPLES.parent / f"{name}.jsonl").open("rb") as lines:
            items += read_labelled(lines)
    return items


def test_news_that_no_weight_was_fitted_to_is_told_apart(aside: list[LabelledItem]) -> None:
    found = classify(CLASSIFIER, aside)
    counts = measure(aside, found)
    assert macro(counts) >= 0.9
    assert all(counts[topic].recall >= 0.9 for topic in CORE)
    noise = [bool(topics) for item, topics in zip(aside, found, strict=True) if not item.topics]
    assert sum(noise) / len(noise) <= 0.05


@pytest.mark.parametrize(("file", "least"), [("aside21.jsonl", 0.82), ("aside27.jsonl", 0.78)])
def test_headlines_made_like_published_ones_are_told_apart(file: str, least: float) -> None:
    """Oblique ones, many near the field and outside of it; no weight was fitted to them."""
    with (EXAMPLES.parent / file).open("rb") as lines:
        items = [item for item in read_labelled(lines) if not item.borderline]
    found = classify(CLASSIFIER, items)
    counts = measure(items, found)
    assert macro(counts) >= least
    assert micro(counts).precision >= 0.86
    noise = [bool(topics) for item, topics in zip(items, found, strict=True) if not item.topics]
    assert sum(noise) / len(noise) <= 0.1


def test_headlines_written_to_mislead_are_seldom_given_a_topic() -> None:
    """Near misses and oblique news by somebody who had not seen the classifier."""
    with (EXAMPLES.parent / "aside23.jsonl").open("rb") as lines:
        items = list(read_labelled(lines))
    found = classify(CLASSIFIER, items)
    assert micro(measure(items, found)).precision >= 0.9
    noise = [bool(topics) for item, topics in zip(items, found, strict=True) if not item.topics]
    assert sum(noise) / len(noise) <= 0.05


def test_headlines_in_chinese_japanese_and_korean_are_classified() -> None:
    with (EXAMPLES.parent / "scripts.jsonl").open("rb") as lines:
        items = list(read_labelled(lines))
    assert macro(measure(items, classify(CLASSIFIER, items))) >= 0.9


def test_where_no_phrase_says_it_the_wording_as_a_whole_is_the_evidence() -> None:
    title = "Rippling Sues Deel"
    (evidence,) = found(title, "", "trade-secrets").evidence
    assert evidence.whole
    assert evidence.text == title
    phrases = found("H20 sales to China halted by Washington", "", "chip-controls").evidence
    assert not any(each.whole for each in phrases)


def test_the_rules_alone_carry_most_of_it(examples: list[LabelledItem]) -> None:
    """An edited taxonomy counts even where the model knows nothing of it."""
    unlearned = Classifier(load_taxonomy(), Scorer({}, {}))
    assert macro(measure(examples, classify(unlearned, examples))) >= 0.88


def test_of_matches_with_high_scores_nine_in_ten_are_right(aside: list[LabelledItem]) -> None:
    scored = [
        (score, topic in item.topics)
        for item, match in zip(aside, classify(CLASSIFIER, aside), strict=True)
        for topic, score in match.items()
    ]
    high = [right for score, right in scored if score >= 0.9]
    low = [right for score, right in scored if score < 0.75]
    assert sum(high) / len(high) >= 0.93
    assert 0.3 <= sum(low) / len(low) <= 0.9
    assert all(0.5 <= score <= 0.99 for score, _right in scored)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Potato chips pulled from shelves in China over labels", set()),
        ("Rival continues to chip away at Intel's lead in China", set()),
        ("How we render the entity list in our game engine", set()),
        ("A Paris chef gives away the trade secrets of her kitchen", set()),
        ("Trump raises tariff on Chinese semiconductors", set()),
        ("Judge sanctions lawyer for invented cases", set()),
        ("Wikipedia blacklists archive site", set()),
        ("Foundry posts record profit as memory prices climb", set()),
        ("Licensing deal brings music catalogue to app", set()),
        ("UFLPA Entity List grows by nine textile makers", {"forced-labor"}),
        ("Washington adds 11 firms to the Entity List", {"entity-list"}),
        ("Beijing calls the 50% rule bullying", {"entity-list"}),
        ("Huawei put on US trade blacklist", {"entity-list"}),
        ("Foreign direct product rule widened for advanced chips", {"chip-controls"}),
        ("H20 sales to China halted by Washington", {"chip-controls"}),
        ("ASML barred from shipping DUV tools to China", {"chip-controls"}),
        ("US weighs limits on HBM exports to China", {"chip-controls"}),
        ("Engineer jailed for selling chip secrets to China", {"trade-secrets", "enforcement"}),
        ("Broker admits stealing trade secrets from a rival", {"trade-secrets", "enforcement"}),
        ("Start-up sues former staff for stealing trade secrets", {"trade-secrets"}),
        ("China bans exports of gallium to the US", {"china-countermeasures"}),
        ("Order Denying Export Privileges; Jane Roe", {"enforcement"}),
        ("美国将更多企业列入实体清单", {"entity-list"}),
    ],
)
def test_hard_cases_of_the_field(title: str, expected: set[str]) -> None:
    assert topics(title) == expected


def test_who_breaks_sanctions_is_news_of_both_and_a_label_for_a_currency_of_neither() -> None:
    both = {"sanctions", "enforcement"}
    assert topics("OFAC Fines Freight Firm $3 Million for Iran Sanctions Violations") == both
    assert topics("Treasury Designates Norland as a Currency Manipulator") == set()
    assert topics("H20 sales to China halted") == {"chip-controls"}
    assert topics("Diner shares best-kept trade secret of its gravy") == set()


def test_what_the_headline_tells_is_no_passing_mention() -> None:
    sale = found("US approves sale of Javelin missiles to Romania", "", "defense-trade")
    assert sale.main
    assert [each.text for each in sale.evidence] == ["Javelin", "missiles"]


def test_capitals_tell_the_agency_from_the_word() -> None:
    assert topics("Rule of BIS revises license exception ENC of the EAR") == {"licensing"}
    assert not topics("A rule of thumb for your ear: revise the bis before the concert")


@pytest.mark.parametrize("spelled", ["Entity List", "ENTITY LIST", "entity-list", "Entity  List"])
def test_case_hyphens_and_spaces_do_not_matter(spelled: str) -> None:
    assert topics(f"Commerce adds firms to the {spelled}.") == {"entity-list"}


def test_a_phrase_inside_a_word_is_no_phrase() -> None:
    assert not topics("Identity listing of amicrochipped cats; the uvlight")


def test_what_is_denied_is_not_found() -> None:
    assert topics("Exports subject to the chip export controls of China rules") == {"chip-controls"}
    assert not topics("The toaster is not subject to chip export controls, maker says")


def test_a_case_without_secrets_is_not_one_with_them() -> None:
    patent = "A complaint alleges violations of section 337 by infringement of two patents."
    secret = patent.replace("infringement of two patents", "misappropriation of trade secrets")
    assert topics("Certain Lamps; Institution of Investigation", secret) == {"trade-secrets"}
    assert not topics("Certain Lamps; Institution of Investigation", patent)


def test_main_subject_and_passing_mention_are_scored_apart() -> None:
    padding = "The two ministers spoke for an hour about visits and football. " * 8
    mention = "They also noted the removal of an institute from the Entity List."
    main = found("Institute removed from the Entity List", "", "entity-list")
    passing = found("Ministers meet in Geneva", padding + mention, "entity-list")
    assert main.main
    assert not passing.main
    assert passing.score < main.score


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Valve Maker Pays $4.2 Million Over Shipments to Listed Shipyard",
            "It exported without licenses, BIS said. The yard was on the Entity List by then.",
        ),
        (
            "Laser Seller Fined for Exports to Listed University",
            "The university has been on the Entity List since 2012.",
        ),
    ],
)
def test_a_penalty_for_dealing_with_a_listed_party_is_enforcement_alone(
    title: str, text: str
) -> None:
    assert topics(title, text) == {"enforcement"}


def test_places_are_those_of_the_text_after_fancy_spacing() -> None:
    text = "\u201cChip\u00a0controls\u201d ...   U.S.  adds – 5 firms — to   the   “Entity  List”"
    for match in CLASSIFIER.classify("", text):
        for evidence in match.evidence:
            assert text[evidence.start : evidence.end] == evidence.text
    assert "Entity  List" in {each.text for each in found("", text, "entity-list").evidence}


def test_masked_places_say_nothing() -> None:
    text = "Firms were added to the Entity List."
    assert CLASSIFIER.classify("", text)
    assert not CLASSIFIER.classify("", text, masked=[(0, len(text))])


def test_the_seed_article_has_its_three_topics() -> None:
    title = "US, China Agree to Talk Trade Secrets Protection; China Pushes Back on Chip Controls"
    text = (
        "Officials will hold technical discussions in January on protecting trade secrets and"
        " confidential business information during administrative licensing proceedings. The"
        " Chinese side welcomed an institute's removal from the Entity List (see 2311160003) and"
        " objected to the updated controls on semiconductors and chipmaking equipment (see"
        " 2310170055 and 2311150029)."
    )
    matches = CLASSIFIER.classify(title, text, "content")
    assert {m.topic for m in matches} == set(CORE)
    assert {e.field for m in matches for e in m.evidence} == {"title", "content"}


wild = st.lists(
    st.one_of(
        st.sampled_from(PHRASES),
        st.text(max_size=12),
        st.sampled_from(
            ["\n", ". ", "; ", "  ", "not subject to ", "\u00a0", "ß", "İ", "ﬃ", "\ud800"]
        ),
    ),
    max_size=40,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(title=wild, text=wild)
def test_evidence_is_always_in_its_place_and_nothing_is_raised(title: str, text: str) -> None:
    for match in CLASSIFIER.classify(title, text):
        assert match.evidence
        assert 0.5 <= match.score <= 0.99
        for evidence in match.evidence:
            field = title if evidence.field == "title" else text
            assert field[evidence.start : evidence.end] == evidence.text
            assert evidence.text.strip()


def test_the_order_of_entries_does_not_matter(examples: list[LabelledItem]) -> None:
    some = examples[:200]
    before = classify(CLASSIFIER, some)
    order = list(range(len(some)))
    random.Random(7).shuffle(order)
    fresh = Classifier(load_taxonomy())
    shuffled = classify(fresh, [some[n] for n in order])
    assert [shuffled[order.index(n)] for n in range(len(some))] == before


def test_a_text_of_megabytes_is_read_to_its_bound_and_no_further() -> None:
    huge = "word " * 1_000_000
    assert not CLASSIFIER.classify(huge, huge + "added to the Entity List")
