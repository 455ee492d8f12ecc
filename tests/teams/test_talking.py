"""Promise: in Teams people get by with messages, buttons and forms what they get in Slack."""

from __future__ import annotations

import pytest

from bot.commands import form_words, forms
from tests.support.newsroom import Item
from tests.support.teams.model import filled_in
from tests.teams.conftest import FRESH, Office


@pytest.fixture
def office(small_office: Office) -> Office:
    return small_office


@pytest.mark.parametrize("kind", ["chips", "group", "personal"])
async def test_a_search_is_answered_where_it_was_asked(office: Office, kind: str) -> None:
    await office.alert(office.room("general"))
    room = office.teams.chat_with(office.mara.id) if kind == "personal" else office.room(kind)
    room.with_bot = True
    (answer,) = await office.teams.say(room, office.mara, "entity list &quot;adds firms&quot;")
    assert FRESH.title in answer.shown
    asked = room.posts[-2]
    assert answer.thread == (asked.id if kind == "chips" else "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("latest", FRESH.title),
        ("latest entity-list", FRESH.title),
        ("topics", "Entity List"),
        ("subscriptions", "set by Mara Lindqvist"),
        ("watch Huawei = 华为", "Huawei"),
        ("unwatch Huawei", "Huawei"),
        ("digest", FRESH.title),
        ("digest 07:30", "07:30"),
        ("why https://wire.example/2", FRESH.title),
        ("feeds", "feed"),
        ("quiet 22:00-07:00", "22:00"),
        ("timezone mine", "Europe/Amsterdam"),
        ("help", "subscribe"),
        ("try chip-controls", "Chip controls"),
        ("changes", "Mara Lindqvist"),
    ],
)
async def test_every_command_is_understood_as_a_message(
    office: Office, text: str, said: str
) -> None:
    room = office.room("chips")
    await office.alert(room)
    (answer,) = await office.teams.say(room, office.mara, text)
    assert said in answer.shown


async def test_pages_are_turned_in_place(office: Office) -> None:
    room = office.room("chips")
    await office.teams.install(room, office.mara)
    items = [
        Item(
            f"BIS adds firm {number} to the Entity List",
            f"https://wire.example/p{number}",
            f"p{number}",
        )
        for number in range(8)
    ]
    await office.publish(*items)
    (first,) = await office.teams.say(room, office.mara, "entity list")
    before = len(office.teams.posts(room))
    turned = await office.teams.press(first, office.mara, "Next")
    assert turned["type"] == "application/vnd.microsoft.card.adaptive"
    assert turned["value"]["body"] != first.card["body"]
    assert len(office.teams.posts(room)) == before, "nobody else is bothered"


async def test_a_button_of_an_alert_is_answered_to_who_pressed_it(office: Office) -> None:
    alert = await office.alert(office.room("chips"))
    said = await office.teams.press(alert, office.mara, "Not relevant")
    assert said["type"] == "application/vnd.microsoft.activity.message"
    assert "not relevant" in said["value"].casefold()


async def test_the_settings_form_opens_in_a_dialog_and_saves(office: Office) -> None:
    room = office.room("chips")
    await office.teams.install(room, office.mara)
    (offer,) = await office.teams.say(room, office.mara, "settings")
    opened = await office.teams.press(offer, office.mara, "Open the form")
    form = opened["task"]["value"]["card"]["content"]
    sent = await office.teams.send_form(
        offer, office.mara, form, {forms.INSTANT: "entity-list,chip-controls", forms.ZONE: "Tokyo"}
    )
    assert "Entity List" in str(sent)
    settings = await office.settings(room)
    assert settings is not None
    assert {s.target for s in settings.subscriptions} == {"entity-list", "chip-controls"}
    assert settings.timezone == "Asia/Tokyo"


async def test_older_clients_send_buttons_and_forms_as_messages(office: Office) -> None:
    room = office.room("chips")
    await office.teams.install(room, office.mara)
    (offer,) = await office.teams.say(room, office.mara, "settings")
    pressed = offer.button("Open the form")["data"]
    (again,) = await office.teams.say(room, office.mara, "", value=pressed)
    assert again.button("Open the form")
    opened = await office.teams.press(offer, office.mara, "Open the form")
    form = opened["task"]["value"]["card"]["content"]
    filled = filled_in(form, {forms.INSTANT: "entity-list"})
    (saved,) = await office.teams.say(room, office.mara, "", value=filled)
    assert "Entity List" in saved.shown


async def test_a_wrong_form_is_said_and_saves_nothing(office: Office) -> None:
    room = office.room("chips")
    await office.teams.install(room, office.mara)
    (offer,) = await office.teams.say(room, office.mara, "settings")
    opened = await office.teams.press(offer, office.mara, "Open the form")
    form = opened["task"]["value"]["card"]["content"]
    both = {forms.INSTANT: "entity-list", forms.DAILY: "entity-list", forms.WATCHES: "Vexel = VX"}
    sent = await office.teams.send_form(offer, office.mara, form, both)
    assert "choose one of the two" in str(sent)
    settings = await office.settings(room)
    assert settings is None or not settings.subscriptions
    again = sent["task"]["value"]["card"]["content"]
    fields = {one["id"]: one.get("value") for one in again["body"] if "id" in one}
    assert {field: fields[field] for field in both} == both
    await office.teams.send_form(offer, office.mara, again, {forms.DAILY: ""})
    settings = await office.settings(room)
    assert settings is not None
    assert [s.target for s in settings.subscriptions if s.kind == "topic"] == ["entity-list"]
    assert len(settings.subscriptions) == 2


async def test_the_settings_form_says_what_it_would_have_sent(office: Office) -> None:
    await office.alert(office.room("general"))
    room = office.room("chips")
    await office.teams.install(room, office.mara)
    (offer,) = await office.teams.say(room, office.mara, "settings")
    opened = await office.teams.press(offer, office.mara, "Open the form")
    form = opened["task"]["value"]["card"]["content"]
    (attempt,) = [one for one in form["actions"] if one["title"] == form_words.TRY]
    chosen = {forms.INSTANT: "entity-list", **attempt["data"]}
    tried = await office.teams.send_form(offer, office.mara, form, chosen)
    assert FRESH.title in str(tried)
    settings = await office.settings(room)
    assert settings is None or not settings.subscriptions
    again = tried["task"]["value"]["card"]["content"]
    await office.teams.send_form(offer, office.mara, again, {})
    settings = await office.settings(room)
    assert settings is not None
    assert {s.target for s in settings.subscriptions} == {"entity-list"}


async def test_an_article_is_shared_to_another_channel(office: Office) -> None:
    alert = await office.alert(office.room("general"))
    chips = office.room("chips")
    before = len(office.teams.posts(chips))
    opened = await office.teams.press(alert, office.mara, "Share…")
    form = opened["task"]["value"]["card"]["content"]
    sent = {forms.CHANNEL: chips.id, forms.NOTE: "For <all> of us"}
    await office.teams.send_form(alert, office.mara, form, sent)
    (shared,) = office.teams.posts(chips)[before:]
    assert FRESH.title in shared.shown
    assert "<all>" in shared.shown


async def test_the_extension_puts_a_story_into_the_conversation(office: Office) -> None:
    await office.alert(office.room("general"))
    elsewhere = office.room("group")  # where the bot is not
    (result,) = await office.teams.search(elsewhere, office.mara, "entity list firms")
    assert FRESH.title in str(result["preview"])
    assert result["content"]["type"] == "AdaptiveCard"
    assert FRESH.link in str(result["content"])
    while_typing = await office.teams.search(elsewhere, office.mara, "entity list fir")
    assert FRESH.title in str(while_typing)
    latest = await office.teams.search(elsewhere, office.mara, "")
    assert {FRESH.title in str(one) for one in latest} == {True, False}
    assert await office.teams.search(elsewhere, office.mara, "nothinglikethis") == []
    known = await office.bot.engine.conversations.rooms(elsewhere.tenant)
    assert elsewhere.id not in {ref.channel for ref in known}, "the bot was not let in there"


async def test_a_file_is_given_in_the_personal_chat_once_it_is_accepted(office: Office) -> None:
    await office.alert(office.room("chips"))
    (found,) = await office.teams.say(office.room("chips"), office.mara, "entity list firms")
    said = await office.teams.press(found, office.mara, "Export CSV")
    assert "personal chat" in said["value"]
    chat = office.teams.chat_with(office.mara.id)
    (offered,) = office.teams.posts(chat)
    await office.teams.accept(offered, office.ken)
    assert office.teams.uploads == {}, "it is offered to one person"
    await office.teams.accept(offered, office.mara)
    (content,) = office.teams.uploads.values()
    assert FRESH.title in content.decode()
    await office.teams.accept(offered, office.mara)
    assert "ask for it again" in office.teams.posts(chat)[-1].shown


async def test_a_file_that_is_declined_goes_nowhere(office: Office) -> None:
    await office.alert(office.room("chips"))
    chat = office.teams.chat_with(office.mara.id)
    (found,) = await office.teams.say(chat, office.mara, "entity list firms")
    await office.teams.press(found, office.mara, "Export CSV")
    offered = office.teams.posts(chat)[-1]
    await office.teams.accept(offered, office.mara, answer="decline")
    assert office.teams.uploads == {}
    assert office.teams.posts(chat)[-1] is offered


async def test_a_channel_is_named_only_by_who_is_in_it(office: Office) -> None:
    chips, group = office.room("chips"), office.room("group")
    await office.teams.install(chips, office.mara)
    group.with_bot = True
    chips.members.remove(office.mara.id)
    (refused,) = await office.teams.say(group, office.mara, "subscribe entity-list #chips")
    assert "no channel" in refused.shown
    chips.members.add(office.mara.id)
    (done,) = await office.teams.say(group, office.mara, "subscribe entity-list #chips")
    assert "Entity List" in done.shown
    settings = await office.settings(chips)
    assert settings is not None
    assert [s.target for s in settings.subscriptions] == ["entity-list"]


async def test_somebody_of_another_tenant_can_do_nothing_in_a_shared_channel(
    office: Office,
) -> None:
    room = office.room("chips")
    await office.teams.install(room, office.mara)
    theirs = {"id": "29:1guest", "name": "Guest", "tenantId": "another"}
    (answer,) = await office.teams.say(room, office.mara, "subscribe entity-list", sender=theirs)
    assert "another organisation" in answer.shown
    settings = await office.settings(room)
    assert settings is None or not settings.subscriptions
