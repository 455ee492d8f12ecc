"""Digests: grouped, what matters first, within Slack's limits, nothing lost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from bot.messages import action_values, actions, limits
from bot.messages.digest_blocks import digest_message
from bot.messages.model import Digest, DigestGroup, Message
from bot.messages.plain import digest_text
from tests.messages.makers import digest, item, wild_digests
from tests.messages.slack_reading import marked_texts, problems_of


def lines(message: Message) -> list[str]:
    return "\n".join(marked_texts(list(message.blocks))).splitlines()


def buttons(message: Message) -> list[actions.Action | None]:
    return [
        action_values.read(element)
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def test_stories_come_under_their_topic_with_their_number_and_reports() -> None:
    stories = digest(item(1, reports=3, perhaps="A <ban>"), item(2, retracted=True))
    message = digest_message(stories)
    assert message.blocks[0]["text"]["text"] == "Digest: 2 stories"
    text = lines(message)
    assert "*Licensing*  (2 stories)" in text
    assert text[2].startswith("• <https://trade.example/1|Story number 1 about")
    assert text[2].endswith("· 3 reports · may be the same as “A &lt;ban&gt;”_")
    assert "|Story number 2 about the licensing of machine tools>~ (withdrawn)" in text[3]
    assert problems_of(message) == []


def test_proof_of_coverage_names_what_could_not_be_read() -> None:
    assert lines(digest_message(digest(item())))[-1] == (
        "13 of 14 publications read by <!date^1772463600^{time}|02 Mar 2026 15:00 UTC>, "
        "63 entries. :warning: Could not be read: Other News."
    )


def test_a_quiet_day_is_one_line() -> None:
    message = digest_message(digest())
    assert message.text == "Digest: nothing new for you"
    assert "63 entries, nothing for you." in lines(message)[-1]
    assert problems_of(message) == []


def test_held_alerts_say_why_they_come_together() -> None:
    for cause, words in (
        ("quiet", "quiet hours"),
        ("pause", "nothing could be posted"),
        ("outage", "could not be read"),
        ("flood", "far more than it usually does"),
    ):
        message = digest_message(digest(item(), cause=cause))
        assert any(words in line for line in lines(message))


def test_a_long_digest_goes_on_by_a_button_where_it_stopped() -> None:
    long = digest(*[item(n) for n in range(200)], stories=230, more=30)
    message = digest_message(long)
    assert problems_of(message) == []
    shown = sum(line.startswith("• ") for line in lines(message))
    assert 40 < shown < 200
    assert f"and {230 - shown} more stories" in lines(message)
    assert buttons(message) == [actions.DigestPage(12, shown)]
    rest = replace(
        long, offset=shown, groups=(DigestGroup("Licensing", long.groups[0].items[shown:]),)
    )
    again = digest_message(rest)
    assert lines(again)[2].startswith(f"• <https://trade.example/{shown}|")


def test_where_all_that_is_listed_was_shown_the_latest_news_are_one_click_away() -> None:
    message = digest_message(digest(item(), stories=9, more=8))
    assert buttons(message) == [actions.LatestPage()]


def test_a_digest_asked_for_goes_on_too() -> None:
    long = digest(*[item(n) for n in range(150)], delivery_id=None, days=7, cause="now")
    message = digest_message(long)
    shown = sum(line.startswith("• ") for line in lines(message))
    assert buttons(message) == [actions.CatchUp(7, shown)]
    assert message.blocks[0]["text"]["text"] == "Catching up: 150 stories"


@given(wild_digests())
@settings(max_examples=60, deadline=None)
def test_slack_takes_whatever_comes(wild: Digest) -> None:
    message = digest_message(wild)
    assert problems_of(message) == []
    texts = sum(len(text) for text in marked_texts(list(message.blocks)))
    assert texts <= limits.MESSAGE_CHARACTERS + limits.SECTION_TEXT


def test_plain_text_has_every_story_with_its_link() -> None:
    stories = digest(item(1, reports=2, perhaps="A\nban"), item(2))
    text = digest_text(stories, "Europe/Berlin")
    assert text.splitlines() == [
        "Digest: 2 stories",
        "Licensing (2)",
        "  - Story number 1 about the licensing of machine tools",
        (
            "    Trade Daily, 2 Mar 2026 16:00 (Europe/Berlin), 2 reports, "
            "may be the same as “A ban”"
        ),
        "    https://trade.example/1",
        "  - Story number 2 about the licensing of machine tools",
        "    Trade Daily, 2 Mar 2026 16:00 (Europe/Berlin)",
        "    https://trade.example/2",
        (
            "13 of 14 publications read by 16:00 (Europe/Berlin), 63 entries. "
            "Could not be read: Other News."
        ),
    ]
