"""Changing what a channel gets: topics, watches, searches, times; who may, and what is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.commands.answers import (
    Listing,
    Sentence,
    SettingsList,
    SubscriptionChange,
    TrialAnswer,
)
from bot.messages import action_values, actions
from bot.subscriptions.model import Actor, ChannelRef, ChannelSettings, Mode
from tests.commands.desk import TITLES, Desk, shown

BOB = Actor("U0BOB", "Bob")

SETTINGS = (
    ("digest at 8:30 on Friday", "Daily digests come at 08:30 (UTC), weekly ones on Friday."),
    ("digest 9am", "Daily digests come at 09:00 (UTC), weekly ones on Friday."),
    ("quiet 22:00-07:00", "It is quiet from 22:00 to 07:00 (UTC); what comes meanwhile"),
    ("quiet 10pm to 7am", "It is quiet from 22:00 to 07:00 (UTC)"),
    ("quiet from 22 until 7", "It is quiet from 22:00 to 07:00 (UTC)"),
    ("quiet off", "There are no quiet hours"),
    ("timezone Berlin", "Times here are in Europe/Berlin."),
    ("timezone mine", "Times here are in America/New_York."),
    ("score 0.7", "from a score of 0.7 on"),
    ("score 70%", "from a score of 0.7 on"),
    ("updates on", "its alert here is updated"),
    ("updates off", "Alerts stay as they were posted"),
    ("urgent entity list", "These pass quiet hours: Entity List."),
    ("urgent off", "No topic passes quiet hours."),
)
REFUSED = (
    ("digest at 25:00", "no time of day"),
    ("digest at 8 on Blursday", "no weekday"),
    ("quiet 22:00", "Write quiet hours as"),
    ("quiet 7:00-7:00", "different times"),
    ("timezone Atlantis", "There is no time zone"),
    ("score high", "a number from 0 to 1"),
    ("score 7", "a number from 0"),
    ("updates maybe", "`updates on` or `updates off`"),
    ("urgent qqqq", "There is no topic “qqqq”"),
    ("unsubscribe", "Say which topics"),
    ("watch", "Say what to watch"),
    ("watch !", "at least two letters or digits"),
    ("unwatch", "Say what to stop watching"),
    ("save search", "Say what to search for"),
    ("save search huawei OR story:12", "without `story:`"),
    ("save search from:yesterday", "“from:yesterday” is no date"),
    ("save search iran to:today weekly", "“to:today” is no date"),
    ("digest someday", "Say of which days"),
    ("digest 365 days", "1 to 90 days"),
)


async def settings_of(desk: Desk, channel: str = "C0HERE") -> ChannelSettings:
    found = await desk.subscriptions.settings(ChannelRef("slack", "T1", channel))
    assert found is not None
    return found


async def topics_of(desk: Desk, channel: str = "C0HERE") -> dict[str, Mode]:
    found = await settings_of(desk, channel)
    return {s.target: s.mode for s in found.subscriptions if s.kind == "topic"}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("subscribe entity-list", {"entity-list": "instant"}),
        (
            "subscribe entity list chip controls",
            {"entity-list": "instant", "chip-controls": "instant"},
        ),
        (
            "subscribe Entity-List, sanctions daily",
            {"entity-list": "daily", "sanctions": "daily"},
        ),
        ("subscribe trade secrets weekly", {"trade-secrets": "weekly"}),
    ],
)
async def test_topics_are_understood_as_written(
    desk: Desk, text: str, topics: dict[str, Mode]
) -> None:
    answer = await desk.ask(text)
    assert isinstance(answer, SubscriptionChange)
    assert answer.here
    assert await topics_of(desk) == topics


async def test_known_topics_are_subscribed_and_unknown_ones_named_with_the_nearest(
    desk: Desk,
) -> None:
    answer = await desk.ask("subscribe entity-list, enforcment, sanctions")
    assert isinstance(answer, SubscriptionChange)
    assert answer.added == ("Entity List", "Sanctions")
    assert [unknown.word for unknown in answer.unknown] == ["enforcment"]
    assert answer.unknown[0].near[0] == ("enforcement", "Enforcement")
    assert set(await topics_of(desk)) == {"entity-list", "sanctions"}
    text = shown(answer)
    assert "There is no topic “enforcment”. Did you mean `enforcement`" in text
    assert action_values.encode(actions.Subscribe("enforcement")) in text


async def test_a_mistyped_word_beside_one_that_was_understood_is_not_told_twice(
    desk: Desk,
) -> None:
    answer = await desk.ask("subscribe chip controlls")
    assert isinstance(answer, SubscriptionChange)
    assert answer.added == ("Chip controls",)
    assert not answer.unknown


async def test_only_unknown_topics_change_nothing(desk: Desk) -> None:
    answer = await desk.ask("subscribe qqqq")
    assert isinstance(answer, SubscriptionChange)
    assert not answer.added
    assert len(answer.unknown) == 1
    assert await desk.subscriptions.settings(desk.context.channel) is None


async def test_a_subscription_says_what_it_would_have_sent(desk: Desk) -> None:
    await desk.fill()
    answer = await desk.ask("subscribe entity-list")
    assert isinstance(answer, SubscriptionChange)
    assert answer.trial is not None
    assert answer.trial.alerts == 2
    assert "In the last 30 days this would have been *2 alerts*" in shown(answer)


async def test_a_digest_says_what_it_would_have_told(desk: Desk) -> None:
    await desk.fill()
    said = shown(await desk.ask("subscribe entity-list daily"))
    assert "this would have been *2 stories* in daily digests, for example:" in said
    said = shown(await desk.ask("watch Valve Supplier weekly"))
    assert "this would have been *1 story* in weekly digests, for example:" in said


@pytest.mark.parametrize(
    ("first", "then", "undo"),
    [
        ("subscribe sanctions daily", "subscribe sanctions", "subscribe sanctions daily"),
        ("subscribe sanctions daily", "unsubscribe sanctions", "subscribe sanctions daily"),
        ("subscribe sanctions daily", "subscribe sanctions licensing", ""),
        ("score 0.5", "subscribe sanctions #trade", "unsubscribe sanctions <#C0TRADE>"),
        ("watch Acme = Akme", "watch Acme = Ackme daily", "watch Acme = Akme instant"),
        ("watch Acme = Akme weekly", "unwatch Acme", "watch Acme = Akme weekly"),
        ("watch Acme", "watch Acme = Akme", ""),
        ("save search hbm daily", "save search hbm", "save search hbm daily"),
        ("save search hbm daily", "drop search hbm", "save search hbm daily"),
    ],
)
async def test_undo_leaves_a_channel_as_it_was(
    desk: Desk, first: str, then: str, undo: str
) -> None:
    await desk.ask(first)
    channels = ("C0HERE", "C0TRADE")
    refs = [ChannelRef("slack", "T1", channel) for channel in channels]

    async def wanted() -> list[set[tuple[str, str, tuple[str, ...]]]]:
        found = [await desk.subscriptions.settings(ref) for ref in refs]
        return [
            {(s.label, s.mode, s.aliases) for s in one.subscriptions} if one else set()
            for one in found
        ]

    before = await wanted()
    answer = await desk.ask(then)
    assert isinstance(answer, SubscriptionChange)
    assert answer.undo == undo
    if undo:
        assert action_values.encode(actions.Run(undo)) in shown(answer)
        await desk.press(actions.Run(undo))
        assert await wanted() == before
    else:
        assert '"Undo"' not in shown(answer), "no one command puts all of it back"


async def test_topics_can_be_tried_before_they_are_subscribed(desk: Desk) -> None:
    await desk.fill()
    answer = await desk.ask("try entity-list trade-secrets")
    assert isinstance(answer, TrialAnswer)
    assert answer.trial.alerts == 4
    assert "this would have been *4 alerts*" in shown(answer)
    assert await desk.subscriptions.settings(desk.context.channel) is None
    await desk.press(actions.Run("subscribe entity-list trade-secrets"))
    assert len(await topics_of(desk)) == 2
    assert "would have been *4 alerts*" in await desk.say("try entity-list trade-secrets")
    assert isinstance(await desk.ask("try again"), Listing)


async def test_a_subscription_is_undone_by_its_own_button(desk: Desk) -> None:
    answer = await desk.ask("subscribe entity-list sanctions")
    undo = actions.Run("unsubscribe entity-list sanctions")
    assert action_values.encode(undo) in shown(answer)
    await desk.press(undo)
    assert await topics_of(desk) == {}


async def test_all_and_no_more(desk: Desk) -> None:
    await desk.ask("subscribe all daily")
    assert len(await topics_of(desk)) > 5
    answer = await desk.ask("unsubscribe all")
    assert isinstance(answer, SubscriptionChange)
    assert not answer.missing
    assert await topics_of(desk) == {}


async def test_a_button_subscribes_and_unsubscribes(desk: Desk) -> None:
    await desk.press(actions.Subscribe("sanctions", "daily"))
    assert await topics_of(desk) == {"sanctions": "daily"}
    assert "Unsubscribe" in shown(await desk.ask("topics"))
    await desk.press(actions.Unsubscribe("sanctions"))
    assert await topics_of(desk) == {}


async def test_another_channel_is_named_by_mention_or_by_name(desk: Desk) -> None:
    await desk.ask("subscribe sanctions <#C0TRADE|trade>")
    await desk.ask("subscribe entity-list #trade")
    assert set(await topics_of(desk, "C0TRADE")) == {"sanctions", "entity-list"}
    answer = await desk.ask("subscribe chip-controls #nowhere")
    assert isinstance(answer, Sentence)
    assert answer.refused
    assert "There is no channel #nowhere that I can see" in answer.text


async def test_a_private_channel_is_its_members_own(desk: Desk) -> None:
    answer = await desk.ask("subscribe sanctions <#C0SECRET|secret>")
    assert isinstance(answer, Sentence)
    assert "only its members" in answer.text
    assert await desk.subscriptions.settings(ChannelRef("slack", "T1", "C0SECRET")) is None


async def test_says_how_to_be_let_into_a_private_channel(desk: Desk) -> None:
    answer = await desk.ask("subscribe sanctions #mine")
    assert isinstance(answer, SubscriptionChange)
    assert "I am not in this channel yet" in answer.access
    assert "/invite @exportnews" in shown(answer)
    here = await desk.ask("subscribe sanctions", access="none")
    assert isinstance(here, SubscriptionChange)
    assert here.access


async def test_in_a_direct_message_a_channel_must_be_named(desk: Desk) -> None:
    direct = ChannelRef("slack", "T1", "D0ANN")
    answer = await desk.ask("subscribe sanctions", channel=direct, direct=True)
    assert isinstance(answer, Sentence)
    assert answer.refused
    answer = await desk.ask("subscribe sanctions #trade", channel=direct, direct=True)
    assert isinstance(answer, SubscriptionChange)
    assert not answer.here


async def test_watches_with_other_names_and_saved_searches(desk: Desk) -> None:
    await desk.ask("watch Acme Corp = Acme Ltd, Akme daily")
    await desk.ask("save search eccn:3A090 china")
    settings = await settings_of(desk)
    assert [(s.kind, s.label, s.mode) for s in settings.subscriptions] == [
        ("watch", "Acme Corp", "daily"),
        ("search", "eccn:3A090 china", "instant"),
    ]
    assert "(= Acme Ltd, Akme)" in shown(await desk.ask("subscriptions"))
    await desk.ask("unwatch acme corp")
    await desk.ask("drop search eccn:3A090 china")
    assert (await settings_of(desk)).subscriptions == ()
    answer = await desk.ask("unwatch acme corp")
    assert isinstance(answer, SubscriptionChange)
    assert answer.missing == ("acme corp",)


async def test_a_watch_and_a_saved_search_say_what_they_would_have_sent(desk: Desk) -> None:
    await desk.fill()
    watched = await desk.ask("watch Valve Supplier = Turbine Maker")
    assert isinstance(watched, SubscriptionChange)
    assert watched.trial is not None
    assert watched.trial.alerts == 2
    assert TITLES[6] in shown(watched)
    saved = shown(await desk.ask('save search "entity list" -drone'))
    assert "this would have been *1 alert*" in saved
    assert TITLES[3] in saved
    again = await desk.ask("watch Valve Supplier")
    assert isinstance(again, SubscriptionChange)
    assert again.trial is None
    assert "would have sent nothing" in shown(await desk.ask("watch Quatehun Optics"))
    undo = action_values.encode(actions.Run("watch Quatehun Optics instant"))
    assert undo in shown(await desk.ask("watch Quatehun Optics weekly"))
    assert "There is no topic" in shown(await desk.ask("save search topic:nonsense"))


async def test_a_watch_says_its_other_names_and_refuses_what_every_article_has(desk: Desk) -> None:
    assert "Its other names: Acme Ltd, Akme." in shown(
        await desk.ask("watch Acme Corp = Acme Ltd, Akme")
    )
    said = shown(await desk.ask("watch Lanhai = Lanhai Etch Co., Ltd."))
    assert "Its other names: Lanhai Etch Co., Ltd." in said
    assert "Ltd.." not in said
    for term in ("the", "of the", "x", "Acme = the"):
        assert isinstance(await desk.ask(f"watch {term}"), Sentence), term
    settings = await settings_of(desk)
    assert [one.label for one in settings.subscriptions] == ["Acme Corp", "Lanhai"]


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("(.*)+$", "at least two letters"),
        ("\u200b\u200d", "at least two letters"),
        ("\u202e", "at least two letters"),
        ("😀😀", "at least two letters"),
        ("a", "at least two letters"),
        ("-", "at least two letters"),
        ("C\x00", "at least two letters"),
        ("\ud83d\ud83d", "at least two letters"),
        ("x" * 400, "at most 120 characters"),
        ("Ltd.", "Many companies have “Ltd.”"),
        ("Ltd " * 100, "Many companies have “Ltd Ltd"),
        ("The Company", "Every article has “The Company”"),
    ],
)
async def test_a_term_that_will_not_do_is_refused_in_a_sentence(
    desk: Desk, term: str, said: str
) -> None:
    answer = await desk.ask(f"watch {term}")
    assert isinstance(answer, Sentence)
    assert said in answer.text
    assert len(answer.text) < 250


async def test_what_nobody_sees_of_a_term_is_not_kept(desk: Desk) -> None:
    await desk.ask("watch Lan\u2060hai\x00 \u202eEtch\ud83d")
    assert [one.label for one in (await settings_of(desk)).subscriptions] == ["Lanhai Etch"]
    await desk.ask("unwatch Lanhai\u2060 Etch")
    assert (await settings_of(desk)).subscriptions == ()


async def test_the_list_says_who_set_what_and_when(desk: Desk) -> None:
    await desk.ask("subscribe sanctions", actor=BOB)
    text = shown(await desk.ask("subscriptions"))
    assert "*Sanctions*: at once, set by <@U0BOB> (<!date^" in text
    assert action_values.encode(actions.SettingsForm("C0HERE")) in text
    changes = shown(await desk.ask("changes"))
    assert "<@U0BOB>: subscribe (topics: none → sanctions (at once))" in changes


async def test_an_empty_channel_says_how_to_begin(desk: Desk) -> None:
    assert "Nothing comes to <#C0HERE> yet" in shown(await desk.ask("subscriptions"))


async def test_a_setting_is_answered_in_a_sentence(desk: Desk) -> None:
    for text, said in SETTINGS:
        answer = await desk.ask(text)
        assert isinstance(answer, SettingsList), text
        assert said in answer.lead
    for word in ("quiet", "timezone", "score", "updates", "urgent"):
        assert isinstance(await desk.ask(word), SettingsList)


async def test_what_cannot_be_done_is_one_sentence(desk: Desk) -> None:
    await desk.ask("subscribe sanctions")
    for text, said in REFUSED:
        answer = await desk.ask(text)
        assert isinstance(answer, Sentence), text
        assert answer.refused
        assert said in answer.text


async def test_who_may_change_settings_is_for_admins_to_say(desk: Desk) -> None:
    refused = await desk.ask("permission admins", actor=BOB)
    assert isinstance(refused, Sentence)
    assert refused.refused
    admin = replace(BOB, admin=True)
    assert "From now on, admins may change" in shown(
        await desk.ask("permission admins", actor=admin)
    )
    answer = await desk.ask("subscribe sanctions", actor=BOB)
    assert isinstance(answer, Sentence)
    assert "Only admins" in answer.text
    assert "In this workspace, admins" in shown(await desk.ask("permission"))


async def test_members_of_the_channel_named_may_change_it(desk: Desk) -> None:
    await desk.ask("permission members", actor=replace(BOB, admin=True))
    trade = desk.directory.places["trade"]
    desk.directory.places["trade"] = replace(trade, member=False)
    answer = await desk.ask("subscribe sanctions #trade")
    assert isinstance(answer, Sentence)
    assert "Only members" in answer.text
    assert isinstance(await desk.ask("subscribe sanctions"), SubscriptionChange)


async def test_a_mute_is_undone_by_its_own_button(desk: Desk) -> None:
    await desk.ask("subscribe sanctions")
    answer = await desk.press(actions.Mute("topic", "sanctions"))
    assert isinstance(answer, Sentence)
    assert answer.text == "“Sanctions” is silent here for 7 days."
    (one,) = (await settings_of(desk)).subscriptions
    assert one.muted_until is not None
    await desk.press(answer.offers[0].action)
    (one,) = (await settings_of(desk)).subscriptions
    assert one.muted_until is None
    refused = await desk.press(actions.Mute("topic", "chip-controls"))
    assert isinstance(refused, Sentence)
    assert refused.refused


async def test_nothing_crosses_from_one_workspace_to_another(desk: Desk) -> None:
    await desk.subscriptions.install("slack", "T2", "Other")
    await desk.ask("subscribe sanctions")
    await desk.ask("watch Secret Project")
    other = ChannelRef("slack", "T2", "C0HERE", "here")
    for text in ("subscriptions", "changes", "topics"):
        said = await desk.say(text, channel=other)
        assert "U0ANN" not in said
        assert "Secret Project" not in said
