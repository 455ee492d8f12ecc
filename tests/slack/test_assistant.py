"""Promise: in the assistant's view, where it is on, the bot greets, offers and answers."""

from __future__ import annotations

from pathlib import Path

from handlers.slack.assistant import HELLO, PROMPTS
from tests.slack.office import FRESH, open_office
from tests.support.slack import MEMBER, until


async def test_a_thread_of_the_assistant_is_greeted_and_answered(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_office(sqlite_url, tmp_path, exportnews_slack_assistant=True) as office:
        office.slack.workspace.scopes.add("assistant:write")
        await office.alert()
        thread = await office.slack.open_assistant(MEMBER)
        await until(
            office.slack,
            lambda: bool(office.slack.calls("assistant.threads.setSuggestedPrompts")),
        )
        (offered,) = office.slack.calls("assistant.threads.setSuggestedPrompts")
        assert offered.outcome == "ok"
        assert PROMPTS[0]["message"] in str(offered.arguments)
        direct = office.slack.of("").direct(MEMBER).id
        assert HELLO in [m.text for m in office.direct_messages(MEMBER)]
        await office.slack.say("entity list firms", channel=direct, user=MEMBER, thread_ts=thread)
        await until(office.slack, lambda: FRESH.title in office.direct_messages(MEMBER)[-1].shown)
        assert office.direct_messages(MEMBER)[-1].thread_ts == thread
        assert office.slack.calls("assistant.threads.setStatus")[-1].outcome == "ok"


async def test_without_the_setting_a_thread_is_answered_as_any_message(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_office(sqlite_url, tmp_path) as office:
        await office.alert()
        direct = office.slack.of("").direct(MEMBER).id
        await office.slack.say("entity list firms", channel=direct, user=MEMBER)
        await until(office.slack, lambda: FRESH.title in office.direct_messages(MEMBER)[-1].shown)
        assert office.slack.calls("assistant.threads.setStatus") == []
