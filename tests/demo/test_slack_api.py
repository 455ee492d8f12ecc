"""The look-alike's Web API, through Slack's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import (
    ApiError,
    CutAfter,
    CutBefore,
    Delay,
    Garbage,
    SlackLookalike,
    Status,
)
from bot.demo.slack.workspace import BOT_SCOPES
from tests.support.clock import SetClock
from tests.support.slack import CHANNEL, MEMBER, OTHER_CHANNEL, PRIVATE_CHANNEL, open_slack

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "*Chips*"}}
LONG: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
ALERT = {"event_type": "exportnews_alert", "event_payload": {"delivery": 7, "story": 3}}


@pytest.fixture
async def slack(clock: SetClock) -> AsyncIterator[SlackLookalike]:
    async with open_slack(clock=clock) as slack:
        yield slack


@pytest.fixture
def client(slack: SlackLookalike) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def refused(call: Any) -> tuple[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"]), caught.value.response


async def test_auth_test_says_who_and_with_which_scopes(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert answer["team_id"] == "T0DEMO0001"
    assert set(answer.headers["X-OAuth-Scopes"].split(",")) == set(BOT_SCOPES)


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("APP", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(slack: SlackLookalike, token: str, error: str) -> None:
    token = slack.app_token if token == "APP" else token
    client = AsyncWebClient(token, base_url=slack.api_url)
    assert (await refused(client.auth_test()))[0] == error


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive"])
async def test_a_workspace_can_turn_the_bot_out(
    slack: SlackLookalike, client: AsyncWebClient, error: str
) -> None:
    slack.workspace.token_error = error
    assert (await refused(client.auth_test()))[0] == error


async def test_a_missing_scope_is_named(slack: SlackLookalike, client: AsyncWebClient) -> None:
    slack.workspace.scopes.discard("chat:write")
    error, answer = await refused(client.chat_postMessage(channel=CHANNEL, text="x"))
    assert (error, answer["needed"]) == ("missing_scope", "chat:write")


async def test_a_message_is_kept_as_sent(slack: SlackLookalike, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(
        channel=CHANNEL, text="Chips", blocks=[SECTION], metadata=ALERT
    )
    (kept,) = slack.messages(CHANNEL)
    assert (kept.ts, kept.text, kept.metadata) == (answer["ts"], "Chips", ALERT)
    assert kept.blocks[0]["text"] == SECTION["text"]
    assert kept.blocks[0]["block_id"]  # Slack names what has no name


async def test_metadata_comes_back_only_when_asked_for(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=CHANNEL, text="x", metadata=ALERT)
    plain = await client.conversations_history(channel=CHANNEL)
    full = await client.conversations_history(channel=CHANNEL, include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == ALERT


async def test_history_is_newest_first_bounded_and_without_replies(
    client: AsyncWebClient, clock: SetClock
) -> None:
    stamps = []
    for number in range(4):
        clock.advance(seconds=5)
        stamps.append((await client.chat_postMessage(channel=CHANNEL, text=str(number)))["ts"])
    await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=stamps[1])
    answer = await client.conversations_history(channel=CHANNEL, oldest=stamps[0], limit=2)
    assert [m["text"] for m in answer["messages"]] == ["3", "2"]
    following = await client.conversations_history(
        channel=CHANNEL, oldest=stamps[0], cursor=answer["response_metadata"]["next_cursor"]
    )
    assert [m["text"] for m in following["messages"]] == ["1"]
    thread = await client.conversations_replies(channel=CHANNEL, ts=stamps[1])
    assert [m["text"] for m in thread["messages"]] == ["1", "reply"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": PRIVATE_CHANNEL, "text": "x"}, "channel_not_found"),
        ({"channel": CHANNEL}, "no_text"),
        ({"channel": CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": CHANNEL, "blocks": [LONG] * 5}, "msg_blocks_too_long"),
        ({"channel": CHANNEL, "text": "x", "colour": "red"}, "invalid_arguments"),
        ({"channel": CHANNEL, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": CHANNEL, "text": "x", "metadata": {"event_type": "a"}},
         "invalid_metadata_format"),
        ({"channel": CHANNEL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)  # fmt: skip
async def test_a_wrong_message_is_refused(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    assert (await refused(client.api_call("chat.postMessage", json=arguments)))[0] == error


async def test_wrong_blocks_are_refused_with_the_place(client: AsyncWebClient) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    error, answer = await refused(
        client.chat_postMessage(channel=CHANNEL, text="x", blocks=[SECTION, long])
    )
    assert error == "invalid_blocks"
    assert "[json-pointer:/blocks/1/text/text]" in answer["response_metadata"]["messages"][0]


async def test_a_public_channel_takes_messages_from_outside_only_with_the_scope(
    slack: SlackLookalike, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=OTHER_CHANNEL, text="x")
    slack.workspace.scopes.discard("chat:write.public")
    error, _ = await refused(client.chat_postMessage(channel=OTHER_CHANNEL, text="x"))
    assert error == "not_in_channel"
    await client.conversations_join(channel=OTHER_CHANNEL)
    await client.chat_postMessage(channel=OTHER_CHANNEL, text="x")


async def test_an_archived_channel_takes_nothing(
    slack: SlackLookalike, client: AsyncWebClient
) -> None:
    slack.workspace.channels[CHANNEL].archived = True
    assert (await refused(client.chat_postMessage(channel=CHANNEL, text="x")))[0] == "is_archived"


async def test_own_messages_are_changed_and_deleted_others_not(
    slack: SlackLookalike, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel=CHANNEL, text="old"))["ts"]
    await client.chat_update(channel=CHANNEL, ts=ts, text="new")
    (kept,) = slack.messages(CHANNEL)
    assert (kept.text, bool(kept.edited)) == ("new", True)
    error, _ = await refused(client.chat_update(channel=CHANNEL, ts=ts, text="x" * 4_001))
    assert error == "msg_too_long"
    theirs = await slack.say("hello", channel=CHANNEL, user=MEMBER)
    error, _ = await refused(client.chat_update(channel=CHANNEL, ts=theirs.ts, text="x"))
    assert error == "cant_update_message"
    await client.chat_delete(channel=CHANNEL, ts=ts)
    assert [m.text for m in slack.messages(CHANNEL)] == ["hello"]


async def test_an_ephemeral_message_is_seen_by_one(
    slack: SlackLookalike, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel=CHANNEL, user=MEMBER, text="only you")
    assert [m.text for m in slack.ephemerals(CHANNEL, MEMBER)] == ["only you"]
    assert slack.messages(CHANNEL) == []
    assert (await client.conversations_history(channel=CHANNEL))["messages"] == []


async def test_a_channel_takes_a_short_burst_then_one_a_second(clock: SetClock) -> None:
    async with open_slack(clock=clock, limits=True) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        for _ in range(4):
            await client.chat_postMessage(channel=CHANNEL, text="x")
        error, answer = await refused(client.chat_postMessage(channel=CHANNEL, text="x"))
        assert (error, answer.status_code) == ("ratelimited", 429)
        assert answer.headers["Retry-After"] == "1"
        await client.chat_postMessage(channel=OTHER_CHANNEL, text="another channel")
        clock.advance(seconds=1)
        await client.chat_postMessage(channel=CHANNEL, text="x")
        slack.limits.on = False
        for _ in range(9):
            await client.chat_postMessage(channel=CHANNEL, text="x")


async def test_methods_have_tiers(clock: SetClock) -> None:
    async with open_slack(clock=clock, limits=True) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        for _ in range(20):
            await client.conversations_list()
        error, answer = await refused(client.conversations_list())
        assert (error, answer.headers["Retry-After"]) == ("ratelimited", "3")
        await client.users_info(user=MEMBER)


async def test_history_may_be_restricted_to_one_small_look_a_minute(clock: SetClock) -> None:
    async with open_slack(clock=clock, limits=True, restricted_history=True) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        for number in range(20):
            clock.advance(seconds=2)
            await client.chat_postMessage(channel=CHANNEL, text=str(number))
        assert len((await client.conversations_history(channel=CHANNEL))["messages"]) == 15
        error, answer = await refused(client.conversations_history(channel=CHANNEL))
        assert (error, answer.headers["Retry-After"]) == ("ratelimited", "60")


async def test_planned_faults_come_in_order_and_are_recorded(
    slack: SlackLookalike, client: AsyncWebClient
) -> None:
    slack.plan(
        "chat.postMessage",
        CutBefore(), CutAfter(), Status(429, 7), Status(503), ApiError("fatal_error"), Garbage(),
    )  # fmt: skip
    outcomes = []
    for number in range(7):
        try:
            await client.chat_postMessage(channel=CHANNEL, text=str(number))
            outcomes.append("ok")
        except SlackApiError as error:
            outcomes.append(f"{error.response.status_code} {error.response.get('error', '')}")
        except aiohttp.ClientError:
            outcomes.append("cut")
    assert outcomes[:3] == ["cut", "cut", "429 ratelimited"]
    assert outcomes[4] == "200 fatal_error"
    assert outcomes[6] == "ok"
    assert "ok" not in outcomes[:6]
    assert [m.text for m in slack.messages(CHANNEL)] == ["1", "6"]
    assert [call.outcome for call in slack.calls("chat.postMessage")] == [
        "CutBefore", "CutAfter", "Status", "Status", "ApiError", "Garbage", "ok",
    ]  # fmt: skip


async def test_a_delayed_answer_was_carried_out_all_the_same(slack: SlackLookalike) -> None:
    slack.plan("chat.postMessage", Delay(30))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session)
        with pytest.raises(asyncio.TimeoutError):
            await client.chat_postMessage(channel=CHANNEL, text="late")
    assert [m.text for m in slack.messages(CHANNEL)] == ["late"]


async def test_workspaces_know_nothing_of_each_other(
    slack: SlackLookalike, client: AsyncWebClient
) -> None:
    other = slack.add_workspace("T0OTHER001", "Other")
    other.add_channel("C0OTHER001", "news")
    theirs = AsyncWebClient(other.bot_token, base_url=slack.api_url)
    await theirs.chat_postMessage(channel="C0OTHER001", text="x")
    assert (await theirs.auth_test())["team_id"] == "T0OTHER001"
    error, _ = await refused(client.chat_postMessage(channel="C0OTHER001", text="x"))
    assert error == "channel_not_found"


async def test_a_code_is_exchanged_once_for_a_workspaces_token(slack: SlackLookalike) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    code = slack.oauth_code(slack.workspace)
    ask = {"client_id": slack.client_id, "client_secret": slack.client_secret, "code": code}
    answer = await client.oauth_v2_access(**ask)
    assert answer["access_token"] == slack.bot_token
    assert (await refused(client.oauth_v2_access(**ask)))[0] == "invalid_code"


async def test_a_person_has_a_time_zone(client: AsyncWebClient) -> None:
    user = (await client.users_info(user=MEMBER))["user"]
    assert (user["tz"], user["tz_offset"]) == ("America/New_York", -18000)


async def test_the_list_of_channels_hides_private_ones_without_the_bot(
    client: AsyncWebClient,
) -> None:
    answer = await client.conversations_list(types="public_channel,private_channel")
    assert [channel["name"] for channel in answer["channels"]] == ["export-controls", "chips"]
