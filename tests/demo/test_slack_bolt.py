"""The look-alike's interactions, answered by a real Bolt app: Socket Mode and signed HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import CutBefore, SlackLookalike
from tests.support.clock import SetClock
from tests.support.slack import CHANNEL, MEMBER, open_slack, until

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "*Chips*"}}
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "settings",
    "title": {"type": "plain_text", "text": "Settings"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "term",
            "label": {"type": "plain_text", "text": "Watch"},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        },
        {
            "type": "input",
            "block_id": "topics",
            "label": {"type": "plain_text", "text": "Topics"},
            "element": {
                "type": "multi_static_select",
                "action_id": "chosen",
                "options": [
                    {"text": {"type": "plain_text", "text": name}, "value": name}
                    for name in ("chip-controls", "entity-list")
                ],
            },
        },
    ],
}


def make_app(slack: SlackLookalike, heard: list[Any]) -> AsyncApp:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.command("/exportnews")
    async def command(ack: Any, respond: Any, command: Any, client: Any) -> None:
        heard.append(command["text"])
        if command["text"] == "settings":
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        elif command["text"] == "slow":
            await asyncio.sleep(20)
        elif command["text"] == "at once":
            await ack("with the ack")
        else:
            await ack()
            await respond(text=f"you asked {command['text']}", blocks=[SECTION])

    @app.action("more")
    async def more(ack: Any, respond: Any, action: Any) -> None:
        await ack()
        heard.append(action.get("value") or action["selected_option"]["value"])
        await respond(text="replaced", replace_original=True)

    @app.view("settings")
    async def saved(ack: Any, view: Any) -> None:
        values = view["state"]["values"]
        heard.append((values["term"]["typed"]["value"], values["topics"]["chosen"]))
        if not values["term"]["typed"]["value"]:
            await ack(response_action="errors", errors={"term": "Type a company."})
        else:
            await ack()

    @app.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        await say(text=f"yes, <@{event['user']}>", thread_ts=event["ts"])

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        await client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [SECTION]}
        )

    return app


@asynccontextmanager
async def over_socket(slack: SlackLookalike, app: AsyncApp) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.sockets.connected()
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def over_http(slack: SlackLookalike, app: AsyncApp) -> AsyncIterator[None]:
    async def events(request: web.Request) -> web.Response:
        answer = await app.async_dispatch(
            AsyncBoltRequest(body=await request.text(), headers=dict(request.headers))
        )
        kind = answer.first_headers().get("content-type", "text/plain").partition(";")[0]
        return web.Response(status=answer.status, text=answer.body, content_type=kind)

    server = web.Application()
    server.add_routes([web.post("/slack/events", events)])
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.http_target = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.fixture(params=[over_socket, over_http], ids=["socket", "http"])
async def bot(request: pytest.FixtureRequest, clock: SetClock) -> AsyncIterator[Any]:
    """The look-alike with an app behind it, and what the app heard."""
    heard: list[Any] = []
    async with open_slack(clock=clock) as slack, request.param(slack, make_app(slack, heard)):
        yield slack, heard


async def test_a_command_is_acknowledged_and_answered_to_one_person(bot: Any) -> None:
    slack, heard = bot
    replies = await slack.slash("latest <b> #export-controls", channel=CHANNEL, user=MEMBER)
    assert replies.acked
    assert heard == [f"latest &lt;b&gt; <#{CHANNEL}|export-controls>"]
    assert "Chips" in replies.text
    assert [m.text for m in slack.ephemerals(CHANNEL, MEMBER)] == [f"you asked {heard[0]}"]
    assert slack.messages(CHANNEL) == []


async def test_an_answer_may_come_with_the_acknowledgement(bot: Any) -> None:
    slack, _ = bot
    replies = await slack.slash("at once", channel=CHANNEL, user=MEMBER)
    assert replies.text == "with the ack"
    assert len(slack.ephemerals(CHANNEL, MEMBER)) == 1


async def test_a_modal_opens_refuses_and_closes(bot: Any) -> None:
    slack, heard = bot
    await slack.slash("settings", channel=CHANNEL, user=MEMBER, expect=0)
    await until(slack, lambda: bool(slack.modals(MEMBER)))
    refused = await slack.submit_view(user=MEMBER)
    assert refused.errors == {"term": "Type a company."}
    taken = await slack.submit_view(
        user=MEMBER,
        values={"term": {"typed": "Huawei"}, "topics": {"chosen": ["entity-list"]}},
    )
    assert taken.closed
    assert slack.modals(MEMBER) == []
    term, topics = heard[-1]
    assert (term, topics["selected_options"][0]["value"]) == ("Huawei", "entity-list")


async def test_elements_of_messages_can_be_used(bot: Any) -> None:
    slack, heard = bot
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    button = {
        "type": "button",
        "action_id": "more",
        "value": "1",
        "text": {"type": "plain_text", "text": "More"},
    }
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [{"text": {"type": "plain_text", "text": "Mute"}, "value": "mute"}],
    }
    blocks = [{**SECTION, "accessory": menu}, {"type": "actions", "elements": [button]}]
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks))["ts"]
    with pytest.raises(LookupError):
        await slack.click(CHANNEL, ts, "more", value="2", user=MEMBER)
    replies = await slack.click(CHANNEL, ts, "more", value="mute", user=MEMBER, expect=1)
    assert replies.acked
    assert heard == ["mute"]
    assert [m.text for m in slack.messages(CHANNEL)] == ["replaced"]


async def test_mentions_and_the_home_reach_the_bot(bot: Any) -> None:
    slack, _ = bot
    asked = await slack.say("@exportnews any news?", channel=CHANNEL, user=MEMBER)
    await until(slack, lambda: len(slack.messages(CHANNEL)) == 2)
    assert slack.messages(CHANNEL)[1].thread_ts == asked.ts
    await slack.open_home(MEMBER)
    await until(slack, lambda: slack.home(MEMBER) is not None)


async def test_what_is_not_acknowledged_in_time_is_said_to_the_person(bot: Any) -> None:
    slack, _ = bot
    replies = await slack.slash("slow", channel=CHANNEL, user=MEMBER)
    assert (replies.acked, replies.messages) == (False, [])
    (told,) = slack.ephemerals(CHANNEL, MEMBER)
    assert "did not respond" in told.text


async def test_a_response_url_takes_five_answers_within_half_an_hour(clock: SetClock) -> None:
    import aiohttp

    async with open_slack(clock=clock) as slack:
        seen: list[Any] = []
        app = AsyncApp(client=AsyncWebClient(slack.bot_token, base_url=slack.api_url),
                       signing_secret=slack.signing_secret)  # fmt: skip

        @app.command("/exportnews")
        async def command(ack: Any, command: Any) -> None:
            seen.append(command["response_url"])
            await ack()

        async with over_socket(slack, app), aiohttp.ClientSession() as session:
            await slack.slash("x", channel=CHANNEL, user=MEMBER, expect=0)
            statuses = []
            slack.plan("response_url", CutBefore())
            with pytest.raises(aiohttp.ClientError):
                await session.post(seen[0], json={"text": "lost"})
            for number in range(6):
                async with session.post(seen[0], json={"text": str(number)}) as answer:
                    statuses.append(answer.status)
            assert statuses == [200] * 5 + [404]
            await slack.slash("x", channel=CHANNEL, user=MEMBER, expect=0)
            clock.advance(minutes=31)
            async with session.post(seen[1], json={"text": "late"}) as answer:
                assert (await answer.json())["error"] == "expired_url"


async def test_a_trigger_opens_one_view_within_three_seconds(clock: SetClock) -> None:
    async with open_slack(clock=clock) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        first = slack.triggers.give(slack.workspace, MEMBER)
        await client.views_open(trigger_id=first, view=MODAL)
        late = slack.triggers.give(slack.workspace, MEMBER)
        clock.advance(seconds=4)
        for trigger, error in [(first, "exchanged_trigger_id"), (late, "expired_trigger_id")]:
            with pytest.raises(SlackApiError) as caught:
                await client.views_open(trigger_id=trigger, view=MODAL)
            assert caught.value.response["error"] == error


async def test_the_bot_comes_back_after_a_refresh_and_after_a_cut(clock: SetClock) -> None:
    heard: list[Any] = []
    async with open_slack(clock=clock) as slack, over_socket(slack, make_app(slack, heard)):
        for end in (slack.sockets.refresh, slack.sockets.cut):
            opened = len(slack.calls("apps.connections.open"))
            result = end()
            if result is not None:
                await result
            async with asyncio.timeout(10):
                while len(slack.calls("apps.connections.open")) == opened:
                    await asyncio.sleep(0.05)
            await slack.sockets.connected()
            replies = await slack.slash("latest", channel=CHANNEL, user=MEMBER)
            assert replies.acked


async def test_a_forged_request_is_refused_by_the_bot(clock: SetClock) -> None:
    async with open_slack(clock=clock) as slack, over_http(slack, make_app(slack, [])):
        form = "application/x-www-form-urlencoded"
        assert (await slack.line.post(b"command=/exportnews", form))[0] != 401
        forged = await slack.line.post(b"command=/exportnews", form, signature="v0=00")
        stale = await slack.line.post(b"command=/exportnews", form, timestamp="1700000000")
        assert (forged[0], stale[0]) == (401, 401)
