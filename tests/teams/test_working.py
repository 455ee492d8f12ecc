"""Promise: in Teams a team works with an alert as in Slack, for all to see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.commands import forms
from tests.support.newsroom import Item
from tests.support.teams import Post
from tests.teams.conftest import KNOWN, Office

DATED = Item(
    "BIS adds firms to the Entity List",
    "https://wire.example/2",
    "g2",
    text="The rule takes effect on December 2, 2099. Comments are due January 15, 2100.",
)


@pytest.fixture
def office(small_office: Office) -> Office:
    return small_office


@pytest.fixture
async def alert(office: Office) -> Post:
    """An alert whose article has dates."""
    chips = office.room("chips")
    await office.teams.install(chips, office.mara)
    await office.teams.say(chips, office.mara, "subscribe entity-list")
    await office.publish(KNOWN)
    await office.publish(DATED, KNOWN)
    return office.teams.posts(chips)[-1]


async def fill(office: Office, post: Post, button: str, **inputs: str) -> Any:
    """Open a form by its button, and send it with what is filled in."""
    opened = await office.teams.press(post, office.mara, button)
    form = opened["task"]["value"]["card"]["content"]
    sent = await office.teams.send_form(post, office.mara, form, inputs)
    await office.send()
    return sent


async def test_an_alert_is_acknowledged_and_reopened_for_all_to_see(
    office: Office, alert: Post
) -> None:
    posts = len(office.teams.posts(office.room("chips")))
    await office.teams.press(alert, office.mara, "Acknowledge")
    await office.send()
    assert "Acknowledged by Mara Lindqvist" in alert.shown
    await office.teams.press(alert, office.mara, "Reopen")
    await office.send()
    assert "Acknowledged by" not in alert.shown
    assert len(office.teams.posts(office.room("chips"))) <= posts + 2


async def test_an_alert_is_assigned_and_its_person_told_and_reminded(
    office: Office, alert: Post
) -> None:
    due = (office.clock() + timedelta(days=1)).date().isoformat()
    await fill(office, alert, "Assign…", **{forms.ASSIGNEE: office.ken.aad, forms.DUE: due})
    assert "Assigned to Ken Abe" in alert.shown
    chat = office.teams.chat_with(office.ken.id)
    (told,) = office.teams.posts(chat)
    assert "Mara Lindqvist assigned this to you" in told.shown
    office.clock.skip(2 * 86_400)
    await office.send()
    assert "due on" in office.teams.posts(chat)[-1].shown


async def test_an_alert_is_dismissed_with_a_reason(office: Office, alert: Post) -> None:
    await fill(office, alert, "Not applicable…", **{forms.REASON: "We ship <none> of it"})
    assert "We ship <none> of it" in alert.shown


async def test_dates_go_into_a_calendar(office: Office, alert: Post) -> None:
    await office.teams.press(alert, office.mara, "Add to calendar")
    (offered,) = office.teams.posts(office.teams.chat_with(office.mara.id))
    await office.teams.accept(offered, office.mara)
    (content,) = office.teams.uploads.values()
    assert "DTSTART;VALUE=DATE:20991202" in content.decode().split("\r\n")


async def test_a_date_is_reminded_of(office: Office, alert: Post) -> None:
    sent = await fill(office, alert, "Remind…")
    assert "reminded on" in str(sent)


async def test_a_reminder_is_listed_and_cancelled(office: Office, alert: Post) -> None:
    await fill(office, alert, "Remind…")
    chips = office.room("chips")
    await office.teams.say(chips, office.mara, "reminders")
    listed = office.teams.posts(chips)[-1]
    assert "1 reminder to come" in listed.shown
    await office.teams.press(listed, office.mara, "Cancel")
    await office.teams.say(chips, office.mara, "reminders")
    assert "No reminder is set here" in office.teams.posts(chips)[-1].shown


async def test_feedback_is_listed_with_names(office: Office, alert: Post) -> None:
    await office.teams.press(alert, office.mara, "Not relevant")
    chips = office.room("chips")
    await office.teams.say(chips, office.mara, "feedback")
    listed = office.teams.posts(chips)[-1]
    assert "Not relevant" in listed.shown
    assert "Mara Lindqvist" in listed.shown
    await office.teams.press(listed, office.mara, "Undo")
    await office.teams.say(chips, office.mara, "feedback")
    assert "Nothing was said" in office.teams.posts(chips)[-1].shown
