"""Text from outside: harmless, cut at words, never inside an entity or a link."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import words
from bot.messages.card_text import markdown
from bot.messages.limits import cut, cut_marked, fit_lines
from bot.messages.mrkdwn import address, clean, code, date_time, escape, link
from bot.messages.plain_text import plain_text
from bot.messages.rich import published, snippet, words_of
from bot.messages.slack_text import mrkdwn
from tests.messages.makers import wild_link, wild_text
from tests.messages.slack_reading import problems_of_text


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("licence required", 16, "licence required"),
        ("licence required", 15, "licence…"),
        ("licence required", 9, "licence…"),
        ("licence, required now", 12, "licence…"),
        ("licence required now", 17, "licence required…"),
        ("x" * 20, 10, "x" * 9 + "…"),
        ("a  b\n c", 10, "a b c"),
        ("", 5, ""),
    ],
)
def test_plain_text_is_cut_after_a_word(text: str, most: int, expected: str) -> None:
    assert cut(text, most) == expected


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("one &amp; two", 13, "one &amp; two"),
        ("one &amp; two", 12, "one &amp;…"),
        ("one &amp; two", 8, "one…"),
        ("go <https://a.example|there> now", 12, "go…"),
        ("go <https://a.example|there> now", 30, "go <https://a.example|there>…"),
    ],
)
def test_mrkdwn_is_never_cut_inside_a_link_or_an_entity(
    text: str, most: int, expected: str
) -> None:
    assert cut_marked(text, most) == expected


@given(wild_text, st.integers(1, 300))
@settings(max_examples=300, deadline=None)
def test_escaped_text_is_harmless_and_fits(text: str, most: int) -> None:
    marked = escape(text, most)
    assert len(marked) <= most
    assert problems_of_text(marked) == []
    assert "\n" not in marked


@given(wild_text)
@settings(max_examples=200, deadline=None)
def test_escaped_text_says_the_same(text: str) -> None:
    marked = escape(text, 100_000).replace("\u200b", "")
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        marked = marked.replace(entity, character)
    assert marked == clean(text, 100_000).replace("\u200b", "")


@given(wild_link, wild_text, st.integers(1, 200))
@settings(max_examples=300, deadline=None)
def test_a_link_is_whole_and_harmless(url: str, text: str, most: int) -> None:
    assert problems_of_text(link(url, text, most)) == []


@given(
    st.lists(
        st.one_of(
            wild_text.map(lambda t: escape(t, 500)),
            st.builds(link, wild_link, wild_text, st.just(50)),
        ),
        max_size=8,
    ),
    st.integers(40, 400),
)
@settings(max_examples=200, deadline=None)
def test_marked_text_stays_whole_wherever_it_is_cut(parts: list[str], most: int) -> None:
    marked = cut_marked(" ".join(parts), most)
    assert len(marked) <= most
    assert problems_of_text(marked) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?a=1&b=2", "https://a.example/x?a=1&b=2"),
        ("https://a.example/a|b>c", "https://a.example/a%7Cb%3Ec"),
        ('https://a.example/a b"c', "https://a.example/a%20b%22c"),
        ("https://a.example/\u200a漢", "https://a.example/%E2%80%8A漢"),
        ("javascript:alert(1)", ""),
        ("mailto:a@b.example", ""),
        ("//a.example", ""),
        ("https://", ""),
        ("https://a.example/".ljust(3_000, "x"), "https://a.example/".ljust(3_000, "x")),
        ("https://a.example/".ljust(3_001, "x"), ""),
    ],
)
def test_only_web_addresses_are_let_through(url: str, expected: str) -> None:
    assert address(url) == expected


def test_a_link_without_an_address_is_its_text() -> None:
    assert link("javascript:alert(1)", "A & B", 50) == "A &amp; B"


def test_ampersands_of_an_address_are_escaped_in_text() -> None:
    assert link("https://a.example/?a=1&lt=2", "x", 50) == "<https://a.example/?a=1&amp;lt=2|x>"


def test_a_time_is_shown_in_the_readers_zone_with_utc_as_a_fallback() -> None:
    moment = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)
    assert date_time(moment) == (
        "<!date^1772463840^{date_short_pretty} at {time}|02 Mar 2026 15:04 UTC>"
    )


def test_a_bare_day_is_that_day_in_every_zone() -> None:
    """The Federal Register names a day; midnight in UTC is the evening before in New York."""
    day, noon = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 4, 12, tzinfo=UTC)
    for zone in ("America/New_York", "Asia/Tokyo", "UTC"):
        assert plain_text(published(day), zone) == words.published_in(day, zone) == "4 Mar 2026"
        assert ":00" in plain_text(published(noon), zone)
    assert mrkdwn(published(day, "day")) == markdown(published(day)) == "4 Mar 2026"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the \ue000Entity List\ue001 grows", "the *Entity List* grows"),
        ("\ue000chip\ue001s", "chips"),
        ("<b> \ue000A&B\ue001", "&lt;b&gt; *A&amp;B*"),
        ("no hit", "no hit"),
        ("\ue000unclosed", "unclosed"),
    ],
)
def test_hits_of_a_search_are_bold_where_slack_can(text: str, expected: str) -> None:
    assert mrkdwn(snippet(text, 200)) == expected


@given(wild_text, st.integers(20, 300))
@settings(max_examples=200, deadline=None)
def test_snippets_are_harmless(text: str, most: int) -> None:
    shown = snippet(f"{text}\ue000{text}\ue001{text}", most)
    assert problems_of_text(mrkdwn(shown)) == []
    assert len(words_of(shown)) <= most + 8


def test_lines_that_do_not_fit_are_counted() -> None:
    lines = [f"line {n}" for n in range(10)]
    assert fit_lines(lines, 26, more="{count} more") == "line 0\nline 1\n8 more"
    assert fit_lines(lines[:2], 13, more="{count} more") == "line 0\nline 1"
    assert fit_lines(["one two three four"], 10) == "one two…"


def test_code_can_be_copied_as_it_is() -> None:
    assert code("quiet 22:00-07:00 *a* <b>", 50) == "`quiet 22:00-07:00 *a* &lt;b&gt;`"
    assert code("a`b", 50) == "`a'b`"
    assert code("", 50) == ""


def test_times_stay_as_they_are_and_emoji_names_are_no_emoji() -> None:
    assert escape("from 10:30:45 to 22:00-07:00", 50) == "from 10:30:45 to 22:00-07:00"
    for name in (":tada:", ":+1:", ":100:", "a:smile:b"):
        assert name not in escape(name, 50)
