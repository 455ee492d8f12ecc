"""Forms: built within Slack's limits, read back typed, carried out without losing anything."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings

from bot.commands import form_problems, forms, views
from bot.commands.answers import (
    Answer,
    HomePage,
    Sentence,
    SettingsFormAnswer,
    SettingsList,
    Shared,
    ShareFormAnswer,
    WrongTopicFormAnswer,
)
from bot.commands.home import home_view
from bot.messages import actions
from bot.messages.mrkdwn import clean
from bot.subscriptions.model import ChannelRef, ChannelSettings, Subscription, SubscriptionKind
from tests.commands.desk import Desk, check
from tests.messages.makers import wild_text
from tests.messages.slack_reading import problems_of_view

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TOPICS = tuple((f"topic-{n}", f"Topic {n}") for n in range(12))


def filled(view: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Send a form as Slack does: what it was opened with, but for what a person changed."""
    values: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, block_id = block["element"], block["block_id"]
        values[block_id] = {element["action_id"]: _state(element, changed.get(block_id))}
    return {**view, "state": {"values": values}}


def _state(element: dict[str, Any], changed: Any) -> dict[str, Any]:
    kind = element["type"]
    options = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        options += group["options"]
    if kind in {"multi_static_select", "checkboxes"}:
        chosen = element.get("initial_options", [])
        if changed is not None:
            chosen = [one for one in options if one["value"] in changed]
            assert len(chosen) == len(changed)
        return {"type": kind, "selected_options": chosen}
    if kind == "static_select":
        chosen = [one for one in options if one["value"] == changed]
        return {
            "type": kind,
            "selected_option": chosen[0] if chosen else element.get("initial_option"),
        }
    if kind == "timepicker":
        return {"type": kind, "selected_time": changed or element.get("initial_time")}
    if kind == "conversations_select":
        return {"type": kind, "selected_conversation": changed}
    return {"type": kind, "value": element.get("initial_value") if changed is None else changed}


def form_of(answer: Answer) -> dict[str, Any]:
    view = check(answer).view
    assert view is not None
    return dict(json.loads(json.dumps(view)))


async def send(desk: Desk, view: dict[str, Any], **context: Any) -> Answer:
    form = forms.read_view(view)
    assert form is not None
    assert form_problems.problems(form) == {}
    answer = await desk.commands.submit(form, replace(desk.context, **context))
    check(answer)
    return answer


async def test_everything_can_be_set_in_one_form(desk: Desk) -> None:
    view = form_of(await desk.ask("settings"))
    sent = filled(
        view,
        **{
            forms.INSTANT: ["entity-list", "chip-controls"],
            forms.DAILY: ["sanctions"],
            forms.WATCHES: "Acme Corp = Acme Ltd, Akme\n\n3A090",
            forms.SEARCHES: "eccn:3A090 china",
            forms.SCORE: "0.7",
            forms.DIGEST_AT: "09:15",
            forms.WEEKDAY: "4",
            forms.ZONE: "Berlin",
            forms.SWITCHES: ["quiet", "updates"],
            forms.QUIET_FROM: "21:00",
            forms.QUIET_TO: "06:30",
            forms.URGENT: ["entity-list"],
        },
    )
    answer = await send(desk, sent)
    assert isinstance(answer, SettingsList)
    settings_now = answer.channels[0]
    assert {(s.kind, s.label, s.mode) for s in settings_now.subscriptions} == {
        ("topic", "Entity List", "instant"),
        ("topic", "Chip controls", "instant"),
        ("topic", "Sanctions", "daily"),
        ("watch", "Acme Corp", "instant"),
        ("watch", "3A090", "instant"),
        ("search", "eccn:3A090 china", "instant"),
    }
    assert settings_now.min_score == 0.7
    assert (settings_now.digest_at, settings_now.digest_weekday) == ("09:15", 4)
    assert settings_now.timezone == "Europe/Berlin"
    assert (settings_now.quiet_from, settings_now.quiet_to) == ("21:00", "06:30")
    assert settings_now.urgent_topics == ("entity-list",)
    assert settings_now.wants_updates


async def test_a_form_sent_as_it_was_opened_changes_nothing(desk: Desk) -> None:
    await desk.ask("subscribe entity-list")
    await desk.ask("subscribe sanctions weekly")
    await desk.ask("watch Acme Corp = Akme daily")
    await desk.ask("save search turbine weekly")
    await desk.ask("quiet 22:00-07:00")
    await desk.ask("score 0.62")
    before = await desk.subscriptions.settings(desk.context.channel)
    changes = await desk.subscriptions.changes("slack", "T1")
    await send(desk, filled(form_of(await desk.ask("settings"))))
    assert await desk.subscriptions.settings(desk.context.channel) == before
    assert await desk.subscriptions.changes("slack", "T1") == changes


async def test_what_is_taken_out_of_the_form_is_taken_from_the_channel(desk: Desk) -> None:
    await desk.ask("subscribe entity-list sanctions")
    await desk.ask("watch Acme Corp")
    await desk.ask("save search turbine")
    await desk.ask("quiet 22:00-07:00")
    view = form_of(await desk.ask("subscribe"))
    sent = filled(
        view,
        **{
            forms.INSTANT: ["sanctions"],
            forms.WATCHES: "",
            forms.SEARCHES: "",
            forms.SWITCHES: [],
        },
    )
    answer = await send(desk, sent)
    assert isinstance(answer, SettingsList)
    assert [s.label for s in answer.channels[0].subscriptions] == ["Sanctions"]
    assert answer.channels[0].quiet_from is None


async def test_a_form_without_a_channel_asks_for_it_and_only_adds(desk: Desk) -> None:
    await desk.ask("subscribe sanctions #trade")
    await desk.ask("quiet 22:00-07:00 #trade")
    direct = {"channel": ChannelRef("slack", "T1", "D0ANN"), "direct": True}
    view = form_of(await desk.ask("settings", **direct))
    sent = filled(view, **{forms.CHANNEL: "C0TRADE", forms.INSTANT: ["entity-list"]})
    answer = await send(desk, sent, **direct)
    assert isinstance(answer, SettingsList)
    assert {s.label for s in answer.channels[0].subscriptions} == {"Sanctions", "Entity List"}
    assert answer.channels[0].quiet_from == "22:00"


async def test_what_has_no_room_in_the_form_is_kept(desk: Desk) -> None:
    for number in range(40):
        await desk.subscriptions.watch(
            desk.context.channel, desk.context.actor, f"Company {number} {'x' * 90}"
        )
    view = form_of(await desk.ask("settings"))
    assert forms.WATCHES not in [block.get("block_id") for block in view["blocks"]]
    await send(desk, filled(view, **{forms.INSTANT: ["sanctions"]}))
    after = await desk.subscriptions.settings(desk.context.channel)
    assert after is not None
    assert len(after.subscriptions) == 41


def test_mistakes_are_told_beside_their_field() -> None:
    view = dict(views.settings_form(SettingsFormAnswer(_channel(), TOPICS)))
    sent = filled(
        view,
        **{
            forms.INSTANT: ["topic-1"],
            forms.DAILY: ["topic-1"],
            forms.WEEKLY: ["topic-1"],
            forms.ZONE: "Atlantis",
            forms.SWITCHES: ["quiet"],
            forms.QUIET_FROM: "07:00",
            forms.QUIET_TO: "07:00",
            forms.WATCHES: "Acme Corp\nthe = Acme",
            forms.SEARCHES: "eccn:3A090\n()",
        },
    )
    form = forms.read_view(sent)
    assert form is not None
    wrong = form_problems.problems(form)
    assert set(wrong) == {
        *(forms.DAILY, forms.WEEKLY, forms.ZONE, forms.QUIET_TO),
        *(forms.WATCHES, forms.SEARCHES),
    }
    assert wrong[forms.WATCHES].startswith("“the”: Every article has")
    assert wrong[forms.SEARCHES].startswith("“()”: Say what to search for")


async def test_an_article_is_shared_with_a_note(desk: Desk) -> None:
    ids = await desk.fill()
    answer = await desk.press(actions.ShareForm(ids[0]))
    assert isinstance(answer, ShareFormAnswer)
    sent = filled(form_of(answer), **{forms.CHANNEL: "C0TRADE", forms.NOTE: "For <!here> & you"})
    shared = await send(desk, sent)
    assert isinstance(shared, Shared)
    reply = check(shared)
    assert reply.channel == "C0TRADE"
    assert "&gt; For &lt;!here&gt; &amp; you" in str(reply.message)


async def test_an_article_is_not_shared_where_the_person_is_not(desk: Desk) -> None:
    ids = await desk.fill()
    view = form_of(await desk.press(actions.ShareForm(ids[0])))
    answer = await send(desk, filled(view, **{forms.CHANNEL: "C0SECRET", forms.NOTE: ""}))
    assert isinstance(answer, Sentence)
    assert answer.refused


def test_a_share_without_a_channel_and_a_search_without_words_are_refused() -> None:
    share = forms.read_view(filled(views.share_form(ShareFormAnswer(1, "T"))))
    search = forms.read_view(filled(views.search_form()))
    assert share is not None
    assert search is not None
    assert set(form_problems.problems(share)) == {forms.CHANNEL}
    assert set(form_problems.problems(search)) == {forms.QUERY}


async def test_wrong_topics_are_noted_from_a_form(desk: Desk) -> None:
    ids = await desk.fill()
    view = views.wrong_topic_form(
        WrongTopicFormAnswer(ids[0], "T", (("entity-list", "Entity List"), ("sanctions", "X")))
    )
    answer = await send(desk, filled(view, **{forms.TOPICS: ["entity-list"]}))
    assert isinstance(answer, Sentence)
    assert answer.text == "Noted: Entity List is wrong for this article. Thank you."


def test_what_is_no_form_of_ours_is_nothing() -> None:
    assert forms.read_view({}) is None
    assert forms.read_view({"callback_id": "else", "private_metadata": "x"}) is None
    empty = forms.read_view({"callback_id": "settings", "private_metadata": "[1]", "state": {}})
    assert isinstance(empty, forms.SettingsSubmitted)
    assert forms.CHANNEL in form_problems.problems(empty)


def _channel(label: str = "x", count: int = 3) -> ChannelSettings:
    kinds: tuple[SubscriptionKind, ...] = ("topic", "watch", "search")
    subscriptions = tuple(
        Subscription(
            n,
            kinds[n % 3],
            f"topic-{n}",
            label or "-",
            "daily",
            None,
            label,
            NOW,
            None,
            (label, label),
        )
        for n in range(count)
    )
    ref = ChannelRef("slack", "T1", "C0HERE", label)
    return ChannelSettings(1, ref, subscriptions=subscriptions, paused_at=NOW, paused_reason=label)


@given(wild_text)
@settings(max_examples=60, deadline=None)
def test_slack_takes_every_form_whatever_is_in_it(text: str) -> None:
    topics = tuple((f"topic-{n}", text) for n in range(130))
    answer = SettingsFormAnswer(_channel(text, 60), topics)
    shown = (
        views.settings_form(answer),
        views.share_form(ShareFormAnswer(2**63 - 1, text)),
        views.wrong_topic_form(WrongTopicFormAnswer(1, text, topics)),
        views.search_form(text),
        home_view(HomePage(channels=(_channel(text, 120),) * 12, topic_titles=dict(topics))),
    )
    for view in shown:
        assert problems_of_view(view) == []


def test_a_form_shows_what_is_as_it_is() -> None:
    view = views.settings_form(SettingsFormAnswer(_channel("Acme"), TOPICS))
    form = forms.read_view(filled(view))
    assert isinstance(form, forms.SettingsSubmitted)
    assert form.channel == "C0HERE"
    assert form.name == clean("Acme", 80)
    assert form.daily == ("topic-0",)
    assert form.watches == (forms.WatchLine("Acme", ("Acme", "Acme")),)
    assert form.searches == ("Acme",)
    assert form.min_score == 0.5
