"""Digests as Adaptive Cards: grouped, in order, within Teams's limit, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from bot.messages import actions
from bot.messages.digest_cards import digest_cards, digest_message
from bot.messages.model import Digest, DigestGroup
from tests.messages.card_reading import buttons, problems_of_card, texts
from tests.messages.makers import digest, item, wild_digests


def lines(digest: Digest) -> list[str]:
    (card,) = digest_cards(digest)
    return list(texts(card))


def story_lines(card: dict[str, Any]) -> list[str]:
    return [text for text in texts(card) if text.startswith("Story number")]


def test_stories_come_under_their_topic_with_their_number_and_reports() -> None:
    said = lines(digest(item(1, reports=3), item(2, retracted=True)))
    assert said[0] == "Digest: 2 stories"
    assert said[2] == "Licensing  (2 stories)"
    assert said[3] == (
        "Story number 1 about the licensing of machine tools  "
        "Trade Daily · {{DATE(2026-03-02T15:00:00Z, SHORT)}} · 3 reports"
    )
    assert "machine tools (withdrawn)" in said[4]


def test_proof_of_coverage_names_what_could_not_be_read() -> None:
    assert lines(digest(item()))[-2:] == [
        "13 of 14 publications read by {{TIME(2026-03-02T15:00:00Z)}}, 63 entries.",
        "⚠️ Could not be read: Other News.",
    ]


def test_a_quiet_day_is_one_line() -> None:
    message = digest_message(digest())
    assert message.text == "Digest: nothing new for you"
    assert message.card is not None
    assert "63 entries, nothing for you." in list(texts(message.card))[-2]


def test_held_alerts_say_why_they_come_together() -> None:
    assert any("quiet hours" in line for line in lines(digest(item(), cause="quiet")))


def test_one_card_of_a_long_digest_goes_on_by_a_button_where_it_stopped() -> None:
    long = digest(*[item(n) for n in range(200)], stories=230, more=30)
    card = digest_message(long).card
    assert card is not None
    shown = len(story_lines(dict(card)))
    assert 40 < shown < 200
    assert f"and {230 - shown} more stories" in list(texts(card))
    assert buttons(card) == {"Show more": actions.DigestPage(12, shown)}
    rest = replace(
        long, offset=shown, groups=(DigestGroup("Licensing", long.groups[0].items[shown:]),)
    )
    again = digest_message(rest).card
    assert again is not None
    assert story_lines(dict(again))[0].startswith(f"Story number {shown} ")


def test_a_long_digest_as_several_cards_has_every_story_once_in_order() -> None:
    long = digest(*[item(n) for n in range(400)], stories=410, more=10)
    cards = digest_cards(long, buttons=False)
    assert len(cards) > 2
    told = [line for card in cards for line in story_lines(card)]
    assert [line.split(" about")[0] for line in told] == [f"Story number {n}" for n in range(400)]
    assert "continued" in next(texts(cards[1]))
    assert all("actions" not in card for card in cards)
    assert "and 10 more stories" in list(texts(cards[-1]))
    for card in cards:
        assert problems_of_card(card) == []


def test_a_digest_asked_for_goes_on_too() -> None:
    long = digest(*[item(n) for n in range(150)], delivery_id=None, days=7, cause="now")
    card = digest_message(long).card
    assert card is not None
    assert buttons(card) == {"Show more": actions.CatchUp(7, len(story_lines(dict(card))))}


@given(wild_digests())
@settings(max_examples=40, deadline=None)
def test_teams_takes_whatever_comes(wild: Digest) -> None:
    for card in digest_cards(wild):
        assert problems_of_card(card) == []
    one = digest_message(wild).card
    assert one is not None
    assert problems_of_card(one) == []
