"""An alert as an Adaptive Card: Teams takes it whatever is in it, and it says what Slack's does."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings

from bot.messages import actions, card_kit, card_text
from bot.messages.cards import alert_card, alert_message, notice_card
from bot.messages.model import Alert, Why
from bot.messages.rich import outside
from bot.news.model import WHOLE, Company
from tests.messages.card_reading import (
    buttons,
    markdown_links,
    objects,
    problems_of_card,
    schema,
    texts,
)
from tests.messages.makers import EARLIER, HARD, alert, wild_alerts, wild_text


def card(**more: Any) -> dict[str, Any]:
    return alert_card(alert(**more))


def everything(card: dict[str, Any]) -> str:
    return "\n".join(texts(card))


def runs(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(one) for one in objects(card) if one["type"] == "TextRun"]


def test_says_what_it_is_who_reports_it_and_why_it_came() -> None:
    assert list(texts(card())) == [
        "BIS adds eleven firms to the Entity List over chip tools",
        (
            "Trade Daily  ·  {{DATE(2026-03-02T15:00:00Z, SHORT)}} {{TIME(2026-03-02T15:00:00Z)}}"
            "  ·  Rule"
        ),
        "The agency said the firms had bought chipmaking tools for the military.",
        "Topics: Entity List · Chip controls",
        "Why here: Entity List (“adds eleven firms”)",
        "Effective: 9 Mar 2026",
        "Comments due: 1 May 2026",
        "Companies: Acme Semiconductor (China)",
        "ECCNs: [3B001](https://ecfr.example/3b001)",
        "Earlier: [Chip rules updated](https://trade.example/5) (2310170055, 2 Mar 2026)",
        "Refers to: 2308280042 (not in the archive)",
        "Also covered by: [Other News](https://news.example/1)",
    ]


def test_the_headline_and_a_button_open_the_article() -> None:
    opened = [one["url"] for one in objects(card()) if one["type"] == "Action.OpenUrl"]
    assert opened == ["https://trade.example/article/7?a=1&b=2"] * 2


def test_every_button_asks_for_what_the_commands_take() -> None:
    assert buttons(card()) == {
        "Save for me": actions.SaveEntry(7),
        "Share…": actions.ShareForm(7),
        "Time line": actions.Timeline(7),
        "Mute “Entity List” here for a week": actions.Mute("topic", "entity-list", 7),
        "Not relevant": actions.NotRelevant(7),
        "Wrong topic": actions.WrongTopic(7),
        "Why did this come?": actions.Explain(7),
    }


def test_what_asks_for_a_form_or_is_for_one_alone_opens_a_dialog() -> None:
    fetching = {
        one["title"]
        for one in objects(card())
        if one["type"] == "Action.Submit" and "msteams" in one["data"]
    }
    assert fetching == {"Share…", "Time line", "Wrong topic", "Why did this come?"}


def test_buttons_for_all_have_a_way_where_universal_actions_are_not_known() -> None:
    executed = [one for one in card()["actions"] if one["type"] == "Action.Execute"]
    assert executed
    for one in executed:
        assert one["fallback"]["type"] == "Action.Submit"
        assert one["fallback"]["data"] == one["data"]


def test_a_card_posted_through_a_workflow_has_no_button_that_nobody_hears_of() -> None:
    posted = alert_card(alert(), buttons=False)
    assert [one["type"] for one in posted["actions"]] == ["Action.OpenUrl"]
    assert problems_of_card(posted) == []


def test_a_headline_only_publication_shows_no_summary_anywhere() -> None:
    assert "chipmaking tools" in str(card())
    assert "chipmaking tools" not in str(card(summary=""))


def test_an_article_without_an_address_has_nothing_to_open() -> None:
    shown = card(link="javascript:alert(1)", also_covered=(), refers_to=(), citations=())
    assert not [one for one in objects(shown) if one["type"] == "Action.OpenUrl"]
    assert "javascript" not in str(shown)
    assert problems_of_card(shown) == []


def test_a_follow_up_a_change_and_a_withdrawal_are_told_apart() -> None:
    assert "Follow-up" in everything(card(follow_up=True))
    assert "Changed since it was posted" in everything(card(edited=True))
    unsure = everything(card(perhaps=EARLIER))
    assert "May be the same story" in unsure
    assert "Told apart, as we are not sure that it is the same." in unsure
    gone = card(retracted=True)
    assert runs(gone)[0]["strikethrough"] is True
    assert "Withdrawn by its publisher" in everything(gone)
    assert "chipmaking tools" not in everything(gone)


def test_the_notification_is_plain_text() -> None:
    message = alert_message(alert(title="Rule on <chips> & *tools*"))
    assert message.text == "Entity List: Rule on <chips> & *tools* (Trade Daily)"
    assert message.card is not None
    assert message.card["fallbackText"] == message.text


@pytest.mark.parametrize(
    "written",
    [
        "[click](https://evil.example)",
        "<https://evil.example>",
        "![picture](https://evil.example/x.png)",
        "**bold** _it_ `code` ~~gone~~",
        "# Heading",
        "- item",
        "1. item",
        "12) item",
        "> quote",
        "<b>html</b> <script>x</script>",
        "&lt;b&gt; &copy; &#42;bold&#42;",
        "a\\*b\\",
        "[x]: https://evil.example",
        "back`tick",
        "***",
        "---",
        "+ plus",
    ],
)
def test_markdown_of_others_is_shown_as_it_was_written(written: str) -> None:
    marked = card_text.markdown(outside(written, 200))
    assert markdown_links(marked) == []
    shown = card(companies=(Company(written, written),), title=written)
    assert problems_of_card(shown) == []
    assert runs(shown)[0]["text"] == written  # in runs nothing is marked


def test_a_fact_that_is_linked_keeps_its_address_whole() -> None:
    linked = card_text.markdown(outside("a]b(c", 80, link="https://a.example/x_(y)?a=[1]&b=*2*"))
    assert markdown_links(linked) == ["https://a.example/x_%28y%29?a=%5B1%5D&b=*2*"]


def test_no_function_runs_and_nobody_is_mentioned_by_a_title() -> None:
    shown = card(title="{{DATE(2017-02-14T06:00:00Z, SHORT)}} <at>Everyone</at> {{{{x")
    assert problems_of_card(shown) == []


@given(wild_alerts())
@settings(max_examples=120, deadline=None)
def test_teams_takes_whatever_comes(wild: Alert) -> None:
    for shown in (alert_card(wild), alert_card(wild, buttons=False)):
        assert problems_of_card(shown) == []
        for one in objects(shown):
            for fact in one["facts"] if one["type"] == "FactSet" else ():
                markdown_links(fact["value"])


@given(wild_text, wild_text)
@settings(max_examples=150, deadline=None)
def test_markdown_never_links_where_others_say(text: str, before: str) -> None:
    marked = card_text.markdown((*outside(before, 100), *outside(text, 400)))
    assert markdown_links(marked) == []


@given(wild_alerts())
@settings(max_examples=30, deadline=None)
def test_what_matters_most_is_never_cut_away(wild: Alert) -> None:
    kinds = [one["type"] for one in alert_card(wild)["body"]]
    assert kinds[:2] == ["RichTextBlock", "RichTextBlock"]
    assert kinds[-1] == "FactSet"


def test_a_title_of_five_megabytes_is_cut_at_a_word_at_once() -> None:
    title = "Licence " * 650_000
    start = time.perf_counter()
    shown = card(title=title, summary=title)
    assert time.perf_counter() - start < 0.1
    assert runs(shown)[0]["text"].endswith("Licence…")
    assert problems_of_card(shown) == []


def test_a_watch_and_a_saved_search_are_named_as_such() -> None:
    why = (Why("watch", "12", "Acme", ("Acme Chip",)), Why("search", "4", "eccn:3B001", ()))
    assert "watch Acme (“Acme Chip”); saved search eccn:3B001" in everything(card(why=why))


def test_where_no_phrase_says_it_the_wording_as_a_whole_is_named_and_not_quoted() -> None:
    why = (Why("topic", "trade-secrets", "Trade secrets", (WHOLE,), 0.8),)
    assert f"Why here: Trade secrets ({WHOLE})" in everything(card(why=why))


def test_notices_are_one_harmless_sentence() -> None:
    for text in HARD:
        assert problems_of_card(notice_card(text)) == []


def test_the_check_finds_what_is_wrong() -> None:
    shown = card()
    shown["body"][0]["inlines"][0]["weight"] = "Fat"
    assert not schema().is_valid({k: v for k, v in shown.items() if k != "msteams"})
    assert problems_of_card(card() | {"body": [{"type": "Marquee"}]})
    large = [card_kit.paragraph(outside("x" * 200, 200))] * 200
    assert problems_of_card(card() | {"body": large})
    with pytest.raises(AssertionError):
        markdown_links("*it*")
