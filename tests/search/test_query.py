"""The query language: how it is read and printed; no text is an error."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from bot.search.parser import parse
from bot.search.query import And, Not, Or, Phrase, Tagged, Word
from tests.search.queries import anything


def word(text: str) -> Word:
    return Word((text,))


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", None),
        ("Huawei", word("huawei")),
        ("+huawei", word("huawei")),
        ("huawei smic", And((word("huawei"), word("smic")))),
        ("a b OR c", Or((And((word("a"), word("b"))), word("c")))),
        ("a (b OR c)", And((word("a"), Or((word("b"), word("c")))))),
        ("chip-making", Word(("chip", "making"))),
        ("U.S.", word("us")),
        ("company's", word("company")),
        ("Türkiye", word("turkiye")),
        ("-asml", Not(word("asml"))),
        ("NOT asml", Not(word("asml"))),
        ("--asml", word("asml")),
        ("“Entity  List”", Phrase(("entity", "list"))),
        ("出口管制", Phrase(("出", "口", "管", "制"), quoted=False)),
        ("topic:entity-list", Tagged("topic", "entity-list")),
        ("cite:88 FR 73458", Tagged("cite", "88 FR 73458")),
        ("Cite:15 cfr 744.11 x", And((Tagged("cite", "15 cfr 744.11"), word("x")))),
        ("cite:GL 77B x", And((Tagged("cite", "GL 77B"), word("x")))),
        ("cite:Hong Kong GL 4", Tagged("cite", "Hong Kong GL 4")),
        ("cite:general license 77b", Tagged("cite", "general license 77b")),
        ("cite:CIT 26-00417", Tagged("cite", "CIT 26-00417")),
        ("cite:Fed. Cir. 26-1417", Tagged("cite", "Fed. Cir. 26-1417")),
        ("cite:Slip Op. 26-44", Tagged("cite", "Slip Op. 26-44")),
        ("cite:88 firms", And((Tagged("cite", "88"), word("firms")))),
        ('Source:"Federal Register"', Tagged("source", "Federal Register")),
        ("OR", None),
        ("(((", None),
        ("* ^ ~", None),
    ],
)
def test_what_is_typed_is_read_as_meant(typed: str, tree: object) -> None:
    assert parse(typed).root == tree


def test_days_hold_for_the_whole_query() -> None:
    query = parse("gallium OR antimony from:2023-11 to:2024")
    assert (query.since, query.until) == (date(2023, 11, 1), date(2024, 12, 31))
    assert str(query) == "(gallium OR antimony) from:2023-11-01 to:2024-12-31"


def test_places_are_those_of_the_typed_text() -> None:
    typed = 'new "entity list" Huawei'
    root = parse(typed).root
    assert isinstance(root, And)
    assert [typed[p.start : p.end] for p in root.parts if isinstance(p, Word | Phrase)] == [
        "new",
        '"entity list"',
        "Huawei",
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("from:yesterday", "from yesterday"),
        ("to:2024-02-30", "to 2024-02-30"),
        ('"entity list', "entity list"),
        ("place:china", "place china"),
        ("story:one", "story one"),
        ("sort:sideways", "sort sideways"),
    ],
)
def test_what_cannot_be_read_is_taken_as_words_and_said(typed: str, words: str) -> None:
    query = parse(typed)
    assert str(query) == words
    assert len(query.notes) == 1


def test_a_misspelt_field_is_told_the_nearest() -> None:
    assert parse("topik:x").notes == (
        "There is no field “topik:”, nearest “topic:”; taken as words.",
    )
    assert parse("place:x").notes == ("There is no field “place:”; taken as words.",)


def test_a_long_query_is_cut_and_said() -> None:
    query = parse(" ".join(f"word{number}" for number in range(500)))
    assert str(query).count(" ") == 31
    assert query.notes == ("Only the first 32 words were used.",)
    assert "Only the first 4,000 characters were read." in parse("word" * 2_000).notes


def test_a_span_that_ends_before_it_begins_is_said() -> None:
    backwards = ("from: is later than to:, so nothing can be found.",)
    assert parse("huawei from:2025 to:2024").notes == backwards
    assert parse("huawei from:2024 to:2024").notes == ()


@given(anything)
@settings(max_examples=400, deadline=None)
def test_no_text_is_an_error_and_the_canonical_form_means_the_same(typed: str) -> None:
    query = parse(typed)
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)
    narrowed = query.narrowed("topic", "sanctions")
    assert parse(str(narrowed)) == narrowed
