"""Promise: in a channel shared with another organisation the bot serves its own people only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands import forms
from bot.commands.service import GUEST
from tests.slack.office import Office, open_office
from tests.support.slack import CHANNEL, MEMBER, until

OUTSIDER, COUSIN = "U0PARTNER1", "U0COUSIN01"
PARTNER, ORGANISATION, SISTER = "T0PARTNER1", "E0ORG00001", "T0SISTER01"


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, tmp_path) as office:
        office.slack.add_user(OUTSIDER, "Pat Other", team=PARTNER, admin=True)
        yield office


@pytest.mark.parametrize("text", ["subscribe sanctions", "unsubscribe all", "settings", "changes"])
async def test_a_command_of_an_outsider_changes_and_shows_nothing(
    office: Office, text: str
) -> None:
    await office.slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
    replies = await office.slack.slash(text, channel=CHANNEL, user=OUTSIDER)
    assert GUEST in replies.text
    settings = await office.settings()
    assert settings is not None
    assert [one.target for one in settings.subscriptions] == ["entity-list"]


async def test_a_button_of_an_outsider_changes_nothing(office: Office) -> None:
    ts = await office.alert()
    mute = '{"do":"mute","kind":"topic","target":"entity-list"}'
    replies = await office.slack.click(CHANNEL, ts, "more", user=OUTSIDER, value=mute, expect=1)
    assert GUEST in replies.text
    settings = await office.settings()
    assert settings is not None
    assert settings.subscriptions[0].muted_until is None


async def test_a_form_of_an_outsider_changes_nothing(office: Office) -> None:
    await office.slack.slash("settings", channel=CHANNEL, user=MEMBER, expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    form = office.slack.modals(MEMBER)[-1]
    form.user = OUTSIDER  # as if it had been opened over there
    taken = await office.slack.submit_view(
        form, {forms.INSTANT: {forms.INSTANT: ["entity-list"]}}, user=OUTSIDER
    )
    assert taken.errors == {forms.INSTANT: GUEST}
    assert await office.settings() is None


async def test_the_home_tab_of_an_outsider_shows_nothing_of_ours(office: Office) -> None:
    await office.alert()
    await office.slack.open_home(OUTSIDER)
    await until(office.slack, lambda: office.slack.home(OUTSIDER) is not None)
    home = office.slack.home(OUTSIDER)
    assert home is not None
    assert GUEST in str(home.body)
    assert CHANNEL not in str(home.body)


async def test_a_mention_by_an_outsider_is_refused_in_one_sentence(office: Office) -> None:
    await office.slack.say("@exportnews subscribe sanctions", channel=CHANNEL, user=OUTSIDER)
    await until(office.slack, lambda: len(office.slack.messages(CHANNEL)) == 2)
    assert GUEST in office.slack.messages(CHANNEL)[-1].text
    assert await office.settings() is None


async def test_people_of_the_same_organisation_are_no_outsiders(office: Office) -> None:
    office.slack.workspace.enterprise = ORGANISATION
    await office.bot.engine.slack.identify()
    office.slack.add_user(COUSIN, "Kim Near", team=SISTER, enterprise=ORGANISATION)
    replies = await office.slack.slash("subscribe sanctions", channel=CHANNEL, user=COUSIN)
    assert "Sanctions" in replies.text
    assert await office.settings() is not None
