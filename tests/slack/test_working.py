"""Promise: in Slack an alert is acknowledged, assigned and dismissed by button, for all to see."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import forms
from bot.demo.slack.blockkit import check_message, check_view
from bot.demo.slack.faults import Status
from bot.demo.slack.model import StoredMessage
from handlers.slack.files import GIVEN, NO_SCOPE, NOT_TAKEN
from tests.slack.office import Office, open_office
from tests.support.newsroom import Item
from tests.support.slack import ADMIN, CHANNEL, MEMBER, until

DATED = Item(
    "BIS adds firms to the Entity List",
    "https://wire.example/2",
    "g2",
    text="The rule takes effect on December 2, 2099. Comments are due January 15, 2100.",
)


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, tmp_path) as office:
        yield office


def the_alert(office: Office) -> StoredMessage:
    message = office.slack.messages(CHANNEL)[0]
    assert check_message({"text": message.text, "blocks": message.blocks}) == []
    return message


def button(message: StoredMessage, label: str) -> tuple[str, str]:
    """Give action id and value of a button by what it says."""
    for block in message.blocks:
        for element in block.get("elements", []):
            if element.get("type") == "button" and element["text"]["text"] == label:
                return element["action_id"], element.get("value", "")
    raise LookupError(label)


async def press(office: Office, label: str, user: str = MEMBER, *, expect: int = 1) -> str:
    message = the_alert(office)
    action, value = button(message, label)
    replies = await office.slack.click(
        CHANNEL, message.ts, action, value=value, user=user, expect=expect
    )
    return replies.text


async def shown(office: Office, text: str) -> None:
    await office.send()
    assert text in str(the_alert(office).blocks)


async def test_an_alert_is_acknowledged_and_reopened_for_all_to_see(office: Office) -> None:
    await office.alert()
    assert "Acknowledged" in await press(office, "Acknowledge")
    await shown(office, f"Acknowledged by <@{MEMBER}>")
    assert len(office.slack.messages(CHANNEL)) == 1
    with pytest.raises(LookupError):
        button(the_alert(office), "Acknowledge")
    await press(office, "Reopen")
    await shown(office, "Acknowledge")


async def test_an_alert_is_assigned_told_and_reminded_of_once(office: Office) -> None:
    await office.alert()
    await press(office, "Assign…", expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    form = office.slack.modals(MEMBER)[-1]
    assert check_view(form.body) == []
    due = office.clock().date().isoformat()
    taken = await office.slack.submit_view(
        form, {forms.ASSIGNEE: {forms.ASSIGNEE: ADMIN}, forms.DUE: {forms.DUE: due}}
    )
    assert taken.errors == {}
    await until(office.slack, lambda: "it is due on" in told(office))
    await shown(office, f"Assigned to <@{ADMIN}>, due")
    await office.slack.open_home(ADMIN)
    await until(office.slack, lambda: office.slack.home(ADMIN) is not None)
    assert "Assigned to you" in str(office.slack.home(ADMIN))
    (message,) = office.direct_messages(ADMIN)
    assert "Mara Lindqvist assigned this to you" in message.shown
    office.clock.skip(86_400)
    await office.send()
    await office.send()
    assert ["due on" in one.shown for one in office.direct_messages(ADMIN)] == [True, True]


async def test_a_form_that_is_refused_stays_open_with_what_was_chosen(office: Office) -> None:
    await office.alert()
    await press(office, "Assign…", expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    form = office.slack.modals(MEMBER)[-1]
    past = (office.clock() - timedelta(days=3)).date().isoformat()
    taken = await office.slack.submit_view(
        form, {forms.ASSIGNEE: {forms.ASSIGNEE: ADMIN}, forms.DUE: {forms.DUE: past}}
    )
    assert taken.errors == {forms.DUE: "That day is past; choose today or a later one."}
    (kept,) = office.slack.modals(MEMBER)
    assert kept.values[forms.ASSIGNEE][forms.ASSIGNEE]["selected_user"] == ADMIN
    due = office.clock().date().isoformat()
    taken = await office.slack.submit_view(kept, {forms.DUE: {forms.DUE: due}})
    assert (taken.errors, office.slack.modals(MEMBER)) == ({}, [])
    await shown(office, f"Assigned to <@{ADMIN}>, due")


def told(office: Office) -> str:
    return " ".join(m.shown for m in office.slack.ephemerals(CHANNEL, MEMBER))


async def test_a_form_without_a_person_or_a_reason_says_so_beside_the_field(
    office: Office,
) -> None:
    await office.alert()
    await press(office, "Assign…", expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    assert set((await office.slack.submit_view(user=MEMBER)).errors) == {forms.ASSIGNEE}
    await office.slack.close_view(office.slack.modals(MEMBER)[-1])
    await press(office, "Not applicable…", expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    assert set((await office.slack.submit_view(user=MEMBER)).errors) == {forms.REASON}


async def test_an_alert_is_dismissed_with_a_reason_and_the_record_is_a_file_for_admins(
    office: Office,
) -> None:
    await office.alert()
    await press(office, "Not applicable…", expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    await office.slack.submit_view(
        None, {forms.REASON: {forms.REASON: "We ship <none> of it"}}, user=MEMBER
    )
    await until(office.slack, lambda: "not applicable" in told(office))
    await shown(office, "Not applicable: “We ship &lt;none&gt; of it”")
    refused = await office.slack.slash("audit", channel=CHANNEL, user=MEMBER)
    assert "Only admins" in refused.text
    given = await office.slack.slash("audit", channel=CHANNEL, user=ADMIN)
    assert GIVEN in given.text
    (file,) = office.direct_messages(ADMIN)[-1].files
    assert file.name.endswith(".csv")
    assert b"not-applicable,,,,We ship <none> of it," in (file.content or b"")


async def test_dates_go_into_a_calendar(office: Office) -> None:
    await office.alert(DATED)
    assert GIVEN in await press(office, "Add to calendar")
    (file,) = office.direct_messages(MEMBER)[-1].files
    lines = (file.content or b"").decode().split("\r\n")
    assert "DTSTART;VALUE=DATE:20991202" in lines
    assert "SUMMARY:Effective: BIS adds firms to the Entity List" in lines


async def test_a_date_is_reminded_of_in_the_channel(office: Office) -> None:
    await office.alert(DATED)
    await press(office, "Remind…", expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    form = office.slack.modals(MEMBER)[-1]
    assert check_view(form.body) == []
    await office.slack.submit_view(form, {forms.WHOM: {forms.WHOM: "channel"}})
    await until(office.slack, lambda: "The channel is reminded on 1 Dec 2099" in told(office))


@pytest.mark.parametrize("kind", ["CSV", "JSON"])
async def test_what_a_search_finds_is_a_file(office: Office, kind: str) -> None:
    await office.alert(DATED)
    found = await office.slack.slash("search entity list", channel=CHANNEL, user=MEMBER)
    message = office.slack.ephemerals(CHANNEL, MEMBER)[-1]
    assert found.acked
    action, value = button(message, f"Export {kind}")
    replies = await office.slack.click(
        CHANNEL, message.ts, action, value=value, user=MEMBER, expect=1
    )
    assert GIVEN in replies.text
    (file,) = office.direct_messages(MEMBER)[-1].files
    content = (file.content or b"").decode()
    assert DATED.title in content
    if kind == "JSON":
        assert json.loads(content)["total"] == 1


@pytest.mark.parametrize(("trouble", "said"), [("scope", NO_SCOPE), ("upload", NOT_TAKEN)])
async def test_a_file_that_slack_does_not_take_is_said(
    office: Office, trouble: str, said: str
) -> None:
    await office.alert(DATED)
    if trouble == "scope":
        office.slack.workspace.scopes.discard("files:write")
    else:
        office.slack.plan("files.completeUploadExternal", Status(503))
    assert said in await press(office, "Add to calendar")


async def test_a_reminder_is_listed_at_home_and_cancelled(office: Office) -> None:
    await office.alert(DATED)
    await press(office, "Remind…", expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    await office.slack.submit_view(office.slack.modals(MEMBER)[-1], {})
    await until(office.slack, lambda: "You are reminded on 1 Dec 2099" in told(office))
    await office.slack.open_home(MEMBER)
    await until(office.slack, lambda: office.slack.home(MEMBER) is not None)
    assert "Your reminders" in str(office.slack.home(MEMBER))
    listed = await office.slack.slash("reminders", channel=CHANNEL, user=MEMBER)
    assert "1 reminder to come" in listed.text
    message = office.slack.ephemerals(CHANNEL, MEMBER)[-1]
    (row,) = [block for block in message.blocks if "accessory" in block]
    replies = await office.slack.click(
        *(CHANNEL, message.ts, row["accessory"]["action_id"]),
        value=row["accessory"]["value"],
        user=MEMBER,
        expect=1,
    )
    assert "Cancelled: you are not reminded" in replies.text
    again = await office.slack.slash("reminders", channel=CHANNEL, user=MEMBER)
    assert "No reminder is set here" in again.text


async def test_feedback_is_listed_and_taken_back(office: Office) -> None:
    await office.alert(DATED)
    message = the_alert(office)
    value = next(
        option["value"]
        for block in message.blocks
        for element in (block.get("accessory") or {}, *block.get("elements", []))
        for option in element.get("options", [])
        if "irrelevant" in option["value"]
    )
    replies = await office.slack.click(
        CHANNEL, message.ts, "more", value=value, user=MEMBER, expect=1
    )
    assert "Noted: not relevant here" in replies.text
    listed = await office.slack.slash("feedback", channel=CHANNEL, user=MEMBER)
    assert f"<@{MEMBER}>" in listed.text
    shown_list = office.slack.ephemerals(CHANNEL, MEMBER)[-1]
    (row,) = [block for block in shown_list.blocks if "accessory" in block]
    replies = await office.slack.click(
        *(CHANNEL, shown_list.ts, row["accessory"]["action_id"]),
        value=row["accessory"]["value"],
        user=MEMBER,
        expect=1,
    )
    assert "Taken back." in replies.text
