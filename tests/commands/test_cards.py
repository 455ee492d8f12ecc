"""Answers as Adaptive Cards: what Slack shows, Teams shows; what a form sends back is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.commands import form_problems, forms
from bot.commands.answers import (
    AssignFormAnswer,
    ChangeList,
    FeedList,
    FeedRow,
    HelpPage,
    Listing,
    NotApplicableFormAnswer,
    Offer,
    RemindFormAnswer,
    Sentence,
    SettingsFormAnswer,
    SettingsList,
    Shared,
    ShareFormAnswer,
    SubscriptionChange,
    TopicList,
    TopicRow,
    WrongTopicFormAnswer,
)
from bot.commands.card_forms import read_card
from bot.commands.cards import render
from bot.messages import action_values, actions
from bot.news.model import KeyDate
from bot.search.model import Result, Results
from bot.subscriptions.model import Change, ChannelRef, ChannelSettings, Subscription
from tests.messages.card_reading import buttons, objects, problems_of_card, texts
from tests.messages.makers import alert, wild_link, wild_text

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HERE = ChannelRef("teams", "tenant", "19:trade@thread.tacv2", "Trade")
CHANNELS = ((HERE.channel, "Trade"), ("19:chips@thread.tacv2", "Chips"))
TOPICS = (("entity-list", "Entity List"), ("sanctions", "Sanctions"), ("licensing", "Licensing"))


def wanted(kind: Any, target: str, label: str, mode: Any = "instant") -> Subscription:
    return Subscription(1, kind, target, label, mode, None, "29:1ann", NOW)


WATCHED = replace(wanted("watch", "12", "Acme Corp"), aliases=("Acme Ltd", "Akme"))


CHANNEL = ChannelSettings(
    1,
    HERE,
    timezone="Europe/Berlin",
    quiet_from="20:00",
    quiet_to="07:00",
    min_score=0.6,
    subscriptions=(
        wanted("topic", "entity-list", "Entity List"),
        wanted("topic", "sanctions", "Sanctions", "daily"),
        WATCHED,
        wanted("search", "4", "eccn:3A090 china"),
    ),
    urgent_topics=("entity-list",),
)
FORM = SettingsFormAnswer(CHANNEL, TOPICS)


def card_of(answer: Any) -> Mapping[str, Any]:
    (card,) = render(answer, channels=CHANNELS).cards
    assert problems_of_card(card) == []
    return card


def everything(answer: Any) -> str:
    return "\n".join(texts(card_of(answer)))


def filled(answer: Any, **changed: str) -> dict[str, Any]:
    """What a form sends back when it is sent as it is, but for what was changed."""
    card = card_of(answer)
    fields = {
        one["id"]: one.get("value", "") for one in objects(card) if one["type"].startswith("Input.")
    }
    send = card["actions"][-1]
    return {**send["data"], **fields, **{name.replace("_", "-"): v for name, v in changed.items()}}


def result(number: int, **more: Any) -> Result:
    base = Result(
        id=number,
        story_id=number,
        title=f"Story {number}",
        link=f"https://trade.example/{number}",
        published=NOW,
        publication="Trade Daily",
        topics=("entity-list",),
        snippet="about \ue000chip\ue001 tools",
        show="summary",
        position=number,
    )
    return replace(base, **more)


def listing(*results: Result, **more: Any) -> Listing:
    base = Listing(
        kind="search",
        title="chip",
        results=Results("chip", 23, results, 1.0),
        topic_titles=dict(TOPICS),
        searched="chip",
    )
    return replace(base, **more)


def test_results_have_their_hits_buttons_pages_and_filters() -> None:
    shown = listing(
        result(1),
        earlier=actions.SearchPage("chip", 0),
        later=actions.SearchPage("chip", 10),
        filters=(Offer("Sanctions (3)", actions.SearchPage("chip topic:sanctions")),),
        offset=5,
    )
    assert list(texts(card_of(shown)))[:4] == [
        "chip  ·  6 to 6 of 23 articles",
        "Story 1",
        "about chip tools",
        (
            "Trade Daily · {{DATE(2026-03-02T15:00:00Z, SHORT)}} {{TIME(2026-03-02T15:00:00Z)}} · "
            "Entity List"
        ),
    ]
    hits = [one["text"] for one in objects(card_of(shown)) if one.get("weight") == "Bolder"]
    assert "chip" in hits
    assert buttons(card_of(shown)) == {
        "Share in this channel": actions.ShareHere(1),
        "Share elsewhere…": actions.ShareForm(1),
        "Save for me": actions.SaveEntry(1),
        "More like this": actions.MoreLike(1),
        "Why did it come here, or not?": actions.Explain(1),
        "Sanctions (3)": actions.SearchPage("chip topic:sanctions"),
        "Previous": actions.SearchPage("chip", 0),
        "Next": actions.SearchPage("chip", 10),
        "Alert this channel to new ones": actions.SaveSearch("chip"),
        "Export CSV": actions.ExportSearch("chip", "csv"),
        "Export JSON": actions.ExportSearch("chip", "json"),
    }


def test_where_nothing_was_found_the_way_on_is_offered() -> None:
    nothing = listing(suggestions=(Offer("Latest news", actions.LatestPage()),))
    assert "Nothing was found for: chip" in everything(nothing)
    assert buttons(card_of(nothing)) == {"Latest news": actions.LatestPage()}


@given(wild_text, wild_link, wild_text)
@example("\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}\N{ZERO WIDTH JOINER}" * 300, "", "<!here> & " * 9)
@settings(max_examples=60, deadline=None)
def test_a_page_of_anything_is_taken_and_loses_no_entry(text: str, link: str, query: str) -> None:
    wild = [
        result(n, title=text, link=link, publication=text, snippet=f"{text}\ue000{text}\ue001")
        for n in range(5)
    ]
    query = (query * 20)[: action_values.MAX_QUERY]
    page = listing(
        *wild,
        title=text,
        searched=query,
        notes=(text,) * 5,
        earlier=actions.SearchPage(query, 0),
        later=actions.SearchPage(query, 10),
        filters=tuple(Offer(text, actions.SearchPage(query)) for _ in range(6)),
    )
    card = card_of(page)
    told = {one.entry for one in _actions(card) if isinstance(one, actions.SaveEntry)}
    assert told == set(range(5))


def _actions(card: Mapping[str, Any]) -> list[actions.Action | None]:
    return [action_values.read(one["data"]) for one in objects(card) if "data" in one]


def test_a_form_sent_as_it_is_says_what_the_channel_has() -> None:
    assert read_card(filled(FORM)) == forms.SettingsSubmitted(
        channel=HERE.channel,
        name="Trade",
        instant=("entity-list",),
        daily=("sanctions",),
        watches=(forms.WatchLine("Acme Corp", ("Acme Ltd", "Akme")),),
        searches=("eccn:3A090 china",),
        min_score=0.6,
        urgent=("entity-list",),
        digest_at="08:00",
        weekday=0,
        timezone="Europe/Berlin",
        quiet=("20:00", "07:00"),
    )


def test_what_was_chosen_in_a_form_is_read() -> None:
    sent = read_card(
        filled(FORM, topics_instant="licensing,sanctions", switches="updates", zone="New York")
    )
    assert isinstance(sent, forms.SettingsSubmitted)
    assert sent.instant == ("licensing", "sanctions")
    assert sent.quiet == ()
    assert sent.wants_updates
    assert form_problems.problems(sent) == {
        forms.DAILY: "A topic here comes at once already; choose one of the two."
    }


def test_a_form_without_a_channel_asks_for_one_and_adds_to_it() -> None:
    asked = replace(FORM, channel=ChannelSettings(0, ChannelRef("teams", "tenant", "")))
    sent = read_card(filled(asked, channel=CHANNELS[1][0], topics_daily="sanctions"))
    assert isinstance(sent, forms.SettingsSubmitted)
    assert (sent.channel, sent.daily, sent.adds) == (CHANNELS[1][0], ("sanctions",), True)


def test_small_forms_are_read() -> None:
    assert read_card(filled(ShareFormAnswer(7, "A title"), note="Look")) == (
        forms.ShareSubmitted(7, HERE.channel, "Look")
    )
    wrong = WrongTopicFormAnswer(7, "A title", TOPICS)
    assert read_card(filled(wrong, topics="sanctions")) == (
        forms.WrongTopicSubmitted(7, ("sanctions",))
    )
    assign = AssignFormAnswer(7, "A title", HERE, date(2026, 3, 5))
    assert read_card(filled(assign, assignee="29:1ben")) == (
        forms.AssignSubmitted(7, HERE.channel, "29:1ben", date(2026, 3, 5))
    )
    reason = NotApplicableFormAnswer(7, "A title", HERE)
    assert read_card(filled(reason, reason="Not our goods")) == (
        forms.NotApplicableSubmitted(7, HERE.channel, "Not our goods")
    )
    remind = RemindFormAnswer(7, "A title", HERE, (KeyDate("comments", date(2026, 5, 1)),))
    assert read_card(filled(remind, days="3")) == (
        forms.RemindSubmitted(7, HERE.channel, "comments", date(2026, 5, 1), 3, "me")
    )


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"form": "else"},
        {"form": "settings", "score": "much", "weekday": "x"},
        {"form": ["settings"], "about": 3},
        {"form": "share", "about": {"entry": "7"}, "channel": {"a": 1}},
    ],
)
def test_what_no_form_of_ours_sends_does_no_harm(sent: dict[str, Any]) -> None:
    found = read_card(sent)
    assert found is None or form_problems.problems(found)


def test_only_forms_open_as_dialogs() -> None:
    assert render(FORM).dialog
    assert not render(Sentence("Hello")).dialog


def test_an_entry_is_shared_by_name_with_its_note_for_all() -> None:
    shared = Shared(alert(), "29:1ann", HERE, "Our plant in *Penang*", "Ann Berg")
    reply = render(shared)
    assert (reply.public, reply.channel) == (True, HERE.channel)
    assert list(texts(reply.cards[0]))[:2] == ["Ann Berg shares this", "Our plant in *Penang*"]
    assert reply.text.startswith("Ann Berg shares this: Entity List: BIS adds")


def test_settings_say_what_comes_how_and_who_set_it() -> None:
    shown = SettingsList((CHANNEL,), HERE, access="Add me `there`.")
    text = everything(shown)
    assert "• Entity List: at once, set by somebody" in text
    assert "• watch Acme Corp (= Acme Ltd, Akme): at once" in text
    assert "⚠️ Add me there." in text
    assert buttons(card_of(shown)) == {
        "Change…": actions.SettingsForm(HERE.channel),
        "Who changed what": actions.Run("changes"),
    }


def test_a_change_can_be_undone_with_a_click() -> None:
    change = SubscriptionChange(
        "subscribe",
        CHANNEL,
        here=True,
        added=("Licensing",),
        mode="instant",
        topic_titles=dict(TOPICS),
        undo="unsubscribe licensing",
    )
    assert "Trade gets Licensing at once." in everything(change)
    assert buttons(card_of(change))["Undo"] == actions.Run("unsubscribe licensing")


def test_lists_that_are_too_long_say_so() -> None:
    rows = tuple(TopicRow(f"topic-{n}", f"Topic {n}", "What it is. " * 20) for n in range(300))
    assert " more" in list(texts(card_of(TopicList(rows))))[-1]
    change = Change(1, "19:x", "29:1ann", "subscribe", {}, {"topic": "sanctions"}, NOW)
    assert " more" in list(texts(card_of(ChangeList((change,) * 400, HERE))))[-1]


def test_feeds_and_help_are_shown() -> None:
    feeds = FeedList(
        (FeedRow("Daily", "Daily", "https://d.example/f", "failing", NOW, NOW, "Not <found>"),)
    )
    assert "⚠️ Daily · read " in everything(feeds)
    assert "0 of 1 feed in order" in everything(feeds)
    assert "subscribe sanctions daily" in everything(HelpPage())


@given(st.text(max_size=300), wild_text)
@settings(max_examples=40, deadline=None)
def test_a_sentence_about_anything_is_taken(text: str, other: str) -> None:
    for refused in (True, False):
        offers = (Offer(other, actions.Run(text)),)
        card_of(Sentence(f"There is no `{other}`: {text}", refused=refused, offers=offers))
