"""Promise: what people make the bot say is said once, whatever happens to the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands import forms
from bot.demo.slack.faults import CutAfter
from handlers.slack.desk import DOUBTFUL
from tests.slack.office import Office, open_office
from tests.support.slack import CHANNEL, MEMBER, until


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, tmp_path) as office:
        yield office


async def test_a_shared_article_is_posted_once_and_the_doubt_is_said(office: Office) -> None:
    ts = await office.alert()
    posted = len(office.slack.calls("chat.postMessage"))
    office.slack.plan("chat.postMessage", CutAfter())
    await office.slack.click(CHANNEL, ts, "share", user=MEMBER)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    await office.slack.submit_view(None, {forms.CHANNEL: {forms.CHANNEL: CHANNEL}}, user=MEMBER)
    await until(
        office.slack,
        lambda: DOUBTFUL in [m.text for m in office.slack.ephemerals(CHANNEL, MEMBER)],
    )
    assert len(office.slack.messages(CHANNEL)) == 2
    assert len(office.slack.calls("chat.postMessage")) == posted + 1


async def test_an_answer_for_one_person_is_sent_once(office: Office) -> None:
    office.slack.plan("response_url", CutAfter())
    await office.slack.slash("topics", channel=CHANNEL, user=MEMBER)
    replies = await office.slack.slash("help", channel=CHANNEL, user=MEMBER)
    assert replies.acked
    answers = [m.text for m in office.slack.ephemerals(CHANNEL, MEMBER)]
    assert [text.startswith("11 topics: ") for text in answers].count(True) == 1
